"""A body that is too large is refused before anybody reads a byte of it."""

import io

import pytest
from django.test import Client
from django.urls import resolve, reverse

from portal.core.web import bodies
from portal.hubs.labels import photos
from tests.portal import pages
from tests.tray.conftest import TRAY

PHOTO = f"{TRAY}photo/"
FORM = "multipart/form-data; boundary=x"


class Untouched(io.BytesIO):
    """A body that must not be read."""

    def read(self, *_args):
        raise AssertionError("the body was read")


def post(client: Client, address: str, size: int, **headers: str):
    """Announce a form of that size, and have it refused unread."""
    body = {"wsgi.input": Untouched(), "CONTENT_TYPE": FORM, "CONTENT_LENGTH": str(size)}
    return client.generic("POST", address, headers=headers, **body)


def most_taken(address: str) -> int:
    """How much the view behind the address takes of those who are signed in."""
    taken = getattr(resolve(address.partition("?")[0]).func, "takes", None)
    return taken.most if taken else bodies.ORDINARY


@pytest.fixture
def strict(ada) -> Client:
    """Ada's browser, whose tokens are checked."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada)
    client.get(reverse("claims:new"))  # The token's cookie comes with a form.
    return client


@pytest.mark.slow
def test_what_is_larger_than_any_form_is_refused_at_every_address(strict, claim, mill_court):
    every = [*pages.posts(claim, mill_court), *pages.grouped("account_", "mfa_"), "/client-errors/"]
    takes_more = {address for address in every if most_taken(address) > bodies.ORDINARY}
    assert {PHOTO, reverse("claims:read"), reverse("imports:new")} <= takes_more
    for client in (strict, Client(enforce_csrf_checks=True)):
        for address in {*every, "/", "/nowhere/", "/operator/login/"} - takes_more:
            answer = post(client, address, bodies.ORDINARY + 1)

            assert answer.status_code == 413, address


@pytest.mark.parametrize("address", [PHOTO, "/claims/read/"])
def test_a_photo_is_let_in_of_those_who_are_signed_in_alone(address, strict):
    whole = photos.MOST_BYTES + 1000

    assert post(strict, address, bodies.WITH_PHOTO + 1).status_code == 413
    assert post(Client(), address, whole)["Location"].startswith(reverse("account_login"))
    with pytest.raises(AssertionError, match="the body was read"):
        post(strict, address, whole)


def test_a_body_that_does_not_say_how_long_it_is_is_refused(strict):
    for address in ("/", TRAY, "/nowhere/"):
        answer = post(strict, address, 0, **{"Transfer-Encoding": "chunked"})

        assert answer.status_code == 411, address


def test_a_tray_is_told_in_json_and_a_browser_by_a_page(strict):
    tray, photo = (post(strict, address, 10**8) for address in (TRAY, PHOTO))
    page = post(strict, reverse("sites:new"), 10**8)

    assert tray.json()["problem"] == ("The portal did not understand this device. Reload the page.")
    assert photo.json()["problem"].startswith("That photo is too large")
    assert "That is too large" in page.content.decode()
    assert page["Content-Type"].startswith("text/html")
    assert "no-store" in page["Cache-Control"]
