"""What a photo says fills in the form, and claims nothing."""

import io
import re

import pytest
import segno
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from portal.claims.engine import actions
from portal.claims.models import Claim
from portal.hubs.labels import photo_reader, photos
from portal.sites.models import Site
from tests.claims.web.claim_form.conftest import HUB, NEW, READ
from tests.conftest import claim_request
from tests.forms import claim_form


def photo(text: str) -> SimpleUploadedFile:
    drawn = io.BytesIO()
    segno.make(text, micro=False).save(drawn, kind="png", scale=6, border=4)
    return SimpleUploadedFile("label.png", drawn.getvalue(), "image/png")


@pytest.mark.parametrize("address", [NEW, "/shell/en/"])
def test_a_device_is_asked_for_the_kinds_of_photo_that_can_be_read(address, installer, mill_court):
    inputs = re.findall(r'<input[^>]*type="file"[^>]*>', installer.get(address).content.decode())

    assert inputs
    assert all(f'accept="{photos.ACCEPT}"' in tag for tag in inputs)


def test_a_photo_fills_in_the_hub_id_and_claims_nothing(installer, mill_court):
    form = claim_form(mill_court, "")
    answer = installer.post(READ, {**form, "photo": photo(f"spkey:{HUB}")})
    page = answer.content.decode()

    assert answer.status_code == 200
    assert f'value="{HUB}"' in page
    assert "A hub label was read" in page
    assert not Claim.objects.exists()


def test_a_photo_keeps_the_site_and_the_token_of_the_form(installer, mill_court, orchard_rise):
    form = claim_form(orchard_rise, "")
    answer = installer.post(READ, {**form, "photo": photo(HUB)})

    read = answer.context["form"]
    assert [str(read[name].value()) for name in form] == [
        str(orchard_rise.pk),
        HUB,
        form["submission"],
    ]
    claimed = installer.post(NEW, {name: str(read[name].value()) for name in form})
    assert claimed.status_code == 302
    assert Claim.objects.get().site == orchard_rise


def test_whose_access_ends_while_their_photo_is_read_is_told_so(
    installer, ira, mill_court, monkeypatch
):
    def ends_meanwhile(*_photo: object) -> str:
        ira.memberships.update(expires_at=timezone.now())
        return str(HUB)

    monkeypatch.setattr(photo_reader, "read_label", ends_meanwhile)
    answer = installer.post(READ, {**claim_form(mill_court, ""), "photo": photo(HUB)})

    assert answer.status_code == 403
    assert (
        f"You do not belong to {mill_court.organisation.name} any more" in answer.content.decode()
    )


def test_a_photo_of_another_code_is_no_hub_label(installer, mill_court):
    menu = photo("https://example.com/menu")
    answer = installer.post(READ, {**claim_form(mill_court, ""), "photo": menu})

    assert answer.status_code == 422
    assert "is no hub label. We read “https://example.com/menu”." in answer.content.decode()


def test_a_photo_of_several_hubs_tells_their_ids_and_takes_none(installer, mill_court):
    other = "53f94d17-411b-4d77-9ddf-b2d1589827f4"
    both = photo(f"{HUB} {other}")
    answer = installer.post(READ, {**claim_form(mill_court, ""), "photo": both})

    assert answer.status_code == 422
    assert f"The ids in it are {HUB}, {other}." in answer.content.decode()


def test_a_file_that_is_no_photo_is_refused_and_what_was_typed_is_kept(installer, mill_court):
    junk = SimpleUploadedFile("label.png", b"<svg onload=alert(1)>", "image/png")
    answer = installer.post(READ, {**claim_form(mill_court, HUB), "photo": junk})

    assert answer.status_code == 422
    assert "not a photo we can read" in answer.content.decode()
    assert f'value="{HUB}"' in answer.content.decode()


def test_a_photo_without_a_file_says_so(installer, mill_court):
    answer = installer.post(READ, claim_form(mill_court, ""))

    assert answer.status_code == 422
    assert "No photo arrived" in answer.content.decode()


def test_what_a_photo_says_is_escaped(installer, mill_court):
    form = {**claim_form(mill_court, ""), "photo": photo('"><img src=x hx-get=/x>')}
    answer = installer.post(READ, form).content.decode()

    assert "<img src=x" not in answer
    assert "&lt;img src=x" in answer


def test_a_hub_found_by_photo_of_another_site_is_refused_like_one_that_was_typed(
    installer, ada, mill_court, orchard_rise
):
    Site.objects.filter(pk=orchard_rise.pk).update(name="Elsewhere")
    actions.submit(claim_request(ada, orchard_rise, HUB))
    read = installer.post(READ, {**claim_form(mill_court, ""), "photo": photo(HUB)})

    assert read.status_code == 200
    assert installer.post(NEW, claim_form(mill_court, HUB)).status_code == 422
