"""The demo's claims: of the hubs that stand in the sandbox, and of some that came to nothing."""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from portal.claims.models import SUCCEEDED, Attempt, Claim, Reason, State
from portal.core.leasing import due_at
from portal.demo.past import Past
from portal.hubs import status
from portal.hubs.models import Health, Hub, Spell
from portal.jobs.models import Job
from portal.orgs.models import Membership
from portal.sandbox import lived_in, world
from portal.sandbox.lived_in import StandingHub
from portal.sites.models import Site

# What each site calls its places, and who claims there, in turns.
PLACES: Final = {
    "harbour-house": "Flat {}, riser",
    "mill-court": "Block B, flat {}",
    "stoa-ermou": "Κατάστημα {}",
    "orchard-rise": "Flat {}, riser",
    "tannery-yard": "Unit {}, meter room",
    "chapel-terrace": "House {}, hall",
    "lighthouse-flats": "Flat {}, riser",
}
_CREWS: Final = {
    "harbour-house": ("installer", "season"),
    "mill-court": ("installer", "late"),
    "stoa-ermou": ("late",),
    "orchard-rise": ("crew", "crew", "installer"),
    "tannery-yard": ("deputy", "season"),
    "chapel-terrace": ("season", "installer"),
    "lighthouse-flats": ("admin",),
}
_APART: Final = 7  # minutes
_TOOK: Final = timedelta(seconds=4)


def place_at(spkey_site_id: str, number: int) -> str:
    """Return what a site calls its place of this number, counted from 1."""
    return PLACES[spkey_site_id].format(number)


@dataclass(frozen=True, slots=True)
class Told:
    """One claim of the past: who wanted which hub where, when, and what became of it."""

    hub_id: str
    person: Membership
    site: Site
    at: datetime
    place: str = ""
    job: Job | None = None
    state: State = State.CLAIMED
    reason: Reason = Reason.NONE
    sends: int = 0
    ended_after: timedelta = _TOOK


def make(past: Past, jobs: Mapping[str, Job]) -> None:
    """Make the organisation's hubs and claims; `jobs` are those that they count for, by site."""
    theirs = [each for each in lived_in.STANDING if each.org_id == past.organisation.spkey_org_id]
    told = [_of_standing(past, each, jobs) for each in theirs]
    hubs = {each.hub_id: _standing_hub(past, each) for each in theirs}
    if past.organisation.spkey_org_id == world.ACME_ORG_ID:
        others = list(_others(past, jobs))
        told += others
        for each in others:
            hubs.setdefault(each.hub_id, _other_hub(past, each))
    for each in told:
        if each.state == State.CLAIMED:
            hub = hubs[each.hub_id]
            hub.claimed_by, hub.claimed_by_name = each.person.user, each.person.user.display_name
    Hub.objects.bulk_create(hubs.values())
    Spell.objects.bulk_create(_spells_before(hubs.values()))
    claims = [_claim(each, hubs[each.hub_id]) for each in told]
    Claim.objects.bulk_create(claims)
    Attempt.objects.bulk_create(attempt for claim in claims for attempt in _attempts(claim))
    for claim in claims:
        _note(past, claim)


def _of_standing(past: Past, standing: StandingHub, jobs: Mapping[str, Job]) -> Told:
    crew = _CREWS[standing.site_id]
    return Told(
        standing.hub_id,
        past.people[crew[standing.place % len(crew)]],
        past.sites[standing.site_id],
        past.at(standing.days_ago, standing.place % 12 * _APART),
        place_at(standing.site_id, standing.place + 1),
        jobs.get(standing.site_id),
        sends=1,
    )


