"""Each answer says that it is the portal's, to which question, and how long it is."""

import pytest
from django.test import Client
from django.urls import reverse

from portal.claims.web import home

pytestmark = pytest.mark.django_db


def signature(answer) -> list[str]:
    return answer["X-Portal"].split(" ")


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/health/", 200),
        ("/claims/tray/", 401),
        ("/", 302),
        ("/nowhere/", 404),
        ("/shell/el/", 200),
        ("/service-worker.js", 200),
    ],
)
def test_pages_refusals_and_what_scripts_ask_for_are_signed(address, status, client):
    answer = client.get(address, headers={"X-Portal-Question": "a-1_B"})

    assert answer.status_code == status
    assert signature(answer) == ["1", "a-1_B", str(len(answer.content))]


def test_what_is_posted_without_a_token_is_refused_by_the_portal_itself():
    answer = Client(enforce_csrf_checks=True).post("/accounts/login/")

    assert answer.status_code == 403
    assert signature(answer)[0] == "1"


def test_a_failure_is_signed(as_person, ira, monkeypatch):
    def fail(request):
        raise RuntimeError

    monkeypatch.setattr(home.access, "memberships", fail)
    client = as_person(ira)
    client.raise_request_exception = False
    answer = client.get("/", headers={"X-Portal-Question": "one"})

    assert answer.status_code == 500
    assert signature(answer)[:2] == ["1", "one"]


@pytest.mark.parametrize("asked", ["", "two words", "x" * 41, "ä", "a;b", "<b>"])
def test_only_a_question_of_our_scripts_is_repeated(asked, client):
    answer = client.get("/health/", headers={"X-Portal-Question": asked})

    assert signature(answer)[1] == "-"


def test_a_page_that_asks_whether_the_portal_is_there_keeps_no_session_alive(
    as_person, ira, settings
):
    client = as_person(ira)
    client.get("/")
    session = client.session
    session["active_at"] = session["active_at"] - 3600
    session.save()
    client.get(reverse("health"))

    assert client.session["active_at"] == session["active_at"]
