"""Hubs of an organisation's own that somebody should look at: a few lines, however many hubs."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, Exists, Max, Min, Q
from django.utils import timezone

from portal.hubs.models import Health, Hub, HubQuerySet
from portal.orgs.models import Organisation
from portal.sites.models import Site

# Hubs that left longer ago are no news.
LEFT_LATELY: Final = timedelta(days=30)
MOST_PLACES: Final = 6


@dataclass(frozen=True, slots=True)
class Offline:
    """Hubs that are offline at one site (None: at none of the portal's).

    The first of them since `since`; of the last, the portal heard at `newest`.
    """

    site: Site | None
    hubs: int
    since: datetime
    newest: datetime


@dataclass(frozen=True, slots=True)
class Gone:
    """Hubs that were the organisation's and are not any more; the last left at `newest`."""

    hubs: int
    newest: datetime


def offline_places(organisation: Organisation) -> list[Offline]:
    """Return where hubs are offline, the most of them first."""
    offline = Hub.objects.filter(organisation=organisation, health=Health.OFFLINE).order_by()
    rows = offline.values("site").annotate(
        hubs=Count("pk"), since=Min("health_since"), found=Max("found_at"), placed=Max("placed_at")
    )
    most_first = rows.order_by("-hubs", "since")
    places = list(most_first.values_list("site", "hubs", "since", "found", "placed"))
    sites = Site.objects.in_bulk([site for site, *_ in places if site])
    return [
        Offline(sites.get(site), hubs, since, max(found, placed))
        for site, hubs, since, found, placed in places
    ]


def gone_lately(organisation: Organisation) -> Gone | None:
    """Return how many hubs have left the organisation lately; None for none."""
    since = timezone.now() - LEFT_LATELY
    # What was replaced is expected to go.
    gone = Q(health="", health_since__gt=since, left_at__isnull=False, replaced_at=None)
    found = Hub.objects.filter(gone, organisation=organisation).aggregate(
        hubs=Count("pk"), newest=Max("left_at")
    )
    return Gone(**found) if found["hubs"] else None


def oldest_reading(organisation: Organisation) -> datetime | None:
    """Return since when SpKey has answered of each hub; None without hubs, or of one never."""
    return _oldest_reading_of(Hub.objects.filter(organisation=organisation).own())


def oldest_reading_at(site: Site) -> datetime | None:
    """Return the same of the hubs at a site."""
    return _oldest_reading_of(Hub.objects.filter(site=site).own())


def _oldest_reading_of(own: HubQuerySet) -> datetime | None:
    oldest = own.annotate(some_never=Exists(own.filter(read_at=None))).order_by("read_at")
    row = oldest.values_list("read_at", "some_never").first()
    return None if row is None or row[1] else row[0]
