"""All that happened to a hub, newest first: each room that knows of something has its source.

A source gives the newest events before a moment, at most so many.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final

from portal.audit import queries as audit_queries
from portal.audit.kinds import Kind
from portal.audit.web.rows import row_of
from portal.claims.display import hub_history
from portal.claims.models import Attempt
from portal.claims.queries import attempts_of, claims_of
from portal.hubs.display import action_history
from portal.hubs.display.history import Event, event_of
from portal.hubs.models import Hub
from portal.hubs.queries import action_attempts, spells_of
from portal.orgs.models import Membership

PAGE: Final = 40

type Source = Callable[[Membership, Hub, datetime, int], Iterable[Event]]


def history_of(member: Membership, hub: Hub, before: datetime) -> tuple[list[Event], bool]:
    """Return a page of the hub's history before this moment, and whether there may be more."""
    events = [event for source in SOURCES for event in source(member, hub, before, PAGE + 1)]
    found = sorted((e for e in events if e.at < before), key=_turn, reverse=True)
    shown = found[:PAGE]
    # Of what happened in one second, all or nothing is on a page.
    shown += [event for event in found[PAGE:] if second_of(event) == second_of(shown[-1])]
    return shown, len(found) > len(shown)


def second_of(event: Event) -> datetime:
    """Return when it happened, as the page says it."""
    return event.at.replace(microsecond=0)


def _turn(event: Event) -> tuple[datetime, bool, datetime]:
    """Return by what the history is sorted: within a second, what follows from the rest is last."""
    return second_of(event), event.follows, event.at


def _spells(_member: Membership, hub: Hub, before: datetime, most: int) -> Iterable[Event]:
    spells = spells_of(hub).filter(started_at__lt=before).order_by("-started_at", "-pk")[:most]
    return map(event_of, spells)


def _claims(member: Membership, hub: Hub, before: datetime, most: int) -> Iterable[Event]:
    claims = claims_of(member).with_details().filter(hub=hub, created_at__lt=before)
    for claim in claims.order_by("-created_at", "-pk")[:most]:
        yield from hub_history.of_claim(claim)


def _attempts(member: Membership, hub: Hub, before: datetime, most: int) -> Iterable[Event]:
    found: Iterable[Attempt] = attempts_of(member, hub, before)[:most]
    return map(hub_history.of_attempt, found)


def _action_calls(_member: Membership, hub: Hub, before: datetime, most: int) -> Iterable[Event]:
    return map(action_history.of_attempt, action_attempts(hub, before)[:most])


def _record(member: Membership, hub: Hub, before: datetime, most: int) -> Iterable[Event]:
    """What the record says of the hub itself; of its claims, they tell themselves."""
    entries = audit_queries.entries_of(member).filter(hub=hub.hub_id, at__lt=before)
    for entry in entries.filter(kind=Kind.HUBS).order_by("-at", "-pk")[:most]:
        row = row_of(entry, member.user_id)
        text = "; ".join(f"{name}: {value}" for name, value in row.details)
        yield Event(entry.at, "quiet", "person", row.sentence, text)


SOURCES: Final[list[Source]] = [_spells, _claims, _attempts, _action_calls, _record]
