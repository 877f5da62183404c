"""How far jobs are: what was claimed for each, and what of it is online.

However many jobs a list shows, their numbers are three statements, which read the claims and the
lists of those jobs alone.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, F, Max, Q, Sum
from django.utils import timezone

from portal.claims.groups import LATELY, OF_STATES, ended_lately
from portal.claims.models import (
    ACTIVE,
    IN_PLACE,
    SUCCEEDED,
    WAITS_FOR_RELEASE,
    Claim,
    ClaimQuerySet,
)
from portal.core.windows import first_of
from portal.hubs.models import Hub
from portal.jobs import finding
from portal.jobs.models import ExpectedHub, Job
from portal.orgs.models import Membership

MOST_SHOWN: Final = 600
MOST_WAITING: Final = 100
MOST_FAILED: Final = 20

_CLAIMED = Q(IN_PLACE, state__in=SUCCEEDED)
_BEGUN = Q(IN_PLACE, state__in=(*SUCCEEDED, *ACTIVE))


@dataclass(frozen=True, slots=True)
class Progress(finding.Numbers):
    """The numbers of a job, in which each hub counts once: claimed, or under way, or missing."""

    under_way: int = 0
    to_release: int = 0
    missing: int = 0
    """For how many hubs nothing is begun: see `jobs/finding.py`."""

    @property
    def offline(self) -> int:
        """How many of the expected hubs are claimed and were not online when they were read."""
        return self.claimed_of_expected - self.online_of_expected

    @property
    def whole(self) -> int:
        """What counts as all of it."""
        return self.claimed + self.under_way + self.missing

    @property
    def goal(self) -> int:
        """What a meter of the expected hubs is full at."""
        return self.expected or self.whole

    @property
    def is_done(self) -> bool:
        """Whether all that is expected is claimed and online."""
        return 0 < self.whole <= self.online


def progress_of(jobs: Collection[Job]) -> dict[UUID, Progress]:
    """Return the numbers of each of the jobs, which are as many as a page shows."""
    counted = (
        Claim.objects.filter(job__in=[job.pk for job in jobs])
        .order_by()
        .values("job")
        .annotate(
            claimed=Count("hub", filter=_CLAIMED, distinct=True),
            online=Count(
                "hub",
                filter=_CLAIMED & Q(hub__online=True, hub__binding=Hub.Binding.OURS),
                distinct=True,
            ),
            under_way=Count("hub", filter=_BEGUN, distinct=True) - F("claimed"),
            to_release=Count("pk", filter=WAITS_FOR_RELEASE),
        )
    )
    names = ("claimed", "online", "under_way", "to_release")
    numbers = {row.pop("job"): row for row in counted.values("job", *names)}
    found = {job.pk: Progress(job.expected_count, **numbers.get(job.pk, {})) for job in jobs}
    lists = finding.lists_of(jobs)
    standing = _standing_of(lists) if lists else {}
    return {
        pk: _of_list(each, lists[pk], standing.get(pk, _NONE_YET))
        if pk in lists
        else _of_number(each)
        for pk, each in found.items()
    }


def _of_number(found: Progress) -> Progress:
    """Return the numbers of a job without a list, or with nothing expected at all."""
    if not found.expected:
        return found
    return replace(
        found,
        missing=max(0, found.expected - found.claimed - found.under_way),
        unlisted=finding.beyond(found.expected, 0, found.claimed),
        unlisted_online=finding.beyond(found.expected, 0, found.online),
    )


def _of_list(found: Progress, listed: list[ExpectedHub], standing: "_Standing") -> Progress:
    number, places = found.expected, standing.places
    return replace(
        found,
        has_list=True,
        missing=finding.missing(number, listed, places),
        unlisted=finding.unlisted(number, listed, places, standing.claimed),
        unlisted_online=finding.unlisted(number, listed, places, standing.online),
    )


@dataclass(frozen=True, slots=True)
class _Standing:
    """The hubs of a job, claimed or under way, with the place of each; those claimed and online."""

    places: Mapping[UUID, str]
    claimed: Collection[UUID]
    online: Collection[UUID]


_NONE_YET: Final = _Standing({}, (), ())


def _standing_of(jobs: Iterable[UUID]) -> dict[UUID, _Standing]:
    claims = Claim.objects.filter(_BEGUN, job__in=list(jobs)).order_by("created_at", "id")
    of_job: defaultdict[UUID, list[tuple[UUID, str, bool, bool]]] = defaultdict(list)
    fields = ("job", "hub__hub_id", "place", "state", "hub__online", "hub__binding")
    for job, hub_id, place, state, online, binding in claims.values_list(*fields):
        is_claimed = state in SUCCEEDED
        is_online = is_claimed and bool(online) and binding == Hub.Binding.OURS
        of_job[job].append((hub_id, place, is_claimed, is_online))
    return {
        job: _Standing(
            finding.placed((hub_id, place) for hub_id, place, _, _ in rows),
            {hub_id for hub_id, _, is_claimed, _ in rows if is_claimed},
            {hub_id for hub_id, _, _, is_online in rows if is_online},
        )
        for job, rows in of_job.items()
    }


def begun_hubs(jobs: Iterable[UUID]) -> dict[UUID, Mapping[UUID, str]]:
    """Return the hubs claimed or under way for each job, with the place each was put at last."""
    return {job: standing.places for job, standing in _standing_of(jobs).items()}


def claims_of_job(job: Job) -> list[Claim]:
    """Return of each hub the claim that counts for the job: one that succeeded, else the newest."""
    rows = (
        Claim.objects.filter(IN_PLACE, job=job)
        .with_details()
        .select_related("released_by", "cancel_requested_by")
    )
    chosen: dict[UUID, Claim] = {}
    for claim in rows.order_by("-created_at", "-id")[:MOST_SHOWN]:
        standing = chosen.setdefault(claim.hub_id, claim)
        if claim.state in SUCCEEDED and standing.state not in SUCCEEDED:
            chosen[claim.hub_id] = claim
    return list(chosen.values())


def last_activity(job: Job) -> dict[UUID, datetime]:
    """Return when each person, by the id of their account, last did something on the job."""
    rows = Claim.objects.filter(job=job).order_by().values_list("submitted_by")
    return dict(rows.annotate(last=Max("created_at")))


def version_of(job: Job) -> str:
    """Return what changes with everything that the job's page shows."""
    totals: dict[str, Any] = Claim.objects.filter(job=job).aggregate(
        claims=Count("pk"), version=Sum("version"), hubs=Sum("hub__version")
    )
    numbers = (job.version, totals["claims"], totals["version"] or 0, totals["hubs"] or 0)
    return ".".join(str(number) for number in (*numbers, job.state))


