"""Hubs that could not be claimed: who scanned one may have the administrators told of it."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Final
from uuid import UUID

from portal.claims.engine import decide
from portal.claims.engine.rules import Rule
from portal.claims.models import State
from portal.core.throttle import Limit, LimitReachedError
from portal.hubs.models import Hub
from portal.notices import outbox
from portal.notices.models import Notice
from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import Membership
from portal.sites.models import Site

# Each tells all administrators by e-mail.
A_DAY: Final = Limit("hubs that administrators are told of", most=50, seconds=24 * 3600)
REFUSED: Final = (State.CONFLICT, State.NOT_FOUND, State.REJECTED)


def verdict(hub: Hub, site: Site | None) -> Rule:
    """Return the engine's rule for a claim of this hub at the site that was picked."""
    site_id = site.spkey_site_id if site else None
    return decide.verdict(hub.binding, hub.status, hub.spkey_site_id, site_id)


def tell(member: Membership, hub: Hub | None, site: Site | None) -> None:
    """Tell the administrators, once, that this member could not claim the hub."""
    if hub is None or _administers(member):
        return
    rule = verdict(hub, site)
    if rule.state not in REFUSED:
        return
    # Somebody who has told of so many today finds that the row still offers it.
    with suppress(LimitReachedError):
        A_DAY.take(str(member.pk))
        outbox.notify(
            member.organisation_id,
            Notice.Kind.HUB_REFUSED,
            _about(hub.pk, member),
            person=member.user.display_name,
            hub=str(hub.hub_id),
            site=site.shown_name if site else "–",
            site_id=str(site.pk) if site else "",
            state=str(rule.state),
            reason=str(rule.reason),
        )


class Telling:
    """Of which of these hubs the administrators know, and whether the member can tell them."""

    def __init__(self, member: Membership, hubs: Iterable[Hub]) -> None:
        self._can_tell = not _administers(member)
        self._member = member
        about = [_about(hub.pk, member) for hub in hubs] if self._can_tell else []
        told = Notice.objects.filter(
            organisation=member.organisation_id, kind=Notice.Kind.HUB_REFUSED, about__in=about
        )
        self._told = set(told.values_list("about", flat=True)) if about else set()

    def offered(self, hub: Hub) -> bool:
        """Whether the member can tell the administrators of the hub."""
        return self._can_tell and not self.is_told(hub)

    def is_told(self, hub: Hub) -> bool:
        """Whether the member has told them."""
        return _about(hub.pk, self._member) in self._told


def _about(hub: UUID, member: Membership) -> str:
    return f"{hub} {member.pk}"


def _administers(member: Membership) -> bool:
    return Ability.MANAGE_HUBS in access.abilities(member)
