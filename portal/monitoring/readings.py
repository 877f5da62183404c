"""The figures of the portal, read from the database when somebody asks for them.

They are the same whichever process answers, and cost as much after ten years as on the first day:
what is counted is what goes on, what is due, and what happened within the hour.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Count, F, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils import timezone

from portal.claims.models import Attempt, Claim
from portal.core import leasing, worker
from portal.core.leasing import Leased
from portal.core.models import Heartbeat
from portal.events.models import Delivery, Receiver, Result
from portal.gateway.models import Circuit
from portal.hubs.actions.models import HubActionAttempt
from portal.hubs.models import Hub, Round
from portal.monitoring.models import DeviceReport
from portal.notices.models import AccountEmail, Digest, InvitationEmail, Notice, Outgoing
from portal.orgs.models import ApiCredential

HOUR: Final = timedelta(hours=1)
# Of so long the calls' times are shown: a slow hour ago is no trouble now.
LATELY: Final = timedelta(minutes=5)
# Within which a hub is to be read again.
READ_WITHIN: Final = HOUR
# In seconds, up to the longest that a call may take.
BUCKETS: Final = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)
CALLS: Final[Mapping[str, type[Attempt | HubActionAttempt]]] = {
    "claims": Attempt,
    "actions": HubActionAttempt,
}
MAILS: Final[tuple[type[Outgoing], ...]] = (Notice, Digest, AccountEmail, InvitationEmail)
UNENDED: Final = "open"
"""What the outcome of a call is called that has none yet."""


@dataclass(frozen=True, slots=True)
class Claims:
    """How many claims are in a state, for a reason (empty: for none)."""

    state: str
    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class Calls:
    """How many calls of a kind ended so, for which work."""

    work: str
    kind: str
    outcome: str
    count: int


@dataclass(frozen=True, slots=True)
class Times:
    """How long calls took: how many took so many seconds at most, all of them, their sum."""

    within: Mapping[float, int]
    count: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Queue:
    """How many rows of one kind are due, and since when the first of them waits for a worker."""

    model: type[Leased]
    due: int
    oldest: datetime | None

    @property
    def name(self) -> str:
        """What it is called outside, such as `claims.claim`."""
        return self.model._meta.label_lower

    @property
    def seconds(self) -> float:
        """For how long the first of them has waited."""
        return 0.0 if self.oldest is None else age(self.oldest)


@dataclass(frozen=True, slots=True)
class Mails:
    """How many e-mails of one kind are to be sent, and how many of those were tried in vain."""

    model: type[Outgoing]
    waiting: int
    failing: int


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many hubs were not read within READ_WITHIN, and since when the first of them."""

    hubs: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Doors:
    """What holds calls to SpKey back: circuits, limits and doubts."""

    everybody: bool
    organisations: int
    limited: int
    doubted: int


def age(since: datetime) -> float:
    """Return how many seconds ago that was; 0.0 of what the clock says is to come."""
    return max(0.0, (timezone.now() - since).total_seconds())


def claims_going_on() -> list[Claims]:
    """Return how many claims have not ended, by state and reason."""
    return _by_state(Claim.objects.filter(finished_at=None))


def claims_ended() -> list[Claims]:
    """Return how many claims ended within the hour, by state and reason."""
    return _by_state(Claim.objects.filter(finished_at__gt=timezone.now() - HOUR))


def _by_state(claims: QuerySet[Claim]) -> list[Claims]:
    rows = claims.order_by("state", "reason").values_list("state", "reason")
    return [Claims(*row) for row in rows.annotate(Count("pk"))]


def calls() -> list[Calls]:
    """Return how many calls began within the hour, by their work, kind and outcome."""
    found: list[Calls] = []
    for work, model in CALLS.items():
        began = model._default_manager.filter(started_at__gt=timezone.now() - HOUR)
        rows = began.order_by("kind", "outcome").values_list("kind", "outcome")
        found += [
            Calls(work, kind, outcome or UNENDED, count)
            for kind, outcome, count in rows.annotate(Count("pk"))
        ]
    return found


def times() -> dict[str, Times]:
    """Return how long the calls took that began LATELY, by their work."""
    return {work: _times(model) for work, model in CALLS.items()}


def _times(model: type[Attempt | HubActionAttempt]) -> Times:
    since = timezone.now() - LATELY
    ended = model._default_manager.filter(started_at__gt=since, duration_ms__isnull=False)
    each: dict[str, Any] = {
        f"within_{n}": Count("pk", filter=Q(duration_ms__lte=seconds * 1000))
        for n, seconds in enumerate(BUCKETS)
    }
    # Without an order: it would be grouped by.
    found = ended.order_by().aggregate(count=Count("pk"), sum=Sum("duration_ms", default=0), **each)
    within = {seconds: found[f"within_{n}"] for n, seconds in enumerate(BUCKETS)}
    return Times(within, found["count"], found["sum"] / 1000)


