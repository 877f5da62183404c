"""The claim form: a site, a label in any shape, one button; and a photo that fills it in."""

import io
from uuid import uuid4

import pytest
import segno
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.urls import reverse

from portal.claims import lifecycle
from portal.claims.models import Claim
from portal.orgs.models import Site
from portal.sandbox import world
from tests.conftest import join, order
from tests.web.conftest import FRAGMENT, choose, claim_form

NEW = "/claims/new/"
READ = "/claims/read/"
HUB = world.hub_id(0)
OTHER_HUB = world.hub_id(1)


@pytest.fixture
def installer(as_person, ira):
    """Ira's browser."""
    return as_person(ira)


def photo(text: str) -> SimpleUploadedFile:
    drawn = io.BytesIO()
    segno.make(text, micro=False).save(drawn, kind="png", scale=6, border=4)
    return SimpleUploadedFile("label.png", drawn.getvalue(), "image/png")


@pytest.mark.parametrize(
    "label",
    [
        HUB,
        HUB.upper(),
        f"  {HUB}\n",
        f"urn:uuid:{HUB}",
        f"https://spkey.example/hubs/{HUB}?from=label",
        f'{{"hubId": "{HUB}", "model": "SK"}}',
        HUB.replace("-", ""),
        f"Hub id: {HUB} (keep dry)",
    ],
)
def test_a_label_in_any_shape_becomes_a_claim_of_its_hub(label, installer, ira, mill_court):
    answer = installer.post(NEW, claim_form(mill_court, label))
    claim = Claim.objects.get()

    assert answer["Location"] == reverse("claims:detail", args=(claim.pk,))
    assert (str(claim.hub.hub_id), claim.site, claim.submitted_by) == (HUB, mill_court, ira)
    assert claim.state == "queued"


@pytest.mark.parametrize(
    ("label", "told"),
    [
        ("", "Nothing was read"),
        ("hello", "There is no hub id in it"),
        (f"{HUB} {OTHER_HUB}", "two different hub ids"),
        (HUB[:-1], "This has 31"),
        ("x" * 1999, "more than a hub label holds"),
        ("x" * 2001, "at most 2000 characters"),
    ],
)
def test_a_label_without_one_hub_id_is_told_what_to_look_for(label, told, installer, mill_court):
    answer = installer.post(NEW, claim_form(mill_court, label))

    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert not Claim.objects.exists()


def test_what_was_read_is_shown_with_the_refusal(installer, mill_court):
    answer = installer.post(NEW, claim_form(mill_court, "SN \u202e1234")).content.decode()

    assert "We read “SN [U+202E]1234”." in answer


def test_a_site_is_needed(installer, mill_court):
    form = claim_form(mill_court, HUB)
    answer = installer.post(NEW, {**form, "site": ""})

    assert answer.status_code == 422
    assert "Pick the site first." in answer.content.decode()


@pytest.mark.parametrize("whose", ["another organisation's", "nobody's", "no id"])
def test_a_site_that_is_not_the_organisations_is_refused_in_the_same_words(
    whose, installer, mill_court, lighthouse
):
    site = {"another organisation's": lighthouse.pk, "nobody's": uuid4(), "no id": "mill"}[whose]
    answer = installer.post(NEW, {**claim_form(mill_court, HUB), "site": str(site)})

    assert answer.status_code == 422
    assert "Select a valid choice." in answer.content.decode()
    assert "Lighthouse" not in answer.content.decode()
    assert not Claim.objects.exists()


def test_the_site_of_an_organisation_one_does_not_work_in_just_now_is_refused(
    installer, ira, acme, harbour, mill_court, lighthouse
):
    join(ira, harbour)
    choose(installer, harbour)

    assert installer.post(NEW, claim_form(mill_court, HUB)).status_code == 422
    assert installer.post(NEW, claim_form(lighthouse, HUB)).status_code == 302
    assert Claim.objects.get().organisation == harbour


def test_organisation_person_and_state_never_come_from_the_form(
    installer, ira, hal, acme, harbour, mill_court
):
    forged = {"organisation": harbour.pk, "user": hal.pk, "submitted_by": hal.pk}
    forged |= {"state": "claimed", "acting_organisation": harbour.pk, "orgId": "harbour-living"}
    installer.post(NEW, claim_form(mill_court, HUB, **{k: str(v) for k, v in forged.items()}))
    claim = Claim.objects.get()

    assert (claim.organisation, claim.submitted_by, claim.state) == (acme, ira, "queued")
    assert claim.acting_organisation is None


