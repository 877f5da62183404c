"""A job's page: what was found at each place, what has not worked out, and what waits."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.claims import job_progress
from portal.claims.display import list_item, timeline, wording
from portal.claims.display.list_item import ListItem
from portal.claims.display.wording import Words
from portal.claims.models import SUCCEEDED, Claim
from portal.core.ui import Chip, Text
from portal.jobs.models import ExpectedHub, Job
from portal.orgs.models import User

NOTHING_YET = Chip("quiet", "clock", _("Not claimed yet"))
OTHER_HUB = _("Another hub than expected")


@dataclass(frozen=True, slots=True)
class Line:
    """One place, or one hub: what is expected, and what was found."""

    place: str
    hub_id: str
    chip: Chip
    note: Text = ""
    url: str = ""
    person: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Unclaimed:
    """A claim that is not claimed: its row, why, and what to do."""

    row: ListItem
    place: str
    words: Words


@dataclass(frozen=True, slots=True)
class Offline:
    """A claimed hub that was not online when it was read last, and since when."""

    row: ListItem
    place: str
    last_seen: datetime | None


@dataclass(slots=True)
class JobPage:
    """What a job's page shows of its claims."""

    expected: list[Line] = field(default_factory=list)
    beside: list[Line] = field(default_factory=list)
    exceptions: list[Unclaimed] = field(default_factory=list)
    offline: list[Offline] = field(default_factory=list)
    waiting: list[Claim] = field(default_factory=list)
    awaited: list[Claim] = field(default_factory=list)
    moves: bool = False

    @property
    def first_waiting(self) -> list[Claim]:
        """Those of `waiting` that are released or rejected together: not more than one form has."""
        return self.waiting[: job_progress.MOST_WAITING]


def of(job: Job, claims: Sequence[Claim], reader: User, *, for_admin: bool) -> JobPage:
    """Return what the page shows of these claims: one of each hub, the newest first."""
    page = JobPage(moves=any(not claim.is_final for claim in claims))
    page.expected, found = _expected(job.expected_hubs.order_by("position"), claims)
    page.beside = [_line(claim) for claim in reversed(claims) if claim.pk not in found]
    for claim in claims:
        if claim.waits_for_release:
            page.waiting.append(claim)
        elif claim.state not in SUCCEEDED:
            row = list_item.of(claim)
            words = timeline.present(claim, reader, for_admin=for_admin)
            page.exceptions.append(Unclaimed(row, claim.place, words))
        elif not claim.hub.online:
            page.awaited.append(claim)
            row = list_item.of(claim)
            page.offline.append(Offline(row, claim.place, claim.hub.last_seen))
    return page


def _expected(
    expected: Iterable[ExpectedHub], claims: Sequence[Claim]
) -> tuple[list[Line], set[UUID]]:
    """Return a line for each place, and the claims that were found there: a hub counts first."""
    by_hub = {claim.hub.hub_id: claim for claim in claims}
    by_place = {claim.place.casefold(): claim for claim in reversed(claims) if claim.place}
    lines, found = [], set()
    for each in expected:
        claim = by_hub.get(each.hub_id) if each.hub_id else None
        claim = claim or (by_place.get(each.place.casefold()) if each.place else None)
        if claim is None:
            lines.append(Line(each.place, str(each.hub_id or ""), NOTHING_YET))
            continue
        is_other = each.hub_id is not None and claim.hub.hub_id != each.hub_id
        lines.append(_line(claim, each.place, OTHER_HUB if is_other else ""))
        found.add(claim.pk)
    return lines, found


def _chip(claim: Claim) -> Chip:
    """Return how far the hub is: of a claimed one that is offline, that it is."""
    is_offline = claim.state in SUCCEEDED and claim.hub.online is False
    return wording.OFFLINE if is_offline and not timeline.is_lost(claim) else timeline.chip(claim)


def _line(claim: Claim, place: str = "", note: Text = "") -> Line:
    return Line(
        place=place or claim.place,
        hub_id=claim.hub_id_text,
        chip=_chip(claim),
        note=note,
        url=reverse("claims:detail", args=(claim.pk,)),
        person=claim.submitted_by.display_name,
        at=claim.claimed_at or claim.created_at,
    )
