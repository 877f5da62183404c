"""A photo of a label is read for the tray."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from portal.hubs.labels import photo_reader
from portal.hubs.models import Hub
from tests.claims.web.claim_form.test_photos import photo
from tests.tray.conftest import HUB

OTHER = "53f94d17-411b-4d77-9ddf-b2d1589827f4"
ADDRESS = "/claims/tray/photo/"


def test_a_photo_of_a_label_gives_the_hub_id_and_nothing_else_happens(installer):
    answer = installer.post(ADDRESS, {"photo": photo(f"spkey:{HUB.upper()}")})

    assert answer.status_code == 200
    assert answer.json() == {"text": HUB.upper()}
    assert not Hub.objects.exists()


def test_a_photo_of_several_labels_gives_the_ids_of_all(installer):
    answer = installer.post(ADDRESS, {"photo": photo(f"{HUB} {OTHER}")})

    assert answer.json() == {"text": f"{HUB}\n{OTHER}"}


def test_a_photo_of_a_label_with_a_key_gives_the_id_alone(installer):
    answer = installer.post(ADDRESS, {"photo": photo(f'{{"hubId":"{HUB}","key":"{OTHER}"}}')})

    assert answer.json() == {"text": HUB}


def test_what_is_refused_of_a_photo_shows_no_secret(installer):
    answer = installer.post(ADDRESS, {"photo": photo(f"Device key: {OTHER}")})

    assert answer.status_code == 422
    assert OTHER[:8] not in answer.content.decode()


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (lambda: photo("https://example.com/menu"), "We read “https://example.com/menu”."),
        (lambda: SimpleUploadedFile("x.png", b"<svg onload=x>"), "not a photo we can read"),
        (None, "No photo arrived."),
    ],
)
def test_a_photo_that_holds_no_label_is_refused_in_a_sentence(sent, expected, installer):
    answer = installer.post(ADDRESS, {"photo": sent()} if sent else {})

    assert answer.status_code == 422
    assert expected in answer.json()["problem"]


def test_the_photo_address_refuses_get(installer):
    assert installer.get(ADDRESS).status_code == 405


def test_a_photo_for_which_there_is_no_room_is_refused_for_a_moment(installer, monkeypatch):
    monkeypatch.setattr(photo_reader, "AT_ONCE", 0)
    answer = installer.post(ADDRESS, {"photo": photo(HUB)})

    # A 503 would be an error in the log, of which anybody could make many.
    assert answer.status_code == 429
    assert answer["Retry-After"] == "2"
    assert "busy with other photos" in answer.json()["problem"]
