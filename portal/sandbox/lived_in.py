"""A world after some weeks of use: which hubs stand where, and which of them are offline.

The sandbox of `make run` begins so, since it forgets at its end what the demo's rows remember. The
demo takes its hubs from this very table, and so both agree. Days count back from the start.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from portal.sandbox import world
from portal.sandbox.keys import Keys
from portal.sandbox.state import DAY, SandboxHub

QUAY_ORG_ID: Final = "quay-homes"
QUAY_KEY_NAME: Final = "quay"
QUAY_KEY: Final = world.key_text(QUAY_KEY_NAME.capitalize())
"""Of an organisation that has begun today: nothing is claimed for it yet."""

EVENTS_KEY: Final = "demo-events-of-acme-properties-for-make-run"
EVENTS_SECRET: Final = "demo-secret-of-acme-properties-for-make-run"  # noqa: S105
"""With which the demo's Acme is told of events; plainly no real ones."""


@dataclass(frozen=True, slots=True)
class StandingHub:
    """Hub `n` of the world, claimed at a site so many days ago; `place` is its turn there.

    `offline_days`: for how long it has not been heard of; None for a hub that is online.
    """

    n: int
    org_id: str
    site_id: str
    place: int
    days_ago: int
    offline_days: float | None = None

    @property
    def hub_id(self) -> str:
        """The hub's id, in the world of the usual seed."""
        return world.hub_id(self.n)


# Hub -> for how many days it has been offline.
_OFFLINE: Final = {107: 2.2, 121: 19.0, 130: 0.3, 137: 0.05, 146: 6.0}

UNPLUGGED: Final = (170, 171, 172, 173)
"""Hubs that nobody has claimed, the last two without power: their claims wait."""
_WITHOUT_POWER: Final = UNPLUGGED[2:]


def _standing(
    org_id: str, site_id: str, first: int, days: Mapping[int, int]
) -> Iterator[StandingHub]:
    """Yield hubs from `first` on: of each day, given as days ago, so many."""
    claimed_on = [day for day, number in days.items() for _ in range(number)]
    for place, day in enumerate(claimed_on):
        n = first + place
        yield StandingHub(n, org_id, site_id, place, day, _OFFLINE.get(n))


STANDING: Final = (
    *_standing(world.ACME_ORG_ID, "harbour-house", 100, {33: 6, 32: 8}),
    *_standing(world.ACME_ORG_ID, "mill-court", 114, {22: 7, 20: 5}),
    *_standing(world.ACME_ORG_ID, "stoa-ermou", 126, {8: 4, 6: 3}),
    *_standing(world.ACME_ORG_ID, "orchard-rise", 133, {2: 3, 1: 2, 0: 2}),
    *_standing(world.ACME_ORG_ID, "tannery-yard", 140, {29: 8, 24: 4}),
    *_standing(world.ACME_ORG_ID, "chapel-terrace", 152, {15: 5, 4: 3}),
    *_standing(world.HARBOUR_ORG_ID, "lighthouse-flats", 160, {12: 2, 3: 2}),
)


def settle(hubs: Mapping[str, SandboxHub], keys: Keys, seed: int, now: float) -> None:
    """Let some weeks have passed in the world of `seed`, by `now`."""
    keys.add(QUAY_KEY_NAME, QUAY_ORG_ID)
    for n in _WITHOUT_POWER:
        hubs[world.hub_id(n, seed)].online = False
    for standing in STANDING:
        hub = hubs[world.hub_id(standing.n, seed)]
        hub.status, hub.org_id, hub.site_id = "Claimed", standing.org_id, standing.site_id
        hub.is_primary, hub.version = standing.place == 0, 2
        hub.claimed_at = now - DAY * max(standing.days_ago, 0.1)
        hub.online_from = hub.claimed_at
        if standing.offline_days is not None:
            hub.online, hub.last_seen = False, now - DAY * standing.offline_days
