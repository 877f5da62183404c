"""Sites that SpKey knows of and the portal does not: learnt from the hubs that stand there."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Count, Max

from portal.hubs.models import Hub
from portal.orgs.models import Organisation

MOST: Final = 20


@dataclass(frozen=True, slots=True)
class LearntSite:
    """A SpKey site id that none of the organisation's sites has, and how many hubs are there.

    `newest` is when the portal heard that the last of them is there. It is added like any other
    site, with this id: its hubs are at it from that moment on.
    """

    spkey_site_id: str
    hubs: int
    newest: datetime


@dataclass(frozen=True, slots=True)
class LearntSites:
    """The first of an organisation's learnt sites, at most MOST, and the number of all."""

    first: list[LearntSite]
    number: int


def learnt_sites(organisation: Organisation) -> LearntSites:
    """Return the sites that the organisation's hubs are at and the portal does not have."""
    hubs = Hub.objects.filter(organisation=organisation, site=None).own()
    at_some = hubs.filter(spkey_site_id__gt="").order_by()
    numbers = {"hubs": Count("*"), "newest": Max("placed_at")}
    each = at_some.values("spkey_site_id").annotate(**numbers).order_by("spkey_site_id")
    found = [LearntSite(*row) for row in each.values_list("spkey_site_id", *numbers)[: MOST + 1]]
    number = len(found)
    if number > MOST:
        number = at_some.aggregate(sites=Count("spkey_site_id", distinct=True))["sites"]
    return LearntSites(found[:MOST], number)


def hubs_at(organisation: Organisation, spkey_site_id: str) -> int:
    """Return how many of the organisation's hubs are at this SpKey site id."""
    there = Hub.objects.filter(organisation=organisation, spkey_site_id=spkey_site_id)
    return there.own().count()
