"""A claim was refused because the hub is at another of the sites: what its reader may do."""

from dataclasses import dataclass

from django.urls import reverse

from portal.claims.models import Claim
from portal.hubs.models import Hub
from portal.jobs.queries import is_move_asked
from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import User


@dataclass(frozen=True, slots=True)
class Offer:
    """Where an administrator moves the hub; of others, whether they have asked for that."""

    address: str
    is_asked: bool


def offer(claim: Claim, reader: User) -> Offer | None:
    """Return what the reader may do about the hub of a claim that was refused so, if anything."""
    member = access.membership_in(reader, claim.organisation)
    if member is None or claim.site is None or claim.hub.binding != Hub.Binding.OURS:
        return None
    if claim.hub.spkey_site_id == claim.spkey_site_id:
        # It was moved there since.
        return None
    able = access.abilities(member)
    if Ability.MANAGE_HUBS in able:
        address = reverse("hub-actions:move", args=(claim.hub_id,))
        return Offer(f"{address}?site={claim.site_id}", is_asked=False)
    if Ability.CLAIM not in able:
        return None
    return Offer("", is_asked=is_move_asked(member, claim.hub, claim.site))
