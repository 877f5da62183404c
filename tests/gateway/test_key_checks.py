"""A check of a key proves what SpKey answered, and takes back nothing else."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.audit.models import Entry
from portal.claims.models import Claim, State
from portal.core import worker
from portal.gateway import key_health
from portal.orgs import api_keys
from tests.conftest import work, work_until_refused
from tests.gateway.test_gate import assert_held_for
from tests.gateway.test_key_health import KEY_REFUSED, replace_key, stored, where


def test_a_check_that_spkey_does_not_answer_leaves_a_refused_key_refused(sandbox, claim, acme, ada):
    sandbox.state.keys.revoke("acme")
    work_until_refused(claim)
    sandbox.faults.add(action={"status": 503})

    api_keys.ask_for_check(acme.credential, ada)
    worker.run_once()

    assert (stored(acme).state, stored(acme).due_at) == ("refused", None)
    assert where(work(claim)) == KEY_REFUSED


def test_a_new_key_whose_check_spkey_does_not_answer_is_tried_by_the_claims(sandbox, claim, acme):
    fresh = sandbox.state.keys.rotate("acme")
    assert where(work_until_refused(claim)) == KEY_REFUSED
    replace_key(acme, fresh)
    sandbox.faults.add(action={"status": 503}, times=1)
    worker.run_once()

    assert stored(acme).state == "unreachable"
    assert work(claim).state == State.CLAIMED


def test_a_check_does_not_clear_a_key_that_claimed_for_another_organisation(sandbox, acme, ada):
    key_health.mark_mismatch(acme.credential)

    api_keys.ask_for_check(acme.credential, ada)
    worker.run_once()

    assert (stored(acme).state, stored(acme).due_at) == ("mismatch", None)


@pytest.fixture
def limited_check(sandbox, acme, ada):
    """Answer the next check of Acme's key with 429; return the credential's row after it."""

    def check(retry_after="120"):
        limited = {"status": 429, "headers": {"Retry-After": retry_after}}
        sandbox.faults.add({"key": "acme"}, action=limited, times=1)
        api_keys.ask_for_check(acme.credential, ada)
        worker.run_once()
        return stored(acme)

    return check


@pytest.mark.parametrize(("retry_after", "least"), [("120", 120), ("soon", 30), ("31536000", 900)])
def test_a_check_that_is_answered_with_429_holds_the_key_and_stays_due(
    limited_check, acme, wire, clock, retry_after, least
):
    before = timezone.now()
    held = limited_check(retry_after)

    assert_held_for(least, acme, since=before)
    assert held.due_at is not None
    assert held.lease_until is None
    assert (held.state, held.checked_at) == ("working", acme.credential.checked_at)
    assert not Entry.objects.filter(verb="key.checked").exists()
    worker.run_once()
    assert len(wire()) == 1

    clock.shift(least + 6)
    worker.run_once()
    assert len(wire()) == 2
    assert (stored(acme).state, stored(acme).due_at) == ("working", None)


def test_a_check_that_is_asked_for_time_is_made_again_afterwards(sandbox, acme, ada, wire, clock):
    restart = {"status": 503, "headers": {"Retry-After": "120"}}
    sandbox.faults.add({"key": "acme"}, action=restart, times=1)
    api_keys.ask_for_check(acme.credential, ada)
    worker.run_once()

    assert stored(acme).due_at > timezone.now() + timedelta(seconds=110)
    assert stored(acme).state == "working"
    assert not Entry.objects.filter(verb="key.checked").exists()
    clock.shift(130)
    worker.run_once()
    assert len(wire()) == 2
    assert stored(acme).due_at is None


def test_a_check_that_is_answered_with_429_resumes_no_blocked_claim(
    sandbox, claim, acme, limited_check, wire, clock
):
    fresh = sandbox.state.keys.rotate("acme")
    assert where(work_until_refused(claim)) == KEY_REFUSED
    replace_key(acme, fresh)
    asked = len(wire())

    limited_check()

    assert where(Claim.objects.get(pk=claim.pk)) == KEY_REFUSED
    assert len(wire()) == asked + 1

    clock.shift(130)
    worker.run_once()
    assert Claim.objects.get(pk=claim.pk).state == State.CLAIMED
