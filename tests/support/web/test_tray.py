"""An agent's tray under a grant: its own addresses, its own sites, asked again each time."""

import json
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from portal.audit.models import Entry
from portal.claims.engine import actions
from portal.claims.models import Claim, Reason, State
from portal.consent import brakes, giving
from portal.consent.break_glass import break_glass
from portal.consent.models import Grant
from portal.core import worker
from portal.core.throttle import LimitReachedError
from portal.hubs import watching
from portal.hubs.models import Hub
from portal.orgs.models import ApiCredential, Membership
from portal.sandbox import world
from portal.sites.models import Site
from portal.support.desk import SupportDesk
from tests.claims.states import put
from tests.concurrency import at_once
from tests.conftest import claim_request, consent_to, join, make_person, work
from tests.hubs.own_hubs import make_own_hub
from tests.people_with_factor import has_used_factor, sign_in_with_factor
from tests.support.conftest import REASON, sent
from tests.tray.conftest import HUB, OTHER_HUB, TRAY, Json, Tablet, beat

LATE = 301


@dataclass
class AgentsTray(Tablet):
    """An agent's tray for the organisation of a grant."""

    grant: Grant | None = None

    @property
    def address(self) -> str:
        assert self.grant
        return reverse("support:tray-sync", args=(self.grant.pk,))

    def row(self, text: object = HUB, site: Site | str = "", **fields: object) -> Json:
        why = {"reason": REASON, "ticket": "T-4711"}
        return super().row(text, site, **(why | fields))

    def body(self, *rows: Json, **fields: object) -> Json:
        assert self.grant
        return super().body(*rows, **({"grant": str(self.grant.pk)} | fields))

    def send(self, body: object, **headers: str) -> HttpResponse:
        text = body if isinstance(body, str | bytes) else json.dumps(body)
        return self.client.post(
            self.address, text, content_type="application/json", headers=headers
        )


@pytest.fixture
def tray(agent, sam, acme, grant) -> AgentsTray:
    """Sam's tray for Acme, while a worker runs."""
    beat()
    return AgentsTray(agent, sam, acme, grant=grant)


def confirmed(row: Json) -> Json:
    return row | {"claim": True}


def used_keys(sandbox) -> set[str]:
    return {asked.key for asked in sandbox.state.requests}


def test_the_page_names_the_organisation_and_offers_only_the_sites_of_the_grant(
    agent, acme, spkey_support, mill_court, orchard_rise
):
    grant = consent_to(spkey_support, acme, all_sites=False)
    grant.sites.set([orchard_rise])

    page = agent.get(reverse("support:tray", args=(grant.pk,))).text

    assert "You act for Acme" in page
    assert orchard_rise.name in page
    assert mill_court.name not in page
    assert f'data-grant="{grant.pk}"' in page
    assert reverse("support:tray-sync", args=(grant.pk,)) in page
    assert f'content="{reverse("tray:sync")}"' not in page


def test_the_only_site_of_the_grant_is_chosen_beforehand_and_one_of_two_is_not(
    agent, grant, mill_court
):
    address = reverse("support:tray", args=(grant.pk,))

    alone = agent.get(address).context["form"]["site"].value()
    Site.objects.create(
        organisation=grant.organisation, name="Tannery Yard", spkey_site_id="tannery-yard"
    )
    beside_another = agent.get(address).context["form"]["site"].value()

    assert alone == mill_court.pk
    assert beside_another is None


def test_nobody_is_sent_to_an_administrator_from_an_agents_tray(agent, grant, mill_court):
    page = agent.get(reverse("support:tray", args=(grant.pk,))).text

    assert "dministrator" not in page.partition("<main")[2].partition("</main")[0]


def test_the_session_is_that_of_the_organisation_with_its_sites(
    tray, acme, sam, mill_court, lighthouse
):
    told = tray.client.get(tray.address).json()

    assert told["person"]["id"] == str(sam.pk)
    assert told["organisation"] == {"id": str(acme.pk), "name": acme.name}
    assert [site["id"] for site in told["sites"]] == [str(mill_court.pk)]
    assert told["jobs"] == []


