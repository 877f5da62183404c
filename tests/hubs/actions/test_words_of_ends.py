"""What is said of an action that has ended: nothing that is still to come, and what to do next."""

import re

import pytest

from portal.hubs.actions.models import FINAL, HubAction, Kind, Reason, State
from portal.hubs.display import action_wording

PASSING = sorted(action_wording.PASSING)
# With which reasons an action may end so.
MAY_BE = {
    State.UNKNOWN: ("", Reason.INTERRUPTED, Reason.UNREACHABLE, Reason.NOT_OURS, Reason.MISSING),
    State.NOT_SENT: ("", Reason.INTERRUPTED, *PASSING),
    State.NOT_PASSED_ON: ("",),
    State.EXPIRED: ("", *PASSING),
}
OF_SUPPORT = {
    State.UNKNOWN: (*MAY_BE[State.UNKNOWN], Reason.MOVED_MEANWHILE, Reason.ELSEWHERE),
    State.EXPIRED: MAY_BE[State.EXPIRED],
}
UNCERTAIN = re.compile("may have been done|nobody knows")
NEXT_STEP = re.compile(r"\b(again|ask)\b", re.IGNORECASE)
PROMISE = re.compile(
    r"we (ask|look|try|keep)|in a moment|goes on|next time|sent again when", re.IGNORECASE
)
CASES = [
    *((state, reason, False) for state, reasons in MAY_BE.items() for reason in reasons),
    *((state, reason, True) for state, reasons in OF_SUPPORT.items() for reason in reasons),
]


def said(state: str, reason: str, *, by_support: bool = False) -> str:
    action = HubAction(kind=Kind.MOVE, state=state, reason=reason)
    action.acting_organisation_id = action.pk if by_support else None
    return str(action_wording.words(action).text)


@pytest.mark.parametrize(("state", "reason", "by_support"), CASES)
def test_an_end_that_leaves_something_to_do_says_what(state, reason, by_support):
    text = said(state, reason, by_support=by_support)

    assert NEXT_STEP.search(text)
    assert bool(UNCERTAIN.search(text)) == (state == State.UNKNOWN)


@pytest.mark.parametrize("by_support", [False, True])
@pytest.mark.parametrize("reason", PASSING)
def test_of_what_has_ended_nothing_is_promised(reason, by_support):
    texts = [said(state, reason, by_support=by_support) for state in FINAL]

    assert [text for text in texts if PROMISE.search(text)] == []


@pytest.mark.parametrize("reason", PASSING)
def test_of_what_goes_on_the_reason_is_told(reason):
    assert said(State.WAITING, reason) == action_wording.BY_REASON[reason]


@pytest.mark.parametrize("state", State)
def test_nobody_is_told_to_mend_what_support_does(state):
    """The organisation's administrators read it as well: neither the key nor the act is theirs."""
    texts = [said(state, reason, by_support=True) for reason in Reason]

    orders = re.compile(r"\bStore\b|[Yy]our organisation|\byou\b|SmartphoneKey's support|People")
    assert [text for text in texts if orders.search(text)] == []


def test_whoever_moves_a_hub_reads_that_it_was_offline_for_a_day():
    for by_support in (False, True):
        assert "online" in said(State.EXPIRED, Reason.OFFLINE, by_support=by_support)
