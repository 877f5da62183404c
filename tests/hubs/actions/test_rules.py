"""Every answer has a rule, of each kind of action."""

from portal.hubs.actions.models import ACTIVE
from portal.hubs.actions.rules import AFTER_READ, AFTER_SEND, AFTER_SEND_TO_DEVICE
from portal.hubs.calls import CallOutcome
from tests.claims.engine.test_rules import ANSWERED, OF_OTHER_COMMANDS, OF_SENDS_ALONE


def test_every_outcome_has_a_rule():
    assert set(AFTER_SEND) == set(AFTER_SEND_TO_DEVICE) == set(CallOutcome)
    assert set(AFTER_READ) == set(CallOutcome) - ANSWERED - OF_SENDS_ALONE - OF_OTHER_COMMANDS


def test_whatever_the_device_was_sent_is_an_end():
    assert not {rule.state for rule in AFTER_SEND_TO_DEVICE.values()} & set(ACTIVE)