def test_a_double_tap_is_one_claim(installer, mill_court):
    form = claim_form(mill_court, HUB)
    first, second = (installer.post(NEW, form) for _ in range(2))

    assert first["Location"] == second["Location"]
    assert Claim.objects.count() == 1


def test_a_form_sent_again_after_its_claim_has_ended_shows_that_claim(installer, mill_court):
    form = claim_form(mill_court, HUB)
    first = installer.post(NEW, form)
    installer.post(f"{first['Location']}stop/")

    assert installer.post(NEW, form)["Location"] == first["Location"]
    assert Claim.objects.count() == 1


def test_a_form_that_went_back_and_got_another_hub_is_another_claim(installer, mill_court):
    form = claim_form(mill_court, HUB)
    installer.post(NEW, form)
    installer.post(NEW, {**form, "label": OTHER_HUB})

    assert set(Claim.objects.values_list("hub_id_text", flat=True)) == {HUB, OTHER_HUB}


def test_two_people_may_send_the_same_token(installer, mill_court, as_person, ada):
    form = claim_form(mill_court, HUB)
    installer.post(NEW, form)
    as_person(ada).post(NEW, {**form, "label": OTHER_HUB})

    assert Claim.objects.count() == 2


def test_each_new_form_has_a_token_of_its_own_and_keeps_it_when_refused(installer, mill_court):
    tokens = {installer.get(NEW).context["form"]["submission"].value() for _ in range(2)}
    form = claim_form(mill_court, "nothing")

    assert len(tokens) == 2
    assert str(form["submission"]) in installer.post(NEW, form).content.decode()


def test_a_hub_that_a_colleague_is_claiming_is_that_claim(installer, ada, mill_court, as_person):
    theirs = lifecycle.submit(order(ada, mill_court, HUB))
    answer = installer.post(NEW, claim_form(mill_court, HUB))

    assert answer["Location"] == reverse("claims:detail", args=(theirs.pk,))


def test_a_hub_that_is_being_claimed_at_another_site_is_refused_and_says_where(
    installer, ada, mill_court, orchard_rise
):
    theirs = lifecycle.submit(order(ada, orchard_rise, HUB))
    answer = installer.post(NEW, claim_form(mill_court, HUB))
    page = answer.content.decode()

    assert answer.status_code == 422
    assert "Orchard Rise, by Ada Admin" in page
    assert reverse("claims:detail", args=(theirs.pk,)) in page
    assert Claim.objects.count() == 1


def test_a_hub_that_another_organisation_is_claiming_is_no_obstacle(
    installer, hal, mill_court, lighthouse
):
    lifecycle.submit(order(hal, lighthouse, HUB))

    assert installer.post(NEW, claim_form(mill_court, HUB)).status_code == 302
    assert Claim.objects.count() == 2


def test_a_form_that_a_busy_database_did_not_take_comes_back_filled_in(
    installer, mill_court, orchard_rise, monkeypatch
):
    form = claim_form(orchard_rise, HUB)
    with monkeypatch.context() as patch:
        patch.setattr(lifecycle, "submit", _locked)
        answer = installer.post(NEW, form)
    read = answer.context["form"]

    assert answer.status_code == 503
    assert "Not saved yet: try again." in answer.content.decode()
    assert {name: str(read[name].value()) for name in form} == form
    assert installer.post(NEW, form).status_code == 302
    assert Claim.objects.count() == 1


def _locked(order: lifecycle.Order) -> Claim:
    raise OperationalError("database is locked")


def test_a_label_named_in_the_address_is_filled_in(installer, mill_court):
    page = installer.get(NEW, {"label": f"spkey:{HUB}"})

    assert f'value="spkey:{HUB}"' in page.content.decode()
    assert not Claim.objects.exists()


def sites_shown(client, address: str = NEW) -> list[str]:
    return [site.name for site in client.get(address).context["form"].fields["site"].queryset]


def site_picked(client, address: str) -> str:
    return str(client.get(address).context["form"]["site"].value())


def test_the_site_of_ones_own_last_claim_stands_first_and_is_picked(
    installer, ira, ada, mill_court, orchard_rise
):
    assert sites_shown(installer) == ["Mill Court", "Orchard Rise"]
    lifecycle.submit(order(ira, orchard_rise, HUB))
    lifecycle.submit(order(ada, mill_court, OTHER_HUB))

    assert sites_shown(installer) == ["Orchard Rise", "Mill Court"]
    assert site_picked(installer, NEW) in {str(orchard_rise.pk), "Orchard Rise"}
    assert f'value="{orchard_rise.pk}"' in installer.get(NEW).content.decode()


def test_a_site_named_in_the_address_is_picked(installer, mill_court, orchard_rise):
    assert site_picked(installer, f"{NEW}?site={orchard_rise.pk}") == str(orchard_rise.pk)


