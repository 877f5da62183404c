"""A slow API, or somebody else's long queue, keeps nobody waiting for long."""

import pytest

from portal.claims.engine import actions, leases, timing
from portal.claims.models import Claim, State
from portal.core import worker
from portal.sandbox import world
from tests.conftest import HELD, claim_request
from tests.running import running, until


def is_claimed(claim):
    return Claim.objects.get(pk=claim.pk).state == State.CLAIMED


def many(person, site, numbers):
    return [actions.submit(claim_request(person, site, world.hub_id(n))) for n in numbers]


@pytest.mark.django_db(transaction=True)
def test_one_organisations_slow_calls_on_every_thread_do_not_keep_another_waiting(
    sandbox, let_go, ira, hal, mill_court, lighthouse
):
    crowd = many(ira, mill_court, range(6))
    for claim in crowd:
        sandbox.faults.add({"path_contains": claim.hub_id_text}, action={"latency": HELD}, times=1)

    with running(threads=2) as working:
        until(lambda: len(sandbox.state.requests) >= 2)
        [late] = many(hal, lighthouse, [20])
        until(lambda: is_claimed(late))
        assert not any(is_claimed(claim) for claim in crowd)
        working.stop()
        let_go()


def test_the_reserved_threads_take_one_claim_of_each_organisation_that_waits(
    ira, hal, mill_court, lighthouse
):
    many(ira, mill_court, range(3))
    leases.take_due(1)
    [*theirs] = many(hal, lighthouse, range(20, 23))

    taken = leases.take_due(4, unserved_only=True)

    assert [lease.pk for lease in taken] == [theirs[0].pk]
    assert not leases.unserved_due()
    assert leases.take_due(4, unserved_only=True) == []


def test_an_organisation_that_is_served_gets_no_reserved_thread(ira, mill_court):
    many(ira, mill_court, range(3))
    leases.take_due(1)

    assert not any(kind.is_due() for kind in worker.kinds(reserved=True))


def test_the_number_of_simultaneous_claims_at_spkeys_host_is_limited(ira, mill_court, monkeypatch):
    monkeypatch.setattr(timing, "AT_ONCE", 5)
    many(ira, mill_court, range(8))

    assert len(leases.take_due(4)) == 4
    assert len(leases.take_due(4)) == 1
    assert leases.take_due(4) == []
    assert leases.take_due(4, unserved_only=True) == []
