"""In whose name a claim is made."""

from uuid import UUID, uuid4

import pytest
from allauth.account.models import EmailAddress

from portal import spkey
from portal.claims.engine import actions, calls
from portal.claims.models import Reason, State
from portal.core import worker
from portal.orgs import addresses
from portal.orgs.models import Membership, Organisation, User
from portal.sandbox import world
from tests.conftest import claim_request, join, make_person, work, work_until_refused

BY_EMAIL = "users/by-email"


@pytest.fixture
def nia(acme):
    """Nia installs for Acme, and SpKey has never heard of her."""
    person = make_person("nia@acme.example", "Nia")
    join(person, acme)
    return person


@pytest.fixture
def nias_claim(nia, mill_court, hub_id):
    return actions.submit(claim_request(nia, mill_court, hub_id))


def user_sent(wire):
    return wire("ClaimHub")[-1].body["userId"]


def test_the_members_own_id_is_used_and_nobody_is_looked_up(sandbox, claim, ira, wire):
    own = uuid4()
    ira.memberships.update(spkey_user_id=own)

    work(claim)

    assert user_sent(wire) == str(own)
    assert wire(BY_EMAIL) == []


def test_an_id_found_by_email_is_remembered(sandbox, claim, ira, mill_court, wire):
    work(claim)
    work(actions.submit(claim_request(ira, mill_court, world.hub_id(1))))

    (lookup,) = wire(BY_EMAIL)
    assert lookup.query == {"email": ira.email, "searchOnly": "true"}
    assert user_sent(wire) == world.USERS[ira.email]
    member = ira.memberships.get()
    assert member.spkey_user_id == UUID(world.USERS[ira.email])
    assert member.spkey_user_id_found


@pytest.mark.parametrize("how", ["not confirmed", "another is"])
def test_an_address_that_is_not_known_to_be_theirs_is_not_asked_for(
    sandbox, claim, ira, acme, wire, how
):
    address = EmailAddress.objects.filter(user=ira)
    address.update(
        **({"verified": False} if how == "not confirmed" else {"email": "old@a.example"})
    )

    held = work(claim)

    assert (held.state, held.reason) == (State.BLOCKED, Reason.ADDRESS_UNCONFIRMED)
    assert wire(BY_EMAIL) == []
    Organisation.objects.filter(pk=acme.pk).update(fallback_spkey_user_id=world.USERS[ira.email])
    assert work(claim).state == State.CLAIMED
    assert wire(BY_EMAIL) == []


def test_a_claim_goes_on_by_itself_once_the_address_is_confirmed(sandbox, claim, ira, clock):
    EmailAddress.objects.filter(user=ira).update(verified=False)
    assert actions.can_try_now(work(claim))
    addresses.confirm(ira)
    clock.shift(15 * 60 + 1)
    worker.run_once()

    claim.refresh_from_db()
    assert claim.state == State.CLAIMED


def test_an_id_found_by_an_address_that_changed_meanwhile_is_not_remembered(
    sandbox, claim, ira, monkeypatch
):
    ask = spkey.Client.find_user_by_email

    def overtaken(client, email):
        answer = ask(client, email)
        User.objects.filter(pk=ira.pk).update(email="ira@elsewhere.example")
        return answer

    monkeypatch.setattr(spkey.Client, "find_user_by_email", overtaken)
    work(claim)

    assert ira.memberships.get().spkey_user_id is None


@pytest.mark.parametrize("status", [None, 403, 400], ids=["unknown", "403", "400"])
def test_the_organisations_fallback_is_used_when_spkey_names_no_user(
    sandbox, nias_claim, nia, acme, wire, status
):
    if status:
        sandbox.faults.add({"path_contains": BY_EMAIL}, action={"status": status})
    acme.fallback_spkey_user_id = uuid4()
    acme.save()

    assert work(nias_claim).state == State.CLAIMED
    assert user_sent(wire) == str(acme.fallback_spkey_user_id)
    assert nia.memberships.get().spkey_user_id is None


def test_with_no_user_at_all_the_claim_waits_for_the_administrator(sandbox, nias_claim, nia, wire):
    blocked = work(nias_claim)
    assert (blocked.state, blocked.reason) == (State.BLOCKED, Reason.NO_USER)
    assert wire("ClaimHub") == []
    assert nia.email not in sandbox.state.users

    nia.memberships.update(spkey_user_id=uuid4())
    assert work(blocked).state == State.CLAIMED


@pytest.mark.parametrize(
    ("action", "state"),
    [
        ({"status": 503}, State.WAITING),
        ({"status": 429}, State.WAITING),
        ({"status": 401}, State.BLOCKED),
    ],
)
def test_a_lookup_that_fails_is_tried_again_and_nothing_is_sent(
    sandbox, claim, wire, clock, action, state, acme
):
    sandbox.faults.add({"path_contains": BY_EMAIL}, action=action, times=1)

    held = work(claim)

    assert held.state == state
    assert held.sends == 0
    assert wire("ClaimHub") == []


def test_a_key_revoked_before_the_user_lookup_is_a_refused_key(sandbox, claim, acme, monkeypatch):
    read = calls.read

    def revoked_after(*args, **kwargs):
        answer = read(*args, **kwargs)
        sandbox.state.keys.revoke("acme")
        return answer

    monkeypatch.setattr(calls, "read", revoked_after)

    blocked = work_until_refused(claim)

    assert (blocked.state, blocked.reason) == (State.BLOCKED, Reason.KEY_REFUSED)


def test_nothing_is_sent_for_somebody_who_left_before_the_send(claim, ira, sandbox):
    Membership.objects.filter(user=ira).delete()
    done = work(claim)

    assert (done.state, done.reason) == ("blocked", "right_gone")
    assert not [r for r in sandbox.state.requests if r.method == "POST"]
