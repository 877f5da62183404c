"""After a restart of the database nobody gets one of the connections that died with it."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from django.db import OperationalError
from django.db.utils import ConnectionHandler
from environs import Env

from chaos import postgres
from portal import environment
from tests.running import until

psycopg = pytest.importorskip("psycopg")
pytestmark = pytest.mark.slow

OF_OTHERS = """
FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    try:
        postgres.programs()
    except postgres.NotInstalledError as missing:
        pytest.skip(str(missing))
    with postgres.server() as address:
        yield address


@contextmanager
def portal(address: str, monkeypatch, **pool: Any) -> Iterator[Any]:
    """Give the portal's connection to the database, from a pool of its own."""
    monkeypatch.setenv("DATABASE_URL", address)
    settings = environment.database(Env(), default="", threads=16)
    settings["OPTIONS"]["pool"] |= pool
    connection = ConnectionHandler({"default": settings})["default"]
    try:
        connection.pool.open()
        yield connection
    finally:
        connection.close_pool()


def ask(connection: Any) -> None:
    """What a request does: take a connection, use it, and give it back."""
    try:
        with connection.cursor() as cursor:
            assert cursor.execute("SELECT 1").fetchone() == (1,)
    finally:
        connection.close()


def fill(pool: Any, number: int) -> None:
    with ExitStack() as taken:
        for _ in range(number):
            taken.enter_context(pool.connection())


def end_the_others(other: Any) -> int:
    """End all connections but this one, and return how many once they are ended.

    Others may come in their place meanwhile.
    """
    found = other.execute(f"SELECT pid, pg_terminate_backend(pid) {OF_OTHERS}").fetchall()
    pids = [pid for pid, _ in found]
    still_there = "SELECT 1 FROM pg_stat_activity WHERE pid = ANY(%s)"
    until(lambda: not other.execute(still_there, [pids]).rowcount)
    return len(pids)


@pytest.mark.parametrize("number", [1, 8, 16])
def test_connections_that_died_in_the_pool_are_replaced_and_fail_nobody(
    number, address, monkeypatch, django_db_blocker
):
    with (
        django_db_blocker.unblock(),
        # A short wait shows what a long one with more connections would.
        portal(address, monkeypatch, timeout=2) as connection,
        psycopg.connect(address, autocommit=True) as other,
    ):
        fill(connection.pool, number)
        assert end_the_others(other) >= number
        for _ in range(number + 2):
            ask(connection)


def test_who_comes_when_the_database_is_back_does_not_wait_for_a_later_try(
    address, monkeypatch, django_db_blocker
):
    with (
        django_db_blocker.unblock(),
        portal(address, monkeypatch, timeout=1) as connection,
        psycopg.connect(address, autocommit=True) as other,
    ):
        fill(connection.pool, 8)
        other.execute("ALTER ROLE portal NOLOGIN")
        end_the_others(other)
        for _ in range(3):
            with pytest.raises(OperationalError):
                ask(connection)
        other.execute("ALTER ROLE portal LOGIN")

        ask(connection)


def test_a_connection_that_lives_is_handed_out_without_a_question(
    address, monkeypatch, django_db_blocker
):
    with django_db_blocker.unblock(), portal(address, monkeypatch) as connection:
        ask(connection)
        asked = []
        monkeypatch.setattr(
            psycopg.Connection, "execute", lambda _self, *words, **_: asked.append(words)
        )
        ask(connection)
        assert asked == []


def test_a_connection_over_which_the_database_said_something_else_is_kept(
    address, monkeypatch, django_db_blocker
):
    with (
        django_db_blocker.unblock(),
        portal(address, monkeypatch, max_size=1) as connection,
        psycopg.connect(address, autocommit=True) as other,
    ):
        with connection.pool.connection() as taken:
            taken.autocommit = True
            taken.execute("LISTEN something")
            backend = taken.info.backend_pid
        other.execute("NOTIFY something")
        ask(connection)
        with connection.pool.connection() as taken:
            assert taken.info.backend_pid == backend
