"""How people come to an organisation: by an invitation to their address, and in no other way.

A link is good once and for seven days. Looking at it changes nothing, since mail scanners look
first; only a form that is sent accepts. The token stands nowhere: it is made of the row and of the
portal's secret key when it is needed, and the row knows it by its digest.
"""

import secrets
from enum import StrEnum
from hashlib import sha256
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from portal.audit.record import record
from portal.core.throttle import Limit
from portal.orgs import addresses
from portal.orgs.models import Invitation, Membership, Organisation, User

A_DAY: Final = Limit("invitations of an organisation", most=50, seconds=24 * 3600)


class State(StrEnum):
    """What may be done with a link."""

    GOOD = "good"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    USED = "used"
    REVOKED = "revoked"


class UnusableError(Exception):
    """The link cannot be accepted: `state` says why."""

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.state = state


class OtherAddressError(Exception):
    """Somebody would accept an invitation that is for another address than theirs."""


class AlreadyMemberError(Exception):
    """The address is that of somebody who belongs to the organisation."""


class AlreadyInvitedError(Exception):
    """The address has an invitation to the organisation that is still good."""


@transaction.atomic
def invite(
    organisation: Organisation,
    address: str,
    *,
    role: str,
    all_sites: bool,
    actor: User,
    by_operator: bool = False,
) -> Invitation:
    """Return a new invitation of whoever reads mail at the address, whatever its capitals.

    Whether they have an account is not looked at. One that had expired is made anew. Raises
    AlreadyMemberError, AlreadyInvitedError, and LimitReachedError after fifty in a day.
    """
    email = address.strip().lower()
    Organisation.objects.hold(organisation)
    if organisation.memberships.active().filter(user__email=email).exists():
        raise AlreadyMemberError
    open_now = Invitation.objects.filter(organisation=organisation, email=email).unanswered()
    if open_now.good().exists():
        raise AlreadyInvitedError
    A_DAY.take(str(organisation.pk))
    invitation = open_now.first() or Invitation(organisation=organisation, email=email)
    invitation.role = role
    invitation.all_sites = all_sites or role != Membership.Role.INSTALLER
    # Organisations do not learn which operator acts.
    invitation.inviter_name = "" if by_operator else actor.display_name
    return _renewed(invitation, "invitation.sent", actor)


@transaction.atomic
def send_again(invitation: Invitation, actor: User) -> Invitation:
    """Return the invitation with a new link, good for seven days again; the old one is void.

    Raises UnusableError where it was accepted or revoked meanwhile, and LimitReachedError.
    """
    Organisation.objects.hold(invitation.organisation)
    current = Invitation.objects.select_related("organisation").get(pk=invitation.pk)
    if (state := _state(current)) not in {State.GOOD, State.EXPIRED}:
        raise UnusableError(state)
    A_DAY.take(str(current.organisation_id))
    return _renewed(current, "invitation.sent_again", actor)


@transaction.atomic
def revoke(invitation: Invitation, actor: User) -> bool:
    """Make the invitation's link void; return whether it was still unanswered."""
    unanswered = Invitation.objects.filter(pk=invitation.pk).unanswered()
    if not unanswered.update(revoked_at=timezone.now()):
        return False
    _recorded("invitation.revoked", invitation, actor)
    return True


def find(token: str) -> tuple[Invitation | None, State]:
    """Return the invitation that this token is of, and what may be done with it."""
    found = Invitation.objects.select_related("organisation").filter(digest=_digest(token)).first()
    return found, State.UNKNOWN if found is None else _state(found)


def is_good(invitation: Invitation) -> bool:
    """Say whether the invitation, as it was read, can be accepted."""
    return _state(invitation) == State.GOOD


@transaction.atomic
def accept(invitation: Invitation, person: User) -> Membership:
    """Let the person join by the invitation, which is then used up; return their membership.

    Their address is confirmed by it: the link was sent there. Raises UnusableError,
    OtherAddressError, and AlreadyMemberError, which leaves the invitation as it is.
    """
    if person.email.lower() != invitation.email:
        raise OtherAddressError
    Organisation.objects.hold(invitation.organisation)
    former = Membership.objects.filter(user=person, organisation=invitation.organisation)
    if former.active().exists():
        raise AlreadyMemberError
    use(invitation)
    member, _ = Membership.objects.update_or_create(
        user=person,
        organisation=invitation.organisation,
        defaults={
            "role": invitation.role,
            "all_sites": invitation.all_sites,
            "support": False,
            "expires_at": None,
            "seen_at": timezone.now(),
        },
    )
    addresses.confirm(person)
    _recorded("invitation.accepted", invitation, person)
    return member


def use(invitation: Invitation) -> None:
    """Use the invitation up. Raises UnusableError for one that is good no more."""
    # One statement on one row: of two at the same moment, the second finds it used.
    same_link = Invitation.objects.filter(pk=invitation.pk, digest=invitation.digest)
    if not same_link.good().update(accepted_at=timezone.now()):
        current = same_link.first()
        raise UnusableError(_state(current) if current else State.UNKNOWN)


@transaction.atomic
def join(invitation: Invitation, *, name: str, language: str, password_hash: str) -> Membership:
    """Make an account for the invited address and accept; return the membership.

    The password comes hashed, since that takes long, and the organisation's row is held here. Of
    those who sign in by the provider of the settings it is `make_password(None)`.
    Raises UnusableError, and AccountExistsError where the address has an account by now.
    """
    Organisation.objects.hold(invitation.organisation)
    current = Invitation.objects.get(pk=invitation.pk)
    if not is_good(current):
        raise UnusableError(_state(current))
    if User.objects.filter(email=invitation.email).exists():
        raise AccountExistsError
    person = User.objects.create_hashed(
        invitation.email, password_hash, name=name, language=language
    )
    record("person.joined", actor=person, organisation_id=None, subject=person)
    return accept(invitation, person)


class AccountExistsError(Exception):
    """The invited address has an account, which signs in to accept."""


def token_of(invitation: Invitation) -> str:
    """Return the token of the invitation's link."""
    whole = salted_hmac("invitation", f"{invitation.pk} {invitation.seed}", algorithm="sha256")
    return whole.hexdigest()


def _renewed(invitation: Invitation, verb: str, actor: User) -> Invitation:
    invitation.seed = secrets.token_hex(32)
    invitation.digest = _digest(token_of(invitation))
    invitation.expires_at = timezone.now() + Invitation.VALID
    invitation.save()
    return _recorded(verb, invitation, actor)


def _recorded(verb: str, invitation: Invitation, actor: User) -> Invitation:
    record(
        verb,
        actor=actor,
        organisation_id=invitation.organisation_id,
        subject=invitation,
        address=invitation.email,
        role=invitation.role,
        all_sites=invitation.all_sites,
    )
    return invitation


def _state(invitation: Invitation) -> State:
    if invitation.accepted_at is not None:
        return State.USED
    if invitation.revoked_at is not None:
        return State.REVOKED
    return State.EXPIRED if invitation.is_expired else State.GOOD


def _digest(token: str) -> str:
    # 256 bits that nobody can guess need no salt and no slow hash.
    return sha256(token.encode()).hexdigest()
