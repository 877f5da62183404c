"""What is said of a try: that the hub was asked after, only where somebody asked."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from portal.claims.display import timeline
from portal.claims.engine import decide
from portal.claims.engine.calls import CallOutcome
from portal.claims.models import Reason
from portal.gateway.gate import Held, HeldReason
from tests.claims.engine.facts import FRESH, NOW, fails, read_as
from tests.claims.states import put

HELD = {
    "rate": Held(20, HeldReason.RATE_LIMITED),
    "key": Held(20, HeldReason.KEY_DOUBTED),
    "circuit": Held(20, HeldReason.CIRCUIT_OPEN),
}
IN_THE_WAY = {
    "rate": "SmartphoneKey was busy",
    "key": "the access is still being checked",
}


def said(claim, decision) -> str:
    """What is said once the decision stands in the claim's row."""
    now = timezone.now()
    fields = {"held_up_by": decision.held_up_by, "contacted_at": now}
    later = now + timedelta(minutes=5)
    waits = put(claim, decision.state, decision.reason, **fields, due_at=later, lease_until=None)
    return timeline.tried(waits).partition(": ")[2]


@pytest.mark.parametrize("why", IN_THE_WAY)
def test_a_hub_that_nobody_asked_after_is_not_called_still_offline(why, claim):
    decision = decide.while_held(replace(FRESH, reason=Reason.OFFLINE), HELD[why], NOW)

    assert decision.reason == Reason.OFFLINE
    assert said(claim, decision) == f"{IN_THE_WAY[why]}; last known offline."


@pytest.mark.parametrize("why", IN_THE_WAY)
@pytest.mark.parametrize("before", [Reason.BUSY, Reason.TOO_OFTEN])
def test_nor_is_smartphonekey_said_to_work_on_a_hub_that_nobody_asked_after(why, before, claim):
    decision = decide.while_held(replace(FRESH, reason=before), HELD[why], NOW)

    assert said(claim, decision) == f"{IN_THE_WAY[why]}."


def test_a_silent_smartphonekey_is_told_as_silent(claim):
    decision = decide.while_held(replace(FRESH, reason=Reason.OFFLINE), HELD["circuit"], NOW)

    assert said(claim, decision) == "no answer from SmartphoneKey."


def test_an_answer_that_was_429_is_no_word_about_the_hub(claim):
    limited = fails(CallOutcome.RATE_LIMITED, held_for=30)
    decision = decide.after_read(replace(FRESH, reason=Reason.OFFLINE), limited, NOW)

    assert said(claim, decision) == "SmartphoneKey was busy; last known offline."


def test_a_hub_that_was_read_as_offline_is_still_so(claim):
    waits = replace(FRESH, reason=Reason.OFFLINE, sends=1, last_send_at=NOW)
    decision = decide.after_read(waits, read_as(online=False), NOW)

    assert said(claim, decision) == "still offline."
