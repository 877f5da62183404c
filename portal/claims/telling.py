"""Hubs that could not be claimed: who stands before one may have the administrators told of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from django.db import transaction
from django.utils import timezone

from portal.claims.engine import decide
from portal.claims.engine.rules import Rule
from portal.claims.models import Claim, Reason, SentHub, State
from portal.core.throttle import Limit
from portal.hubs.models import Hub
from portal.notices import outbox
from portal.notices.models import Notice
from portal.orgs import access, members
from portal.orgs.access import Ability
from portal.orgs.models import Membership
from portal.sites.models import Site

# Each tells all administrators by e-mail.
A_DAY: Final = Limit("hubs that administrators are told of", most=50, seconds=24 * 3600)
REFUSED: Final = (State.CONFLICT, State.NOT_FOUND, State.REJECTED)


class Telling(Enum):
    """Whether the administrators know of a hub, or what came of telling them."""

    NOTHING = auto()
    OFFERED = auto()
    TOLD = auto()
    NOBODY = auto()
    """There is none at the moment."""
    ENOUGH = auto()
    """This member has told them of so many today."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """That a hub cannot be claimed, where, and why; `claim` is the one that was refused."""

    hub: Hub
    state: str
    reason: str
    site: Site | None
    claim: Claim | None = None

    def about(self, member: Membership) -> str:
        """Name the occasion: this member, this hub and why it is refused, on this day."""
        why, day = self.reason or self.state, timezone.localdate()
        return f"{self.hub.pk.hex} {member.pk.hex} {why} {day:%y%m%d}"


def verdict(hub: Hub, site: Site | None) -> Rule:
    """Return the engine's rule for a claim of this hub at the site that was picked."""
    site_id = site.spkey_site_id if site else None
    return decide.verdict(hub.binding, hub.status, hub.spkey_site_id, site_id)


def of_lookup(hub: Hub, site: Site | None) -> Refusal | None:
    """Return why this hub would be refused at the site that was picked; None where it would not."""
    rule = verdict(hub, site)
    if not _is_refused(rule.state, rule.reason):
        return None
    return Refusal(hub, str(rule.state), str(rule.reason), site)


def of_claim(claim: Claim) -> Refusal | None:
    """Return why this claim was refused; None where it was not, or is support's own affair."""
    is_over = claim.late_effect_at is None and not claim.by_support
    if not is_over or not _is_refused(claim.state, claim.reason):
        return None
    return Refusal(claim.hub, claim.state, claim.reason, claim.site, claim)


def _is_refused(state: str, reason: str) -> bool:
    """Whether this is a refusal that is told: a hub at another site is asked to be moved."""
    return state in REFUSED and reason != Reason.ANOTHER_SITE


def tell(member: Membership, refusal: Refusal | None) -> Telling:
    """Tell the administrators that this member could not claim the hub, once a day.

    Their home shows it, and those who want such news have an e-mail. What they know already costs
    nothing.
    """
    found = Tellings(member, [refusal] if refusal else []).of(refusal)
    if refusal is None or found is not Telling.OFFERED:
        return found
    if not members.administrators_of(member.organisation).exists():
        return Telling.NOBODY
    if not A_DAY.allows(str(member.pk)):
        return Telling.ENOUGH
    _send(member, refusal)
    return Telling.TOLD


@transaction.atomic
def _send(member: Membership, refusal: Refusal) -> None:
    claim, site = refusal.claim, refusal.site
    sent, is_new = SentHub.objects.get_or_create(
        organisation_id=member.organisation_id,
        about=refusal.about(member),
        defaults={
            "hub_id": refusal.hub.hub_id,
            "sent_by": member.user,
            "site": site,
            "claim": claim,
            "state": refusal.state,
            "reason": refusal.reason,
        },
    )
    if not is_new:
        return
    outbox.notify(
        member.organisation_id,
        Notice.Kind.HUB_REFUSED,
        sent.about,
        person=member.user.display_name,
        hub=str(sent.hub_id),
        state=sent.state,
        reason=sent.reason,
        site=claim.site_name if claim else site.shown_name if site else "",
        claim=str(claim.pk) if claim else "",
        claim_number=claim.number if claim else "",
        sent=str(sent.pk),
        works_in=str(member.organisation_id),
    )


class Tellings:
    """Of which of these refusals the administrators know, and which the member can tell them."""

    def __init__(self, member: Membership, refusals: Iterable[Refusal]) -> None:
        self._can_tell = Ability.MANAGE_HUBS not in access.abilities(member)
        self._member = member
        about = [refusal.about(member) for refusal in refusals] if self._can_tell else []
        told = SentHub.objects.of(member).filter(about__in=about)
        self._told = set(told.values_list("about", flat=True)) if about else set()

    def of(self, refusal: Refusal | None) -> Telling:
        """Return whether the administrators know, or the member can tell them."""
        if refusal is None or not self._can_tell:
            return Telling.NOTHING
        is_told = refusal.about(self._member) in self._told
        return Telling.TOLD if is_told else Telling.OFFERED
