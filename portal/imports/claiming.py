"""Rows of a plan to claim become claims. Their own engine does the rest.

It reads each hub again before it sends.
"""

from typing import Final

from django.db.models import Q

from portal.claims.engine import many
from portal.claims.engine.actions import AnotherSiteError, ClaimRequest
from portal.claims.models import ACTIVE, State
from portal.hubs.labels.parse import HubId
from portal.imports.in_hand import submission_of
from portal.imports.models import Import, Row, RowState, Verdict
from portal.imports.permissions import person_of
from portal.sites.models import Site

# A claim in another of the active states is not about to end.
MOVING: Final = (State.QUEUED, State.SENDING)
RESTING: Final = tuple(state for state in ACTIVE if state not in MOVING)
FOLLOWED: Final = "claim"
NEWS: Final[dict[str, Q]] = {
    RowState.DONE: Q(claim__state=State.CLAIMED),
    RowState.ALREADY: Q(claim__state=State.ALREADY_YOURS),
    RowState.WAITING: Q(state=RowState.UNDER_WAY, claim__state__in=RESTING),
    RowState.UNDER_WAY: Q(state=RowState.WAITING, claim__state__in=MOVING),
    RowState.NOT_DONE: ~Q(claim__state__in=(*ACTIVE, State.CLAIMED, State.ALREADY_YOURS)),
}


def submit(plan: Import, wanted: list[tuple[Row, Site]]) -> None:
    """Submit claims for these rows at these sites. Whoever may is asked before."""
    requests = [_request(plan, row, site) for row, site in wanted]
    for (row, _), claim in zip(wanted, many.submit(requests), strict=True):
        if isinstance(claim, AnotherSiteError):
            row.state, row.cause, row.claim = RowState.NOT_DONE, Verdict.UNDER_WAY, claim.claim
        else:
            row.state, row.claim = RowState.UNDER_WAY, claim
    Row.objects.bulk_update([row for row, _ in wanted], ("state", "cause", "claim"))


def _request(plan: Import, row: Row, site: Site) -> ClaimRequest:
    return ClaimRequest(
        user=person_of(plan),
        organisation=plan.organisation,
        hub_id=HubId(row.printed_id or str(row.hub_id)),
        spkey_site_id=site.spkey_site_id,
        submission=submission_of(plan, row),
        site=site,
        place=row.place,
    )
