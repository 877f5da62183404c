"""The record, as pages ask for it: an organisation's, one's own, and what it is filtered by."""

import uuid
from collections.abc import Iterable
from contextlib import suppress
from functools import reduce
from operator import or_
from typing import Any, Final, Protocol

from django.db import connection
from django.db.models import Q, QuerySet

from portal.audit.models import Entry
from portal.audit.record import HIDDEN_ROLES

# From one person to the next in the index, leaping over what each has done.
_EACH_ACTOR: Final = """
    WITH RECURSIVE each_one(value) AS (
        SELECT * FROM (
            SELECT actor_id FROM audit_entry
            WHERE {column} = %s AND actor_id IS NOT NULL
            ORDER BY actor_id LIMIT 1
        ) AS first_one
        UNION ALL
        SELECT (
            SELECT actor_id FROM audit_entry
            WHERE {column} = %s AND actor_id > each_one.value
            ORDER BY actor_id LIMIT 1
        ) FROM each_one WHERE each_one.value IS NOT NULL
    )
"""
# Of support's claim, found out by whoever's key.
LATE_EFFECT: Final = "claim.late_effect"
_ACTORS: Final = f"{_EACH_ACTOR} SELECT value FROM each_one WHERE value IS NOT NULL"  # noqa: S608 - all our own
# The last that each did, as far as the organisation may know who they are.
_LAST_OF_ACTORS: Final = f"""{_EACH_ACTOR}
    SELECT (
        SELECT id FROM audit_entry
        WHERE {{column}} = %s AND actor_id = each_one.value AND {{known}}
        ORDER BY at DESC, id DESC LIMIT 1
    ) FROM each_one WHERE value IS NOT NULL
"""  # noqa: S608 - all our own
_HIDDEN: Final = ", ".join(f"'{role}'" for role in sorted(HIDDEN_ROLES))
# Of its own agents it may know who they are, in whatever role they act.
_KNOWN: Final = {
    "organisation_id": f"""(
        actor_role NOT IN ({_HIDDEN}) OR acting_organisation_id = organisation_id
    )""",
    "acting_organisation_id": "TRUE",
}


class Member(Protocol):
    """Whose record is asked for: all that is needed of a membership."""

    organisation_id: uuid.UUID


class Person(Protocol):
    """Whose own record is asked for."""

    pk: Any
    is_staff: bool


def entries_of(member: Member) -> QuerySet[Entry]:
    """Return the record of the member's organisation: what was done in it, or as its support."""
    return Entry.objects.filter(reduce(or_, of_organisation(member)))


def of_organisation(member: Member) -> list[Q]:
    """Return conditions of which each entry of the organisation's record meets one, by an index.

    Its own, and what its agents did for others: who is supported sees that in their own record.
    What came of it later is of the supported alone: it may be from after the access.
    """
    organisation = member.organisation_id
    done_for_others = Q(acting_organisation_id=organisation) & ~Q(verb=LATE_EFFECT)
    return [Q(organisation_id=organisation), done_for_others]


def done_by(entries: QuerySet[Entry], person: uuid.UUID, member: Member) -> QuerySet[Entry]:
    """Return of these what the person did, as far as the member's organisation may know that.

    Of its own agents it may, of others' and of operators not.
    """
    return entries.filter(known_of(member), actor_id=person)


def known_of(member: Member) -> Q:
    """Return the condition that the member's organisation may know who did what an entry says."""
    return ~Q(actor_role__in=HIDDEN_ROLES) | Q(acting_organisation_id=member.organisation_id)


def actors_of(member: Member) -> list[uuid.UUID]:
    """Return the ids of all who have acted in the member's organisation, operators among them.

    And of its agents who acted for others.
    """
    return list(dict.fromkeys(_asked(member, _ACTORS)))


def names_of(member: Member, people: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return how those of the people were last called whom the organisation may know."""
    wanted = set(people)
    if not wanted:
        return {}
    last = Entry.objects.filter(pk__in=_asked(member, _LAST_OF_ACTORS), actor_id__in=wanted)
    rows = last.order_by("at", "id").values_list("actor_id", "actor_name", "actor_label")
    return {person: name or label for person, name, label in rows if person is not None}


def _asked(member: Member, statement: str) -> list[uuid.UUID]:
    """Return the ids that the statement finds, asked of what was done in it and as its support."""
    organisation = Entry._meta.get_field("organisation_id").get_db_prep_value(
        member.organisation_id, connection
    )
    found: list[uuid.UUID] = []
    with connection.cursor() as cursor:
        for column, known in _KNOWN.items():
            sql = statement.format(column=column, known=known)
            cursor.execute(sql, [organisation] * sql.count("%s"))
            found += [uuid.UUID(str(pk)) for (pk,) in cursor.fetchall() if pk is not None]
    return found


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
