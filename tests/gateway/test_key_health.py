"""The key of an organisation: refused, replaced, paused; and which key serves which claim."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from portal.audit.models import Entry
from portal.claims.engine import actions, calls, credentials, leases, step
from portal.claims.models import Claim, Reason, State
from portal.core import worker
from portal.gateway import gate, key_health
from portal.gateway.gate import HeldReason
from portal.gateway.key_health import Refusal
from portal.hubs import watching
from portal.notices.models import Notice
from portal.orgs import api_keys
from portal.orgs.encryption import Secret
from portal.orgs.models import ApiCredential
from portal.sandbox import world
from tests.conftest import ask_again, claim_request, consent_to, work, work_until_refused

KEY_DOUBTED = (State.WAITING, Reason.KEY_DOUBTED)
KEY_REFUSED = (State.BLOCKED, Reason.KEY_REFUSED)


def where(claim):
    return claim.state, claim.reason


def stored(organisation):
    return ApiCredential.objects.get(organisation=organisation)


def replace_key(organisation, text, token=None):
    return api_keys.replace(organisation, None, Secret(text), token and Secret(token))


@pytest.fixture
def second(ira, mill_court):
    """Another claim of Acme's."""
    return actions.submit(claim_request(ira, mill_court, world.hub_id(1)))


met_by = pytest.mark.parametrize(
    "met", [{"method": "GET"}, {"method": "POST"}], ids=["read", "send"]
)


@met_by
def test_a_single_401_alarms_nobody_and_the_claim_goes_on_by_itself(
    sandbox, claim, acme, ada, met, wire, clock
):
    sandbox.faults.add(met, action={"status": 401}, times=1)

    waiting = work(claim)

    assert where(waiting) == KEY_DOUBTED
    assert waiting.outcome_unknown_since is None
    assert stored(acme).state == "working"
    asked = len(wire())
    assert where(work(claim)) == KEY_DOUBTED
    assert len(wire()) == asked
    clock.shift(61)
    worker.run_once()
    worker.run_once()
    assert Claim.objects.get(pk=claim.pk).state == State.CLAIMED
    assert (stored(acme).state, stored(acme).doubted_at) == ("working", None)
    assert not Notice.objects.exists()
    assert not Entry.objects.filter(verb="key.refused").exists()


@met_by
def test_a_second_401_a_minute_later_refuses_the_key_and_blocks_the_claim(
    sandbox, claim, acme, met, clock
):
    sandbox.faults.add(met, action={"status": 401})

    work(claim)
    clock.shift(61)
    worker.run_once()
    blocked = work(claim)

    assert where(blocked) == KEY_REFUSED
    assert blocked.outcome_unknown_since is None
    assert (stored(acme).state, stored(acme).doubted_at) == ("refused", None)


def test_a_second_401_within_the_minute_proves_nothing(sandbox, acme, clock):
    sandbox.state.keys.revoke("acme")
    assert key_health.take_refusal(acme.credential) is Refusal.DOUBTED
    clock.shift(30)
    ApiCredential.objects.filter(organisation=acme).update(due_at=timezone.now())
    worker.run_once()

    assert key_health.take_refusal(stored(acme)) is Refusal.DOUBTED
    assert stored(acme).state == "working"
    clock.shift(61)
    worker.run_once()
    assert stored(acme).state == "refused"
    assert key_health.take_refusal(stored(acme)) is Refusal.PROVEN


def test_silence_settles_no_doubt(sandbox, acme, clock):
    key_health.take_refusal(acme.credential)
    sandbox.faults.add(action={"status": 503}, times=1)
    clock.shift(61)
    worker.run_once()

    assert stored(acme).doubted_at is not None
    assert gate.held_reason(stored(acme)) is HeldReason.KEY_DOUBTED
    clock.shift(61)
    worker.run_once()
    assert (stored(acme).state, stored(acme).doubted_at) == ("working", None)


@pytest.mark.parametrize("answer", [400, 404])
def test_spkeys_own_refusal_of_the_question_settles_the_doubt(sandbox, acme, clock, answer):
    key_health.take_refusal(acme.credential)
    sandbox.faults.add({"method": "GET"}, action={"status": answer})
    clock.shift(61)
    worker.run_once()

    assert (stored(acme).state, stored(acme).doubted_at) == ("working", None)


