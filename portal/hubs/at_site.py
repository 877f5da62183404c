"""The hubs at a site, the ones first that somebody should look at."""

from typing import Final

from portal.hubs.models import Health, Hub, HubQuerySet

FEW: Final = 8
_WORST_FIRST: Final = (
    Health.OFFLINE,
    Health.UNKNOWN,
    Health.SUSPENDED,
    Health.ONLINE,
    Health.DECOMMISSIONED,
    Health.REPLACED,
)


def worst_of(hubs: HubQuerySet) -> list[Hub]:
    """Return a few of a site's hubs: those that are offline for longest, then the others.

    One state after the other, each by its index: all together would be read and sorted.
    """
    found: list[Hub] = []
    for health in _WORST_FIRST:
        if left := FEW - len(found):
            in_state = hubs.filter(health=health).order_by("health_since", "pk")
            found += in_state[:left]
    return found
