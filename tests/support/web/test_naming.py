"""What an agent says to one organisation names no other that they know of by their work."""

import pytest
from django.urls import reverse

from portal.claims.models import Claim
from portal.consent.models import AccessRequest, Grant
from portal.hubs.actions.models import HubAction
from portal.sandbox import world
from tests.conftest import consent_to
from tests.hubs.own_hubs import make_own_hub
from tests.support.conftest import GLASS, REASON, UNKNOWN, break_glass, filled, post
from tests.support.web.test_tray import HUB, AgentsTray, beat, confirmed
from tests.support.web.test_ways_in import ASK, request_for

ANOTHER = {
    "name": "As we did for Harbour Living last week",
    "SpKey id": "As we did for harbour-living last week",
    "spelt together": "As we did for HarbourLiving last week",
}
NAMES = "They read this, and “"


TOLD = ("Reason, ticket or place names another organisation", True)


@pytest.fixture
def _harbour_lets_in(harbour, spkey_support):
    consent_to(spkey_support, harbour)


def claims(agent, grant, reason, site):
    return post(agent, filled(HUB, site, reason=reason), grant)


def moves(agent, grant, reason, site, place=""):
    hub = make_own_hub(site)
    Grant.objects.filter(pk=grant.pk).update(may_move=True)
    other = site.organisation.sites.exclude(pk=site.pk).get()
    form = {"site": str(other.pk), "place": place, "reason": reason, "submission": str(hub.pk)}
    return agent.post(reverse("support:move-hub", args=(grant.pk, hub.pk)), form)


def asks(agent, grant, reason, site):
    return agent.post(ASK, request_for(world.ACME_ORG_ID) | {"reason": reason})


def breaks(agent, grant, reason, site):
    form = {"organisation": world.ACME_ORG_ID, "reason": reason, "ticket": "T-1"}
    return agent.post(GLASS, form)


def unknown(agent, grant, reason, site):
    break_glass(agent, "org-nobody-knows")
    form = filled(HUB, typed_site="there", reason=reason, about="org-nobody-knows")
    return agent.post(UNKNOWN, form)


WAYS = [claims, moves, asks, breaks, unknown]


@pytest.mark.usefixtures("_harbour_lets_in")
@pytest.mark.parametrize("text", ANOTHER.values())
@pytest.mark.parametrize("way", WAYS)
def test_no_reason_names_another(agent, grant, mill_court, orchard_rise, way, text):
    answer = way(agent, grant, text, mill_court)

    assert answer.status_code == 422
    words = text.removeprefix("As we did for ").removesuffix(" last week")
    assert f"They read this, and “{words}” is an" in answer.context["form"].errors["reason"][0]
    assert not Claim.objects.exists()
    assert not HubAction.objects.exists()
    assert not AccessRequest.objects.exists()


@pytest.mark.usefixtures("_harbour_lets_in")
@pytest.mark.parametrize("text", [REASON, "Acme Properties called us", "acme-properties called"])
@pytest.mark.parametrize("way", WAYS[:-1])
def test_their_own_name_and_everything_else_is_sent(
    agent, grant, mill_court, orchard_rise, way, text
):
    assert way(agent, grant, text, mill_court).status_code == 302


@pytest.mark.usefixtures("_harbour_lets_in")
def test_nor_does_a_place(agent, grant, mill_court, orchard_rise):
    answer = moves(agent, grant, REASON, mill_court, place="As at HARBOUR-LIVING, left")

    assert answer.status_code == 422
    assert NAMES in " ".join(answer.context["form"].errors["place"])
    assert not HubAction.objects.exists()


@pytest.mark.usefixtures("_harbour_lets_in")
@pytest.mark.parametrize("field", ["ticket", "wanted_sites"])
def test_nor_does_what_is_asked_for_or_broken_for(agent, field):
    page = GLASS if field == "ticket" else ASK
    fields = {"organisation": world.ACME_ORG_ID, "reason": REASON, "ticket": "T-1"}
    named = request_for(world.ACME_ORG_ID) | fields | {field: "As at Harbour Living"}

    assert NAMES in " ".join(agent.post(page, named).context["form"].errors[field])
    assert not AccessRequest.objects.exists()
    assert not Grant.objects.filter(organisation__name="Acme Properties").exists()


@pytest.mark.usefixtures("_harbour_lets_in")
def test_a_name_within_that_of_whoever_reads_it_is_none(agent, acme, harbour, grant):
    harbour.name = "Acme"
    harbour.save(update_fields=["name"])
    said = "The tablet of Acme Properties was lost"

    assert asks(agent, grant, f"{said}, as Acme’s was", None).status_code == 422
    assert asks(agent, grant, said, None).status_code == 302


@pytest.mark.usefixtures("_harbour_lets_in")
@pytest.mark.parametrize("text", ANOTHER.values())
def test_nor_does_one_of_the_tray(agent, sam, acme, grant, mill_court, text):
    beat()
    tray = AgentsTray(agent, sam, acme, grant=grant)
    for named in ({"reason": text}, {"ticket": text}, {"place": text}):
        row = confirmed(tray.row(HUB, mill_court, **{"reason": REASON} | named))
        news = tray.news(row)
        assert (news["title"], news["canClaim"]) == TOLD
    assert not Claim.objects.exists()


@pytest.mark.parametrize("text", [*ANOTHER.values(), "As we did for Nobody Knows Us"])
def test_of_whom_the_agent_knows_nothing_the_form_tells_nothing(agent, harbour, grant, text):
    """Harbour has let nobody in: whether it uses the portal cannot be tried out by a reason."""
    assert asks(agent, grant, text, None).status_code == 302
    assert breaks(agent, grant, text, None).status_code == 302


@pytest.mark.usefixtures("_harbour_lets_in")
@pytest.mark.parametrize("named", [world.hub_id(0), "admin@harbour.example", "Acme Homes"])
def test_whom_the_portal_knows_by_what_was_typed_plays_no_part(agent, hal, lighthouse, named):
    """Otherwise it would tell whose a hub or an address is."""
    said = []
    for is_theirs in (False, True):
        if is_theirs:
            make_own_hub(lighthouse, hub_id=world.hub_id(0))
        answer = agent.post(ASK, request_for(named) | {"reason": ANOTHER["name"]})
        said.append((answer.status_code, str(answer.context["form"].errors)))

    assert said[0] == said[1]
    assert said[0][0] == 422