def test_a_doubt_that_nobody_settles_ends_after_ten_minutes(sandbox, claim, acme, clock):
    key_health.take_refusal(acme.credential)
    gateway = {"status": 404, "body": "<html>", "headers": {"Content-Type": "text/html"}}
    sandbox.faults.add({"path_contains": str(key_health.NO_HUB)}, action=gateway)
    for _ in range(11):
        clock.shift(61)
        worker.run_once()

    assert (stored(acme).state, stored(acme).doubted_at) == ("unreachable", None)
    assert work(claim).state == State.CLAIMED


@pytest.mark.parametrize(
    ("status", "retry_after", "held"),
    [(503, "2", None), (503, "3600", None), (429, "2", HeldReason.RATE_LIMITED)],
)
def test_a_doubt_ends_after_ten_minutes_although_spkey_always_asks_for_time(
    sandbox, acme, clock, status, retry_after, held
):
    key_health.take_refusal(acme.credential)
    not_now = {"status": status, "headers": {"Retry-After": retry_after}}
    sandbox.faults.add({"path_contains": str(key_health.NO_HUB)}, action=not_now)
    for _ in range(9):
        clock.shift(61)
        worker.run_once()
    assert stored(acme).doubted_at is not None
    clock.shift(61)
    worker.run_once()

    assert (stored(acme).state, stored(acme).doubted_at) == ("unreachable", None)
    assert gate.held_reason(stored(acme)) is held


def test_a_key_that_is_limited_at_the_end_of_its_doubt_is_not_asked_in_another_way(
    sandbox, acme, wire, clock
):
    replace_key(acme, world.ACME_KEY, token=world.token_text("acme"))
    worker.run_once()
    key_health.take_refusal(stored(acme))
    limited = {"status": 429, "headers": {"Retry-After": "60"}}
    sandbox.faults.add(action=limited)
    asked = len(wire())
    clock.shift(601)
    worker.run_once()

    assert (stored(acme).doubted_at, len(wire())) == (None, asked + 1)
    assert set(stored(acme).accepted) == {"key", "token", "both"}


def test_a_claims_second_401_leaves_no_check_that_would_take_it_back(sandbox, acme, clock):
    key_health.take_refusal(acme.credential)
    assert stored(acme).due_at is not None
    assert key_health.take_refusal(stored(acme), is_second=True) is Refusal.PROVEN

    assert (stored(acme).state, stored(acme).doubted_at, stored(acme).due_at) == (
        "refused",
        None,
        None,
    )
    clock.shift(120)
    worker.run_once()
    assert stored(acme).state == "refused"
    assert Entry.objects.filter(verb="key.refused").count() == 1


def test_the_first_401_of_a_new_key_is_no_second_one(sandbox, claim, acme):
    sandbox.faults.add({"method": "POST"}, action={"status": 401}, times=2)
    assert where(work(claim)) == KEY_DOUBTED
    replace_key(acme, world.ACME_KEY)
    worker.run_once()

    assert where(work(claim)) == KEY_DOUBTED
    assert stored(acme).state == "working"


def test_an_open_send_stays_open_while_its_key_is_in_doubt(
    sandbox, ira, mill_court, acme, wire, clock
):
    claim = actions.submit(claim_request(ira, mill_court, world.MAGIC["answer_lost"].id))
    work(claim)
    key_health.take_refusal(acme.credential)
    asked = len(wire())

    held = work(claim)

    assert where(held) == (State.VERIFYING, Reason.KEY_DOUBTED)
    assert held.outcome_unknown_since is not None
    assert len(wire()) == asked
    clock.shift(61)
    worker.run_once()
    assert work(claim).state == State.CLAIMED


def test_a_claim_does_not_wait_for_ever_for_a_key_in_doubt(sandbox, claim, acme, clock):
    key_health.take_refusal(acme.credential)
    clock.shift(25 * 3600)
    ApiCredential.objects.update(due_at=timezone.now() + timedelta(seconds=60))

    assert work(claim).state == State.EXPIRED


def test_a_refused_key_blocks_the_organisations_other_claims_without_a_call(
    sandbox, claim, second, acme, wire, ira, mill_court
):
    sandbox.state.keys.revoke("acme")
    Claim.objects.filter(pk=second.pk).update(due_at=None)
    work(claim)
    ask_again(acme)
    asked = len(wire())
    third = actions.submit(claim_request(ira, mill_court, world.hub_id(2)))
    Claim.objects.filter(pk=second.pk).update(due_at=timezone.now())

    blocked = work(third)

    assert where(blocked) == where(work(second)) == KEY_REFUSED
    assert len(wire()) == asked


