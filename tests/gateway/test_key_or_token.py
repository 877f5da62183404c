"""What is sent of key and token: the key alone, unless the administrator chose otherwise."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.audit.models import Entry
from portal.claims.models import State
from portal.core import worker
from portal.gateway import key_health
from portal.orgs import api_keys
from portal.orgs.display import key_wording
from portal.orgs.encryption import Secret
from portal.orgs.models import ApiCredential
from portal.sandbox import world
from tests.conftest import ask_again, work
from tests.gateway.test_key_health import replace_key, stored

TOKEN = world.token_text("acme")
WAYS = ["key", "token", "both"]


@pytest.fixture
def with_token(acme):
    """Acme's key and its token, stored together."""
    return replace_key(acme, world.ACME_KEY, token=TOKEN)


def test_a_token_that_is_stored_is_not_sent_by_itself(sandbox, claim, with_token, wire):
    ApiCredential.objects.update(due_at=None)

    assert work(claim).state == State.CLAIMED
    assert {request.bearer for request in wire()} == {False}


@pytest.mark.parametrize("way", WAYS)
def test_a_claim_is_made_in_the_chosen_way_and_in_no_other(
    sandbox, claim, with_token, acme, wire, way
):
    sandbox.state.keys["acme"].ways = frozenset({way})
    api_keys.choose_sent(with_token, None, way)
    ApiCredential.objects.update(due_at=None)

    done = work(claim)

    assert done.state == State.CLAIMED
    assert {request.status for request in wire()} == {200}
    assert {request.bearer for request in wire()} == {way != "key"}


@pytest.mark.parametrize("chosen", WAYS)
@pytest.mark.parametrize(
    "accepted", [["key"], ["token"], ["key", "both"], ["key", "token", "both"]], ids="+".join
)
def test_a_check_tries_the_chosen_way_and_says_which_ways_work(
    sandbox, with_token, acme, wire, chosen, accepted
):
    sandbox.state.keys["acme"].ways = frozenset(accepted)
    if chosen != "key":
        assert api_keys.choose_sent(with_token, None, chosen)
    worker.run_once()
    if chosen not in accepted:
        ask_again(acme)

    checked = stored(acme)
    assert checked.state == ("working" if chosen in accepted else "refused")
    assert checked.accepted == dict.fromkeys(accepted)
    assert (checked.due_at, checked.doubted_at) == (None, None)


def test_without_a_token_a_check_asks_once(sandbox, acme, ada, wire):
    api_keys.ask_for_check(acme.credential, ada)
    worker.run_once()

    assert len(wire()) == 1
    assert stored(acme).accepted == {}


def test_a_way_that_is_chosen_during_a_check_is_checked_by_itself(
    sandbox, with_token, acme, monkeypatch
):
    (leased,) = key_health.take_due_checks(1)
    verdict = key_health.ask_about

    def overtaken(*args):
        answer = verdict(*args)
        api_keys.choose_sent(with_token, None, "token")
        return answer

    with monkeypatch.context() as patch:
        patch.setattr(key_health, "ask_about", overtaken)
        assert key_health.check(leased) is None

    assert (stored(acme).state, stored(acme).sent) == ("unchecked", "token")
    worker.run_once()
    assert stored(acme).state == "working"


def test_a_choice_is_recorded_once(with_token, acme, ada):
    assert api_keys.choose_sent(with_token, ada, "both")
    assert not api_keys.choose_sent(stored(acme), ada, "both")

    (entry,) = Entry.objects.filter(verb="key.sent_chosen")
    assert (entry.detail["before"], entry.detail["after"]) == ("key", "both")
    assert entry.actor_id == ada.pk


def test_who_stored_the_key_stays_who_did_when_another_chooses_what_is_sent(acme, ada, ira):
    before = api_keys.replace(acme, ada, Secret(world.ACME_KEY), Secret(TOKEN))
    assert api_keys.choose_sent(before, ira, "both")

    after = stored(acme)
    assert (after.replaced_at, after.replaced_by) == (before.replaced_at, ada)
    assert after.sent_since > before.sent_since