def test_eight_hubs_are_looked_up_and_claimed_with_their_reason(tray, sandbox, acme, mill_court):
    rows = [tray.row(world.hub_id(n), mill_court) for n in range(8)]
    tray.sync(*rows)
    worker.run_once()
    tray.sync(*rows)
    assert {tray.latest[row["id"]]["outcome"] for row in rows} == {"ready"}
    assert not sent(sandbox)

    tray.sync(*[row.update(claim=True) or row for row in rows])
    worker.run_once()
    tray.sync(*rows)

    assert {tray.latest[row["id"]]["outcome"] for row in rows} == {"claimed"}
    claims = Claim.objects.filter(organisation=acme)
    assert claims.count() == 8
    why = {(claim.support_reason, claim.support_ticket) for claim in claims}
    assert why == {(REASON, "T-4711")}
    assert {asked.body["orgId"] for asked in sent(sandbox)} == {world.ACME_ORG_ID}
    told = Entry.objects.filter(verb="support.claimed", organisation_id=acme.pk)
    assert {entry.detail["ticket"] for entry in told} == {"T-4711"}


def _working(acme):
    pass


def _without_key(acme):
    acme.credential.delete()


def _refused(acme):
    ApiCredential.objects.filter(organisation=acme).update(state="refused")


@pytest.mark.parametrize(
    ("of_key", "keys"),
    [(_working, {"acme"}), (_without_key, {"support"}), (_refused, {"support"})],
)
def test_a_look_up_goes_with_supports_key_only_where_the_organisations_own_cannot(
    of_key, keys, tray, sandbox, acme, mill_court
):
    of_key(acme)
    row = tray.row(HUB, mill_court)
    tray.news(row)

    assert tray.after_work(row)["outcome"] == "ready"
    assert used_keys(sandbox) == keys
    assert all(asked.method == "GET" for asked in sandbox.state.requests)


def test_each_hub_that_is_looked_up_stands_in_the_organisations_record_once(
    tray, sandbox, acme, sam, mill_court, clock
):
    rows = [tray.row(world.hub_id(number), mill_court) for number in range(2)]
    # One of them was read just now for somebody else.
    known = watching.hub_for(acme, world.hub_id(1))
    Hub.objects.filter(pk=known.pk).update(binding="free", read_at=timezone.now())
    for _ in range(3):
        for row in rows:
            tray.news(row)
        worker.run_once()
        clock.shift(timedelta(minutes=6))

    looks = Entry.objects.filter(verb="support.searched", organisation_id=acme.pk)
    assert {entry.detail["what"] for entry in looks} == {world.hub_id(0), world.hub_id(1)}
    assert looks.count() == 2
    assert {entry.actor_id for entry in looks} == {sam.pk}


def test_of_a_hub_beyond_the_sites_of_the_access_nothing_is_said(
    tray, acme, mill_court, orchard_rise, clock
):
    Grant.objects.update(all_sites=False)
    tray.grant.sites.set([orchard_rise])
    hub = make_own_hub(mill_court)
    now = timezone.now()
    Hub.objects.filter(pk=hub.pk).update(serial="SPK-00042-QX", read_at=now)
    row = tray.row(hub.hub_id, orchard_rise)

    told = tray.news(row)

    assert told["outcome"] == "refused"
    for word in ("SPK-00042-QX", "mill-court", "Mill Court"):
        assert word not in str(told)


@pytest.mark.parametrize("lacks", ["a fresh factor", "the site", "nothing"])
def test_a_place_is_said_as_anything_else_is_done(
    lacks, tray, sam, as_person, mill_court, orchard_rise
):
    row = confirmed(tray.row(HUB, mill_court))
    tray.sync(row)
    if lacks == "a fresh factor":
        tray.client = has_used_factor(as_person(sam), sam, seconds_ago=LATE)
    if lacks == "the site":
        Grant.objects.update(all_sites=False)
        tray.grant.sites.set([orchard_rise])
    claim_id = str(Claim.objects.get().pk)
    answer = tray.send(tray.body(row | {"claimId": claim_id, "place": "Roof"})).json()

    assert (Claim.objects.get().place == "Roof") is (lacks == "nothing")
    assert bool(answer["stepUp"]) is (lacks == "a fresh factor")


