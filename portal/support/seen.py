"""What an agent sees of an organisation, and only looks at: hubs and claims, as the grant goes."""

from collections.abc import Iterable
from uuid import UUID

from portal.claims.models import ClaimQuerySet
from portal.claims.queries import claims_made_for
from portal.consent import queries
from portal.consent.models import Grant
from portal.hubs.models import Hub, HubQuerySet
from portal.hubs.queries import inventory_of


def hubs(grant: Grant) -> HubQuerySet:
    """Return the organisation's hubs at the sites of the grant."""
    theirs = inventory_of(grant.organisation)
    return theirs if grant.all_sites else theirs.filter(site__in=queries.sites_of(grant))


def movable(grant: Grant, among: Iterable[UUID]) -> set[UUID]:
    """Return which of these rows of hubs the grant still lets an agent open and move."""
    if not grant.may_move:
        return set()
    theirs = hubs(grant).filter(pk__in=list(among), binding=Hub.Binding.OURS)
    return set(theirs.order_by().values_list("pk", flat=True))


def claims(grant: Grant) -> ClaimQuerySet:
    """Return the organisation's claims at the sites of the grant."""
    theirs = claims_made_for(grant.organisation)
    return theirs if grant.all_sites else theirs.filter(site__in=queries.sites_of(grant))
