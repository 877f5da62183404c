"""The form offers the organisation's sites, and picks one where that is safe."""

import re

import pytest

from portal.claims.engine import actions
from tests.claims.web.claim_form.conftest import HUB, NEW, OTHER_HUB
from tests.conftest import claim_request
from tests.forms import claim_form


def test_a_site_is_needed(installer, mill_court):
    form = claim_form(mill_court, HUB)
    answer = installer.post(NEW, {**form, "site": ""})

    assert answer.status_code == 422
    assert "Pick the site first." in answer.content.decode()


def sites_shown(client, address: str = NEW) -> list[str]:
    return [site.name for site in client.get(address).context["form"].fields["site"].queryset]


def site_picked(client, address: str) -> str:
    return str(client.get(address).context["form"]["site"].value())


def chosen(client) -> int:
    """How many of the sites are chosen as the page comes."""
    return len(re.findall(r"<input[^>]*\bchecked\b[^>]*>", client.get(NEW).content.decode()))


def test_the_site_of_ones_own_last_claim_comes_first_and_is_offered(
    installer, ira, ada, mill_court, orchard_rise
):
    assert sites_shown(installer) == ["Mill Court", "Orchard Rise"]
    actions.submit(claim_request(ira, orchard_rise, HUB))
    actions.submit(claim_request(ada, mill_court, OTHER_HUB))

    assert sites_shown(installer) == ["Orchard Rise", "Mill Court"]
    assert f'data-likely-site="{orchard_rise.pk}"' in installer.get(NEW).content.decode()


def test_a_site_named_in_the_address_is_picked(installer, mill_court, orchard_rise):
    assert site_picked(installer, f"{NEW}?site={orchard_rise.pk}") == str(orchard_rise.pk)


@pytest.mark.parametrize("site", ["mill", "", "00000000-0000-4000-8000-000000000000"])
def test_an_unknown_site_in_the_address_is_ignored(site, installer, mill_court):
    assert installer.get(f"{NEW}?site={site}").status_code == 200


def test_no_site_is_chosen_beforehand_where_there_are_several(
    installer, ira, mill_court, orchard_rise
):
    assert chosen(installer) == 0

    actions.submit(claim_request(ira, orchard_rise, HUB))

    assert chosen(installer) == 0


def test_the_only_site_is_chosen(installer, mill_court):
    assert chosen(installer) == 1
