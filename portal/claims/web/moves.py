"""A claim was refused because the hub is at another of the sites: what its reader may do."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from portal.claims.beyond_access import covers
from portal.claims.models import Claim
from portal.consent.models import Grant
from portal.hubs.actions.rules import out_of_use
from portal.hubs.models import Hub
from portal.jobs.queries import is_move_asked
from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import User


@dataclass(frozen=True, slots=True)
class Offer:
    """Where an administrator, or an agent, moves the hub; where others ask for that, or have."""

    address: str = ""
    ask_address: str = ""
    is_asked: bool = False

    @property
    def leads_on(self) -> bool:
        """Whether there is something to do."""
        return bool(self.address or self.ask_address)


def offer(claim: Claim, reader: User, acting: Grant | None = None) -> Offer | None:
    """Return what the reader may do about the hub of a claim that was refused so, if anything.

    `acting` is by what an agent looks at it. A hub that is out of use is moved by nobody.
    """
    if out_of_use(claim.hub.status):
        return None
    if acting is not None:
        return _to_agent(claim, acting)
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


def _to_agent(claim: Claim, grant: Grant) -> Offer | None:
    """Return where the agent moves the hub, where the grant allows that and holds at both sites."""
    hub, sites = claim.hub, (claim.hub.site_id, claim.site_id)
    is_movable = hub.binding == Hub.Binding.OURS and hub.spkey_site_id != claim.spkey_site_id
    holds = all(covers(grant, claim.organisation_id, site) for site in sites)
    if not grant.may_move or not is_movable or claim.site is None or not holds:
        return None
    query = {"site": str(claim.site_id)}
    return Offer(address=reverse("support:move-hub", args=(grant.pk, hub.pk), query=query))
