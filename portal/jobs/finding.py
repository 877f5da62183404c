"""What of a job's list was found: the one rule, for its numbers, a tablet, and the handover.

A hub that is listed by its id is found by that hub alone, a place without an id by any hub that
stands there and is not listed by its own id. No hub counts twice.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from portal.jobs.models import ExpectedHub, Job

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
    """Return how many of some of the hubs stand for none that was expected.

    Beside the lines there is room for as many as the number goes beyond them.
    """
    if not expected and not listed:
        return 0
    on_list = set(found(listed, hubs))
    room = max(0, (expected or 0) - len(listed))
    return max(0, len(set(some) - on_list) - room)


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
