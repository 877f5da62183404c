"""The hubs at a site, the ones first that somebody should look at."""

from typing import Final

from django.db.models import Case, IntegerField, Value, When

from portal.hubs.models import Health, Hub, HubQuerySet

FEW: Final = 8
_WORST_FIRST: Final = Case(
    When(health=Health.OFFLINE, then=Value(0)),
    When(health=Health.UNKNOWN, then=Value(1)),
    When(health=Health.SUSPENDED, then=Value(2)),
    default=Value(3),
    output_field=IntegerField(),
)


def worst_of(hubs: HubQuerySet) -> list[Hub]:
    """Return a few of these hubs: those that are offline for longest, then the others."""
    return list(hubs.own().annotate(rank=_WORST_FIRST).order_by("rank", "health_since")[:FEW])
