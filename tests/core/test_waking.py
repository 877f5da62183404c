"""An idle worker: how often it looks, and that the database tells it of what becomes due."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.claims.engine import actions
from portal.claims.models import Claim, State
from portal.core import leasing, waking
from portal.hubs.models import Hub
from portal.notices.models import Notice
from portal.sandbox import world
from tests.conftest import claim_request
from tests.notices.conftest import notify
from tests.running import running, until

pytestmark = pytest.mark.django_db(transaction=True)

on_postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'")
SOON = timedelta(seconds=0.4)
LATER = timedelta(minutes=5)
LISTENERS = """
    SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN %%'
"""


@pytest.fixture
def word() -> Iterator:
    """Listen as a worker does; say whether word has come since the last time."""
    parameters = connection.get_connection_params()
    with connection.Database.connect(**parameters, autocommit=True) as listening:
        listening.execute(f"LISTEN {waking.CHANNEL}")
        # What was sent when this returns has arrived by the answer of the next statement.
        yield lambda: bool(list(listening.notifies(timeout=0.2)))


def listeners() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(LISTENERS)
        return [pid for (pid,) in cursor.fetchall()]


def is_claimed(claim: Claim) -> bool:
    return Claim.objects.get(pk=claim.pk).state == State.CLAIMED


@pytest.mark.skipif("connection.vendor != 'sqlite'")
def test_in_sqlite_it_looks_ten_times_a_second_and_nobody_tells_it(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert waking.outlook() == (True, 0.1)
    bell = waking.Bell()
    with bell.listening():
        assert bell._listener is None


def test_a_bell_ends_the_wait_that_it_rings_in_and_the_next_one_after_it():
    bell = waking.Bell()
    bell.ring()
    bell.wait(600)


@on_postgresql
class TestLooking:
    def test_it_looks_at_everything_in_one_statement(self, claim, django_assert_num_queries):
        with django_assert_num_queries(1):
            assert waking.outlook().some_due

    def test_with_nothing_due_it_looks_once_a_second(self, claim):
        for model in leasing.leased_models():
            model._default_manager.update(due_at=None)
        assert waking.outlook() == (False, 1.0)
        Claim.objects.update(due_at=timezone.now() + LATER)
        assert waking.outlook() == (False, 1.0)

    def test_it_looks_sooner_when_something_is_due_sooner(self, claim):
        Hub.objects.update(due_at=None)
        Claim.objects.update(due_at=timezone.now() + SOON)
        some_due, wait = waking.outlook()
        assert not some_due
        assert 0 < wait <= SOON.total_seconds()

    def test_what_is_with_another_worker_hides_nothing_that_is_due_sooner(
        self, claim, ira, mill_court
    ):
        other = actions.submit(claim_request(ira, mill_court, world.hub_id(1)))
        Claim.objects.filter(pk=other.pk).update(due_at=timezone.now() + SOON)
        assert waking.outlook().some_due
        assert waking.outlook().wait <= SOON.total_seconds()


@on_postgresql
class TestTelling:
    @pytest.mark.parametrize("model", leasing.leased_models(), ids=lambda model: model.__name__)
    def test_every_kind_of_due_work_is_told_of(self, model):
        with connection.cursor() as cursor:
            cursor.execute(waking._HAS_TRIGGER, [connection.ops.quote_name(model._meta.db_table)])
            assert cursor.fetchone() == (1,)

    def test_installing_it_again_asks_and_locks_nothing(self):
        with CaptureQueriesContext(connection) as queries:
            waking.install(apps.get_app_config("claims"), "default")
        assert queries.captured_queries
        assert not [query for query in queries if "CREATE" in query["sql"]]

    def test_a_row_that_is_made_due_is_told_of(self, ira, mill_court, word):
        assert not word()
        actions.submit(claim_request(ira, mill_court, world.hub_id(0)))
        assert word()

    @pytest.mark.parametrize("due_in", [timedelta(0), -LATER, SOON])
    def test_a_row_that_becomes_due_is_told_of(self, due_in, claim, word):
        Claim.objects.update(due_at=timezone.now() + due_in)
        assert word()

    @pytest.mark.parametrize("fields", [{"due_at": None}, {"place": "Hall"}, {"epoch": 7}])
    def test_another_change_is_not(self, fields, claim, word):
        Claim.objects.update(**fields)
        assert not word()

    def test_what_is_due_later_is_not(self, claim, word):
        Claim.objects.update(due_at=timezone.now() + LATER)
        assert not word()

    def test_an_email_is_told_of_too(self, ada, acme, word):
        notify(acme)
        Notice.objects.update(due_at=timezone.now())
        assert word()

    def test_word_comes_with_the_row_and_not_before_it(self, claim, word):
        with transaction.atomic():
            Claim.objects.update(due_at=timezone.now())
            assert not word()
        assert word()

    def test_of_what_is_undone_there_is_no_word(self, claim, word):
        with transaction.atomic():
            Claim.objects.update(due_at=timezone.now())
            transaction.set_rollback(True)
        assert not word()


@on_postgresql
class TestWaking:
    @pytest.fixture(autouse=True)
    def _never_looks_by_itself(self, monkeypatch):
        monkeypatch.setattr(waking, "LOOK_SECONDS", 30.0)

    @pytest.fixture
    def waits(self, monkeypatch) -> list[float]:
        waits: list[float] = []
        wait = waking.Bell.wait
        monkeypatch.setattr(
            waking.Bell, "wait", lambda bell, seconds: (waits.append(seconds), wait(bell, seconds))
        )
        return waits

    def test_a_worker_is_woken_by_what_becomes_due(self, sandbox, ira, mill_court, waits):
        with running() as worker:
            until(listeners)
            until(lambda: waits)
            claim = actions.submit(claim_request(ira, mill_court, world.hub_id(0)))
            until(lambda: is_claimed(claim), within=20)
            worker.stop()
            worker._bell.ring()

    def test_one_whose_connection_is_lost_makes_another(self, sandbox, ira, mill_court, caplog):
        with running() as worker:
            until(listeners)
            [lost] = listeners()
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(%s)", [lost])
            until(lambda: [pid for pid in listeners() if pid != lost])
            claim = actions.submit(claim_request(ira, mill_court, world.hub_id(0)))
            until(lambda: is_claimed(claim), within=20)
            worker.stop()
            worker._bell.ring()
        assert "nobody tells of what is due" in caplog.text

    def test_one_that_is_never_told_looks_by_itself(
        self, sandbox, ira, mill_court, monkeypatch, waits
    ):
        monkeypatch.setattr(waking, "LOOK_SECONDS", 0.2)
        monkeypatch.setattr(waking.Bell, "_hear", lambda bell: bell._closing.wait(0.05))
        with running():
            until(lambda: waits)
            claim = actions.submit(claim_request(ira, mill_court, world.hub_id(0)))
            until(lambda: is_claimed(claim), within=20)

    def test_it_leaves_no_connection_behind(self, sandbox):
        with running() as worker:
            until(listeners)
            worker.stop()
            worker._bell.ring()
        until(lambda: not listeners())
