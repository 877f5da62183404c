"""Who may claim, and act on a claim."""

from portal.claims.models import Claim
from portal.jobs import rights
from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import Organisation, User
from portal.sites.models import Site


def credential_owner(claim: Claim) -> Organisation:
    """Return the organisation whose key and member make the claim."""
    return claim.acting_organisation or claim.organisation


def permitted(claim: Claim) -> bool:
    """Say whether the person may still make this claim, and the site still takes it.

    Asks the database each time: either may have changed since the claim was loaded. Whether
    the key is of the right kind is no right of the person's: such a claim waits.
    """
    site = claim.site
    if site is not None and not Site.objects.open().filter(pk=site.pk).exists():
        return False
    member = access.membership_in(claim.submitted_by, credential_owner(claim))
    if member is None:
        return False
    if claim.by_support:
        return member.support
    if site is None:
        return member.all_sites and Ability.CLAIM in access.ABILITIES[member.role]
    return rights.may_claim_at(member, site)


def may_act_on(user: User, claim: Claim) -> bool:
    """Say whether the person may stop the claim, try it now, or make it again."""
    ability = Ability.SUPPORT if claim.by_support else Ability.CLAIM
    return access.may(user, credential_owner(claim), ability)
