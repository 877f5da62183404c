"""What the environment says, checked before anything starts.

Every problem becomes one sentence that names the variable and what it should hold,
never the value itself: a value may be a secret.
"""

import base64
import binascii
import os
import re
from collections.abc import Collection
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ImproperlyConfigured
from environs import Env

from portal.core import pooled
from portal.spkey.client import checked_base_url

KNOWN = frozenset(
    {
        "PORTAL_DEBUG",
        "PORTAL_SECRET_KEY",
        "PORTAL_ENCRYPTION_KEYS",
        "PORTAL_ALLOWED_HOSTS",
        "PORTAL_ORIGINS",
        "PORTAL_DEFAULT_FROM_EMAIL",
        "PORTAL_TRUSTED_PROXIES",
        "PORTAL_HSTS_SUBDOMAINS",
        "PORTAL_HSTS_PRELOAD",
        "PORTAL_TIME_ZONE",
        "PORTAL_WORKER_THREADS",
        "PORTAL_OIDC_ISSUER",
        "PORTAL_OIDC_CLIENT_ID",
        "PORTAL_OIDC_CLIENT_SECRET",
        "PORTAL_OIDC_NAME",
        "PORTAL_PASSWORD_SIGN_IN",
        "PORTAL_LOOKUPS_AN_HOUR",
        "PORTAL_CLAIMS_AN_HOUR",
        "PORTAL_HUB_READ_SECONDS",
        "PORTAL_HUB_READS_AT_ONCE",
        "PORTAL_IMPORTS_A_DAY",
        "PORTAL_PHOTOS_FOLDER",
        "PORTAL_PHOTOS_BUCKET",
        "PORTAL_PHOTOS_ENDPOINT",
        "PORTAL_PHOTOS_REGION",
        "PORTAL_PHOTOS_ACCESS_KEY",
        "PORTAL_PHOTOS_SECRET_KEY",
        "PORTAL_ENV_FILE",
        "PORTAL_CHROMIUM",
        "PORTAL_SANDBOX",
        "PORTAL_LOG_FORMAT",
        "PORTAL_METRICS_TOKEN",
        "PORTAL_SENTRY_DSN",
        "SPKEY_BASE_URL",
        "SPKEY_SUPPORT_ADDRESS",
        "PORTAL_SUPPORT_OF_MOVES",
        "SPKEY_ALLOWED_HOSTS",
        "SPKEY_OPENAPI",
    }
)
# Kubernetes tells each container of the Services beside it by names like PORTAL_SERVICE_HOST,
# PORTAL_SERVICE_PORT_HTTP, PORTAL_PORT_8000_TCP_ADDR, and PORTAL_PORT with an address as value.
SERVICE_NAME = re.compile(
    r".+_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)"
)
SERVICE_ADDRESS = re.compile(r"(tcp|udp|sctp)://.+")
METRICS_TOKEN = re.compile(r"[\w.~+/=-]{32,}", re.ASCII)
LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


def load(base_dir: Path) -> Env:
    """Return the environment, completed by the env file where there is one.

    Raises ImproperlyConfigured for a name with our prefixes that no setting has, so that
    a typing error is not silently a default. What a container platform injects is let be.
    """
    env = Env()
    env_file = os.environ.get("PORTAL_ENV_FILE", str(base_dir / ".env"))
    if Path(env_file).is_file():
        env.read_env(env_file, recurse=False)
    unknown = sorted(
        name
        for name, value in os.environ.items()
        if name.startswith(("PORTAL_", "SPKEY_"))
        and name not in KNOWN
        and not is_injected(name, value)
    )
    if unknown:
        raise ImproperlyConfigured(
            f"{unknown[0]} is not a setting of the portal. See .env.example for their names."
        )
    return env


def is_injected(name: str, value: str) -> bool:
    """Return whether a container platform gives variables such a name, and not a person."""
    if name.endswith("_PORT") and SERVICE_ADDRESS.fullmatch(value):
        return True
    return SERVICE_NAME.fullmatch(name) is not None


def required_secret(env: Env, name: str, *, at_least: int) -> str:
    """Return a secret of at least that many characters, or stop the start."""
    value = env.str(name, "")
    if len(value) < at_least:
        raise ImproperlyConfigured(
            f"{name} is missing or too short: it needs at least {at_least} characters. "
            "See .env.example for how to make one."
        )
    return str(value)


def encryption_keys(env: Env) -> list[str]:
    """Return the Fernet keys, newest first; each 32 bytes in URL-safe base64."""
    listed: list[str] = env.list("PORTAL_ENCRYPTION_KEYS", [])
    keys = [key.strip() for key in listed if key.strip()]
    if not keys:
        raise ImproperlyConfigured(
            "PORTAL_ENCRYPTION_KEYS is missing: API keys are stored encrypted. "
            "See .env.example for how to make one."
        )
    for position, key in enumerate(keys, start=1):
        try:
            length = len(base64.urlsafe_b64decode(key))
        except (ValueError, binascii.Error):
            length = 0
        if length != 32:
            raise ImproperlyConfigured(
                f"PORTAL_ENCRYPTION_KEYS: key number {position} is not 32 bytes in base64."
            )
    return keys


