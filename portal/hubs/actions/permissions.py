"""Whether an action may still be carried out, asked again before each send."""

from portal.consent import rights
from portal.hubs.actions.models import HubAction, Kind, Reason
from portal.orgs import access
from portal.orgs.access import Ability
from portal.sites.models import Site


def objection(action: HubAction, *, hold: bool = False) -> Reason | None:
    """Return why the action may not be carried out any more, None where it may.

    `hold`, inside a transaction, lets nobody revoke support's grant before that ends.

    Asks the database each time: it may have changed since the action was loaded.
    """
    sites = Site.objects.open().filter(moves=action)
    if action.kind in (Kind.MOVE, Kind.RECLAIM) and not sites.exists():
        return Reason.SITE_CLOSED
    ability = Ability.SUPPORT if action.by_support else Ability.MANAGE_HUBS
    if not access.may(action.asked_by, action.key_owner, ability):
        return Reason.RIGHT_GONE
    is_allowed = action.support_grant_id is None or _has_consent(action, hold=hold)
    return None if is_allowed else Reason.RIGHT_GONE


def _has_consent(action: HubAction, *, hold: bool) -> bool:
    """Say whether support's grant still lets the hub be moved from the one site to the other."""
    agent = access.membership_in(action.asked_by, action.key_owner)
    return agent is not None and rights.may(
        agent,
        action.organisation_id,
        site=action.site,
        leaving=action.from_site_id,
        move=True,
        grant=action.support_grant_id,
        hold=hold,
    )