def state_in(version: str) -> str:
    """Return the job's state when it had this version."""
    return version.rpartition(".")[2]


def waiting_for_release(member: Membership) -> list[Claim]:
    """Return the organisation's claims that wait for an administrator, the oldest first."""
    waiting = (
        Claim.objects.of(member)
        .filter(WAITS_FOR_RELEASE)
        .with_details()
        .select_related("job", "released_by")
    )
    return list(waiting.order_by("created_at", "id")[:MOST_WAITING])


def claims_with_right(job: Job, members: Iterable[Membership] | None = None) -> ClaimQuerySet:
    """Return the claims at the job's site of those who work on it, or of some of them.

    They may have got back their right to these: see `actions.right_returned`.
    """
    people = job.people.all() if members is None else members
    return Claim.objects.filter(
        organisation=job.organisation_id,
        site=job.site_id,
        submitted_by__in=[member.user_id for member in people],
    )


def failed_of(member: Membership) -> list[Claim]:
    """Return the member's own claims of earlier days that came to nothing lately, newest first.

    Those that somebody has tried again, and those of hubs that are the organisation's by now, are
    over.
    """
    own = _own(member).filter(ended_lately(), created_at__lt=_today())
    newest = own.exclude(hub__binding=Hub.Binding.OURS)
    return first_of(newest, MOST_FAILED, [Q(state=state) for state in OF_STATES["failed"]])


def unfinished_of(member: Membership) -> list[Claim]:
    """Return the member's own claims that are not finished, of whatever day, the newest first.

    Those that have not ended, and of the last days before today those whose hub has never been
    online since: it still wants power or a cable.
    """
    lately = timezone.now() - LATELY
    never_online = Q(hub__online_at=None) | Q(hub__online_at__lt=F("created_at"))
    never_online &= Q(hub__last_seen=None) | Q(hub__last_seen__lt=F("finished_at"))
    awaited = Q(IN_PLACE, never_online, created_at__gt=lately, created_at__lt=_today())
    awaited &= Q(hub__health__in=(Hub.Health.OFFLINE, Hub.Health.UNKNOWN))
    conditions = [Q(state=state) for state in ACTIVE]
    conditions += [Q(awaited, state=state) for state in SUCCEEDED]
    return first_of(_own(member), MOST_WAITING, conditions)


def goes_on(member: Membership) -> bool:
    """Whether a claim that the member may see has not ended."""
    return Claim.objects.of(member).active().exists()


def _own(member: Membership) -> ClaimQuerySet:
    own = Claim.objects.filter(organisation=member.organisation_id, submitted_by=member.user)
    return own.with_details().order_by("-created_at", "-id")


def _today() -> datetime:
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
