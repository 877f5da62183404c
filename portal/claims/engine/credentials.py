"""In whose name a claim is made, with which key, and whether it still may be."""

from typing import Any

from portal import spkey
from portal.claims import permissions
from portal.claims.models import Claim, Reason
from portal.gateway import gate, spkey_users
from portal.gateway.spkey_users import Nobody
from portal.orgs.models import ApiCredential, Membership


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
    gate.WRONG_KIND: Reason.KEY_KIND,
}
NOBODY_REASONS = {
    Nobody.UNKNOWN: Reason.NO_USER,
    Nobody.UNCONFIRMED: Reason.ADDRESS_UNCONFIRMED,
}


def credential_for(claim: Claim) -> ApiCredential:
    """Return the one credential that may serve the claim; there is no fallback to another.

    Raises Blocked when there is none, when SpKey refuses it, or when it is of the wrong kind:
    a super key serves only support's claims for others, a normal key never those.
    """
    try:
        return gate.usable(permissions.credential_owner(claim), is_super=claim.by_support)
    except gate.NoUsableKeyError as error:
        raise Blocked(KEY_REASONS[str(error)]) from None


def spkey_user_id(claim: Claim, client: spkey.Client) -> str:
    """Return the SpKey id of the user in whose name the claim is made.

    Raises Blocked when there is none, SpkeyError when asking fails, and Membership.DoesNotExist
    when the person is no member any more.
    """
    organisation = permissions.credential_owner(claim)
    member = Membership.objects.select_related("user", "organisation").get(
        user=permissions.claimant(claim), organisation=organisation
    )
    try:
        return spkey_users.id_of(member, client, of_hub=claim.hub.spkey_id)
    except spkey_users.NobodyError as nobody:
        raise Blocked(NOBODY_REASONS[nobody.why]) from None


def claim_body(claim: Claim, user_id: str) -> dict[str, Any]:
    """Return what is sent: `orgId` with a super key and always, with a normal key never."""
    return {
        "site_id": claim.spkey_site_id,
        "user_id": user_id,
        "org_id": claim.organisation.spkey_org_id if claim.by_support else None,
    }