def test_supports_key_reads_a_hub_once_and_for_nobody_else(tray, sandbox, acme, mill_court, clock):
    acme.credential.delete()
    row = tray.row(HUB, mill_court)
    tray.news(row)
    worker.run_once()
    asked = len(sandbox.state.requests)

    for _ in range(5):
        watching.watch_all(Hub.objects.all())
        clock.shift(watching.REFRESH_TROUBLED)
        worker.run_once()

    assert len(sandbox.state.requests) == asked == 1


@pytest.mark.parametrize("ends", ["revoked", "over"])
def test_no_hub_is_read_under_a_grant_that_ended_meanwhile(
    ends, tray, sandbox, acme, ada, mill_court, clock
):
    acme.credential.delete()
    tray.news(tray.row(HUB, mill_court))
    if ends == "revoked":
        giving.revoke(tray.grant, ada)
    else:
        clock.shift(timedelta(days=31))
        Hub.objects.update(due_at=timezone.now(), watched_until=timezone.now())

    worker.run_once()

    assert not sandbox.state.requests


def test_what_another_organisation_has_is_said_and_not_whose_it_is(
    tray, sandbox, acme, harbour, mill_court
):
    acme.credential.delete()
    harbours = {"status": "Claimed", "orgId": world.HARBOUR_ORG_ID, "siteId": "x"}
    sandbox.state.set_hub(HUB, harbours)
    row = tray.row(HUB, mill_court)
    tray.news(row)
    news = tray.after_work(row)

    assert news["outcome"] == "refused"
    assert "dministrator" not in news["text"]
    assert harbour.name not in str(news)
    assert "lighthouse" not in str(news)


def test_revoked_between_the_look_and_the_claim_the_row_says_so_and_nothing_is_sent(
    tray, sandbox, ada, mill_court
):
    row = tray.row(HUB, mill_court)
    tray.news(row)
    assert tray.after_work(row)["outcome"] == "ready"
    giving.revoke(tray.grant, ada)

    row["claim"] = True
    news = tray.news(row)

    assert news["outcome"] == "refused"
    assert "taken this access back" in news["text"]
    assert (news["settled"], news["canClaim"]) == (True, False)
    assert not Claim.objects.exists()
    assert not sent(sandbox)


def test_revoked_between_the_claim_and_the_send_nothing_is_sent_and_the_row_follows_it(
    tray, sandbox, ada, mill_court
):
    row = confirmed(tray.row(HUB, mill_court))
    tray.sync(row)
    giving.revoke(tray.grant, ada)

    news = tray.after_work(row)

    claim = Claim.objects.get()
    assert (claim.state, claim.reason) == (State.CANCELLED, Reason.RIGHT_GONE)
    assert news["outcome"] == "cancelled"
    assert "access is over" in news["title"]
    assert not sent(sandbox)


def test_over_meanwhile_a_row_says_so(tray, sandbox, mill_court, clock):
    row = tray.row(HUB, mill_court)
    tray.news(row)
    clock.shift(timedelta(days=31))
    sign_in_with_factor(tray.client, tray.person)

    news = tray.news(confirmed(row))

    assert "access is over" in news["text"]
    assert not Claim.objects.exists()


def _of_another_organisation(tray, orchard_rise, lighthouse):
    return str(lighthouse.pk)


def _beyond_the_grant(tray, orchard_rise, lighthouse):
    return str(orchard_rise.pk)


def _made_up(tray, orchard_rise, lighthouse):
    return str(uuid4())


def _archived(tray, orchard_rise, lighthouse):
    Site.objects.filter(name="Mill Court").update(archived_at=timezone.now())
    return str(Site.objects.get(name="Mill Court").pk)


