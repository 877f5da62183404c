"""Moving a hub between an organisation's own sites for it, by a grant that allows moves.

A hub that is bound to another organisation is no such move: see `moves/`.
"""

import uuid
from dataclasses import dataclass

from django.db import transaction

from portal.consent import brakes, giving, rights
from portal.consent.models import Grant
from portal.hubs.actions import asking
from portal.hubs.actions.asking import ActionRequest
from portal.hubs.actions.models import HubAction, Kind
from portal.hubs.models import Hub
from portal.notices import outbox
from portal.notices.models import Notice
from portal.orgs.models import Membership
from portal.sites.models import Site


@dataclass(frozen=True, slots=True)
class Wish:
    """Which hub goes where, and why. `submission` is the form's token: the same one, one action."""

    hub: Hub
    site: Site
    reason: str
    submission: uuid.UUID
    place: str = ""


def move(agent: Membership, grant: Grant, wish: Wish) -> HubAction:
    """Return support's action for this wish under this grant: a new one, or the existing one.

    The caller has checked the agent's second factor. Raises NoConsentError where the grant does not
    allow it now, AnotherActionError while something else is done to the hub, and LimitReachedError;
    then nothing is made.
    """
    # Counted outside the transaction: what is undone counts as well.
    brakes.take(agent, grant.organisation.spkey_org_id)
    return _move(agent, grant, wish)


@transaction.atomic
def _move(agent: Membership, grant: Grant, wish: Wish) -> HubAction:
    authority = rights.authority(
        agent,
        grant.organisation_id,
        site=wish.site,
        leaving=wish.hub.spkey_site_id,
        move=True,
        grant=grant.pk,
        hold=True,
    )
    action = asking.submit(
        ActionRequest(
            user=agent.user,
            hub=wish.hub,
            kind=Kind.MOVE,
            submission=wish.submission,
            site=wish.site,
            place=wish.place,
            because=wish.reason,
            acting=agent.organisation,
            grant=authority.grant,
        )
    )
    outbox.notify(
        action.organisation_id,
        Notice.Kind.SUPPORT_MOVED,
        str(action.pk),
        hub=action.hub_id_text,
        hub_row=str(action.hub_id),
        site=wish.site.shown_name,
        reason=action.because,
        grant=str(authority.grant.pk),
    )
    giving.mark_used(authority)
    return action


def moves_under(grant: Grant, most: int) -> list[HubAction]:
    """Return the newest moves that were asked for by this grant."""
    return list(HubAction.objects.with_details().filter(support_grant=grant)[:most])


def can_stop(action: HubAction, grant: Grant) -> bool:
    """Whether the grant's agents can tell the action to stop: one that was asked for by it."""
    return action.support_grant_id == grant.pk and asking.is_stoppable(action)
