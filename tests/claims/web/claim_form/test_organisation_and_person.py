"""A form claims for the organisation its sender works in, whatever it says itself."""

from uuid import uuid4

import pytest

from portal.claims.models import Claim
from tests.claims.web.claim_form.conftest import HUB, NEW
from tests.conftest import join
from tests.forms import choose, claim_form


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


def test_a_site_of_the_persons_other_organisation_is_refused(
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