WRONG = [_of_another_organisation, _beyond_the_grant, _made_up, _archived]


@pytest.mark.parametrize("site", WRONG, ids=lambda each: each.__name__)
def test_a_wrong_site_in_the_wire_is_refused_in_the_same_words(
    site, tray, sandbox, mill_court, orchard_rise, lighthouse
):
    Grant.objects.update(all_sites=False)
    tray.grant.sites.set([mill_court])

    news = tray.news(confirmed(tray.row(HUB, site(tray, orchard_rise, lighthouse))))

    assert news["outcome"] == "refused"
    assert news["text"] == "This access does not hold at that site. Nothing was sent."
    assert not Claim.objects.exists()


@pytest.mark.parametrize("reason", ["", "   ", "short", "\n too few "])
def test_without_a_reason_nothing_is_claimed(reason, tray, mill_court):
    news = tray.news(confirmed(tray.row(HUB, mill_court, reason=reason)))

    assert (news["word"], news["canClaim"]) == ("Not sent", True)
    assert not Claim.objects.exists()


def test_a_stale_factor_leads_to_the_step_and_the_row_waits_for_it(
    tray, sam, as_person, mill_court
):
    tray.client = has_used_factor(as_person(sam), sam, seconds_ago=LATE)
    page = reverse("support:tray", args=(tray.grant.pk,))
    row, other = confirmed(tray.row(HUB, mill_court)), tray.row(OTHER_HUB, mill_court)

    answer = tray.send(tray.body(row, other)).json()

    assert reverse("mfa_reauthenticate") in answer["stepUp"]
    assert page in tray.client.get(answer["stepUp"]).text
    first, second = answer["rows"]
    assert (first["outcome"], first["settled"], first["claimId"]) == ("forbidden", False, "")
    assert second["outcome"] == "looking"
    assert not Claim.objects.exists()

    has_used_factor(tray.client, sam, seconds_ago=1)
    answer = tray.send(tray.body(row)).json()
    assert answer["stepUp"] == ""
    assert answer["rows"][0]["claimId"]


def test_what_waits_for_a_factor_keeps_no_session_alive(tray, sam, as_person, mill_court, clock):
    tray.client = has_used_factor(as_person(sam), sam, seconds_ago=LATE)
    tray.client.get(reverse("support:claims"))
    row = confirmed(tray.row(HUB, mill_court))
    for _ in range(8):
        clock.shift(timedelta(minutes=5))
        answer = tray.send(tray.body(row))

    assert answer.status_code == 401
    assert answer.json()["signIn"].endswith(reverse("support:tray", args=(tray.grant.pk,)))


@pytest.mark.parametrize("action", ["stop", "try_now"])
def test_acting_on_a_claim_needs_a_fresh_factor_too(action, tray, sam, as_person, mill_court):
    row = confirmed(tray.row(HUB, mill_court))
    tray.sync(row)
    later = timezone.now() + timedelta(minutes=10)
    waiting = put(Claim.objects.get(), "waiting", "offline", due_at=later)
    tray.client = has_used_factor(as_person(sam), sam, seconds_ago=LATE)

    answer = tray.send(tray.body(row | {"action": action, "claimId": str(waiting.pk)})).json()

    assert answer["stepUp"]
    claim = Claim.objects.get()
    assert (claim.cancel_requested_at, claim.due_at) == (None, later)


def test_an_agent_stops_their_claim_from_its_row(tray, mill_court):
    row = confirmed(tray.row(HUB, mill_court))
    tray.sync(row)

    tray.sync(row | {"action": "stop"})

    assert Claim.objects.get().state == State.CANCELLED


def test_an_ordinary_tray_sends_nothing_of_a_grant(tray, acme, sam, mill_court):
    join(sam, acme)  # Sam belongs to Acme as well.
    body = tray.body(confirmed(tray.row(HUB, mill_court)))

    answer = tray.client.post(TRAY, body, content_type="application/json")

    assert answer.status_code == 400
    assert not Claim.objects.exists()


