"""What else is under way with hubs: the dry run and the run ask the same, so they say the same."""

import uuid
from collections.abc import Iterable
from typing import Final
from uuid import UUID

from portal.claims.models import Claim
from portal.hubs.actions.models import HubAction
from portal.hubs.actions.models import Kind as ActionKind
from portal.imports import writing
from portal.imports.models import Import, Kind, Row, Verdict

MOVES: Final = (ActionKind.MOVE, ActionKind.RECLAIM)


def submission_of(plan: Import, row: Row) -> UUID:
    """Return the token of what becomes of the row: carried out again, it is the same."""
    return uuid.uuid5(plan.pk, f"{row.line}")


class InHand:
    """The claims and the actions that are under way on the hubs of some rows, not of the plan."""

    def __init__(self, plan: Import, rows: Iterable[Row]) -> None:
        self._kind = plan.kind
        rows = list(rows)
        self._claims: dict[UUID, Claim] = {}
        self._actions: dict[UUID, HubAction] = {}
        if not rows or plan.kind == Kind.BRING_IN:
            # Where a hub is brought in, there it is, whatever else is done to it.
            return
        ids = [row.hub_id for row in rows if row.hub_id is not None]
        own = [submission_of(plan, row) for row in rows]
        claims = Claim.objects.active().filter(
            organisation=plan.organisation_id, hub_id_text__in=[str(each) for each in ids]
        )
        self._claims = {UUID(claim.hub_id_text): claim for claim in claims}
        actions = HubAction.objects.active().filter(
            hub__organisation=plan.organisation_id, hub__hub_id__in=ids
        )
        others = actions.exclude(submission__in=own).select_related("hub")
        self._actions = {action.hub.hub_id: action for action in others}

    def look(self, row: Row, spkey_site_id: str) -> Verdict:
        """Return what is in the row's way, if anything, and keep with the row which.

        `spkey_site_id` is that of the site which the row means.
        """
        if row.hub_id is None:
            return Verdict.NONE
        action, claim = self._actions.get(row.hub_id), self._claims.get(row.hub_id)
        if action is not None and self._is_in_the_way(action, row):
            row.action = action
            return Verdict.BUSY
        if claim is not None and self._is_elsewhere(claim, row, spkey_site_id):
            row.claim = claim
            return Verdict.UNDER_WAY
        return Verdict.NONE

    def _is_in_the_way(self, action: HubAction, row: Row) -> bool:
        """Whether the row's verdict is not so for long, or its own action has to wait for this."""
        if row.verdict not in {Verdict.OURS, Verdict.OTHER_SITE}:
            return False
        says_more = any(writing.words_of(row).values())
        has_action = self._kind == Kind.MOVE and (says_more or row.verdict == Verdict.OTHER_SITE)
        return action.kind in MOVES or has_action

    def _is_elsewhere(self, claim: Claim, row: Row, spkey_site_id: str) -> bool:
        acted_on = {Verdict.FREE, Verdict.OURS}
        if self._kind == Kind.MOVE:
            acted_on = {Verdict.OTHER_SITE, Verdict.OURS}
        return row.verdict in acted_on and claim.spkey_site_id != spkey_site_id
