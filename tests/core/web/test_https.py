"""Where https is demanded, people are led to it, and what scripts sent in clear is refused."""

import pytest
from django.urls import reverse

HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def only_https(settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_REDIRECT_EXEMPT = [r"^health/$"]


@pytest.mark.parametrize("path", [reverse("account_login"), reverse("claims:new"), "/nowhere/"])
def test_somebody_who_opens_a_page_is_led_to_https(client, path):
    answer = client.get(path)

    assert answer.status_code == 301
    assert answer["Location"] == f"https://testserver{path}"


@pytest.mark.parametrize(
    ("method", "name", "headers"),
    [
        ("post", "tray:sync", {}),
        ("get", "tray:sync", {}),
        ("post", "tray:photo", {}),
        ("post", "client-errors", {}),
        ("post", "account_login", {}),
        ("get", "claims:list", HTMX),
    ],
)
def test_what_a_script_or_a_form_sends_in_clear_is_refused_and_not_led_on(
    client, caplog, method, name, headers
):
    answer = getattr(client, method)(reverse(name), headers=headers)

    assert answer.status_code == 403
    assert "Location" not in answer
    assert "by https alone" in answer.text
    assert f"refused: 403 {method.upper()} {reverse(name)}" in caplog.text


def test_by_https_and_for_the_load_balancer_nothing_changes(client, db):
    assert client.get(reverse("health")).status_code == 200
    assert client.post(reverse("tray:sync"), secure=True).status_code == 401
    assert client.get(reverse("account_login"), secure=True).status_code == 200