@pytest.mark.parametrize("named", ["", str(UUID(int=7))])
def test_a_grants_address_takes_nothing_of_another_tray(named, tray, mill_court):
    answer = tray.send(tray.body(confirmed(tray.row(HUB, mill_court)), grant=named))

    assert answer.status_code == 400
    assert not Claim.objects.exists()


def test_a_grants_address_takes_nothing_for_another_organisation(tray, harbour, mill_court):
    body = tray.body(confirmed(tray.row(HUB, mill_court)), organisation=str(harbour.pk))

    assert tray.send(body).status_code == 400
    assert not Claim.objects.exists()


def test_rows_of_somebody_else_are_not_taken(tray, ira, mill_court):
    body = tray.body(confirmed(tray.row(HUB, mill_court)), person=str(ira.pk))

    assert tray.send(body).status_code == 409
    assert not Claim.objects.exists()


def addresses(grant: Any) -> list[str]:
    names = ("tray", "tray-sync", "hubs", "organisation-claims", "organisation")
    return [reverse(f"support:{name}", args=(grant,)) for name in names]


def test_another_agents_break_glass_and_another_supports_grant_are_nobodys_business(
    agent, spkey_support, acme, harbour, make_other_support
):
    other = make_person("other@support.example", "Olga Other")
    join(other, spkey_support, support=True)
    membership = Membership.objects.get(user=other)
    glass = break_glass(membership, acme, reason=REASON, ticket="T-1")
    foreign = consent_to(make_other_support, harbour)

    for pk in (glass.pk, foreign.pk, uuid4()):
        for address in addresses(pk):
            assert agent.get(address).status_code == 404, address


@pytest.fixture
def make_other_support(db):
    from tests.conftest import make_organisation  # noqa: PLC0415

    return make_organisation("Other", "other-support", world.key_text("Other"), "super")


def test_the_organisations_own_people_reach_none_of_it(clients, grant):
    for name in ("ada", "ira", "hal", "otto"):
        for address in addresses(grant.pk):
            assert clients[name].get(address).status_code == 404, (name, address)


def test_an_agent_who_is_one_no_more_reaches_nothing(tray, mill_court):
    Membership.objects.filter(user=tray.person).update(support=False)

    answer = tray.send(tray.body(confirmed(tray.row(HUB, mill_court))))

    assert answer.status_code == 404
    assert "dministrator" not in answer.json()["problem"]
    assert not Claim.objects.exists()


def test_two_agents_at_once_make_one_claim(
    tray, spkey_support, acme, mill_court, as_person, sandbox
):
    other = make_person("other@support.example", "Olga Other")
    join(other, spkey_support, support=True)
    client = has_used_factor(as_person(other), other)
    others = AgentsTray(client, other, acme, grant=tray.grant)

    first = tray.news(confirmed(tray.row(HUB, mill_court)))
    second = others.news(confirmed(others.row(HUB, mill_court)))
    work(Claim.objects.get())

    assert first["claimId"] == second["claimId"]
    assert len(sent(sandbox)) == 1


def test_a_hub_that_the_organisation_claims_itself_is_theirs_and_no_more_is_said(
    tray, claim, mill_court
):
    news = tray.news(confirmed(tray.row(claim.hub_id_text, mill_court)))

    assert news["outcome"] == "refused"
    assert "already has a claim" in news["text"]
    assert claim.number not in str(news)
    assert claim.submitted_by.display_name not in str(news)
    assert Claim.objects.count() == 1


def test_beyond_the_brake_rows_wait_and_say_so_and_those_before_are_claimed(
    tray, settings, mill_court
):
    settings.SUPPORT_CLAIMS_AN_HOUR = 2
    rows = [confirmed(tray.row(world.hub_id(n), mill_court)) for n in range(4)]

    tray.sync(*rows)
    left_of_the_hour = brakes.HOUR - time.time() % brakes.HOUR

    assert Claim.objects.count() == 2
    last = tray.latest[rows[3]["id"]]
    assert (last["outcome"], last["settled"]) == ("forbidden", False)
    assert last["pollIn"] >= min(15, int(left_of_the_hour))
    assert "leads" in last["text"]
    tray.sync(*rows[:2])
    assert Claim.objects.count() == 2