@pytest.mark.parametrize("site", ["mill", "", "00000000-0000-4000-8000-000000000000"])
def test_a_site_in_the_address_that_is_none_is_no_trouble(site, installer, mill_court):
    assert installer.get(f"{NEW}?site={site}").status_code == 200


def test_a_photo_of_another_code_is_no_hub_label(installer, mill_court):
    menu = photo("https://example.com/menu")
    answer = installer.post(READ, {**claim_form(mill_court, ""), "photo": menu}, headers=FRAGMENT)

    assert answer.status_code == 422
    assert "is no hub label. We read “https://example.com/menu”." in answer.content.decode()


def test_what_the_camera_saw_is_checked_before_anybody_claims_it(installer, mill_court):
    form = {**claim_form(mill_court, f"spkey:{HUB}"), "scanned": "yes"}
    fragment = installer.post(READ, form, headers=FRAGMENT).content.decode()

    assert f'value="{HUB}"' in fragment
    assert "A hub label was read" in fragment
    assert not Claim.objects.exists()


def test_another_code_before_the_camera_is_told_at_once(installer, mill_court):
    form = {**claim_form(mill_court, "https://example.com/menu"), "scanned": "yes"}
    answer = installer.post(READ, form, headers=FRAGMENT)

    assert answer.status_code == 422
    assert "We read “https://example.com/menu”." in answer.content.decode()
    assert "A hub label was read" not in answer.content.decode()


def test_no_building_is_chosen_for_somebody_who_has_claimed_nowhere_yet(
    installer, ira, mill_court, orchard_rise
):
    assert "checked" not in installer.get(NEW).content.decode()

    lifecycle.submit(order(ira, orchard_rise, HUB))

    assert installer.get(NEW).content.decode().count("checked") == 1


def test_the_only_site_is_chosen(installer, mill_court):
    assert installer.get(NEW).content.decode().count("checked") == 1


def test_a_photo_fills_in_the_hub_id_and_claims_nothing(installer, mill_court):
    form = claim_form(mill_court, "")
    answer = installer.post(READ, {**form, "photo": photo(f"spkey:{HUB}")}, headers=FRAGMENT)
    fragment = answer.content.decode()

    assert answer.status_code == 200
    assert f'value="{HUB}"' in fragment
    assert "A hub label was read" in fragment
    assert "<html" not in fragment
    assert not Claim.objects.exists()


def test_without_scripts_a_photo_fills_in_the_whole_page_and_keeps_site_and_token(
    installer, mill_court, orchard_rise
):
    form = claim_form(orchard_rise, "")
    answer = installer.post(READ, {**form, "photo": photo(HUB)})

    assert "<html" in answer.content.decode()
    read = answer.context["form"]
    assert [str(read[name].value()) for name in form] == [
        str(orchard_rise.pk),
        HUB,
        form["submission"],
    ]
    claimed = installer.post(NEW, {name: str(read[name].value()) for name in form})
    assert claimed.status_code == 302
    assert Claim.objects.get().site == orchard_rise


def test_a_file_that_is_no_photo_is_refused_and_what_was_typed_is_kept(installer, mill_court):
    junk = SimpleUploadedFile("label.png", b"<svg onload=alert(1)>", "image/png")
    answer = installer.post(READ, {**claim_form(mill_court, HUB), "photo": junk}, headers=FRAGMENT)

    assert answer.status_code == 422
    assert "not a photo we can read" in answer.content.decode()
    assert f'value="{HUB}"' in answer.content.decode()


def test_a_photo_without_a_file_says_so(installer, mill_court):
    answer = installer.post(READ, claim_form(mill_court, ""))

    assert answer.status_code == 422
    assert "No photo arrived" in answer.content.decode()


def test_what_a_photo_says_is_escaped(installer, mill_court):
    form = {**claim_form(mill_court, ""), "photo": photo('"><img src=x hx-get=/x>')}
    answer = installer.post(READ, form, headers=FRAGMENT).content.decode()

    assert "<img src=x" not in answer
    assert "&lt;img src=x" in answer


def test_a_hub_found_by_photo_of_another_site_is_refused_like_one_that_was_typed(
    installer, ada, mill_court, orchard_rise
):
    Site.objects.filter(pk=orchard_rise.pk).update(name="Elsewhere")
    lifecycle.submit(order(ada, orchard_rise, HUB))
    read = installer.post(READ, {**claim_form(mill_court, ""), "photo": photo(HUB)})

    assert read.status_code == 200
    assert installer.post(NEW, claim_form(mill_court, HUB)).status_code == 422
