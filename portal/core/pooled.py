"""The pool of connections to PostgreSQL, after the database was away."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from psycopg import Connection


def check(connection: "Connection[Any]") -> None:
    """Raise an error for a connection that died, and have the pool replace all that it keeps.

    What ends one, such as a restart of the database, ends them all. The pool by itself would find
    them out one after the other and wait longer after each, until a request has waited too long.
    """
    from psycopg_pool import ConnectionPool  # noqa: PLC0415 - only PostgreSQL needs it

    try:
        ConnectionPool.check_connection(connection)
    except Exception:
        if isinstance(pool := connection._pool, ConnectionPool):
            pool.drain()
        raise
