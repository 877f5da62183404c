"""After a restart of the database nobody gets one of the connections that died with it."""

import pytest
from django.db.utils import ConnectionHandler
from environs import Env

from chaos import postgres
from portal import environment

psycopg = pytest.importorskip("psycopg")

END_THE_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


@pytest.mark.slow
def test_a_connection_that_died_in_the_pool_is_replaced_and_fails_nobody(
    monkeypatch, django_db_blocker
):
    try:
        postgres.programs()
    except postgres.NotInstalledError as missing:
        pytest.skip(str(missing))
    with postgres.server() as address, django_db_blocker.unblock():
        monkeypatch.setenv("DATABASE_URL", address)
        settings = environment.database(Env(), default="", threads=1)
        connection = ConnectionHandler({"default": settings})["default"]
        try:
            for _ in range(2):
                with connection.cursor() as cursor:
                    assert cursor.execute("SELECT 1").fetchone() == (1,)
                connection.close()  # Back into the pool.
                with psycopg.connect(address, autocommit=True) as other:
                    assert other.execute(END_THE_OTHERS).rowcount > 0
        finally:
            connection.close_pool()
