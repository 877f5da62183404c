"""401 in mid-claim and 429 in every shape: the claim waits, and the key's other claims with it."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.claims.engine import actions, calls
from portal.claims.models import Claim, Reason, State
from portal.core import worker
from portal.orgs.models import ApiCredential
from portal.sandbox import world
from tests.claims.engine.faults.verdicts import SEND, assert_claimed_once, reads, sends
from tests.conftest import claim_request, work, work_until_refused

REFUSED = "Your administrator must renew the API key"


def renew(as_person, ada, key: str) -> None:
    """Ada stores a new key on its page, and the worker checks it."""
    answer = as_person(ada).post(reverse("key:edit"), {"key": key})
    assert answer.status_code == 302
    worker.run_once()


@pytest.fixture
def revoked_after_the_read(sandbox, ira, monkeypatch):
    """Revoke the key between a claim's read and its send."""
    ira.memberships.update(spkey_user_id=world.USERS[ira.email])
    read = calls.read

    def then_revoked(*args, **kwargs):
        answer = read(*args, **kwargs)
        sandbox.state.keys.revoke("acme")
        return answer

    with monkeypatch.context() as patch:
        patch.setattr(calls, "read", then_revoked)
        yield patch


def test_a_single_401_says_that_the_access_is_checked_and_raises_no_alarm(
    sandbox, claim, page_text, as_person, ira
):
    sandbox.faults.add(SEND, action={"status": 401}, times=1)
    page = page_text(work(claim))

    assert "Checking the access to SmartphoneKey" in page
    assert "Your scan is saved; we ask again in a minute." in page
    assert REFUSED not in page
    assert "refuses the API key" not in as_person(ira).get("/").text


def test_401_to_the_send_waits_for_the_administrator_and_goes_on_with_a_new_key(
    sandbox, claim, page_text, as_person, ada, revoked_after_the_read
):
    blocked = work_until_refused(claim)
    page = page_text(blocked)

    assert (blocked.state, blocked.reason) == (State.BLOCKED, Reason.KEY_REFUSED)
    assert (blocked.sends, blocked.outcome_unknown_since) == (1, None)
    assert REFUSED in page
    assert "Your scan is saved and continues by itself." in page

    revoked_after_the_read.undo()
    renew(as_person, ada, sandbox.state.keys.rotate("acme"))
    done = work(claim)
    assert_claimed_once(sandbox, done)
    assert [sent.status for sent in sends(sandbox, done)] == [401, 200]


def test_401_while_a_send_is_open_is_confirmed_with_the_new_key_and_never_sent_again(
    sandbox, claim, page_text, as_person, ada, in_doubt
):
    in_doubt({"reset": "after"})
    fresh = sandbox.state.keys.rotate("acme")
    blocked = work_until_refused(claim)

    assert (blocked.state, blocked.reason) == (State.BLOCKED, Reason.KEY_REFUSED)
    assert blocked.outcome_unknown_since is not None
    assert REFUSED in page_text(blocked)

    renew(as_person, ada, fresh)
    done = work(claim)
    assert_claimed_once(sandbox, done)
    assert len(sends(sandbox, done)) == 1


def test_401_holds_up_the_organisations_other_claims_without_a_call(
    sandbox, claim, page_text, ira, mill_court
):
    sandbox.state.keys.revoke("acme")
    work_until_refused(claim)
    asked = len(sandbox.state.requests)
    other = work(actions.submit(claim_request(ira, mill_court, world.hub_id(1))))

    assert (other.state, other.reason) == (State.BLOCKED, Reason.KEY_REFUSED)
    assert REFUSED in page_text(other)
    assert len(sandbox.state.requests) == asked


@pytest.fixture
def limited(sandbox, claim, page_text, clock):
    """Answer the first send with 429 and these headers; return for how long the key must rest."""

    def meet(**headers: str) -> float:
        sandbox.faults.add(SEND, action={"status": 429, "headers": headers}, times=1)
        held = work(claim)
        page = page_text(held)
        assert (held.state, held.reason) == (State.WAITING, Reason.RATE)
        assert (held.sends, held.outcome_unknown_since) == (1, None)
        assert "SmartphoneKey is busy Your scan is saved and we keep trying." in page
        assert "Next look" in page
        until = ApiCredential.objects.get(organisation=claim.organisation).paused_until
        assert held.due_at >= until - timedelta(seconds=1)
        return (until - timezone.now()).total_seconds()

    return meet


@pytest.fixture
def rests_then_is_claimed(sandbox, claim, clock):
    """See that nothing is asked before the rest is over, and that the claim then succeeds."""

    def live(rest: float) -> None:
        asked = len(sandbox.state.requests)
        clock.shift(rest - 15)
        assert work(claim).state == State.WAITING
        assert len(sandbox.state.requests) == asked
        clock.shift(60)
        done = work(claim)
        assert_claimed_once(sandbox, done)
        assert len(sends(sandbox, done)) == 2

    return live


def test_a_429_with_seconds_is_obeyed_for_so_long(limited, rests_then_is_claimed):
    rest = limited(**{"Retry-After": "120"})

    assert 110 < rest < 126
    rests_then_is_claimed(rest)


def test_a_429_with_a_date_is_obeyed_until_then(limited, rests_then_is_claimed):
    later = datetime.now(UTC) + timedelta(seconds=120)
    rest = limited(**{"Retry-After": format_datetime(later, usegmt=True)})

    assert 108 < rest < 127
    rests_then_is_claimed(rest)


def test_a_429_without_a_time_is_obeyed_for_half_a_minute(limited, rests_then_is_claimed):
    rest = limited()

    assert 20 < rest < 36
    rests_then_is_claimed(rest)


@pytest.mark.parametrize("nonsense", ["soon", "-5", "1e9", "Thu, 99 Foo 2026", "٣٠"])
def test_a_429_with_nonsense_is_obeyed_for_half_a_minute(limited, rests_then_is_claimed, nonsense):
    rest = limited(**{"Retry-After": nonsense})

    assert 20 < rest < 36
    rests_then_is_claimed(rest)


def test_a_429_that_asks_for_a_year_is_believed_for_a_quarter_of_an_hour(
    limited, rests_then_is_claimed
):
    rest = limited(**{"Retry-After": "31536000"})

    assert 890 < rest < 906
    rests_then_is_claimed(rest)


def test_a_429_to_the_read_sends_nothing_meanwhile(sandbox, claim, page_text, clock):
    action = {"status": 429, "headers": {"Retry-After": "120"}}
    sandbox.faults.add({"method": "GET"}, action=action, times=1)
    held = work(claim)

    assert "SmartphoneKey is busy" in page_text(held)
    assert len(reads(sandbox, claim)) == 1
    assert sends(sandbox, claim) == []
    clock.shift(130)
    work(claim)
    assert_claimed_once(sandbox, Claim.objects.get(pk=claim.pk))
