"""One hub across the organisations that let the agent in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from portal.audit.kinds import Kind
from portal.audit.models import Entry
from portal.claims.models import Attempt, Claim, ClaimQuerySet
from portal.consent.models import Grant
from portal.hubs.actions.models import HubActionAttempt, HubActionQuerySet
from portal.hubs.models import INVENTORY, Binding, Hub
from portal.orgs.models import Membership
from portal.support import search

# Of how many claims the calls to SpKey are shown.
CALLS_OF: Final = 10


@dataclass(frozen=True, slots=True)
class Chapter:
    """What the agent may see of the hub in one organisation, and by which grants.

    `hub` is None where it hangs at none of the grants' sites: then its claims there, and what was
    to bring it there, are all.
    """

    grants: Sequence[Grant]
    hub: Hub | None
    claims: ClaimQuerySet
    actions: HubActionQuerySet

    @property
    def grant(self) -> Grant:
        """The grant that the agent looks by."""
        return self.grants[0]


def chapters(agent: Membership, hub_id: UUID) -> list[Chapter]:
    """Return what the agent may see of the hub: nothing where it is only others', or nobody's."""
    grants = search.standing(agent)
    seen = search.within(grants)
    hubs = {each.organisation_id: each for each in _hubs(hub_id).filter(seen)}
    claims = Claim.objects.filter(seen, hub_id_text=str(hub_id))
    claimed = set(claims.order_by().values_list("organisation_id", flat=True))
    actions = search.seen_actions(grants).filter(hub__hub_id=hub_id).order_by()
    done = set(actions.values_list("organisation_id", flat=True))
    organisations = sorted({*hubs, *claimed, *done}, key=str)
    return [_chapter(each, grants, hubs.get(each), claims, actions) for each in organisations]


def _chapter(
    organisation: UUID,
    grants: Sequence[Grant],
    hub: Hub | None,
    claims: ClaimQuerySet,
    actions: HubActionQuerySet,
) -> Chapter:
    own = [grant for grant in grants if grant.organisation_id == organisation]
    theirs = actions.filter(organisation=organisation)
    return Chapter(own, hub, claims.filter(organisation=organisation), theirs)


def _hubs(hub_id: UUID) -> QuerySet[Hub]:
    return Hub.objects.filter(INVENTORY, hub_id=hub_id).select_related("site", "organisation")


def calls(chapter: Chapter, before: datetime) -> QuerySet[Attempt]:
    """Return the calls that were made for the newest of its claims before this moment."""
    lately = chapter.claims.order_by("-created_at", "-pk").values_list("pk", flat=True)
    made = Attempt.objects.filter(claim__in=list(lately[:CALLS_OF]), started_at__lt=before)
    return made.order_by("-started_at", "-pk")


def calls_of_actions(chapter: Chapter, before: datetime) -> QuerySet[HubActionAttempt]:
    """Return the calls that were made for what was done to it before this moment."""
    made = HubActionAttempt.objects.filter(action__in=chapter.actions, started_at__lt=before)
    return made.select_related("action__site", "action__hub").order_by("-started_at", "-pk")


def recorded(chapter: Chapter, before: datetime) -> QuerySet[Entry]:
    """Return what the organisation's record says of the hub itself."""
    if chapter.hub is None:
        return Entry.objects.none()
    theirs = Entry.objects.filter(
        organisation_id=chapter.hub.organisation_id, hub=chapter.hub.hub_id, at__lt=before
    )
    return theirs.filter(kind=Kind.HUBS).order_by("-at", "-pk")


def others_since(seen: Iterable[Chapter]) -> datetime | None:
    """Return when the hub left the last that had it, where it is another organisation's now.

    By the rows of those who let the agent in, and by nobody's else: whether the other one uses
    the portal is not told.
    """
    hubs = [chapter.hub for chapter in seen if chapter.hub]
    if any(hub.health for hub in hubs):
        return None
    left = {hub.left_at: hub.binding for hub in hubs if hub.left_at}
    last = max(left, default=None)
    return last if last and left[last] == Binding.OTHER else None