def test_a_refused_key_holds_up_nobody_else(sandbox, claim, hal, lighthouse):
    sandbox.state.keys.revoke("acme")
    theirs = actions.submit(claim_request(hal, lighthouse, world.hub_id(5)))

    assert where(work_until_refused(claim)) == KEY_REFUSED
    assert work(theirs).state == State.CLAIMED


def test_a_new_key_that_passes_its_check_lets_the_claims_go_on(sandbox, claim, second, acme):
    fresh = sandbox.state.keys.rotate("acme")
    assert where(work_until_refused(claim)) == where(work(second)) == KEY_REFUSED

    replace_key(acme, fresh)
    worker.run_once()

    assert stored(acme).state == "working"
    assert set(Claim.objects.values_list("state", flat=True)) == {State.CLAIMED}


def test_a_new_key_that_is_refused_as_well_resumes_nothing(sandbox, claim, acme):
    sandbox.state.keys.revoke("acme")
    work_until_refused(claim)

    replace_key(acme, world.REVOKED_KEY)
    worker.run_once()
    ask_again(acme)

    assert stored(acme).state == "refused"
    assert where(work(claim)) == KEY_REFUSED


@pytest.mark.parametrize("status", [403, 404])
def test_a_gateways_error_page_changes_nothing_about_a_key(sandbox, acme, status):
    page = {"status": status, "body": "<html>Blocked</html>"}
    sandbox.faults.add(action=page | {"headers": {"Content-Type": "text/html"}})
    api_keys.ask_for_check(acme.credential, None)
    worker.run_once()

    assert stored(acme).state == "unreachable"
    assert stored(acme).due_at is None


@pytest.mark.parametrize(
    ("key", "state"), [(world.ACME_KEY, "working"), (world.REVOKED_KEY, "refused")]
)
def test_spkeys_own_404_proves_a_key_and_its_own_401_refuses_it(sandbox, acme, key, state):
    replace_key(acme, key)
    worker.run_once()
    if state == "refused":
        ask_again(acme)

    assert stored(acme).state == state


def test_an_open_send_is_confirmed_first_when_its_key_is_renewed(
    sandbox, ira, mill_court, acme, wire
):
    claim = actions.submit(claim_request(ira, mill_court, world.MAGIC["answer_lost"].id))
    work(claim)
    fresh = sandbox.state.keys.rotate("acme")
    blocked = work_until_refused(claim)
    asked = len(wire())

    assert where(blocked) == KEY_REFUSED
    assert actions.resume(replace_key(acme, fresh)) == 1
    assert Claim.objects.get(pk=claim.pk).state == State.VERIFYING
    assert work(claim).state == State.CLAIMED
    assert all(request.method == "GET" for request in list(wire())[asked:])


@pytest.mark.parametrize(
    ("text", "token"), [(world.HARBOUR_KEY, None), (world.ACME_KEY, "a.new.token")]
)
def test_a_key_or_token_replaced_during_its_check_keeps_its_own_verdict(
    sandbox, acme, monkeypatch, text, token
):
    sandbox.state.keys.revoke("acme")
    api_keys.ask_for_check(acme.credential, None)
    (leased,) = key_health.take_due_checks(1)
    verdict = key_health.ask_about

    def overtaken(credential):
        answer = verdict(credential)
        replace_key(acme, text, token)
        return answer

    monkeypatch.setattr(key_health, "ask_about", overtaken)

    assert not key_health.check(leased)
    assert stored(acme).state == "unchecked"
    assert stored(acme).due_at is not None


def test_a_claim_refused_with_a_key_that_was_just_replaced_goes_on_with_the_new_one(
    sandbox, claim, acme, monkeypatch
):
    fresh = sandbox.state.keys.rotate("acme")
    read = calls.read

    def overtaken(*args, **kwargs):
        answer = read(*args, **kwargs)
        replace_key(acme, fresh)
        return answer

    with monkeypatch.context() as patch:
        patch.setattr(calls, "read", overtaken)
        step.attempt(leases.take_due(1)[0])
    held = Claim.objects.get(pk=claim.pk)

    assert (held.state, stored(acme).state) == (State.QUEUED, "unchecked")
    assert held.due_at < timezone.now() + timedelta(seconds=10)
    assert work(claim).state == State.CLAIMED


