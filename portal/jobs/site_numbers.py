"""Sites with what is known of them: their hubs, their jobs, and what happened there last."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, F, IntegerField, Min, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest

from portal.hubs import counts
from portal.hubs.actions.models import HubAction, Kind, State
from portal.hubs.models import Health, Hub
from portal.jobs.models import Job
from portal.sites.models import Site, SiteQuerySet

# A hub whose state is as young as its claim was claimed then.
JUST_CLAIMED: Final = timedelta(minutes=5)
ORDERS: Final = {
    "name": ("name", "pk"),
    "hubs": ("hubs_here", "name", "pk"),
    "online": ("online_here", "name", "pk"),
    "offline": ("offline_here", "name", "pk"),
    "jobs": ("open_jobs", "name", "pk"),
    "changed": ("changed_at", "name", "pk"),
}
"""What sites can be sorted by."""


@dataclass(frozen=True, slots=True)
class Change:
    """What happened last at a site: a hub was claimed or moved there, or has been in a state since.

    `person` is who claimed or moved it, as far as the portal knows; `health` is a `Health`.
    """

    at: datetime
    health: str
    claimed: bool
    person: str
    moved: bool = False


@dataclass(frozen=True, slots=True)
class SiteRow:
    """A site and its numbers: the hubs in each state are all of its hubs.

    `offline_since` is since when the first of its hubs is offline.
    """

    site: Site
    hubs: int
    online: int
    offline: int
    unknown: int
    suspended: int
    decommissioned: int
    replaced: int
    open_jobs: int
    offline_since: datetime | None
    change: Change | None


def with_hubs(sites: SiteQuerySet) -> QuerySet[Any]:
    """Return the sites with the numbers of their hubs, as these are kept."""
    found: QuerySet[Any] = sites.annotate(
        **{f"{name}_here": Coalesce(F(f"hub_count__{name}"), 0) for name in counts.NAMES}
    )
    return found


def with_numbers(sites: SiteQuerySet) -> QuerySet[Any]:
    """Return the sites with what they can be sorted by: see ORDERS."""
    jobs = Job.objects.filter(site=OuterRef("pk")).unfinished().order_by().values("site")
    counted = jobs.annotate(number=Count("pk")).values("number")
    newest = Hub.objects.filter(site=OuterRef("pk")).order_by("-health_since", "-pk")
    moves = HubAction.objects.filter(site=OuterRef("pk"), kind=Kind.MOVE, state=State.DONE)
    last_move = moves.order_by("-finished_at", "-pk")
    since = Subquery(newest.values("health_since")[:1])
    moved = Subquery(last_move.values("finished_at")[:1])
    found: QuerySet[Any] = with_hubs(sites).annotate(
        open_jobs=Coalesce(Subquery(counted, output_field=IntegerField()), 0),
        # Of one that is missing and a time, SQLite knows none to be the later one.
        changed_at=Greatest(Coalesce(since, moved), Coalesce(moved, since)),
        last_move=Subquery(last_move.values("pk")[:1]),
        changed_hub=Subquery(newest.values("pk")[:1]),
    )
    return found


def in_order(sites: QuerySet[Any], order: str) -> QuerySet[Any]:
    """Return the sites sorted by one of ORDERS, the other way round after a "-"."""
    first, *others = ORDERS.get(order.removeprefix("-"), ORDERS["name"])
    way = F(first).desc(nulls_last=True) if order.startswith("-") else F(first).asc(nulls_last=True)
    return sites.order_by(way, *others)


def worst_first(sites: QuerySet[Any]) -> QuerySet[Any]:
    """Return the sites with hubs, those first of whose hubs most are offline, or not known."""
    have_hubs = sites.filter(hub_count__hubs__gt=0)
    return have_hubs.order_by("-offline_here", "-unknown_here", "-changed_at", "name", "pk")


def rows_of(sites: Collection[Any]) -> list[SiteRow]:
    """Return these sites, which come from `with_numbers`, as rows of a page."""
    offline = _offline_since([site.pk for site in sites if site.offline_here])
    changed = Hub.objects.in_bulk([site.changed_hub for site in sites if site.changed_hub])
    moved = HubAction.objects.select_related("asked_by")
    moves = moved.in_bulk([site.last_move for site in sites if site.last_move])
    return [
        SiteRow(
            site=site,
            **{name: getattr(site, f"{name}_here") for name in counts.NAMES},
            open_jobs=site.open_jobs,
            offline_since=offline.get(site.pk),
            change=_last(_change_of(changed.get(site.changed_hub)), moves.get(site.last_move)),
        )
        for site in sites
    ]


def _offline_since(sites: list[UUID]) -> dict[UUID, datetime]:
    if not sites:
        return {}
    offline = Hub.objects.filter(site__in=sites, health=Health.OFFLINE).order_by()
    return dict(offline.values_list("site").annotate(since=Min("health_since")))


def _last(change: Change | None, move: HubAction | None) -> Change | None:
    """Return what came later: that, or the move of a hub to the site."""
    at = move.finished_at if move else None
    if move is None or at is None or (change is not None and change.at > at):
        return change
    health = change.health if change else ""
    return Change(at, health, claimed=False, person=move.asked_by.display_name, moved=True)


def _change_of(hub: Hub | None) -> Change | None:
    if hub is None or hub.health_since is None:
        return None
    claimed = hub.claimed_at is not None and hub.claimed_at >= hub.health_since - JUST_CLAIMED
    at = max(hub.claimed_at or hub.health_since, hub.health_since)
    return Change(at, hub.health, claimed, hub.claimed_by_name if claimed else "")
