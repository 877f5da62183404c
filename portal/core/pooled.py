"""The pool of connections to PostgreSQL, after the database was away."""

import select
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from psycopg import Connection


def check(connection: "Connection[Any]") -> None:
    """Raise an error for a connection that died, and have the pool replace all that it keeps.

    What ends one, such as a restart of the database, ends them all. The pool by itself would find
    them out one after the other and wait longer after each, until a request has waited too long.

    The database is asked only over a connection on which it has said something unasked, as it does
    when it ends it: else each request would begin with a question that tells nothing new.
    """
    if _is_silent(connection):
        return
    from psycopg_pool import ConnectionPool  # noqa: PLC0415 - only PostgreSQL needs it

    try:
        ConnectionPool.check_connection(connection)
    except Exception:
        if isinstance(pool := connection._pool, ConnectionPool):
            pool.drain()
        raise


def _is_silent(connection: "Connection[Any]") -> bool:
    """Whether nothing came over the connection since it was used, not even its end."""
    if connection.closed:
        return False
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    return not waiting.poll(0)
