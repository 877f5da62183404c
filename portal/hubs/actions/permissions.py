"""Whether an action may still be carried out, asked again before each send."""

from portal.hubs.actions.models import HubAction, Kind, Reason
from portal.orgs import access
from portal.orgs.access import Ability
from portal.sites.models import Site


def objection(action: HubAction) -> Reason | None:
    """Return why the action may not be carried out any more, None where it may.

    Asks the database each time: it may have changed since the action was loaded.
    """
    sites = Site.objects.open().filter(moves=action)
    if action.kind in (Kind.MOVE, Kind.RECLAIM) and not sites.exists():
        return Reason.SITE_CLOSED
    ability = Ability.SUPPORT if action.is_reclaim else Ability.MANAGE_HUBS
    if not access.may(action.asked_by, action.key_owner, ability):
        return Reason.RIGHT_GONE
    return None
