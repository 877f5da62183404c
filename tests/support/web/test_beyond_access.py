"""A claim's page as its agent sees it: under which access, and what is left once that is over."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.audit.models import Entry
from portal.claims.models import Claim
from portal.consent import giving
from portal.consent.models import Grant
from portal.hubs.models import Hub
from portal.sandbox import world
from tests.conftest import work
from tests.forms import FRAGMENT
from tests.support.conftest import CLAIMS, acmes_grant, break_glass, filled, post

SERIAL = "SN-4711-SECRET"
FACTS = (SERIAL, "Online", "Firmware", "No longer", "online when we looked", "Looking for the hub")


@pytest.fixture
def claimed(agent, ada, mill_court, sandbox) -> Claim:
    """A claim of Sam's for Acme, whose hub was read just now."""
    post(agent, filled(world.hub_id(5), mill_court))
    claim = work(Claim.objects.get(), rounds=3)
    assert claim.state == "claimed"
    read(claim)
    return claim


def read(claim: Claim, **facts) -> None:
    """Have the portal read something of the claim's hub."""
    now = timezone.now()
    known = {"serial": SERIAL, "model": "SPK-1", "online": True, "online_at": now, "read_at": now}
    known |= {"binding": "ours", "firmware": "9.9.9", "uptime_seconds": 999, **facts}
    Hub.objects.filter(pk=claim.hub_id).update(version=claim.hub.version + 7, **known)


def page(claim: Claim) -> str:
    return reverse("claims:detail", args=(claim.pk,))


def live(claim: Claim) -> str:
    return reverse("claims:live", args=(claim.pk,))


def revoked(ada, **_):
    giving.revoke(acmes_grant(), ada)


def run_out(**_):
    now = timezone.now()
    Grant.objects.update(begins_at=now - timedelta(days=1), ends_at=now, due_at=now)


def narrowed(orchard_rise, **_):
    Grant.objects.update(all_sites=False)
    Grant.objects.get().sites.set([orchard_rise])


ENDS = pytest.mark.parametrize("end", [revoked, run_out, narrowed])


def test_the_page_names_by_what_the_agent_looks(agent, claimed):
    shown = agent.get(page(claimed)).text

    assert "You act for Acme Properties" in shown
    assert "Consent of Ada Admin" in shown
    assert "left</time-left>" in re.sub(r"\s", "", shown)
    assert SERIAL in shown


def test_the_organisations_own_people_read_no_such_banner(as_person, ada, claimed):
    shown = as_person(ada).get(page(claimed)).text

    assert "You act for" not in shown
    assert SERIAL in shown


def test_under_break_glass_the_banner_says_so_and_the_look_is_recorded(agent, ada, claimed):
    revoked(ada)
    break_glass(agent, world.ACME_ORG_ID)
    Entry.objects.filter(verb="support.page_opened").delete()

    shown = agent.get(page(claimed)).text

    assert "Break glass, ticket T-4711" in shown
    assert Entry.objects.get(verb="support.page_opened").detail["page"] == page(claimed)


@ENDS
def test_once_it_is_over_the_page_shows_the_outcome_and_nothing_of_the_hub(
    agent, ada, claimed, orchard_rise, end
):
    end(ada=ada, orchard_rise=orchard_rise)

    shown = agent.get(page(claimed)).text

    assert claimed.number in shown
    assert "Claimed" in shown
    assert "You act for" not in shown
    assert "Your access to Acme Properties is over" in shown
    assert not [fact for fact in FACTS if fact in shown]


@ENDS
@pytest.mark.parametrize(
    "facts",
    [
        {"online": False},
        {"online": None},
        {"binding": "other"},
        {"status": "Suspended"},
        {"read_at": timezone.now() - timedelta(days=3)},
    ],
)
def test_whatever_was_read_last_the_page_is_the_same(
    agent, ada, claimed, orchard_rise, end, facts, time_machine
):
    time_machine.move_to(timezone.now(), tick=False)
    end(ada=ada, orchard_rise=orchard_rise)
    before = story(agent.get(page(claimed)).text)

    read(claimed, **facts)

    assert story(agent.get(page(claimed)).text) == before


def story(text: str) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", text.partition("<main")[2])