def spkey_base_url(env: Env, *, debug: bool) -> str:
    """Return the API's address: https to an allowed host, or this machine (a sandbox).

    `debug` chooses the address where none is given: the sandbox's, else the vendor's.
    """
    default = "http://127.0.0.1:8787" if debug else "https://api.spkey.co"
    url = env.str("SPKEY_BASE_URL", default).rstrip("/")
    allowed = set(env.list("SPKEY_ALLOWED_HOSTS", ["api.spkey.co"]))
    try:
        parts = urlsplit(checked_base_url(url))
        _ = parts.port  # It raises for what is no port.
    except ValueError:
        raise ImproperlyConfigured("SPKEY_BASE_URL must be a plain https:// address.") from None
    if parts.hostname not in LOOPBACK_HOSTS | allowed:
        raise ImproperlyConfigured(
            "SPKEY_BASE_URL names a host that SPKEY_ALLOWED_HOSTS does not allow: "
            "the API key would be sent to it."
        )
    return str(url)


def public_url(env: Env, *, origins: list[str], hosts: list[str], debug: bool) -> str:
    """Return the portal's own address, for links in e-mails: no slash at its end.

    The first origin without a wildcard; else the first host by https, or in `debug` this
    machine at PORT.
    """
    if plain := [origin.rstrip("/") for origin in origins if "*" not in origin]:
        return plain[0]
    if debug:
        return f"http://localhost:{env.int('PORT', 8000)}"
    named = [host.lstrip(".") for host in hosts if "*" not in host]
    return f"https://{named[0] if named else 'localhost'}"


def oidc(env: Env, *, debug: bool) -> dict[str, str] | None:
    """Return the provider by which people may sign in, None where there is none.

    Its address is https, or this machine in `debug`: what it answers decides who comes in.
    """
    named = ("issuer", "client_id", "client_secret")
    found = {name: str(env.str(f"PORTAL_OIDC_{name.upper()}", "")) for name in named}
    if not any(found.values()):
        return None
    if not all(found.values()):
        raise ImproperlyConfigured(
            "PORTAL_OIDC_ISSUER, PORTAL_OIDC_CLIENT_ID and PORTAL_OIDC_CLIENT_SECRET are needed"
            " together: one of them is missing."
        )
    parts = urlsplit(found["issuer"])
    on_this_machine = debug and parts.scheme == "http" and parts.hostname in LOOPBACK_HOSTS
    if not (parts.hostname and (parts.scheme == "https" or on_this_machine)) or parts.query:
        raise ImproperlyConfigured("PORTAL_OIDC_ISSUER must be a plain https:// address.")
    return {**found, "name": str(env.str("PORTAL_OIDC_NAME", parts.hostname))}


def database(env: Env, *, default: str, threads: int) -> dict[str, Any]:
    """Return Django's settings of the database; an option in its address wins over ours.

    `default` is the address where none is given; `threads` how many of a worker may want a
    connection at a time.
    """
    found: dict[str, Any] = env.dj_db_url("DATABASE_URL", default)
    if found["ENGINE"] == "django.db.backends.sqlite3":
        # SQLite loses no writer to "database is locked" only when each transaction takes the
        # write lock at its start; the rest is what SQLite's own documentation advises for servers.
        # A new connection knows what `core.statistics` found out meanwhile.
        found["CONN_MAX_AGE"] = 3600
        ours: dict[str, Any] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 5,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        }
    elif found["ENGINE"] == "django.db.backends.postgresql":
        # The pool looks at each connection before it hands it out: after a restart of the database,
        # dead ones are replaced in place of failing a request each. While the database is away,
        # nobody waits for it longer than for SQLite's lock. Who asks has it tried at once: the
        # pool's own tries, ever rarer, would go on waiting when the database is back.
        found["CONN_HEALTH_CHECKS"] = True
        pool: dict[str, Any] = {"min_size": 1, "max_size": threads + 8, "timeout": 5}
        pool |= {"check": pooled.check, "reconnect_timeout": 1}
        # A machine that is gone answers nothing at all. Only what `core.prepared` asks is prepared,
        # from its first time on.
        ours = {"pool": pool, "connect_timeout": 3, "prepare_threshold": 0}
    else:
        raise ImproperlyConfigured("DATABASE_URL must be a sqlite:// or postgres:// address.")
    return {**found, "OPTIONS": ours | found.get("OPTIONS", {})}


