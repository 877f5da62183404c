"""The kind of due work of move requests."""

from datetime import timedelta
from typing import Final

from portal.core import leasing
from portal.core.leasing import Lease, LeaseLostError, given_back
from portal.core.worker import WorkKind
from portal.moves import holding, looking
from portal.moves.models import MoveRequest, State

AT_A_TIME: Final = 4
# Longer than a read in both spellings may take.
LONGEST_LOOK: Final = timedelta(seconds=40)
DETAILS: Final = (
    "organisation",
    "support_organisation__credential",
    "hub__organisation",
    "site",
    "holder",
    "asked_by",
    "agent",
    "action",
)


def step(lease: Lease[MoveRequest]) -> None:
    """Do what is due of a leased request. A lease that was lost on the way changes nothing."""
    asked = lease.row().select_related(*DETAILS).first()
    if asked is None:
        return
    try:
        match asked.state:
            case State.ASKED:
                looking.look(lease, asked)
            case State.WITH_HOLDER:
                holding.fall_silent(lease, asked)
            case State.UNCLEAR:
                looking.look_again(lease, asked)
            case _:
                lease.row().update(**given_back(None))
    except LeaseLostError:
        return


STEPS: Final = WorkKind(
    name="move requests",
    model=MoveRequest,
    is_due=lambda: leasing.some_within(leasing.due(MoveRequest.objects.all()), AT_A_TIME),
    take=lambda limit: leasing.take_within(
        leasing.due(MoveRequest.objects.all()), limit, AT_A_TIME
    ),
    work=step,
    longest=lambda: LONGEST_LOOK,
    priority=1,
)