def queues() -> list[Queue]:
    """Return what is due of each kind of work."""
    kinds = (*worker.kinds(), *worker.kinds(reserved=True))
    models = sorted({kind.model for kind in kinds}, key=lambda model: model._meta.label_lower)
    return [_queue(model) for model in models]


def _queue(model: type[Leased]) -> Queue:
    due = leasing.due(model._default_manager.all())
    found = due.aggregate(count=Count("pk"), oldest=Min("due_at"))
    return Queue(model, found["count"], found["oldest"])


def heartbeats() -> list[Heartbeat]:
    """Return the signs of life of the last hour, the newest first."""
    return list(Heartbeat.objects.filter(beat_at__gt=timezone.now() - HOUR).order_by("-beat_at"))


def doors() -> Doors:
    """Return what holds calls to SpKey back now."""
    now = timezone.now()
    whose = list(Circuit.objects.values_list("organisation", flat=True))
    keys = ApiCredential.objects.aggregate(
        limited=Count("pk", filter=Q(paused_until__gt=now)),
        doubted=Count("pk", filter=Q(doubted_at__isnull=False)),
    )
    others = sum(each is not None for each in whose)
    return Doors(None in whose, others, keys["limited"], keys["doubted"])


def keys() -> dict[str, int]:
    """Return how many API keys are in each state."""
    counted = ApiCredential.objects.order_by("state").values_list("state").annotate(Count("pk"))
    return {state.value: 0 for state in ApiCredential.State} | dict(counted)


def backlog() -> Backlog:
    """Return which hubs should have been read again by now."""
    counted, oldest = 0, None
    for _pk, number, first in overdue():
        counted += number
        oldest = first if oldest is None else min(oldest, first)
    return Backlog(counted, oldest)


def overdue() -> Iterable[tuple[Any, int, datetime]]:
    """Return the organisations with hubs not read in time: id, how many, since when the first."""
    limit = timezone.now() - READ_WITHIN
    hubs = Hub.objects.filter(organisation=OuterRef("pk"), asked_at__lte=limit).order_by()
    count = hubs.values("organisation").annotate(n=Count("pk")).values("n")
    first = hubs.values("organisation").annotate(first=Min("asked_at")).values("first")
    rounds = Round.objects.annotate(late=Subquery(count), first=Subquery(first))
    return rounds.filter(late__gt=0).values_list("pk", "late", "first")


def mails() -> list[Mails]:
    """Return how many e-mails of each kind are still to be sent."""
    found = []
    for model in MAILS:
        counted = model._default_manager.filter(due_at__isnull=False).aggregate(
            waiting=Count("pk", filter=Q(due_at__lte=timezone.now()) | Q(tries__gt=0)),
            failing=Count("pk", filter=Q(tries__gt=0)),
        )
        found.append(Mails(model, counted["waiting"], counted["failing"]))
    return found


def events() -> dict[str, int]:
    """Return how many events of SpKey's came within the hour, by what became of them."""
    came = Delivery.objects.filter(received_at__gt=timezone.now() - HOUR).order_by("result")
    counted = came.values_list("result").annotate(Count("pk"))
    return {result.value: 0 for result in Result} | dict(counted)


def events_refused() -> int:
    """Return how many came without a valid secret since their addresses were made."""
    counted: int = Receiver.objects.aggregate(n=Sum("refused", default=0))["n"]
    return counted


def errors_on_devices() -> int:
    """Return how many different errors devices reported within the hour."""
    return DeviceReport.objects.filter(last_at__gt=timezone.now() - HOUR).count()


def blocked_claims() -> list[tuple[Any, str, str, int]]:
    """Return whose claims wait for somebody: organisation, its name, why, how many; most first."""
    waiting = Claim.objects.filter(finished_at=None, state="blocked").order_by()
    rows = waiting.values_list("organisation", "organisation__name", "reason")
    return list(rows.annotate(n=Count("pk")).order_by("-n", "organisation__name")[:20])


def troubled_keys() -> list[ApiCredential]:
    """Return the keys, without their secrets, that SpKey refuses, limits, or that do not answer."""
    now, states = timezone.now(), ApiCredential.State
    bad = Q(state__in=(states.REFUSED, states.MISMATCH, states.UNREACHABLE))
    held = Q(paused_until__gt=now) | Q(doubted_at__isnull=False)
    found = ApiCredential.objects.filter(bad | held).defer("key", "bearer_token")
    named = F("organisation__name")
    return list(found.select_related("organisation").order_by(named.asc())[:20])
