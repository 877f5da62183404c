"""In whose name SpKey is asked: the SpKey id of a member."""

import uuid
from enum import StrEnum

from portal import spkey
from portal.orgs import addresses
from portal.orgs.models import Membership


class Nobody(StrEnum):
    """Why there is nobody in whose name SpKey can be asked."""

    UNKNOWN = "unknown"
    UNCONFIRMED = "unconfirmed"


class NobodyError(Exception):
    """There is nobody in whose name SpKey can be asked for this member."""

    def __init__(self, why: Nobody) -> None:
        super().__init__(why)
        self.why = why


def id_of(member: Membership, client: spkey.Client, *, of_hub: str) -> str:
    """Return the SpKey id of the user in whose name the member acts on the hub of that id.

    The member's own, else the one SpKey has for their e-mail address (remembered), else the
    organisation's fallback. SpKey is asked only for an address that they confirmed, since an
    older deployment of its API would make a user of any other. Raises NobodyError when there is
    none, and SpkeyError when asking fails.
    """
    if member.spkey_user_id is not None:
        return str(member.spkey_user_id)
    if not addresses.is_confirmed(member.user):
        return _fallback(member, Nobody.UNCONFIRMED)
    try:
        found = uuid.UUID(client.find_user_by_email(member.user.email).uuid)
    except (spkey.NotFound, spkey.Forbidden, spkey.Refused, spkey.BadCredentials, ValueError) as no:
        if isinstance(no, spkey.SpkeyError) and not no.from_api:
            raise
        # Nobody with that address, an address that SpKey does not take, or a key that may not
        # ask: one that still reads the hub is no bad key for all that.
        has_fallback = member.organisation.fallback_spkey_user_id is not None
        if not has_fallback and isinstance(no, spkey.BadCredentials):
            client.hub_status(of_hub)
        return _fallback(member, Nobody.UNKNOWN)
    asked_for = Membership.objects.filter(user__email=member.user.email)
    asked_for.filter(pk=member.pk, spkey_user_id=None).update(
        spkey_user_id=found, spkey_user_id_found=True
    )
    return str(found)


def _fallback(member: Membership, otherwise: Nobody) -> str:
    if member.organisation.fallback_spkey_user_id is None:
        raise NobodyError(otherwise)
    return str(member.organisation.fallback_spkey_user_id)
