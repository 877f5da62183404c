"""Rows of a plan to move become actions on hubs. Their own engine does the rest.

It reads each hub again before it sends.
"""

from typing import Final

from django.db.models import Q

from portal.hubs import watching
from portal.hubs.actions import asking
from portal.hubs.actions.asking import ActionRequest, AnotherActionError
from portal.hubs.actions.models import ACTIVE, HubAction, Kind, State
from portal.hubs.labels.parse import HubId
from portal.imports.in_hand import submission_of
from portal.imports.models import Import, Row, RowState, Verdict
from portal.imports.permissions import person_of
from portal.sites.models import Site

MOVING: Final = (State.QUEUED, State.SENDING)
RESTING: Final = tuple(state for state in ACTIVE if state not in MOVING)
FOLLOWED: Final = "action"
NEWS: Final[dict[str, Q]] = {
    RowState.DONE: Q(action__state=State.DONE),
    RowState.ALREADY: Q(action__state=State.WAS_SO),
    RowState.WAITING: Q(state=RowState.UNDER_WAY, action__state__in=RESTING),
    RowState.UNDER_WAY: Q(state=RowState.WAITING, action__state__in=MOVING),
    RowState.NOT_DONE: ~Q(action__state__in=(*ACTIVE, State.DONE, State.WAS_SO)),
}


def submit(plan: Import, wanted: list[tuple[Row, Site]]) -> None:
    """Ask for a move of these rows' hubs to these sites. Whoever may is asked before."""
    for row, site in wanted:
        try:
            row.state, row.action = RowState.UNDER_WAY, _ask(plan, row, site)
        except AnotherActionError as other:
            row.state, row.cause, row.action = RowState.NOT_DONE, Verdict.BUSY, other.action
    Row.objects.bulk_update([row for row, _ in wanted], ("state", "cause", "action"))


def _ask(plan: Import, row: Row, site: Site) -> HubAction:
    hub_id = HubId(row.printed_id or str(row.hub_id))
    return asking.submit(
        ActionRequest(
            user=person_of(plan),
            hub=watching.hub_to_claim(plan.organisation, hub_id),
            kind=Kind.MOVE,
            submission=submission_of(plan, row),
            site=site,
            place=row.place,
        )
    )
