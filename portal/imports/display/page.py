"""An import's page: its rows as lines of a table, its piles, its progress in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from portal.core.ui import Chip, Text
from portal.hubs.models import Hub
from portal.imports import queries
from portal.imports.display import file_wording, wording
from portal.imports.models import (
    DONE_ALREADY,
    PLANNED,
    TO_BE_DONE,
    Import,
    Kind,
    Row,
    RowState,
    State,
    Verdict,
)
from portal.imports.progress import Progress
from portal.imports.queries import UNDER_WAY, Counts
from portal.imports.site_finder import SiteFinder

OF_SITE: Final = (Verdict.OURS, Verdict.KEPT, Verdict.OTHER_SITE)
WAITS_FOR_HUB: Final = _("It is offline: this waits until it is back.")
A_MINUTE: Final = 60
AN_HOUR: Final = 3600


@dataclass(frozen=True, slots=True)
class Item:
    """A row as the table shows it. Where it holds no `hub_id`, `text` is what stands there.

    `place_left` says which place a hub leaves behind that is moved and gets no new one. `url` leads
    to its claim, or else to its hub.
    """

    line: int
    hub_id: str
    text: str
    site: str
    place: str
    place_left: str
    chip: Chip
    about: str
    step: Text
    url: str
    is_claim: bool


@dataclass(frozen=True, slots=True)
class Tab:
    """Some of the rows: by which name they are shown, what they are, how many."""

    name: str
    word: Text
    number: int
    kind: str = ""

    @property
    def is_cause(self) -> bool:
        """Whether they are rows not done, by what is wrong with them."""
        return self.name.startswith(queries.NOT_DONE_AS)


def items(plan: Import, rows: Iterable[Row], sites: SiteFinder, *, for_admin: bool) -> list[Item]:
    """Return the rows as the table shows them to this reader."""
    rows = list(rows)
    hubs = queries.hubs_of(plan, rows)
    return [_item(plan, row, sites, hubs, for_admin=for_admin) for row in rows]


def _item(
    plan: Import, row: Row, sites: SiteFinder, hubs: Mapping[UUID, Hub], *, for_admin: bool
) -> Item:
    hub = hubs.get(row.hub_id) if row.hub_id else None
    left = _place_left(plan, row, hub)
    words = wording.of_row(plan.kind, row, for_admin=for_admin)
    return Item(
        line=row.line,
        hub_id=str(row.hub_id or ""),
        text=row.hub_text,
        site=row.site.shown_name if row.site else row.site_text,
        place=row.place or (hub.place if hub and not left else ""),
        place_left=left,
        chip=words.chip,
        about=about(row, sites),
        step=words.step or (WAITS_FOR_HUB if _waits_for_hub(plan, row) else ""),
        url=_url(row, hub),
        is_claim=row.claim_id is not None,
    )


def _waits_for_hub(plan: Import, row: Row) -> bool:
    """Whether the row can be done, and not before its hub is back."""
    is_sent = plan.kind != Kind.BRING_IN and row.verdict == TO_BE_DONE[plan.kind]
    return row.state == RowState.PLANNED and row.is_offline and is_sent


def _place_left(plan: Import, row: Row, hub: Hub | None) -> str:
    """Say which place is cleared by the move, or was; "" for none."""
    if plan.kind != Kind.MOVE or row.place or hub is None:
        return ""
    if row.state == RowState.DONE:
        was = row.action.from_place if row.action and not hub.place else ""
        return gettext("%(place)s was cleared") % {"place": was} if was else ""
    is_to_move = row.state in UNDER_WAY and row.verdict == Verdict.OTHER_SITE
    if not is_to_move or not hub.place:
        return ""
    return gettext("%(place)s is cleared") % {"place": hub.place}


def _url(row: Row, hub: Hub | None) -> str:
    if row.claim_id:
        return reverse("claims:detail", args=(row.claim_id,))
    return reverse("hubs:detail", args=(hub.pk,)) if hub else ""


def about(row: Row, sites: SiteFinder) -> str:
    """Return what else there is to say of a row's verdict."""
    verdict = row.cause if row.cause and row.cause in Verdict.values else row.verdict
    # Where a hub was before it was moved is no news afterwards.
    is_past = row.state == RowState.DONE
    if row.at_site and not is_past and (verdict in OF_SITE or row.state == RowState.ALREADY):
        return gettext("now at %(site)s") % {"site": _named(row.at_site, sites)}
    if in_hand := _in_hand(row, verdict, sites):
        return in_hand
    if verdict == Verdict.TWICE:
        return gettext("first in line %(line)s") % {"line": row.about}
    if verdict == Verdict.SITE_UNKNOWN:
        like = sites.like(row.site_text)
        return file_wording.meant(like) if like else ""
    return row.about if verdict in {Verdict.DATE, Verdict.TOO_MANY_CELLS} else ""


def _in_hand(row: Row, verdict: str, sites: SiteFinder) -> str:
    """Return where a hub is being claimed or moved to by somebody else."""
    if verdict == Verdict.UNDER_WAY and row.claim is not None and not row.claim.is_final:
        return gettext("at %(site)s") % {"site": _named(row.claim.spkey_site_id, sites)}
    action = row.action
    if verdict != Verdict.BUSY or action is None or action.is_final:
        return ""
    site = _named(action.spkey_site_id, sites)
    return gettext("being moved to %(site)s") % {"site": site} if site else ""