@ENDS
def test_a_page_that_was_open_loses_it_with_the_next_poll(agent, ada, claimed, orchard_rise, end):
    shown = agent.get(page(claimed)).context["seen"]
    end(ada=ada, orchard_rise=orchard_rise)

    news = agent.get(live(claimed), {"seen": shown}, headers=FRAGMENT)

    assert news.status_code == 200
    assert not [fact for fact in FACTS if fact in news.text]
    assert "You act for" not in news.text
    assert 'id="acting"' in news.text
    assert "hx-get" not in news.text.partition('id="claim-actions"')[0]
    again = {"seen": news.context["seen"]}
    read(claimed, online=False)
    assert agent.get(live(claimed), again, headers=FRAGMENT).status_code == 204


@ENDS
def test_lists_show_the_outcome_too(agent, ada, claimed, orchard_rise, end):
    assert "Online" in agent.get(CLAIMS).text
    end(ada=ada, orchard_rise=orchard_rise)

    for address in (CLAIMS, reverse("home")):
        shown = agent.get(address).text
        assert "Claimed" in shown, address
        assert "Online" not in shown, address
        assert SERIAL not in shown, address


def test_the_list_of_a_narrower_access_shows_the_outcome_of_a_claim_beyond_it(
    agent, ada, claimed, orchard_rise
):
    narrowed(orchard_rise)
    address = reverse("support:organisation", args=(Grant.objects.get().pk,))

    shown = agent.get(address).text

    assert "Claimed" in shown
    assert "Online" not in shown


def test_the_story_of_the_hub_is_closed_with_the_access(agent, ada, claimed):
    address = reverse("support:hub", args=(claimed.hub_id_text,))
    assert agent.get(address).status_code == 200

    revoked(ada)

    answer = agent.get(address)
    assert answer.status_code == 404
    assert SERIAL not in answer.text


def test_a_new_access_opens_it_again(agent, ada, acme, spkey_support, claimed):
    revoked(ada)
    acmes_grant()

    shown = agent.get(page(claimed)).text

    assert "You act for Acme Properties" in shown
    assert SERIAL in shown


def test_a_conflict_says_where_only_while_the_access_holds(agent, ada, mill_court, sandbox, acme):
    hub_id = world.MAGIC["ours"].id
    acme.sites.create(name="Harbour House", spkey_site_id=world.ACTED_ON_AT)
    post(agent, filled(hub_id, mill_court))
    claim = work(Claim.objects.get(), rounds=2)
    assert claim.reason == "another_site"
    assert "Harbour House" in agent.get(page(claim)).text

    revoked(ada)

    assert "Harbour House" not in agent.get(page(claim)).text


def test_of_a_hub_that_went_to_a_site_beyond_the_access_only_the_outcome_is_shown(
    agent, claimed, mill_court, orchard_rise
):
    Grant.objects.update(all_sites=False)
    grant = Grant.objects.get()
    grant.sites.set([mill_court])
    lists = [CLAIMS, reverse("home"), reverse("support:organisation-claims", args=(grant.pk,))]
    found = f"{reverse('support:find')}?q={claimed.number}"
    read(claimed, site=mill_court, spkey_site_id=mill_court.spkey_site_id)
    assert SERIAL in agent.get(page(claimed)).text

    watched = timezone.now() - timedelta(days=1)
    read(
        claimed,
        site=orchard_rise,
        spkey_site_id=orchard_rise.spkey_site_id,
        watched_until=watched,
    )

    for address in (page(claimed), live(claimed), *lists, found):
        shown = agent.get(address).text
        assert SERIAL not in shown, address
        assert "Orchard Rise" not in shown, address
        assert "Firmware" not in shown, address
    assert Hub.objects.get(pk=claimed.hub_id).watched_until == watched


@pytest.mark.parametrize("headers", [{}, FRAGMENT])
def test_no_look_under_break_glass_goes_unrecorded(agent, ada, claimed, headers):
    revoked(ada)
    glass = break_glass(agent, world.ACME_ORG_ID)["Location"]
    Entry.objects.filter(verb="support.page_opened").delete()

    agent.get(glass, headers=headers)
    for _ in range(2):
        assert agent.get(f"{live(claimed)}?seen=x", headers=FRAGMENT).status_code == 200

    opened = Entry.objects.filter(verb="support.page_opened").order_by("at")
    assert [each.detail["page"] for each in opened] == [glass, page(claimed)]
