"""Hubs that a row finds at another site of the organisation: who may move them, and who may ask."""

from collections.abc import Iterable

from portal.hubs.actions.rules import out_of_use
from portal.hubs.models import Hub
from portal.jobs.queries import moves_asked
from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import Membership
from portal.sites.models import Site
from portal.tray.results import Move


def is_elsewhere(hub: Hub, site: Site | None) -> bool:
    """Whether the hub is the organisation's, and at another site than this one."""
    is_ours = hub.binding == Hub.Binding.OURS
    return is_ours and site is not None and hub.spkey_site_id != site.spkey_site_id


class Moves:
    """What a member may do about these hubs."""

    def __init__(self, member: Membership, hubs: Iterable[Hub]) -> None:
        self._manages = _manages(member)
        self._asked = set() if self._manages else moves_asked(member, hubs)

    def of(self, hub: Hub, site: Site | None) -> Move:
        """Return what the member may do to get the hub to this site."""
        if site is None or not is_elsewhere(hub, site) or out_of_use(hub.status):
            return Move.NOTHING
        if self._manages:
            return Move.DO
        return Move.IS_ASKED if (hub.pk, site.pk) in self._asked else Move.ASK


def _manages(member: Membership) -> bool:
    return Ability.MANAGE_HUBS in access.abilities(member)
