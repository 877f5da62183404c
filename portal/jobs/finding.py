"""What of a job's list was found: the one rule, for its numbers, a tablet, and the handover.

A hub that is listed by its id is found by that hub alone, a place without an id by any hub that
stands there and is not listed by its own id. No hub counts twice.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from portal.jobs.models import ExpectedHub, Job


@dataclass(frozen=True, slots=True)
class Numbers:
    """What is said of a job wherever its numbers stand: places that are filled, not hubs.

    `expected` is None where nobody has said how many. `claimed` and `online` are of all its hubs;
    of these, some may stand for none that was expected: `unlisted`.
    """

    expected: int | None
    claimed: int = 0
    online: int = 0
    has_list: bool = False
    unlisted: int = 0
    unlisted_online: int = 0

    @property
    def claimed_of_expected(self) -> int:
        """How many of the expected hubs are claimed."""
        return self.claimed - self.unlisted

    @property
    def online_of_expected(self) -> int:
        """How many of the expected hubs are claimed and online."""
        return self.online - self.unlisted_online


type Hubs = Mapping[UUID, str]
"""The ids of hubs, with the place of each, "" where nobody has said."""


def found(listed: Iterable[ExpectedHub], hubs: Hubs) -> list[UUID | None]:
    """Return for each line of the list the hub that was found for it, None where none was."""
    lines = list(listed)
    known = {each.hub_id for each in lines if each.hub_id}
    at_place: dict[str, UUID] = {}
    for hub_id, place in hubs.items():
        if place and hub_id not in known:
            at_place.setdefault(place.casefold(), hub_id)
    return [
        (each.hub_id if each.hub_id in hubs else None)
        if each.hub_id
        else at_place.pop(each.place.casefold(), None)
        for each in lines
    ]


def missing(expected: int | None, listed: Collection[ExpectedHub], hubs: Hubs) -> int:
    """Return how many hubs are to come until every line is found, and the number is reached."""
    lines = found(listed, hubs).count(None)
    return max(lines, (expected or 0) - len(hubs))


def unlisted(
    expected: int | None, listed: Collection[ExpectedHub], hubs: Hubs, some: Collection[UUID]
) -> int:
    """Return how many of some of the hubs stand for none that was expected."""
    return beyond(expected, len(listed), len(set(some) - set(found(listed, hubs))))


def beyond(expected: int | None, lines: int, beside: int) -> int:
    """Return how many of the hubs beside a list of so many lines stand for none expected.

    There is room for as many as the number goes beyond the lines.
    """
    if not expected and not lines:
        return 0
    return max(0, beside - max(0, (expected or 0) - lines))


def placed(rows: Iterable[tuple[UUID, str]]) -> dict[UUID, str]:
    """Return of hubs with their places, the oldest first, where each was put at last."""
    places: dict[UUID, str] = {}
    for hub_id, place in rows:
        places[hub_id] = place or places.get(hub_id, "")
    return places


def lists_of(jobs: Collection[Job]) -> dict[UUID, list[ExpectedHub]]:
    """Return the list of each job that has one, in its order, by the ids of the jobs."""
    lists: defaultdict[UUID, list[ExpectedHub]] = defaultdict(list)
    for each in ExpectedHub.objects.filter(job__in=jobs).order_by("job", "position"):
        lists[each.job_id].append(each)
    return dict(lists)