def test_without_a_token_nothing_but_the_key_can_be_chosen(acme):
    assert not api_keys.choose_sent(acme.credential, None, "token")
    with pytest.raises(IntegrityError), transaction.atomic():
        ApiCredential.objects.update(sent="token")
    assert stored(acme).sent == "key"


def test_a_key_stored_without_a_token_is_sent_alone_again(with_token, acme):
    api_keys.choose_sent(with_token, None, "token")
    replace_key(acme, world.ACME_KEY)

    assert stored(acme).sent == "key"


def test_a_key_stored_with_another_token_is_sent_as_before(with_token, acme):
    api_keys.choose_sent(with_token, None, "token")
    replace_key(acme, world.ACME_KEY, token=TOKEN)

    assert stored(acme).sent == "token"
    assert stored(acme).due_at <= timezone.now()


def test_the_first_401_of_another_way_is_no_second_one(sandbox, claim, with_token, acme):
    ApiCredential.objects.update(due_at=None)
    sandbox.faults.add({"method": "POST"}, action={"status": 401}, times=2)
    assert work(claim).reason == "key_doubted"
    api_keys.choose_sent(stored(acme), None, "token")
    worker.run_once()

    assert work(claim).reason == "key_doubted"
    assert stored(acme).state == "working"


def test_another_organisations_key_stays_that_however_it_is_sent(with_token, acme):
    key_health.mark_mismatch(with_token)
    api_keys.choose_sent(stored(acme), None, "token")
    worker.run_once()

    assert (stored(acme).state, stored(acme).sent) == ("mismatch", "token")


def test_a_way_that_was_not_answered_is_known_as_before(sandbox, with_token, acme, ada):
    worker.run_once()
    assert stored(acme).accepted == dict.fromkeys(WAYS)
    sandbox.faults.add({"method": "GET"}, action={"status": 503})
    api_keys.ask_for_check(stored(acme), ada)
    worker.run_once()

    assert stored(acme).state == "unreachable"
    assert stored(acme).accepted == dict.fromkeys(WAYS)


def check_again(acme, ada) -> None:
    api_keys.ask_for_check(stored(acme), ada)
    worker.run_once()


def test_what_was_accepted_is_dropped_by_a_second_401_a_minute_later_alone(
    sandbox, with_token, acme, ada, clock
):
    worker.run_once()
    sandbox.state.keys["acme"].ways = frozenset({"key", "both"})
    check_again(acme, ada)
    doubted = stored(acme).accepted
    assert set(doubted) == set(WAYS)
    assert [way for way, since in doubted.items() if since] == ["token"]
    assert str(key_wording.accepted(stored(acme))[1]).endswith("(not sure yet)")

    clock.shift(30)
    check_again(acme, ada)
    assert stored(acme).accepted == doubted
    clock.shift(31)
    check_again(acme, ada)
    assert stored(acme).accepted == {"key": None, "both": None}


def test_a_401_between_two_answers_that_accept_drops_nothing(sandbox, with_token, acme, ada, clock):
    worker.run_once()
    for ways in (["key"], WAYS, ["key"]):
        sandbox.state.keys["acme"].ways = frozenset(ways)
        clock.shift(61)
        check_again(acme, ada)

    assert set(stored(acme).accepted) == set(WAYS)


@pytest.mark.parametrize("status", [429, 503])
def test_a_check_tries_no_further_once_spkey_asks_to_wait(
    sandbox, with_token, acme, wire, monkeypatch, status
):
    verdict = key_health.ask_about

    def limited_after(credential, *sent):
        answer = verdict(credential, *sent)
        wait = {"status": status, "headers": {"Retry-After": "60"}}
        sandbox.faults.add(action=wait)
        return answer

    monkeypatch.setattr(key_health, "ask_about", limited_after)
    worker.run_once()

    assert [request.status for request in wire()] == [404, status]
    assert (stored(acme).state, stored(acme).accepted) == ("working", {"key": None})
