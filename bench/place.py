"""Where the bench works: a folder, a database and secrets that live no longer than it does."""

import base64
import os
import secrets
from pathlib import Path

OURS = ("PORTAL_", "SPKEY_", "DATABASE_", "EMAIL_", "GUNICORN_", "WEB_")


def enter(folder: Path) -> None:
    """Point this process, and those it will start, at a database and settings in the folder.

    The settings are those of a deployment behind one proxy that ends TLS. Whatever the
    environment said of a portal before is forgotten, its development data above all.
    """
    for name in [name for name in os.environ if name.startswith(OURS)]:
        del os.environ[name]
    os.environ.update(
        {
            "DJANGO_SETTINGS_MODULE": "bench.settings",
            "BENCH_FOLDER": str(folder),
            "DATABASE_URL": f"sqlite:///{folder / 'bench.sqlite3'}",
            "PORTAL_ENV_FILE": os.devnull,
            "PORTAL_SECRET_KEY": secrets.token_urlsafe(50),
            "PORTAL_ENCRYPTION_KEYS": base64.urlsafe_b64encode(os.urandom(32)).decode(),
            "PORTAL_TRUSTED_PROXIES": "1",
        }
    )


def folder() -> Path:
    """Return the folder that was entered."""
    return Path(os.environ["BENCH_FOLDER"])
