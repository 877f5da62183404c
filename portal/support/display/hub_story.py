"""The story of a hub across organisations, as lines that say whose each of them is."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.utils.translation import gettext

from portal.audit.display import wording as record_wording
from portal.claims.display import hub_history
from portal.hubs.display import action_history, wording
from portal.hubs.display.history import Event, event_of
from portal.hubs.models import Health, Hub
from portal.hubs.queries import spells_of
from portal.orgs.models import Membership
from portal.support import hub_story
from portal.support.hub_story import Chapter

PAGE: Final = 60


@dataclass(frozen=True, slots=True)
class Line:
    """An event, and whose it is: `organisation` is empty of what is another one's."""

    event: Event
    organisation: str

    @property
    def at(self) -> datetime:
        """When it was."""
        return self.event.at


def lines(agent: Membership, chapters: list[Chapter], before: datetime) -> tuple[list[Line], bool]:
    """Return a page of the story before this moment, newest first, and whether there is more."""
    since = hub_story.others_since(chapters)
    found = [Line(_of_others(since), "")] if since and since < before else []
    for chapter in chapters:
        name = chapter.grant.organisation.name
        events = (each for each in _events(agent, chapter, before) if each.at < before)
        found += [Line(event, name) for event in events]
    found.sort(key=lambda line: line.at, reverse=True)
    shown = found[:PAGE]
    # Of what happened in one moment, all or nothing is on a page.
    shown += [line for line in found[PAGE:] if line.at == shown[-1].at]
    return shown, len(found) > len(shown)


def _events(agent: Membership, chapter: Chapter, before: datetime) -> Iterator[Event]:
    most = PAGE + 1
    claims = chapter.claims.filter(created_at__lt=before).with_details()
    for claim in claims.order_by("-created_at", "-pk")[:most]:
        # Of others' claims the agent has no page.
        is_own = claim.acting_organisation_id == agent.organisation_id
        events = hub_history.of_claim(claim)
        yield from events if is_own else (replace(event, url="") for event in events)
    yield from map(hub_history.of_attempt, hub_story.calls(chapter, before)[:most])
    acted = hub_story.calls_of_actions(chapter, before)[:most]
    yield from map(action_history.of_attempt, acted)
    if chapter.hub is None:
        return
    spells = spells_of(chapter.hub).filter(started_at__lt=before)
    yield from map(event_of, spells.order_by("-started_at", "-pk")[:most])
    for entry in hub_story.recorded(chapter, before)[:most]:
        sentence = record_wording.sentence(entry, is_own=False)
        yield Event(entry.at, "quiet", "person", sentence)


def meta_of(chapter: Chapter) -> str:
    """Return what is known of the hub there; of one not seen there, what they wanted of it."""
    if chapter.hub is not None:
        return meta(chapter.hub)
    if chapter.actions.exists():
        return gettext("Asked to have it brought here")
    return gettext("Tried to claim it")


def meta(hub: Hub) -> str:
    """Return a hub's serial, its site and its state, as far as the portal knows them."""
    serial = gettext("serial %(number)s") % {"number": hub.serial} if hub.serial else ""
    site = hub.site.shown_name if hub.site else hub.spkey_site_id
    state = _state(hub)
    left = gettext("Not theirs any more") if hub.left_at and not hub.health else ""
    return " · ".join(part for part in (serial, site, state, left) if part)


def _state(hub: Hub) -> str:
    if hub.health == Health.UNKNOWN:
        return gettext("state not known")
    return str(wording.STATES[hub.health].word) if hub.health else ""


def _of_others(since: datetime) -> Event:
    return Event(since, "quiet", "shield", gettext("Another organisation has it now"))
