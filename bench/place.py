"""Where the bench and chaos work: a folder, a database and secrets that live no longer."""

import base64
import os
import secrets
import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier

OURS = ("PORTAL_", "SPKEY_", "DATABASE_", "EMAIL_", "GUNICORN_", "WEB_")


def enter(folder: Path, settings: str = "bench.settings", database: str = "") -> None:
    """Point this process, and those it will start, at a database and settings in the folder.

    `database` is the address of another one than the folder's own SQLite. The settings are
    those of a deployment behind one proxy that ends TLS. Whatever the environment said of a
    portal before is forgotten, its development data above all.
    """
    for name in [name for name in os.environ if name.startswith(OURS)]:
        del os.environ[name]
    os.environ.update(
        {
            "DJANGO_SETTINGS_MODULE": settings,
            "BENCH_FOLDER": str(folder),
            "DATABASE_URL": database or f"sqlite:///{folder / 'bench.sqlite3'}",
            "PORTAL_ENV_FILE": os.devnull,
            "PORTAL_SECRET_KEY": secrets.token_urlsafe(50),
            "PORTAL_ENCRYPTION_KEYS": base64.urlsafe_b64encode(os.urandom(32)).decode(),
            "PORTAL_TRUSTED_PROXIES": "1",
            "PORTAL_SANDBOX": "true",
        }
    )


def folder() -> Path:
    """Return the folder that was entered."""
    return Path(os.environ["BENCH_FOLDER"])


def copy_of_database() -> str:
    """Copy the database as it is now, and return the address of the copy."""
    # Settings are there only once the place was entered.
    from django.db import connection  # noqa: PLC0415

    address = os.environ["DATABASE_URL"]
    if connection.vendor == "sqlite":
        copy = folder() / "copy.sqlite3"
        connection.ensure_connection()
        with closing(sqlite3.connect(copy)) as target:
            connection.connection.backup(target)
        return f"sqlite:///{copy}"
    # Nobody may be connected to what is copied.
    connection.close()
    connection.close_pool()
    server, name = address.rsplit("/", 1)
    with psycopg.connect(f"{server}/template1", autocommit=True) as elsewhere:
        elsewhere.execute(SQL("CREATE DATABASE copy TEMPLATE {}").format(Identifier(name)))
    return f"{server}/copy"


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
