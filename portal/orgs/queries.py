"""People and their memberships, as pages ask for them."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone

from portal.core.folding import has_words
from portal.orgs.models import Invitation, Membership, Organisation, User
from portal.orgs.models.invitations import InvitationQuerySet
from portal.orgs.models.organisations import MembershipQuerySet, OrganisationQuerySet


def organisations_visible_to(user: User) -> OrganisationQuerySet:
    """Return the organisations that the person belongs to today.

    Those too that require a second factor which they lack: they are led to it there.
    """
    mine = Membership.objects.active_of(user)
    return Organisation.objects.filter(pk__in=mine.values("organisation"))


def organisation_names(ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return what these organisations are called, for who knows by their own record of them."""
    named = Organisation.objects.filter(pk__in=set(ids))
    return dict(named.values_list("pk", "name"))


def organisation_of(member: Membership) -> Organisation:
    """Return the member's organisation as it is stored, for a form of its own."""
    return Organisation.objects.get(pk=member.organisation_id)


def members_of(member: Membership) -> MembershipQuerySet:
    """Return the memberships in the member's organisation, with their people."""
    return Membership.objects.of(member).select_related("user").order_by("user__email")


def named(members: MembershipQuerySet, text: str) -> list[Membership]:
    """Return those of the members in whose name or address each word of the text is."""
    if not text.strip():
        return []
    return [each for each in members if has_words(text, each.user.name, each.user.email)]


def invited(member: Membership, text: str) -> list[Invitation]:
    """Return the unanswered invitations in whose address each word of the text is."""
    return [each for each in invitations_of(member) if has_words(text, each.email)]


def members_visible_to(user: User) -> MembershipQuerySet:
    """Return the memberships in the person's organisations, with both sides."""
    return Membership.objects.visible_to(user).select_related("user", "organisation")


def administered_by(person: User) -> list[Organisation]:
    """Return the organisations whose administrator the person is, while they may sign in."""
    mine = Membership.objects.unexpired().filter(user=person, role=Membership.Role.ADMIN)
    return [member.organisation for member in mine.select_related("organisation")]


def served_by(person: User) -> list[Organisation]:
    """Return the organisations whose support agent the person is, while they may sign in."""
    mine = Membership.objects.unexpired().filter(user=person, support=True)
    return [member.organisation for member in mine.select_related("organisation")]


def others_administer(organisation_id: UUID, person: User) -> bool:
    """Say whether the organisation has administrators beside the person.

    Those count whose membership is over or who may not sign in: it is no new organisation.
    """
    admins = Membership.objects.filter(organisation=organisation_id, role=Membership.Role.ADMIN)
    return admins.exclude(user=person).exists()


def invitations_of(member: Membership) -> InvitationQuerySet:
    """Return the invitations to the member's organisation that wait for an answer, newest first."""
    return Invitation.objects.of(member).unanswered().order_by("-created_at", "email")


def invitations_to(member: Membership, text: str) -> InvitationQuerySet:
    """Return all invitations to the member's organisation of addresses that have the text."""
    return Invitation.objects.of(member).filter(email__icontains=text)


def invitations_visible_to(user: User) -> InvitationQuerySet:
    """Return the invitations to the person's organisations, with the organisation."""
    return Invitation.objects.visible_to(user).select_related("organisation")


def person_with(pk: UUID | str) -> User | None:
    """Return the person of this id, whether they may sign in or not."""
    return User.objects.filter(pk=pk).first()


def person_at(address: str) -> User | None:
    """Return the person of this address, in lower case, whether they may sign in or not."""
    return User.objects.filter(email=address).first()


def active_person(address: str) -> User | None:
    """Return the person who may sign in with this address, in lower case, if there is one."""
    return User.objects.filter(email=address, is_active=True).first()


def authenticators_of(user: User) -> dict[int, str]:
    """Return the person's second factors: id → type."""
    return dict(Authenticator.objects.filter(user=user).values_list("pk", "type"))


def sessions_of(user: User) -> list[tuple[UserSession, dict[str, Any]]]:
    """Return the sessions in which the person is signed in, with what each of them holds."""
    rows = {row.session_key: row for row in UserSession.objects.filter(user=user)}
    stored = Session.objects.filter(session_key__in=rows, expire_date__gt=timezone.now())
    decoded = [(rows[session.session_key], session.get_decoded()) for session in stored]
    mine = user.get_session_auth_hash()
    return [(row, data) for row, data in decoded if data.get(HASH_SESSION_KEY) == mine]


def follow_session(old_key: str | None, new_key: str | None) -> None:
    """Let what is noted of a session follow it to its new key."""
    UserSession.objects.filter(session_key=old_key).update(session_key=new_key)
