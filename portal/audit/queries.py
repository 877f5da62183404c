"""The record, as pages ask for it: an organisation's, one's own, and what it is filtered by."""

import uuid
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Final, Protocol

from django.db import connection
from django.db.models import Q, QuerySet

from portal.audit.models import Entry
from portal.audit.record import HIDDEN_ROLES

# From one person to the next in the index, leaping over what each has done.
_ACTORS: Final = """
    WITH RECURSIVE each_one(value) AS (
        SELECT * FROM (
            SELECT actor_id FROM audit_entry
            WHERE organisation_id = %s AND actor_id IS NOT NULL
            ORDER BY actor_id LIMIT 1
        ) AS first_one
        UNION ALL
        SELECT (
            SELECT actor_id FROM audit_entry
            WHERE organisation_id = %s AND actor_id > each_one.value
            ORDER BY actor_id LIMIT 1
        ) FROM each_one WHERE each_one.value IS NOT NULL
    )
    SELECT value FROM each_one WHERE value IS NOT NULL
"""


class Member(Protocol):
    """Whose record is asked for: all that is needed of a membership."""

    organisation_id: uuid.UUID


class Person(Protocol):
    """Whose own record is asked for."""

    pk: Any
    is_staff: bool


def entries_of(member: Member) -> QuerySet[Entry]:
    """Return the record of the member's organisation."""
    return Entry.objects.filter(organisation_id=member.organisation_id)


def done_by(entries: QuerySet[Entry], person: uuid.UUID) -> QuerySet[Entry]:
    """Return of these what the person did, as far as an organisation may know that."""
    return entries.filter(actor_id=person).exclude(actor_role__in=HIDDEN_ROLES)


def actors_of(member: Member) -> list[uuid.UUID]:
    """Return the ids of all who have acted in the member's organisation, operators among them."""
    organisation = Entry._meta.get_field("organisation_id").get_db_prep_value(
        member.organisation_id, connection
    )
    with connection.cursor() as cursor:
        cursor.execute(_ACTORS, (organisation, organisation))
        return [uuid.UUID(str(pk)) for (pk,) in cursor.fetchall()]


def names_of(member: Member, people: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return how those of the people were last called whom the organisation may know."""
    names = {}
    for person in people:
        latest = done_by(entries_of(member), person).order_by("-at", "-id")
        if found := latest.values_list("actor_name", "actor_label").first():
            names[person] = found[0] or found[1]
    return names


def mentioning(text: str) -> list[Q]:
    """Return conditions of which an entry meets one that has the text as a whole id or reference.

    That of a hub, a site, the thing that it is about, or the request. Each has its index.
    """
    text = text.strip()
    found = [Q(object_id=text.lower()), Q(request=text), Q(site=text)]
    with suppress(ValueError):
        found.append(Q(hub=uuid.UUID(text)))
    return found


def own_of(person: Person, members: Iterable[Member]) -> tuple[QuerySet[Entry], list[Q]]:
    """Return the record, and conditions of which one's own meets one.

    What the person did in the organisations they belong to, what was done with their account, and
    for agents what they did for others. Operators see all that they did.
    """
    of_account = Q(object_id=str(person.pk), object_type="orgs.user")
    if person.is_staff:
        return Entry.objects.all(), [of_account, Q(actor_id=person.pk)]
    conditions = [of_account, Q(organisation_id=None, actor_id=person.pk)]
    for member in members:
        organisation = member.organisation_id
        conditions += [
            Q(organisation_id=organisation, actor_id=person.pk),
            Q(acting_organisation_id=organisation, actor_id=person.pk),
        ]
    return Entry.objects.all(), conditions
