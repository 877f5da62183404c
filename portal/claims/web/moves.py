"""A claim was refused because the hub is at another of the sites: what its reader may do."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from portal.claims.models import Claim
from portal.hubs.models import Hub
from portal.jobs.queries import is_move_asked
from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import User


@dataclass(frozen=True, slots=True)
class Offer:
    """Where an administrator moves the hub; where others ask for that, or that they have."""

    address: str = ""
    ask_address: str = ""
    is_asked: bool = False


def offer(claim: Claim, reader: User) -> Offer | None:
    """Return what the reader may do about the hub of a claim that was refused so, if anything."""
    member = access.membership_in(reader, claim.organisation)
    if member is None or claim.site is None or claim.hub.binding != Hub.Binding.OURS:
        return None
    if claim.hub.spkey_site_id == claim.spkey_site_id:
        # It was moved there since.
        return None
    able = access.abilities(member)
    of_hub: dict[str, Any] = {"args": (claim.hub_id,), "query": {"site": str(claim.site_id)}}
    if Ability.MANAGE_HUBS in able:
        return Offer(address=reverse("hub-actions:move", **of_hub))
    if Ability.CLAIM not in able:
        return None
    if is_move_asked(member, claim.hub, claim.site):
        return Offer(is_asked=True)
    return Offer(ask_address=reverse("jobs:ask-move", **of_hub))
