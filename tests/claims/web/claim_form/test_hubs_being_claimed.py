"""A hub that is being claimed leads to that claim, unless it is another organisation's."""

from django.urls import reverse

from portal.claims.engine import actions
from portal.claims.models import Claim
from tests.claims.web.claim_form.conftest import HUB, NEW
from tests.conftest import claim_request
from tests.forms import claim_form


def test_a_hub_that_a_colleague_is_claiming_is_that_claim(installer, ada, mill_court, as_person):
    theirs = actions.submit(claim_request(ada, mill_court, HUB))
    answer = installer.post(NEW, claim_form(mill_court, HUB))

    assert answer["Location"] == reverse("claims:detail", args=(theirs.pk,))


def test_a_hub_that_is_being_claimed_at_another_site_is_refused_and_says_where(
    installer, ada, mill_court, orchard_rise
):
    theirs = actions.submit(claim_request(ada, orchard_rise, HUB))
    answer = installer.post(NEW, claim_form(mill_court, HUB))
    page = answer.content.decode()

    assert answer.status_code == 422
    assert "Orchard Rise, by Ada Admin" in page
    assert reverse("claims:detail", args=(theirs.pk,)) in page
    assert Claim.objects.count() == 1


def test_a_hub_that_another_organisation_is_claiming_is_no_obstacle(
    installer, hal, mill_court, lighthouse
):
    actions.submit(claim_request(hal, lighthouse, HUB))

    assert installer.post(NEW, claim_form(mill_court, HUB)).status_code == 302
    assert Claim.objects.count() == 2
