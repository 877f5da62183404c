"""Finding in the record: what people type is looked for among what the organisation has.

The record itself is long, and searched by whole ids alone, each of which has its index. So the ids
are looked up first, of the few people, sites, jobs, hubs and invitations that are called like this.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final
from uuid import UUID

from django.db.models import Q

from portal.audit import queries
from portal.core.folding import has_words
from portal.core.windows import first_of
from portal.hubs import queries as hubs
from portal.jobs import queries as jobs
from portal.orgs.models import Membership
from portal.orgs.queries import invitations_to, members_of, named
from portal.sites.queries import sites_of, with_words

FEW: Final = 5
SHORTEST: Final = 2


def conditions(member: Membership, text: str, actors: Iterable[tuple[str, str]]) -> list[Q]:
    """Return conditions of which an entry meets one that is about what is called like the text.

    `actors` are those who have acted in the organisation: their ids and names.
    """
    whole = queries.mentioning(text)
    if len(text.strip()) < SHORTEST:
        return [*whole, *_jobs(member, text)]
    parts = (_people(member, text, actors), _sites(member, text), _jobs(member, text))
    return [*whole, *(each for part in parts for each in part), *_hubs(member, text)]


def _people(member: Membership, text: str, actors: Iterable[tuple[str, str]]) -> Iterator[Q]:
    """Yield conditions for what people did who are called so, and for what was done with them."""
    members = named(members_of(member), text)[:FEW]
    called_so = (UUID(pk) for pk, name in actors if has_words(text, name))
    for pk in {each.user_id for each in members} | set(islice(called_so, FEW)):
        yield queries.known_of(member) & Q(actor_id=pk)
        yield Q(object_id=str(pk))
    yield from (Q(object_id=str(each.pk)) for each in members)
    invited = invitations_to(member, text.strip())
    yield from (Q(object_id=str(pk)) for pk in invited.values_list("pk", flat=True)[:FEW])


def _sites(member: Membership, text: str) -> Iterator[Q]:
    found = with_words(sites_of(member), text).order_by("name", "pk")
    for pk, spkey_site_id in found.values_list("pk", "spkey_site_id")[:FEW]:
        yield Q(object_id=str(pk))
        yield Q(site=spkey_site_id)


def _jobs(member: Membership, text: str) -> Iterator[Q]:
    mine = jobs.jobs_of(member).order_by("-starts_on", "-number")
    found = first_of(mine, FEW, jobs.conditions(member, text))
    return (Q(object_id=str(job.pk)) for job in found)


def _hubs(member: Membership, text: str) -> Iterator[Q]:
    return (Q(hub=hub_id) for hub_id in hubs.ids_with(member, text, FEW))
