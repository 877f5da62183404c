"""Who belongs to an organisation, and as what: changed, ended, removed, left.

An organisation never loses its last administrator by this: whoever would be it can neither leave
nor be removed, demoted or given an end. Each change holds the organisation's row first, so that of
two who remove each other at the same moment one stays.
"""

import contextlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.utils import timezone

from portal.audit.models import Entry
from portal.audit.record import record
from portal.orgs import access, sessions
from portal.orgs.access import Ability
from portal.orgs.models import Membership, Organisation, User
from portal.orgs.models.organisations import MembershipQuerySet

# How the record says that somebody belongs to an organisation no more.
OUT: Final = ("membership.removed", "membership.left")


class LastAdministratorError(Exception):
    """The organisation would be left without an administrator whose membership has no end."""


@transaction.atomic
def change(
    member: Membership, *, role: str, all_sites: bool, expires_at: datetime | None, actor: User
) -> None:
    """Give the member another role, limit them to their jobs or not, and set their end.

    Only installers are limited. Raises LastAdministratorError, and PermissionDenied where the
    actor may not do it any more.
    """
    stored = _held(member)
    _need_right(stored, actor)
    wanted = {
        "role": role,
        "all_sites": all_sites or role != Membership.Role.INSTALLER,
        "expires_at": expires_at,
    }
    before = {name: getattr(stored, name) for name in wanted}
    if before == wanted:
        return
    Membership.objects.filter(pk=stored.pk).update(**wanted)
    _need_administrator(stored, before)
    changes = {
        name: [_text(before[name]), _text(value)]
        for name, value in wanted.items()
        if before[name] != value
    }
    _recorded("membership.changed", stored, actor, changes=changes)


@transaction.atomic
def remove(member: Membership, actor: User) -> None:
    """Take the member out of the organisation, at once. Raises as `change` does.

    Whoever belongs to nothing else then is signed out everywhere; in the others' sessions the
    organisation is theirs no more, which every request asks anew.
    """
    stored = _held(member)
    _need_right(stored, actor)
    _end("membership.removed", stored, actor)


@transaction.atomic
def leave(member: Membership) -> None:
    """Let the member leave the organisation. Raises LastAdministratorError."""
    _end("membership.left", _held(member), member.user)


def is_last_administrator(member: Membership) -> bool:
    """Say whether the organisation would have no lasting administrator without this member."""
    if member.role != Membership.Role.ADMIN:
        return False
    return not is_run(member.organisation, beside=[member.pk])


def is_run(organisation: Organisation, *, beside: Iterable[UUID] = ()) -> bool:
    """Say whether the organisation has an administrator whose membership has no end.

    `beside` are the memberships that do not count.
    """
    return _lasting(organisation.pk).exclude(pk__in=beside).exists()


def administrators_of(organisation: Organisation) -> MembershipQuerySet:
    """Return the memberships of those who run the organisation today."""
    return organisation.memberships.administrators()


def belongs_anywhere(person: User) -> bool:
    """Say whether the person belongs to an organisation today, or operates the portal."""
    return person.is_staff or Membership.objects.active_of(person).exists()


def former_organisation(person: User) -> Organisation | None:
    """Return the organisation in which somebody was last, who belongs to none today, or None."""
    if belongs_anywhere(person):
        return None
    ended = person.memberships.select_related("organisation").order_by("-expires_at").first()
    if ended is not None:
        return ended.organisation
    # A membership that is removed leaves nothing but its record.
    out = Entry.objects.filter(verb__in=OUT, detail__member=person.email)
    last = out.order_by("-at").values_list("organisation_id", flat=True).first()
    return Organisation.objects.filter(pk=last).first() if last else None


def with_factor(members: Iterable[Membership]) -> set[Any]:
    """Return the ids of those of these people who have a second factor."""
    people = [member.user_id for member in members]
    factors = Authenticator.objects.filter(user__in=people)
    return set(
        factors.exclude(type=Authenticator.Type.RECOVERY_CODES).values_list("user_id", flat=True)
    )


def note_seen(member: Membership) -> None:
    """Remember that the member works here now. A database too busy for that spoils nothing."""
    with contextlib.suppress(DatabaseError), transaction.atomic():
        Membership.objects.filter(pk=member.pk).update(seen_at=timezone.now())


def note_first_seen(person: User) -> None:
    """Remember that somebody who signs in is in, where they have not been seen before."""
    unseen = Membership.objects.active_of(person).filter(seen_at=None)
    with contextlib.suppress(DatabaseError), transaction.atomic():
        unseen.update(seen_at=timezone.now())


def _end(verb: str, stored: Membership, actor: User) -> None:
    before = {"role": stored.role, "expires_at": stored.expires_at}
    person, pk = stored.user, stored.pk
    stored.delete()
    stored.pk = pk
    _need_administrator(stored, before)
    _recorded(verb, stored, actor, role=stored.role)
    if not belongs_anywhere(person):
        sessions.end_all(person, actor)


def _held(member: Membership) -> Membership:
    """Return the membership as it is now, and let nobody else change it meanwhile.

    Raises Membership.DoesNotExist where it has gone.
    """
    Organisation.objects.hold(member.organisation)
    return Membership.objects.select_related("user", "organisation").get(pk=member.pk)


def _need_right(member: Membership, actor: User) -> None:
    """Refuse somebody who has lost the right since their page was asked for."""
    if not access.may(actor, member.organisation, Ability.MANAGE_PEOPLE):
        raise PermissionDenied


def _lasting(organisation_id: UUID) -> MembershipQuerySet:
    found = Membership.objects.administrators().filter(organisation=organisation_id)
    return found.filter(expires_at=None)


def _need_administrator(member: Membership, before: dict[str, Any]) -> None:
    """Undo what took the last administrator away; what happens to others needs none."""
    was_administrator = before["role"] == Membership.Role.ADMIN
    if was_administrator and not _lasting(member.organisation_id).exists():
        raise LastAdministratorError


def _recorded(verb: str, member: Membership, actor: User, **detail: Any) -> None:
    record(
        verb,
        actor=actor,
        organisation_id=member.organisation_id,
        subject=member,
        member=member.user.email,
        **detail,
    )


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value or "")
