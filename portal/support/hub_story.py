"""One hub across the organisations that let the agent in, and what lies between them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from portal.audit.kinds import Kind
from portal.audit.models import Entry
from portal.claims.models import Attempt, Claim, ClaimQuerySet
from portal.consent.models import Grant
from portal.hubs.models import INVENTORY, Hub
from portal.orgs.models import Membership
from portal.support import search

# Of how many claims the calls to SpKey are shown.
CALLS_OF: Final = 10


@dataclass(frozen=True, slots=True)
class Chapter:
    """What the agent may see of the hub in one organisation, and by which grants.

    `hub` is None where it hangs at none of the grants' sites: then its claims there are all.
    """

    grants: Sequence[Grant]
    hub: Hub | None
    claims: ClaimQuerySet

    @property
    def grant(self) -> Grant:
        """The grant that the agent looks by."""
        return self.grants[0]


@dataclass(frozen=True, slots=True)
class Gap:
    """When another organisation, which the agent does not learn of, got the hub, or lost it."""

    at: datetime
    has_left: bool


def chapters(agent: Membership, hub_id: UUID) -> list[Chapter]:
    """Return what the agent may see of the hub: nothing where it is only others', or nobody's."""
    grants = search.standing(agent)
    seen = search.within(grants)
    hubs = {each.organisation_id: each for each in _hubs(hub_id).filter(seen)}
    claims = Claim.objects.filter(seen, hub_id_text=str(hub_id))
    claimed = set(claims.order_by().values_list("organisation_id", flat=True))
    organisations = sorted({*hubs, *claimed}, key=str)
    return [_chapter(each, grants, hubs.get(each), claims) for each in organisations]


def _chapter(
    organisation: UUID, grants: Sequence[Grant], hub: Hub | None, claims: ClaimQuerySet
) -> Chapter:
    own = [grant for grant in grants if grant.organisation_id == organisation]
    return Chapter(own, hub, claims.filter(organisation=organisation))


def _hubs(hub_id: UUID) -> QuerySet[Hub]:
    return Hub.objects.filter(INVENTORY, hub_id=hub_id).select_related("site", "organisation")


def calls(chapter: Chapter, before: datetime) -> QuerySet[Attempt]:
    """Return the calls that were made for the newest of its claims before this moment."""
    lately = chapter.claims.order_by("-created_at", "-pk").values_list("pk", flat=True)
    made = Attempt.objects.filter(claim__in=list(lately[:CALLS_OF]), started_at__lt=before)
    return made.order_by("-started_at", "-pk")


def recorded(chapter: Chapter, before: datetime) -> QuerySet[Entry]:
    """Return what the organisation's record says of the hub itself."""
    if chapter.hub is None:
        return Entry.objects.none()
    theirs = Entry.objects.filter(
        organisation_id=chapter.hub.organisation_id, hub=chapter.hub.hub_id, at__lt=before
    )
    return theirs.filter(kind=Kind.HUBS).order_by("-at", "-pk")


def gaps(hub_id: UUID, seen: Iterable[Chapter]) -> list[Gap]:
    """Return when organisations that the agent sees nothing of got the hub, or lost it."""
    known = {chapter.grant.organisation_id for chapter in seen}
    others = _hubs(hub_id).exclude(organisation__in=known).filter(~Q(claimed_at=None))
    found = [Gap(hub.claimed_at, has_left=False) for hub in others if hub.claimed_at]
    return found + [Gap(hub.left_at, has_left=True) for hub in others if hub.left_at]
