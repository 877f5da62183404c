"""Who may claim, and act on a claim."""

from portal.claims.models import Claim
from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import Membership, Organisation, User
from portal.sites.models import Site


def credential_owner(claim: Claim) -> Organisation:
    """Return the organisation whose key and member make the claim."""
    return claim.acting_organisation or claim.organisation


def permitted(claim: Claim) -> bool:
    """Say whether the person may still make this claim, and the site still takes it.

    Asks the database each time: either may have changed since the claim was loaded. Whether
    the key is of the right kind is no right of the person's: such a claim waits.
    """
    if claim.site_id is not None and not Site.objects.open().filter(pk=claim.site_id).exists():
        return False
    member = access.membership_in(claim.submitted_by, credential_owner(claim))
    if member is None:
        return False
    return member.support if claim.by_support else Ability.CLAIM in access.ABILITIES[member.role]


def may_act_on(user: User, claim: Claim) -> bool:
    """Say whether the person may stop the claim, try it now, or make it again."""
    return access.may(user, credential_owner(claim), _ability(claim))


def require_to_act(user: User, claim: Claim) -> Membership:
    """Return the membership by which the person acts on the claim.

    Raises PermissionDenied or Http404 where there is none.
    """
    return access.require(user, credential_owner(claim).pk, _ability(claim))


def _ability(claim: Claim) -> Ability:
    return Ability.SUPPORT if claim.by_support else Ability.CLAIM
