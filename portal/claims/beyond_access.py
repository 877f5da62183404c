"""What an agent sees of a claim of support's once the access does not hold: how it ended, no more.

What was read of its hub may be from after the access, or from a site beyond it.
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
    known = claim.hub
    claim.hub = Hub(pk=known.pk, organisation_id=known.organisation_id, hub_id=known.hub_id)


def as_seen_by(agent: Membership, claims: Iterable[Claim]) -> list[Claim]:
    """Return the claims with what was read of hubs where the agent's access holds, and without."""
    found, grants = list(claims), queries.standing_for(agent)
    for claim in found:
        if not any(covers(grant, claim.organisation_id, claim.site_id) for grant in grants):
            forget_hub(claim)
    return found


def covers(grant: Grant, organisation: UUID, site: UUID | None) -> bool:
    """Say whether the grant is the organisation's, and holds at this site of it."""
    at_site = grant.all_sites or site in {each.pk for each in grant.sites.all()}
    return grant.organisation_id == organisation and at_site
