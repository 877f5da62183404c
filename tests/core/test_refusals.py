"""How often limits say no is kept in the database, once each, whatever becomes of the request."""

from datetime import timedelta

import pytest
from django.db import OperationalError, transaction

from portal.core import refusals, worker
from portal.core.models import Refusals
from portal.core.refusals import Counted
from portal.core.throttle import Backoff, Brake, Limit, LimitReachedError
from portal.core.turns import BUSY, BusyError, Turns

pytestmark = pytest.mark.django_db
SCANS = Limit("scans", most=1, seconds=3600)


@pytest.fixture(autouse=True)
def counted(monkeypatch):
    """Give what is counted here, and by nobody before."""
    fresh = Counted()
    monkeypatch.setattr(refusals, "counted", fresh)
    return fresh


def kept() -> dict[str, int]:
    return dict(Refusals.objects.values_list("name", "count"))


def refused(action) -> None:
    with pytest.raises(LimitReachedError):
        action()


def test_what_a_limit_refuses_is_counted_under_its_name_and_what_it_allows_is_not(counted):
    SCANS.take("ira")
    for _ in range(3):
        refused(lambda: SCANS.take("ira"))
    counted.add()
    assert kept() == {"scans": 3}


def test_each_kind_of_limit_counts(counted):
    backoff = Backoff("sign-in", free=0, longest=timedelta(minutes=1))
    backoff.take("ira")
    refused(lambda: backoff.take("ira"))
    refused(lambda: backoff.check("ira"))
    brake = Brake("wrong", free=0, longest=timedelta(minutes=1))
    refused(lambda: brake.take("ira", "192.0.2.7"))
    turns = Turns(at_once=1, waiting=0, seconds=0)
    turns._places.acquire()
    with pytest.raises(BusyError), turns.turn():
        pass
    counted.add()
    assert kept() == {"sign-in": 2, "wrong": 1, BUSY: 1}


def test_what_was_asked_without_a_refusal_counts_for_nothing(counted):
    SCANS.take("ira")
    assert not SCANS.allows("ira")
    counted.add()
    assert kept() == {}


def test_two_processes_add_to_one_number(counted):
    for process in (counted, Counted()):
        for name in ("scans", "photos"):
            process.note(name)
        process.add()
    assert kept() == {"photos": 2, "scans": 2}


def test_nothing_is_added_twice(counted):
    counted.note("scans")
    counted.add()
    counted.add()
    assert kept() == {"scans": 1}


def test_a_refusal_that_undoes_what_was_begun_is_counted_all_the_same(counted):
    SCANS.take("ira")
    with pytest.raises(LimitReachedError), transaction.atomic():
        SCANS.take("ira")
    counted.add()
    assert kept() == {"scans": 1}


def test_a_database_that_is_away_loses_nothing(counted, monkeypatch):
    counted.note("scans")
    with monkeypatch.context() as away:
        away.setattr(refusals, "_add", lambda _counts: (_ for _ in ()).throw(OperationalError))
        counted.add()
    counted.note("scans")
    counted.add()
    assert kept() == {"scans": 2}


def test_a_flood_of_refusals_is_written_once_a_second(counted, monkeypatch):
    now = [100.0]
    monkeypatch.setattr(refusals.time, "monotonic", lambda: now[0])
    for _ in range(50):
        counted.note("scans")
        counted.add_own()
    assert kept() == {"scans": 1}
    now[0] += refusals.EVERY_SECONDS
    counted.note("scans")
    counted.add_own()
    assert kept() == {"scans": 51}


def test_who_was_refused_nothing_asks_the_database_for_nothing(
    client, counted, django_assert_num_queries
):
    counted._counts["scans"] = 1
    with django_assert_num_queries(0):
        assert client.get("/health/").status_code == 200
    assert kept() == {}


def test_workers_add_theirs_at_their_heartbeats():
    assert any(
        getattr(clean, "__func__", None) is Counted.add for clean in worker.cleanups().values()
    )
