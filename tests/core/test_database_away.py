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

psycopg = pytest.importorskip("psycopg")
pytestmark = pytest.mark.slow

END_THE_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'
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
        assert other.execute(END_THE_OTHERS).rowcount >= number
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
        other.execute(END_THE_OTHERS)
        for _ in range(3):
            with pytest.raises(OperationalError):
                ask(connection)
        other.execute("ALTER ROLE portal LOGIN")

        ask(connection)