def photos(env: Env, *, default: Path, public: Collection[Path]) -> dict[str, Any]:
    """Return Django's storage of photos: a bucket where one is named, else a folder.

    `public` are folders whose files anybody gets: photos are in none of them.
    """
    if env.str("PORTAL_PHOTOS_BUCKET", ""):
        return _photos_in_a_bucket(env)
    folder = Path(env.str("PORTAL_PHOTOS_FOLDER", "") or default)
    if not folder.is_absolute():
        raise ImproperlyConfigured("PORTAL_PHOTOS_FOLDER must be a whole path, from / on.")
    if any(folder.resolve().is_relative_to(each.resolve()) for each in public):
        raise ImproperlyConfigured(
            "PORTAL_PHOTOS_FOLDER must not be where static files are: anybody gets those."
        )
    options = {
        "location": folder,
        "file_permissions_mode": 0o600,
        "directory_permissions_mode": 0o700,
    }
    return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}


def _photos_in_a_bucket(env: Env) -> dict[str, Any]:
    if find_spec("storages") is None or find_spec("boto3") is None:
        raise ImproperlyConfigured(
            "PORTAL_PHOTOS_BUCKET needs packages that are not installed: see `bin/install s3`."
        )
    named = ("bucket", "endpoint", "region", "access_key", "secret_key")
    said = {name: str(env.str(f"PORTAL_PHOTOS_{name.upper()}", "")) for name in named}
    if bool(said["access_key"]) != bool(said["secret_key"]):
        raise ImproperlyConfigured(
            "PORTAL_PHOTOS_ACCESS_KEY and PORTAL_PHOTOS_SECRET_KEY are needed together:"
            " one of them is missing."
        )
    parts = urlsplit(said["endpoint"])
    is_here = parts.scheme == "http" and parts.hostname in LOOPBACK_HOSTS
    if said["endpoint"] and not (parts.hostname and (parts.scheme == "https" or is_here)):
        raise ImproperlyConfigured("PORTAL_PHOTOS_ENDPOINT must be a plain https:// address.")
    renamed = {"bucket": "bucket_name", "endpoint": "endpoint_url", "region": "region_name"}
    options = {renamed.get(name, name): value for name, value in said.items() if value}
    return {"BACKEND": "portal.hubs.photos.bucket.PhotoBucket", "OPTIONS": options}


def log_format(env: Env, *, debug: bool) -> str:
    """Return how lines of the log are written: as JSON, or plain for who reads along."""
    name = str(env.str("PORTAL_LOG_FORMAT", "") or ("plain" if debug else "json"))
    if name not in {"json", "plain"}:
        raise ImproperlyConfigured("PORTAL_LOG_FORMAT must be json or plain.")
    return name


def metrics_token(env: Env) -> str:
    """Return the token by which /metrics is read; empty where nobody may."""
    token = str(env.str("PORTAL_METRICS_TOKEN", ""))
    if token and not METRICS_TOKEN.fullmatch(token):
        raise ImproperlyConfigured(
            "PORTAL_METRICS_TOKEN needs 32 characters or more: letters, digits and . _ ~ + / = -"
            " only. See .env.example for how to make one."
        )
    return token


def sentry_dsn(env: Env) -> str:
    """Return where errors are reported to; empty where nowhere."""
    dsn = str(env.str("PORTAL_SENTRY_DSN", ""))
    if not dsn:
        return ""
    if find_spec("sentry_sdk") is None:
        raise ImproperlyConfigured(
            "PORTAL_SENTRY_DSN needs a package that is not installed: see `bin/install sentry`."
        )
    parts = urlsplit(dsn)
    is_here = parts.scheme == "http" and parts.hostname in LOOPBACK_HOSTS
    is_safe = parts.hostname and (parts.scheme == "https" or is_here)
    if not (is_safe and parts.username and parts.path.strip("/")):
        raise ImproperlyConfigured(
            "PORTAL_SENTRY_DSN must be an address such as https://key@sentry.example/4711."
        )
    return dsn


def time_zone(env: Env) -> str:
    """Return the name of the time zone in which times are written."""
    name = str(env.str("PORTAL_TIME_ZONE", "Europe/Athens"))
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ImproperlyConfigured(
            "PORTAL_TIME_ZONE must be the name of a time zone, such as Europe/Athens."
        ) from None
    return name


def email(env: Env, *, debug: bool) -> dict[str, Any]:
    """Return Django's e-mail settings by name: the terminal in debug, else a mail server."""
    found: dict[str, Any] = env.dj_email_url(
        "EMAIL_URL", "console:" if debug else "smtp://localhost:25"
    )
    if "EMAIL_BACKEND" not in found:
        raise ImproperlyConfigured("EMAIL_URL must be an address such as smtp://localhost:25.")
    return found
