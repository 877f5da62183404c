"""What an agent sees of a claim of support's once the access does not hold: how it ended, no more.

What was read of its hub, and found of an effect that came late, may be from after the access; and
the hub may be at a site beyond it.
"""

from collections.abc import Iterable
from uuid import UUID

from portal.claims.models import Claim
from portal.consent import queries
from portal.consent.models import Grant
from portal.hubs.models import Hub
from portal.orgs.models import Membership


def forget_hub(claim: Claim) -> None:
    """Take from the claim, as it was loaded, all that was read of its hub."""
    claim.late_effect_at = None
    known = claim.hub
    claim.hub = Hub(pk=known.pk, organisation_id=known.organisation_id, hub_id=known.hub_id)


def is_forgotten(claim: Claim) -> bool:
    """Say whether what was read of the claim's hub was taken from it."""
    # A hub that was read is a row.
    return claim.hub._state.adding


def as_seen_by(agent: Membership, claims: Iterable[Claim]) -> list[Claim]:
    """Return the claims with what was read of hubs where the agent's access holds, and without."""
    found, grants = list(claims), queries.standing_for(agent)
    for claim in found:
        if not any(_shows(grant, claim) for grant in grants):
            forget_hub(claim)
    return found


def _shows(grant: Grant, claim: Claim) -> bool:
    """Whether the grant holds at the claim's site, and where the organisation's hub is now."""
    is_theirs = claim.hub.binding == Hub.Binding.OURS
    sites = {claim.site_id, claim.hub.site_id} if is_theirs else {claim.site_id}
    return all(covers(grant, claim.organisation_id, site) for site in sites)


def covers(grant: Grant, organisation: UUID, site: UUID | None) -> bool:
    """Say whether the grant is the organisation's, and holds at this site of it."""
    at_site = grant.all_sites or site in {each.pk for each in grant.sites.all()}
    return grant.organisation_id == organisation and at_site