def _others(past: Past, jobs: Mapping[str, Job]) -> Iterator[Told]:
    """Yield the claims that came to nothing, or that wait: for power, or for an administrator."""
    released_1, released_2, unplugged, given_up = map(world.hub_id, lived_in.UNPLUGGED)
    at_harbour_house = next(each for each in lived_in.STANDING if each.n == 105)
    people, sites = past.people, past.sites
    stoa, orchard = sites["stoa-ermou"], sites["orchard-rise"]
    for hub_id, number in ((released_1, 8), (released_2, 9)):
        yield Told(
            hub_id,
            people["late"],
            stoa,
            past.at(0, number),
            place_at("stoa-ermou", number),
            jobs["stoa-ermou"],
            State.BLOCKED,
            Reason.RIGHT_GONE,
        )
    yield Told(
        unplugged,
        people["crew"],
        orchard,
        past.now - timedelta(minutes=25),
        place_at("orchard-rise", 8),
        jobs["orchard-rise"],
        State.WAITING,
        Reason.OFFLINE,
    )
    yield Told(
        at_harbour_house.hub_id,
        people["crew"],
        orchard,
        past.at(1, 40),
        place_at("orchard-rise", 9),
        jobs["orchard-rise"],
        State.CONFLICT,
        Reason.ANOTHER_SITE,
    )
    yield Told(
        given_up,
        people["season"],
        sites["tannery-yard"],
        past.at(24, 60),
        place_at("tannery-yard", 13),
        state=State.EXPIRED,
        reason=Reason.OFFLINE,
        ended_after=timedelta(days=1),
    )
    yield Told(
        world.MAGIC["hidden"].id,
        people["installer"],
        sites["chapel-terrace"],
        past.at(4, 50),
        state=State.CONFLICT,
        reason=Reason.ANOTHER_ORGANISATION,
    )
    yield Told(
        world.MAGIC["unknown"].id,
        people["season"],
        sites["chapel-terrace"],
        past.at(15, 60),
        state=State.NOT_FOUND,
    )
    yield Told(
        world.hub_id(175),
        people["deputy"],
        sites["tannery-yard"],
        past.at(29, 70),
        state=State.CANCELLED,
    )


def _standing_hub(past: Past, standing: StandingHub) -> Hub:
    """Return the row of a hub as the sandbox tells of it."""
    offline, hub_id = standing.offline_days, standing.hub_id
    claimed_at = past.at(standing.days_ago, standing.place % 12 * _APART)
    known: dict[str, Any] = {"online": False}
    if offline is None:
        uptime = int((past.now - claimed_at).total_seconds())
        known = {"online": True, "firmware": world.FIRMWARE, "uptime_seconds": uptime}
        known["online_at"] = past.now
    return Hub(
        organisation=past.organisation,
        hub_id=uuid.UUID(hub_id),
        binding=Hub.Binding.OURS,
        status=status.CLAIMED,
        serial=world.serial(hub_id),
        model=world.model(hub_id),
        spkey_site_id=standing.site_id,
        place=place_at(standing.site_id, standing.place + 1),
        is_primary=standing.place == 0,
        last_seen=past.now - timedelta(days=offline or 0),
        claimed_at=claimed_at,
        health_since=_since(past, standing, claimed_at),
        read_at=past.now,
        asked_at=past.now,
        created_at=claimed_at,
        **known,
    )


def _since(past: Past, standing: StandingHub, claimed_at: datetime) -> datetime:
    """Return since when a hub is as it is: some had a bad night."""
    if standing.offline_days is not None:
        return max(claimed_at, past.now - timedelta(days=standing.offline_days))
    back = past.now - timedelta(days=2 + standing.place % 5, hours=3)
    return back if _had_a_bad_night(standing.place) and back > claimed_at else claimed_at


def _had_a_bad_night(place: int) -> bool:
    return place % 4 == 1


