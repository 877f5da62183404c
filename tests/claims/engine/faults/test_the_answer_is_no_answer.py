"""Answers that prove nothing: read back, never taken for a success or for a failure."""

import pytest

from tests.claims.engine.faults.verdicts import accepted


def test_malformed_json_after_the_effect(in_doubt, ends_as_claimed):
    in_doubt({"status": 200, "body": '{"success": true, "aggreg', "effect": True})
    ends_as_claimed(after_sends=1)


def test_malformed_json_without_an_effect(in_doubt, ends_as_claimed):
    in_doubt({"status": 200, "body": "{"})
    ends_as_claimed(after_sends=2)


def test_a_wrong_content_type_after_the_effect(claim, in_doubt, ends_as_claimed):
    in_doubt(
        {
            "status": 200,
            "body": accepted(claim),
            "headers": {"Content-Type": "text/plain"},
            "effect": True,
        }
    )
    ends_as_claimed(after_sends=1)


def test_a_wrong_content_type_without_an_effect(claim, in_doubt, ends_as_claimed):
    in_doubt({"status": 200, "body": accepted(claim), "headers": {"Content-Type": "text/html"}})
    ends_as_claimed(after_sends=2)


@pytest.mark.parametrize(("effect", "sends"), [(True, 1), (False, 2)], ids=["effect", "no effect"])
def test_a_body_of_5_mb_is_no_answer(in_doubt, ends_as_claimed, effect, sends):
    unsure = in_doubt({"oversize": 5_000_000, "effect": effect})

    assert unsure.attempts.get(kind="send").message == "The answer is too large."
    ends_as_claimed(after_sends=sends)


def test_a_drip_fed_body_is_given_up_at_the_deadline(impatient, in_doubt, ends_as_claimed):
    with impatient():
        unsure = in_doubt({"drip": 10})
    (send,) = unsure.attempts.filter(kind="send")

    assert 450 <= send.duration_ms < 20_000
    ends_as_claimed(after_sends=1)