def test_a_token_renewed_beside_the_same_key_is_the_one_that_is_sent(sandbox, claim, acme, wire):
    gate.ask(acme.credential).hub_status(claim.hub_id_text)
    api_keys.choose_sent(replace_key(acme, world.ACME_KEY, token="a.new.token"), None, "both")

    work(claim)

    assert [request.bearer for request in wire("status")][:1] == [False]
    assert wire("ClaimHub")[0].bearer


@pytest.mark.parametrize("met", [{"method": "GET"}, {"method": "POST"}], ids=["read", "send"])
def test_a_429_holds_back_every_call_with_the_key(sandbox, claim, second, wire, acme, met, clock):
    limited = {"status": 429, "headers": {"Retry-After": "120"}}
    sandbox.faults.add(met | {"key": "acme"}, action=limited, times=1)
    Claim.objects.filter(pk=second.pk).update(due_at=None)
    first = work(claim)
    asked = len(wire())
    watching.watch(first.hub)
    Claim.objects.filter(pk=second.pk).update(due_at=timezone.now())

    held = work(second)

    assert where(first) == where(held) == (State.WAITING, Reason.RATE)
    until = stored(acme).paused_until
    assert timedelta(seconds=90) < until - timezone.now() < timedelta(seconds=126)
    assert held.due_at > until
    assert len(wire()) == asked
    clock.shift(130)
    assert work(second).state == State.CLAIMED


def test_a_429_to_one_key_does_not_hold_back_another(sandbox, claim, hal, lighthouse):
    sandbox.faults.add({"key": "acme"}, action={"status": 429})
    theirs = actions.submit(claim_request(hal, lighthouse, world.hub_id(5)))

    assert work(claim).state == State.WAITING
    assert work(theirs).state == State.CLAIMED


def test_an_open_send_stays_open_while_its_key_is_held_back(sandbox, ira, mill_court, acme, wire):
    claim = actions.submit(claim_request(ira, mill_court, world.MAGIC["answer_lost"].id))
    work(claim)
    gate.hold(acme.credential, 60)
    asked = len(wire())

    held = work(claim)

    assert where(held) == (State.VERIFYING, Reason.RATE)
    assert held.outcome_unknown_since is not None
    assert len(wire()) == asked


def test_an_organisation_without_a_key_blocks_its_claims(sandbox, claim, acme, wire):
    acme.credential.delete()

    assert where(work(claim)) == (State.BLOCKED, Reason.KEY_MISSING)
    assert wire() == []


def test_a_normal_key_never_sends_an_organisation(sandbox, claim, wire):
    work(claim)

    (sent,) = wire("ClaimHub")
    assert sent.key == "acme"
    assert "orgId" not in sent.body


def for_others(sam, acme, spkey_support, hub_id):
    return actions.submit(
        actions.ClaimRequest(
            user=sam,
            organisation=acme,
            hub_id=hub_id,
            spkey_site_id="mill-court",
            submission=hub_id,
            acting_organisation=spkey_support,
            reason="Ticket 1",
            support_grant=consent_to(spkey_support, acme),
        )
    )


def test_a_super_key_always_sends_the_organisation(sandbox, sam, acme, spkey_support, hub_id, wire):
    done = work(for_others(sam, acme, spkey_support, hub_id))

    assert done.state == State.CLAIMED
    assert {request.key for request in wire()} == {"support"}
    assert wire("ClaimHub")[0].body["orgId"] == world.ACME_ORG_ID


@pytest.mark.parametrize("kind", ["normal", "super"])
def test_a_key_of_the_wrong_kind_is_not_used_for_a_claim(
    sandbox, claim, sam, acme, spkey_support, wire, kind
):
    claims = {"super": claim, "normal": for_others(sam, acme, spkey_support, UUID(world.hub_id(9)))}
    holder = {"super": acme, "normal": spkey_support}[kind]
    ApiCredential.objects.filter(organisation=holder).update(kind=kind)
    Claim.objects.exclude(pk=claims[kind].pk).update(due_at=None)

    with pytest.raises(credentials.Blocked):
        credentials.credential_for(Claim.objects.get(pk=claims[kind].pk))
    work(claims[kind])
    assert wire() == []
