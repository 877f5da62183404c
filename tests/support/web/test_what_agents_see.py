"""The organisation's hubs and claims as an agent sees them: the grant's, and nothing to do."""

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.claims.models import Claim
from portal.consent.models import Grant
from portal.hubs.models import Hub
from portal.sandbox import world
from tests.conftest import work
from tests.hubs.own_hubs import make_own_hub
from tests.support.conftest import filled, post


@pytest.fixture
def at_both(mill_court, orchard_rise) -> tuple[Hub, Hub]:
    return make_own_hub(mill_court, place="Flat 1"), make_own_hub(orchard_rise, place="Flat 2")


@pytest.fixture
def narrow(grant, mill_court) -> Grant:
    Grant.objects.update(all_sites=False)
    grant.sites.set([mill_court])
    return grant


def hubs_page(grant: Grant) -> str:
    return reverse("support:hubs", args=(grant.pk,))


def claims_page(grant: Grant) -> str:
    return reverse("support:organisation-claims", args=(grant.pk,))


def test_all_hubs_where_the_grant_is_for_all_sites(agent, grant, at_both, lighthouse):
    others = make_own_hub(lighthouse)
    page = agent.get(hubs_page(grant)).text

    assert all(str(hub.hub_id) in page for hub in at_both)
    assert str(others.hub_id) not in page
    assert "You act for" in page


def test_only_hubs_at_the_sites_of_the_grant(agent, narrow, at_both):
    here, elsewhere = at_both
    page = agent.get(hubs_page(narrow)).text

    assert str(here.hub_id) in page
    assert str(elsewhere.hub_id) not in page
    assert "Orchard Rise" not in page
    found = agent.get(hubs_page(narrow), {"q": str(elsewhere.hub_id)}).text
    assert elsewhere.place not in found


@pytest.mark.parametrize("query", [{"q": "Flat 1"}, {"state": "unknown"}, {"order": "place"}])
def test_hubs_are_found_and_sorted(query, agent, grant, at_both):
    assert agent.get(hubs_page(grant), query).status_code == 200


def test_a_site_beyond_the_grant_is_no_filter(agent, narrow, at_both, orchard_rise):
    page = agent.get(hubs_page(narrow), {"site": str(orchard_rise.pk)}).text

    assert at_both[1].place not in page


@pytest.mark.parametrize("page", [hubs_page, claims_page])
def test_nothing_can_be_done_there(page, agent, grant, at_both, claim):
    body = agent.get(page(grant)).text.partition("<main")[2].partition("</main")[0]

    assert 'method="post"' not in body
    assert "checkbox" not in body
    assert reverse("hubs:detail", args=(at_both[0].pk,)) not in body
    assert reverse("claims:detail", args=(claim.pk,)) not in body


def test_claims_of_support_lead_on_and_the_organisations_own_do_not(
    agent, grant, claim, mill_court, sandbox
):
    from portal.sandbox import world  # noqa: PLC0415

    post(agent, filled(world.hub_id(5), mill_court))
    page = agent.get(claims_page(grant)).text

    assert claim.number in page
    assert page.count("row-link") == 1


def test_claims_beyond_the_grant_are_not_there(agent, narrow, claim, orchard_rise):
    type(claim).objects.update(site=orchard_rise, spkey_site_id=orchard_rise.spkey_site_id)

    assert claim.number not in agent.get(claims_page(narrow)).text


@pytest.mark.parametrize("page", [hubs_page, claims_page])
def test_once_the_grant_is_over_nothing_is_shown(page, agent, grant, ada, at_both, claim):
    from portal.consent import giving  # noqa: PLC0415

    giving.revoke(grant, ada)
    answer = agent.get(page(grant))

    assert answer.status_code == 403
    assert claim.number not in answer.text
    assert str(at_both[0].hub_id) not in answer.text


def test_no_other_page_of_the_organisation_opens(agent, grant, at_both, claim, mill_court):
    for name, pk in (
        ("hubs:detail", at_both[0].pk),
        ("sites:detail", mill_court.pk),
        ("claims:detail", claim.pk),
    ):
        assert agent.get(reverse(name, args=(pk,))).status_code == 404, name
    assert timezone.now() < grant.ends_at


def test_an_agent_reads_what_can_be_done_about_somebody_elses_hub(mill_court, agent, sandbox):
    hub_id = world.MAGIC["claimed_elsewhere"].id
    post(agent, filled(hub_id, mill_court))
    claim = work(Claim.objects.get())
    page = agent.get(reverse("claims:detail", args=[claim.pk])).text

    assert "an installer of theirs can ask for it" in page