def _spells_before(hubs: Iterable[Hub]) -> Iterator[Spell]:
    """Yield what the hubs were like before they became as they are, back to their claims."""
    for hub in hubs:
        if hub.binding != Hub.Binding.OURS or not hub.claimed_at or not hub.health_since:
            continue
        if hub.health_since <= hub.claimed_at:
            continue
        until = hub.health_since
        if hub.online:
            fell = max(hub.claimed_at, until - timedelta(hours=2, minutes=14))
            yield Spell(hub=hub, health=Health.OFFLINE, started_at=fell, ended_at=until)
            until = fell
        if until > hub.claimed_at:
            yield Spell(hub=hub, health=Health.ONLINE, started_at=hub.claimed_at, ended_at=until)


def _other_hub(past: Past, told: Told) -> Hub:
    """Return the row of a hub that is not the organisation's."""
    known: dict[str, Any] = {"binding": Hub.Binding.FREE, "status": status.PROVISIONED}
    known |= {"serial": world.serial(told.hub_id), "model": world.model(told.hub_id)}
    if told.state == State.CONFLICT:
        known = {"binding": Hub.Binding.OTHER}
    elif told.state == State.NOT_FOUND:
        known = {"binding": Hub.Binding.MISSING}
    elif told.reason == Reason.OFFLINE:
        known["online"] = False
    return Hub(
        organisation=past.organisation,
        hub_id=uuid.UUID(told.hub_id),
        read_at=told.at,
        created_at=told.at,
        **known,
    )


def _claim(told: Told, hub: Hub) -> Claim:
    is_active = told.state in {State.BLOCKED, State.WAITING}
    ended_at = None if is_active else told.at + told.ended_after
    succeeded, sent_at = told.state in SUCCEEDED, told.at + _TOOK / 2
    return Claim(
        organisation=hub.organisation,
        hub=hub,
        hub_id_text=told.hub_id,
        site=told.site,
        spkey_site_id=told.site.spkey_site_id,
        submitted_by=told.person.user,
        job=told.job,
        place=told.place,
        submission=uuid.uuid4(),
        state=told.state,
        reason=told.reason,
        version=3,
        tries=0 if told.state == State.BLOCKED else 1,
        sends=told.sends,
        last_send_at=sent_at if told.sends else None,
        cancel_requested_at=ended_at if told.state == State.CANCELLED else None,
        cancel_requested_by=told.person.user if told.state == State.CANCELLED else None,
        retry_window_start=told.at,
        created_at=told.at,
        changed_at=ended_at or told.at,
        contacted_at=None if told.state == State.BLOCKED else told.at,
        claimed_at=ended_at if succeeded else None,
        finished_at=ended_at,
        **due_at(told.at if told.state == State.WAITING else None),
    )


def _attempts(claim: Claim) -> Iterable[Attempt]:
    """Return the calls of a claim that SpKey answered: a read, and a send where it was claimed."""
    if claim.contacted_at is None or claim.state == State.CANCELLED:
        return
    kinds = (Attempt.Kind.READ, Attempt.Kind.SEND)[: 1 + claim.sends]
    for number, kind in enumerate(kinds, start=1):
        began = claim.contacted_at + _TOOK / 4 * (number - 1)
        yield Attempt(
            claim=claim,
            number=number,
            kind=kind,
            epoch=1,
            sent={"siteId": claim.spkey_site_id} if kind == Attempt.Kind.SEND else {},
            outcome="not_found" if claim.state == State.NOT_FOUND else "answered",
            http_status=404 if claim.state == State.NOT_FOUND else 200,
            duration_ms=180,
            started_at=began,
            finished_at=began + timedelta(milliseconds=180),
        )


def _note(past: Past, claim: Claim) -> None:
    person = past.people[claim.submitted_by.email.partition("@")[0]]
    facts = {"hub": claim.hub_id_text, "site": claim.spkey_site_id}
    past.note("claim.submitted", person, claim.created_at, claim, reason="", **facts)
    if claim.finished_at is not None:
        stopped = person if claim.state == State.CANCELLED else None
        facts |= {"state": str(claim.state), "reason": str(claim.reason)}
        past.note("claim.ended", stopped, claim.finished_at, claim, **facts)