def _named(spkey_site_id: str, sites: SiteFinder) -> str:
    site = sites.named(spkey_site_id)
    return site.shown_name if site else spkey_site_id


def tabs(plan: Import, counts: Counts) -> list[Tab]:
    """Return the groups of rows that the page shows: verdicts of a plan, piles of what is run."""
    everything = Tab("", gettext("All"), sum(counts.values()))
    if plan.state in PLANNED:
        return [everything, *_verdicts(plan, counts)]
    return [everything, *piles(counts), *_not_done_as(plan, counts)]


def _verdicts(plan: Import, counts: Counts) -> list[Tab]:
    numbers: dict[str, int] = {}
    for (_state, verdict), number in counts.items():
        if verdict:
            numbers[verdict] = numbers.get(verdict, 0) + number
    return _tabs_of(plan, numbers)


def _not_done_as(plan: Import, counts: Counts) -> list[Tab]:
    """Return what the rows are that the dry run found something wrong with, as in the plan."""
    fine = {TO_BE_DONE[plan.kind], DONE_ALREADY[plan.kind]}
    numbers = {
        verdict: number
        for (state, verdict), number in counts.items()
        if state == RowState.NOT_DONE and verdict and verdict not in fine
    }
    tabs = _tabs_of(plan, numbers)
    return [replace(tab, name=f"{queries.NOT_DONE_AS}{tab.name}") for tab in tabs]


def _tabs_of(plan: Import, numbers: Mapping[str, int]) -> list[Tab]:
    known = {verdict: wording.of_verdict(plan.kind, verdict).chip for verdict in numbers}
    order = {"good": 0, "attention": 1, "stop": 2}
    ordered = sorted(numbers, key=lambda name: (order[known[name].kind], -numbers[name]))
    return [Tab(name, known[name].word, numbers[name], known[name].kind) for name in ordered]


def numbers_of(counts: Counts) -> dict[str, int]:
    """Return how many rows are in each state."""
    numbers = dict.fromkeys(RowState.values, 0)
    for (state, _verdict), number in counts.items():
        numbers[state] += number
    return numbers


def piles(counts: Counts) -> list[Tab]:
    """Return the piles of an import that is carried out, and what is still under way."""
    numbers = numbers_of(counts)
    under_way = sum(numbers[state] for state in UNDER_WAY)
    found = [
        Tab(RowState.DONE, pgettext("rows", "Done"), numbers[RowState.DONE], "good"),
        Tab(RowState.ALREADY, gettext("Already so"), numbers[RowState.ALREADY], "good"),
        Tab(RowState.NOT_DONE, gettext("Not done"), numbers[RowState.NOT_DONE], "stop"),
    ]
    return [*found, *([Tab("under_way", gettext("Under way"), under_way)] if under_way else [])]


def to_be_done(plan: Import, counts: Counts) -> int:
    """Return how many rows the plan would carry out."""
    return counts.get((RowState.PLANNED, TO_BE_DONE[plan.kind]), 0)


def chip(plan: Import, to_do: int | None = None, *, waits: bool = False) -> Chip:
    """Return the import's state at a glance; one that did nothing is not called good.

    With `to_do`, how many rows the plan would carry out: one of none is not ready to start. One of
    which rows still wait is not finished, and a file that somebody can help with not refused.
    """
    if plan.asks_for_columns:
        return wording.COLUMNS_ASKED
    if plan.state == State.FINISHED and waits:
        return wording.ROWS_WAIT
    if plan.state == State.READY and to_do == 0:
        return wording.NOTHING_TO_DO
    is_bare = plan.state == State.FINISHED and not plan.done
    return wording.NOTHING_DONE if is_bare else wording.STATES[plan.state]


def progress(found: Progress) -> str:
    """Say how far it is: "3,412 of 10,000 · 212 a second · 31 s left"."""
    said = [
        gettext("%(n)s of %(whole)s")
        % {"n": _grouped(found.through), "whole": _grouped(found.whole)}
    ]
    if found.rate is not None:
        said.append(_rate(found.rate))
    if found.seconds_left:
        said.append(_left(found.seconds_left))
    return " · ".join(said)


def _rate(rate: float) -> str:
    if rate >= 1:
        return gettext("%(n)s a second") % {"n": _grouped(round(rate))}
    return gettext("%(n)s a minute") % {"n": _grouped(max(1, round(rate * A_MINUTE)))}


def _left(seconds: int) -> str:
    if seconds < A_MINUTE:
        return gettext("%(n)d s left") % {"n": max(1, seconds)}
    if seconds < AN_HOUR:
        minutes = -(-seconds // A_MINUTE)
        return ngettext("%(n)d min left", "%(n)d min left", minutes) % {"n": minutes}
    hours = -(-seconds // AN_HOUR)
    return ngettext("%(n)d hour left", "%(n)d hours left", hours) % {"n": hours}


def _grouped(number: int) -> str:
    return number_format(number, use_l10n=True, force_grouping=True)
