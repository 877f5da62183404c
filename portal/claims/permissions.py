"""Who may claim, act on a claim, and let one go on whose person may not any more."""

from collections.abc import Iterable

from portal.claims.models import Claim
from portal.consent import rights
from portal.consent.models import Grant
from portal.consent.rights import NoConsentError
from portal.hubs.models import Hub
from portal.jobs import rights as job_rights
from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import Membership, Organisation, User
from portal.sites.models import Site


def credential_owner(claim: Claim) -> Organisation:
    """Return the organisation whose key and member make the claim."""
    return claim.acting_organisation or claim.organisation


def claimant(claim: Claim) -> User:
    """Return the person whose right counts: who released the claim, else who submitted it."""
    return claim.released_by or claim.submitted_by


def permitted(claim: Claim, *, hold: bool = False) -> bool:
    """Say whether the claimant may still make this claim, and the site still takes it.

    `hold`, inside a transaction, lets nobody revoke support's grant before that ends.

    Asks the database each time: either may have changed since the claim was loaded. Whether
    the key is of the right kind is no right of the person's: such a claim waits.
    """
    site = claim.site
    if is_closed(claim):
        return False
    member = access.membership_in(claimant(claim), credential_owner(claim))
    if member is None:
        return False
    if claim.by_support:
        return rights.may(
            member,
            claim.organisation_id,
            site=site,
            unlisted_site=site is None,
            grant=claim.support_grant_id,
            hold=hold,
        )
    if site is None:
        return member.all_sites and Ability.CLAIM in access.ABILITIES[member.role]
    return job_rights.may_claim_at(member, site)


def is_closed(claim: Claim) -> bool:
    """Whether the site of the claim takes no claims any more."""
    return claim.site_id is not None and not Site.objects.open().filter(pk=claim.site_id).exists()


def is_for_an_administrator(claim: Claim) -> bool:
    """Whether a claim that is not permitted waits for an administrator, rather than ends.

    What somebody asked for on site is not dropped because their job or their membership ended
    meanwhile. At a site that was archived nothing is claimed, and support answers for itself.
    """
    return not claim.by_support and not is_closed(claim)


def may_release(user: User, claim: Claim) -> bool:
    """Say whether the person decides about the organisation's claims that wait for a right."""
    return not claim.by_support and access.may(user, claim.organisation, Ability.MANAGE_JOBS)


def may_act_on(mine: Iterable[Membership], claim: Claim) -> bool:
    """Say whether the person of these memberships may stop the claim, try or make it again."""
    owner, ability = credential_owner(claim), _ability(claim)
    able = (each for each in mine if ability in access.abilities(each))
    member = next((each for each in able if each.organisation_id == owner.pk), None)
    return member is not None and (not claim.by_support or has_consent(member.user, claim))


def has_consent(user: User, claim: Claim) -> bool:
    """Say whether the person may act for the organisation at the site of support's claim."""
    return consent_of(user, claim) is not None


def consent_of(user: User, claim: Claim) -> Grant | None:
    """Return by what the person may act for the organisation at the site of support's claim."""
    return _consent(user, claim)


def may_look(user: User, claim: Claim) -> bool:
    """Say whether the person may see how the hub of support's claim is, wherever that is now."""
    is_theirs = claim.hub.binding == Hub.Binding.OURS
    return _consent(user, claim, claim.hub.spkey_site_id if is_theirs else None) is not None


def _consent(user: User, claim: Claim, hangs_at: str | None = None) -> Grant | None:
    agent = access.membership_in(user, credential_owner(claim))
    if agent is None:
        return None
    try:
        found = rights.authority(
            agent,
            claim.organisation_id,
            site=claim.site,
            unlisted_site=claim.site is None,
            leaving=hangs_at,
        )
    except NoConsentError:
        return None
    return found.grant


def require_to_act(user: User, claim: Claim) -> Membership:
    """Return the membership by which the person acts on the claim.

    Raises PermissionDenied or Http404 where there is none.
    """
    return access.require(user, credential_owner(claim).pk, _ability(claim))


def _ability(claim: Claim) -> Ability:
    return Ability.SUPPORT if claim.by_support else Ability.CLAIM
