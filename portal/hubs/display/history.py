"""What happened to a hub, line by line, and its states of ninety days as a drawing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from portal.core.ui import Text
from portal.hubs.display import wording
from portal.hubs.models import Health, Spell
from portal.hubs.queries import Stretch

# A spell that is drawn is at least so wide, of WIDTH.
THINNEST: Final = 5.0
WIDTH: Final = 900.0


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a hub's history: `kind` is a chip's."""

    at: datetime
    kind: str
    icon: str
    title: Text
    text: str = ""
    url: str = ""
    follows: bool = False
    """Whether it came of what else happened in the same second, as a state does."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A spell as it is drawn, in units of which WIDTH are ninety days."""

    x: float
    width: float
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """The states of ninety days, and what they come to in words."""

    segments: Sequence[Segment]
    words: str
    start: datetime
    end: datetime


def event_of(spell: Spell) -> Event:
    """Return the beginning of a spell as a line."""
    chip = wording.STATES[spell.health]
    text = ""
    if spell.ended_at is not None:
        text = gettext("for %(time)s") % {"time": wording.length(spell.ended_at - spell.started_at)}
    is_unknown = spell.health == Health.UNKNOWN
    title = gettext("State not known") if is_unknown else chip.word
    return Event(spell.started_at, chip.kind, chip.icon, title, text, follows=True)


def drawing_of(spells: Sequence[Stretch]) -> Drawing:
    """Return the drawing of these spells, oldest first, of which the last may go on.

    Those that would lie on one another are drawn once, however many there are.
    """
    end = timezone.now()
    start = end - Spell.KEPT
    segments = [_segment(spell, start, end) for spell in _seen(spells, start, end)]
    return Drawing(segments, _words(spells, start, end), start, end)


def _seen(spells: Sequence[Stretch], start: datetime, end: datetime) -> Iterator[Stretch]:
    """Yield the spells but for the short ones that begin where one of their state just did."""
    apart, thin = (end - start) / WIDTH, (end - start) * (THINNEST / WIDTH)
    last: dict[str, datetime] = {}
    for spell in spells:
        is_thin = (spell.ended_at or end) - spell.started_at < thin
        drawn = last.get(spell.health)
        if is_thin and drawn is not None and spell.started_at - drawn < apart:
            continue
        last[spell.health] = spell.started_at
        yield spell


def _segment(spell: Stretch, start: datetime, end: datetime) -> Segment:
    begun, ended = max(spell.started_at, start), min(spell.ended_at or end, end)
    scale = WIDTH / (end - start).total_seconds()
    x = (begun - start).total_seconds() * scale
    width = max((ended - begun).total_seconds() * scale, THINNEST)
    x = min(x, WIDTH - width)
    chip = wording.STATES[spell.health]
    title = gettext("%(state)s from %(start)s, %(time)s") % {
        "state": chip.word,
        "start": _exact(spell.started_at),
        "time": wording.length(max(ended - begun, timedelta(0))),
    }
    return Segment(round(x, 2), round(width, 2), chip.kind, title)


def _words(spells: Sequence[Stretch], start: datetime, end: datetime) -> str:
    offline = [spell for spell in spells if spell.health == Health.OFFLINE]
    if not offline:
        return gettext("Never offline in this time, as far as the portal has seen.")
    together = sum(
        (min(s.ended_at or end, end) - max(s.started_at, start) for s in offline), timedelta(0)
    )
    sentence = ngettext(
        "Offline once, for %(time)s.",
        "Offline %(number)s times, %(time)s in all.",
        len(offline),
    )
    return sentence % {"number": len(offline), "time": wording.length(together)}


def _exact(at: datetime) -> str:
    return date_format(timezone.localtime(at), "j M Y, H:i:s")
