"""In whose name a claim is made, with which key, and whether it still may be."""

import uuid
from typing import Any

from portal import spkey
from portal.claims import permissions
from portal.claims.models import Claim, Reason
from portal.gateway import gate
from portal.orgs import addresses
from portal.orgs.models import ApiCredential, Membership, Organisation


class Blocked(Exception):
    """The claim cannot go on until somebody has corrected something."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


KEY_REASONS = {
    "missing": Reason.KEY_MISSING,
    "unreadable": Reason.KEY_UNREADABLE,
    ApiCredential.State.REFUSED: Reason.KEY_REFUSED,
    ApiCredential.State.MISMATCH: Reason.KEY_MISMATCH,
}


def credential_for(claim: Claim) -> ApiCredential:
    """Return the one credential that may serve the claim; there is no fallback to another.

    Raises Blocked when there is none, when SpKey refuses it, or when it is of the wrong kind:
    a super key serves only support's claims for others, a normal key never those.
    """
    try:
        credential = gate.usable(permissions.credential_owner(claim))
    except gate.NoUsableKeyError as error:
        raise Blocked(KEY_REASONS[str(error)]) from None
    if credential.is_super != claim.by_support:
        raise Blocked(Reason.KEY_KIND)
    return credential


def spkey_user_id(claim: Claim, client: spkey.Client) -> str:
    """Return the SpKey id of the user in whose name the claim is made.

    The member's own, else the one SpKey has for their e-mail address (remembered), else the
    organisation's fallback. SpKey is asked only for an address that they confirmed, since an
    older deployment of its API would make a user of any other. Raises Blocked when there is none,
    SpkeyError when asking fails, and Membership.DoesNotExist when the person is no member any more.
    """
    organisation = permissions.credential_owner(claim)
    person = permissions.claimant(claim)
    member = Membership.objects.get(user=person, organisation=organisation)
    if member.spkey_user_id is not None:
        return str(member.spkey_user_id)
    if not addresses.is_confirmed(person):
        return _fallback(organisation, Reason.ADDRESS_UNCONFIRMED)
    try:
        found = uuid.UUID(client.find_user_by_email(person.email).uuid)
    except (spkey.NotFound, spkey.Forbidden, spkey.Refused, spkey.BadCredentials, ValueError) as no:
        if isinstance(no, spkey.SpkeyError) and not no.from_api:
            raise
        # Nobody with that address, an address that SpKey does not take, or a key that may not
        # ask: one that still reads the hub is no bad key for all that.
        if organisation.fallback_spkey_user_id is None and isinstance(no, spkey.BadCredentials):
            client.hub_status(claim.hub.spkey_id)
        return _fallback(organisation, Reason.NO_USER)
    asked_for = Membership.objects.filter(user__email=person.email)
    asked_for.filter(pk=member.pk, spkey_user_id=None).update(
        spkey_user_id=found, spkey_user_id_found=True
    )
    return str(found)


def _fallback(organisation: Organisation, otherwise: Reason) -> str:
    if organisation.fallback_spkey_user_id is None:
        raise Blocked(otherwise)
    return str(organisation.fallback_spkey_user_id)


def claim_body(claim: Claim, user_id: str) -> dict[str, Any]:
    """Return what is sent: `orgId` with a super key and always, with a normal key never."""
    return {
        "site_id": claim.spkey_site_id,
        "user_id": user_id,
        "org_id": claim.organisation.spkey_org_id if claim.by_support else None,
    }
