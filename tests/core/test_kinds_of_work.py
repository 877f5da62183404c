"""The worker's threads are shared between kinds of work by their shares and priorities."""

import itertools
from collections import Counter
from datetime import timedelta

import pytest

from portal.claims.models import Claim
from portal.core import leasing, worker
from portal.core.leasing import Lease
from portal.core.worker import WorkKind


@pytest.fixture
def register(monkeypatch):
    """Register kinds of work that never ends, in place of the portal's own."""
    monkeypatch.setattr(worker, "_kinds", {})
    monkeypatch.setattr(worker, "_turns", itertools.count())
    monkeypatch.setattr(leasing, "some_planned", lambda _model: True)

    def with_work(name, **fields):
        made = {"is_due": lambda: True, "longest": lambda: timedelta(seconds=1)} | fields
        leases = [Lease(Claim, number, 1) for number in range(99)]
        made.setdefault("take", lambda limit: leases[:limit])
        worker.register(WorkKind(name=name, model=Claim, work=lambda _lease: name, **made))

    return with_work


def done(jobs):
    return Counter(job() for job in jobs)


def test_every_kind_gets_its_share(register):
    register("claims", share=2)
    register("imports")
    register("notices")

    assert done(worker.due_jobs(16)) == {"claims": 8, "imports": 4, "notices": 4}


def test_threads_beyond_the_shares_go_to_the_kinds_people_wait_for(register):
    register("imports", priority=1)
    register("claims")
    register("notices", priority=1, is_due=lambda: False)

    assert done(worker.due_jobs(9)) == {"claims": 6, "imports": 3}


def test_all_threads_do_one_kind_when_nothing_else_is_due(register):
    register("imports", priority=1)
    register("claims", is_due=lambda: False)

    assert done(worker.due_jobs(16)) == {"imports": 16}


def test_a_single_free_thread_serves_every_kind_in_turn(register):
    for number, name in enumerate(("claims", "imports", "notices")):
        register(name, priority=number)

    turns = [done(worker.due_jobs(1)) for _ in range(6)]

    assert turns == [{"claims": 1}, {"imports": 1}, {"notices": 1}] * 2


def test_a_kind_of_the_reserved_threads_is_left_to_them(register):
    register("claims")
    register("unserved", reserved=True)

    assert done(worker.due_jobs(4)) == {"claims": 4}
    assert done(worker._reserved_jobs(4)) == {"unserved": 4}
    assert worker._reserved_jobs(0) == worker._reserved_jobs(-3) == []


def test_a_kind_registered_twice_is_one(register):
    register("claims")
    register("claims", share=2)

    assert [kind.share for kind in worker.kinds()] == [2]


def test_work_that_could_outlive_its_lease_stops_the_start(register):
    register("claims", longest=lambda: Claim.LEASE - worker.MARGIN)
    worker.Worker(1)
    register("imports", longest=lambda: Claim.LEASE)

    with pytest.raises(RuntimeError, match="imports: a lease of 0:01:30 is shorter"):
        worker.Worker(1)