def test_the_place_goes_with_the_claim_and_can_be_said_later(tray, mill_court):
    row = confirmed(tray.row(HUB, mill_court, place="Flat 12"))
    tray.sync(row)
    assert Claim.objects.get().place == "Flat 12"

    tray.sync(row | {"place": "Flat 14"})

    assert Claim.objects.get().place == "Flat 14"
    entry = Entry.objects.get(verb="claim.placed")
    assert entry.acting_organisation_id == Claim.objects.get().acting_organisation_id


def test_the_tray_is_a_first_use_of_which_the_organisation_is_told(tray, mill_court):
    tray.news(tray.row(HUB, mill_court))

    assert Grant.objects.get().first_used_at is not None
    assert Entry.objects.filter(verb="support.first_used").count() == 1


def test_a_photo_is_read_for_an_agent_and_for_nobody_else(agent, as_person, ada, grant):
    address = reverse("support:tray-photo", args=(grant.pk,))

    assert agent.post(address).status_code == 422
    assert as_person(ada).post(address).status_code == 404


def test_the_organisation_reads_that_support_did_it(tray, as_person, ada, mill_court, sandbox):
    tray.sync(confirmed(tray.row(HUB, mill_court)))

    page = as_person(ada).get(reverse("claims:list")).text

    assert "Support, for you" in page
    assert tray.person.display_name not in page


def test_the_agents_home_leads_into_the_tray(agent, grant):
    assert reverse("support:tray", args=(grant.pk,)) in agent.get(reverse("support:claims")).text


def test_trying_now_from_the_tray_counts_as_an_action_for_others(tray, mill_court, settings):
    row = confirmed(tray.row(HUB, mill_court))
    made = dict(tray.news(row))
    put(Claim.objects.get(), "waiting")
    Claim.objects.update(contacted_at=None, send_requested=False)
    row |= {"claimId": made["claimId"], "action": "try_now"}
    settings.SUPPORT_CLAIMS_AN_HOUR = 1

    news = tray.news(row)

    assert news["claimId"] == made["claimId"]
    assert "as much for others as one agent may" in news["text"]
    assert not Claim.objects.get().send_requested


@pytest.mark.parametrize("is_tried", [True, False], ids=["tried", "not got to yet"])
def test_two_taps_from_the_tray_within_ten_seconds_count_once(tray, mill_court, settings, is_tried):
    row = confirmed(tray.row(HUB, mill_court))
    tray.sync(row)
    tap, claims = row | {"action": "try_now"}, Claim.objects.all()
    later = timezone.now() + timedelta(hours=1)
    put(claims.get(), "waiting", "offline", due_at=later, contacted_at=None)
    settings.SUPPORT_CLAIMS_AN_HOUR = 2  # To claim it was the first.
    for _ in range(2):
        assert "as much for others" not in tray.news(tap | {})["text"]
        if is_tried:
            claims.update(contacted_at=timezone.now(), send_requested=False, due_at=later)

    # The next that tries it is one too many.
    claims.update(contacted_at=None, send_requested=False)
    assert "as much for others" in tray.news(tap | {})["text"]


@pytest.mark.django_db(transaction=True)
def test_tries_of_many_at_once_are_counted_exactly(grant, sam, acme, mill_court, settings):
    settings.SUPPORT_CLAIMS_AN_HOUR = 3
    agent, results = sam.memberships.get(), []
    claim = actions.submit(
        claim_request(
            sam,
            mill_court,
            HUB,
            acting_organisation=agent.organisation,
            support_grant=grant,
            reason=REASON,
        )
    )
    claim = put(claim, "waiting", "offline")

    def tries() -> None:
        desk = SupportDesk(agent, grant, is_fresh=True)
        with suppress(LimitReachedError):
            results.append(desk.try_now(claim) is not None)

    at_once(*[tries for _ in range(8)])

    assert sum(results) == 3
