"""A label in any shape becomes a claim of its hub; one that holds no hub says why."""

import pytest
from django.urls import reverse

from portal.claims.models import Claim
from tests.claims.web.claim_form.conftest import HUB, NEW, OTHER_HUB
from tests.forms import claim_form


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
    ("label", "expected"),
    [
        ("", "Nothing was read"),
        ("hello", "There is no hub id in it"),
        (f"{HUB} {OTHER_HUB}", "two different hub ids"),
        (HUB[:-1], "This has 31"),
        ("x" * 1999, "more than a hub label holds"),
        ("x" * 2001, "at most 2000 characters"),
    ],
)
def test_a_text_without_exactly_one_hub_id_is_refused_with_advice(
    label, expected, installer, mill_court
):
    answer = installer.post(NEW, claim_form(mill_court, label))

    assert answer.status_code == 422
    assert expected in answer.content.decode()
    assert not Claim.objects.exists()


def test_what_was_read_is_shown_with_the_refusal(installer, mill_court):
    answer = installer.post(NEW, claim_form(mill_court, "SN \u202e1234")).content.decode()

    assert "We read “SN [U+202E]1234”." in answer


def test_a_label_named_in_the_address_is_filled_in(installer, mill_court):
    page = installer.get(NEW, {"label": f"spkey:{HUB}"})

    assert f'value="spkey:{HUB}"' in page.content.decode()
    assert not Claim.objects.exists()
