"""Settings: every one is explained, and a wrong one stops the start with one sentence."""

import os
import re
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from environs import Env
from gunicorn.app.wsgiapp import WSGIApplication

from portal import environment

ROOT = Path(__file__).parents[2]
# Named as other tools know them, without our prefixes, and where they are read.
BORROWED = {
    "DATABASE_URL": "portal/environment.py",
    "EMAIL_URL": "portal/environment.py",
    "PORT": "Procfile",
    "WEB_THREADS": "Procfile",
    "WEB_CONCURRENCY": "Procfile",
    "SANDBOX_PORT": "Makefile",
}
CANARY = "xCANARYx"
PRODUCTION = {
    "PORTAL_ENV_FILE": os.devnull,
    "PORTAL_SECRET_KEY": "a1B2c3D4e5" * 6,
    "PORTAL_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
    "PORTAL_ALLOWED_HOSTS": "portal.example",
    "PORTAL_ORIGINS": "https://portal.example",
}


def cleared_of_ours() -> dict[str, str]:
    """This process's environment without anything that the portal reads."""
    ours = ("PORTAL_", "SPKEY_", "DATABASE_", "EMAIL_", "DJANGO_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def manage(*arguments: str, **changes: str | None) -> subprocess.CompletedProcess[str]:
    """Run a management command under production settings with these changes; None removes one."""
    return run("manage.py", *arguments, **changes)


def run(*arguments: str, **changes: str | None) -> subprocess.CompletedProcess[str]:
    """Run Python likewise."""
    changed = {**cleared_of_ours(), **PRODUCTION, **changes}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={name: value for name, value in changed.items() if value is not None},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def settings_of(monkeypatch) -> Callable[..., dict[str, Any]]:
    """Read the settings as a start in production would, with these changes; None removes one."""

    def read(**changes: str | None) -> dict[str, Any]:
        production = {**cleared_of_ours(), **PRODUCTION, **changes}
        environ = {name: value for name, value in production.items() if value is not None}
        monkeypatch.setattr(os, "environ", environ)
        return runpy.run_path(str(ROOT / "portal/settings.py"))

    return read


def explained() -> list[str]:
    """The names of .env.example, commented out or not."""
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    return re.findall(r"^#?([A-Z][A-Z_]+)=", example, re.MULTILINE)


def test_every_setting_is_explained_once_and_none_that_does_not_exist():
    assert sorted(explained()) == sorted(environment.KNOWN | set(BORROWED))


@pytest.mark.parametrize(("name", "file"), BORROWED.items())
def test_a_variable_of_other_tools_is_read_in_the_file_named(name, file):
    assert re.search(rf"\b{name}\b", (ROOT / file).read_text(encoding="utf-8"))


def test_no_explanation_of_a_setting_is_empty():
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    for block in example.split("\n\n"):
        settings = re.findall(r"^#?[A-Z][A-Z_]+=", block, re.MULTILINE)
        if not settings:
            continue
        words = re.findall(r"^# \w.*", block, re.MULTILINE)

        assert len(settings) <= 1, block
        assert words, block


def test_the_example_holds_no_secret_that_somebody_could_use_by_accident():
    example = (ROOT / ".env.example").read_text(encoding="utf-8")

    assert "\nPORTAL_SECRET_KEY=\n" in example
    assert "\nPORTAL_ENCRYPTION_KEYS=\n" in example


@pytest.mark.slow
def test_the_example_as_it_is_does_not_start():
    ran = manage("check", PORTAL_ENV_FILE=str(ROOT / ".env.example"), PORTAL_SECRET_KEY=None)

    assert ran.returncode != 0
    assert ran.stderr.startswith("The portal cannot start: PORTAL_SECRET_KEY is missing")


@pytest.mark.slow
def test_the_example_with_its_two_secrets_starts(tmp_path):
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    for name in ("PORTAL_SECRET_KEY", "PORTAL_ENCRYPTION_KEYS"):
        example = example.replace(f"{name}=\n", f"{name}={PRODUCTION[name]}\n")
    file = tmp_path / "portal.env"
    file.write_text(example, encoding="utf-8")
    ran = manage("check", **{**dict.fromkeys(PRODUCTION), "PORTAL_ENV_FILE": str(file)})

    assert (ran.returncode, ran.stderr.strip()) == (0, "")


@pytest.mark.slow
def test_production_settings_pass_the_deployment_check():
    ran = manage("check", "--deploy", "--fail-level", "WARNING", PORTAL_TRUSTED_PROXIES="1")

    assert ran.returncode == 0, ran.stderr
    assert "no issues" in ran.stdout


@pytest.mark.slow
def test_a_deployment_that_no_proxy_stands_before_is_warned_of():
    ran = manage("check", "--deploy", "--fail-level", "WARNING")

    assert ran.returncode == 1
    assert "portal.W001" in ran.stderr
    assert ran.stderr.count("WARNINGS") == 1


WRONG = [
    ("PORTAL_TYPO", CANARY),
    ("PORTAL_SECRET_KEY", None),
    ("PORTAL_ENCRYPTION_KEYS", None),
    ("PORTAL_ENCRYPTION_KEYS", CANARY),
    ("PORTAL_DEBUG", CANARY),
    ("PORTAL_TRUSTED_PROXIES", CANARY),
    ("PORTAL_WORKER_THREADS", CANARY),
    ("PORTAL_WORKER_THREADS", "0"),
    ("PORTAL_HUB_READS_AT_ONCE", "0"),
    ("PORTAL_HUB_READS_AT_ONCE", "129"),
    ("PORTAL_HSTS_PRELOAD", "true"),
    ("DATABASE_URL", f"postgres//portal:{CANARY}@host/portal"),
    ("DATABASE_URL", f"mysql://portal:{CANARY}@host/portal"),
    ("EMAIL_URL", CANARY),
    ("EMAIL_URL", f"smtp://portal:{CANARY}@host:port"),
    ("SPKEY_BASE_URL", f"https://{CANARY}.example"),
    ("PORTAL_TIME_ZONE", CANARY),
    ("PORTAL_OIDC_CLIENT_SECRET", CANARY),
    ("PORTAL_OIDC_ISSUER", f"https://{CANARY}.example"),
    ("PORTAL_PASSWORD_SIGN_IN", "false"),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_setting_is_refused_in_a_sentence_that_names_it_and_not_its_value(
    name, value, settings_of
):
    with pytest.raises(ImproperlyConfigured) as refusal:
        settings_of(**{name: value})

    assert len(str(refusal.value).splitlines()) == 1
    assert name in str(refusal.value)
    assert "CANARY" not in str(refusal.value)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "value"), [("PORTAL_TYPO", CANARY), ("PORTAL_DEBUG", CANARY)])
def test_a_wrong_setting_stops_the_start_with_that_sentence_alone(name, value):
    ran = manage("check", **{name: value})

    assert ran.returncode == 1
    assert ran.stdout == ""
    assert len(ran.stderr.strip().splitlines()) == 1
    assert ran.stderr.startswith("The portal cannot start: ")
    assert name in ran.stderr
    assert "CANARY" not in ran.stderr


# What Kubernetes tells every container of the Services beside it, here of such as one would name
# for the portal: https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
INJECTED = {
    "PORTAL_PORT": "tcp://10.0.0.11:8000",
    "PORTAL_SERVICE_HOST": "10.0.0.11",
    "PORTAL_SERVICE_PORT": "8000",
    "PORTAL_SERVICE_PORT_HTTP": "8000",
    "PORTAL_PORT_8000_TCP": "tcp://10.0.0.11:8000",
    "PORTAL_PORT_8000_TCP_PROTO": "tcp",
    "PORTAL_PORT_8000_TCP_PORT": "8000",
    "PORTAL_PORT_8000_TCP_ADDR": "10.0.0.11",
    "PORTAL_WEB_PORT_53_UDP": "udp://[fd00::11]:53",
    "SPKEY_PORTAL_PORT": "tcp://10.0.0.11:8000",
    "SPKEY_PORTAL_SERVICE_HOST": "10.0.0.11",
}


def test_what_a_container_platform_injects_does_not_stop_the_start(settings_of):
    assert settings_of(**INJECTED)["ALLOWED_HOSTS"] == ["portal.example"]


def test_no_setting_of_ours_is_named_like_what_a_container_platform_injects():
    address = INJECTED["PORTAL_PORT"]
    assert [name for name in environment.KNOWN if environment.is_injected(name, address)] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORTAL_PORT", "8000"),
        ("PORTAL_SERVICE", "10.0.0.11"),
        ("PORTAL_PORTS", "tcp://10.0.0.11:8000"),
        ("PORTAL_PORT_HTTP", "8000"),
        ("PORTAL_SERVICE_HOSTS", "10.0.0.11"),
    ],
)
def test_a_name_that_only_resembles_what_a_platform_injects_is_refused(name, value, settings_of):
    with pytest.raises(ImproperlyConfigured, match=f"{name} is not a setting"):
        settings_of(**{name: value})


@pytest.mark.parametrize(
    "url",
    [
        "http://api.spkey.co",
        f"https://{CANARY}.example",
        f"https://portal:{CANARY}@api.spkey.co",
        f"https://:{CANARY}@api.spkey.co",
        "https://@api.spkey.co",
        "https://api.spkey.co:99999",
        f"http://portal:{CANARY}@localhost:8787",
        f"https://localhost:8787@{CANARY}.example",
        f"https://api.spkey.co/?{CANARY}",
        f"https://api.spkey.co/#{CANARY}",
        f"https://api.spkey.co:{CANARY}",
        f"https://[{CANARY}",
        "ftp://localhost",
        "api.spkey.co",
        "",
    ],
)
def test_an_address_that_must_not_get_the_key_is_refused_and_not_repeated(url, monkeypatch):
    monkeypatch.setenv("SPKEY_BASE_URL", url)
    with pytest.raises(ImproperlyConfigured, match="SPKEY_BASE_URL") as refusal:
        environment.spkey_base_url(Env(), debug=True)

    assert "CANARY" not in str(refusal.value)


@pytest.mark.parametrize(
    "keys",
    ["", " , ", CANARY, f"{PRODUCTION['PORTAL_ENCRYPTION_KEYS']},{CANARY}"],
    ids=["empty", "only a comma", "no key", "no key behind a good one"],
)
def test_malformed_encryption_keys_are_refused_and_not_repeated(keys, monkeypatch):
    monkeypatch.setenv("PORTAL_ENCRYPTION_KEYS", keys)
    with pytest.raises(ImproperlyConfigured, match="PORTAL_ENCRYPTION_KEYS") as refusal:
        environment.encryption_keys(Env())

    assert "CANARY" not in str(refusal.value)


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("https://api.spkey.co", None),
        ("https://b2c-api.spk-stage.workers.dev", "api.spkey.co,b2c-api.spk-stage.workers.dev"),
        ("http://127.0.0.1:8787/", None),
        ("http://[::1]:8787", None),
    ],
)
def test_an_allowed_address_of_the_api_is_taken(url, hosts, monkeypatch):
    monkeypatch.setenv("SPKEY_BASE_URL", url)
    if hosts:
        monkeypatch.setenv("SPKEY_ALLOWED_HOSTS", hosts)

    found = environment.spkey_base_url(Env(), debug=False)
    assert found == url.rstrip("/")


@pytest.mark.parametrize(
    ("origins", "hosts", "debug", "url"),
    [
        (
            ["https://hubs.example/", "https://b.example"],
            ["a.example"],
            True,
            "https://hubs.example",
        ),
        (["https://*.example", "https://b.example"], ["a.example"], False, "https://b.example"),
        ([], [".a.example", "b.example"], False, "https://a.example"),
        ([], ["*"], False, "https://localhost"),
        ([], ["a.example"], True, "http://localhost:8123"),
    ],
)
def test_links_in_emails_lead_to_the_portals_own_address(origins, hosts, debug, url, monkeypatch):
    monkeypatch.setenv("PORT", "8123")
    found = environment.public_url(Env(), origins=origins, hosts=hosts, debug=debug)

    assert found == url


@pytest.mark.parametrize("name", ["", "Europe", "../etc/passwd", "Europe/Athens ", "Mars/Olympus"])
def test_an_unknown_time_zone_is_refused(name, monkeypatch):
    monkeypatch.setenv("PORTAL_TIME_ZONE", name)
    with pytest.raises(ImproperlyConfigured, match="PORTAL_TIME_ZONE"):
        environment.time_zone(Env())


@pytest.mark.parametrize(
    ("name", "zone"), [("America/Lima", "America/Lima"), (None, "Europe/Athens")]
)
def test_the_time_zone_is_athens_unless_set(name, zone, settings_of):
    assert settings_of(PORTAL_TIME_ZONE=name)["TIME_ZONE"] == zone


@pytest.mark.parametrize(("threads", "reads"), [("6", 3), ("7", 3), ("1", 1), (None, 8)])
def test_a_worker_has_half_its_threads_for_reading_and_the_other_for_what_people_wait_for(
    threads, reads, settings_of
):
    assert settings_of(PORTAL_WORKER_THREADS=threads)["HUB_READS_AT_ONCE"] == reads
    own = settings_of(PORTAL_WORKER_THREADS=threads, PORTAL_HUB_READS_AT_ONCE="5")
    assert own["HUB_READS_AT_ONCE"] == 5


def database(url: str, monkeypatch) -> dict[str, Any]:
    monkeypatch.setenv("DATABASE_URL", url)
    return environment.database(Env(), default="", threads=16)


def test_the_options_of_a_database_address_are_kept_beside_ours(monkeypatch):
    secure = "?sslmode=verify-full&sslrootcert=/etc/ca.pem"
    postgres = database(f"postgres://u:p@host/portal{secure}", monkeypatch)["OPTIONS"]
    sqlite = database("sqlite:////srv/portal.sqlite3?timeout=20", monkeypatch)["OPTIONS"]

    assert (postgres["sslmode"], postgres["sslrootcert"]) == ("verify-full", "/etc/ca.pem")
    assert postgres["pool"]["max_size"] == 24
    assert (sqlite["timeout"], sqlite["transaction_mode"]) == (20, "IMMEDIATE")


def test_connections_to_postgresql_are_the_pools_to_keep(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://portal:secret@host/portal")
    found = environment.database(Env(), default="", threads=16)
    assert found.get("CONN_MAX_AGE", 0) == 0
    assert found["OPTIONS"]["pool"]["max_size"] == 24


def test_the_portal_connects_with_the_options_of_its_database_address(settings_of):
    url = "postgres://u:p@host/portal?sslmode=verify-full"
    options = settings_of(DATABASE_URL=url)["DATABASES"]["default"]["OPTIONS"]

    assert options["sslmode"] == "verify-full"
    assert "pool" in options


def test_other_names_of_the_domain_are_spoken_for_only_when_asked(settings_of):
    alone = settings_of()
    asked = settings_of(PORTAL_HSTS_SUBDOMAINS="true", PORTAL_HSTS_PRELOAD="true")

    of = ("SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_HSTS_PRELOAD")
    assert [alone[name] for name in of] == [False, False]
    assert [asked[name] for name in of] == [True, True]


def test_the_sandbox_and_the_demo_are_no_part_of_production(settings_of):
    theirs = {"portal.sandbox", "portal.demo"}

    assert theirs.isdisjoint(settings_of()["INSTALLED_APPS"])
    for asked in ("PORTAL_SANDBOX", "PORTAL_DEBUG"):
        assert theirs <= set(settings_of(**{asked: "true"})["INSTALLED_APPS"])


def test_gunicorn_believes_no_proxy_by_itself(monkeypatch):
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    monkeypatch.setattr(sys, "argv", ["gunicorn", "portal.wsgi"])

    assert WSGIApplication().cfg.forwarded_allow_ips == []


TOUCH = "from django.db import connection; connection.ensure_connection()"
SERVED = f"import portal.wsgi; {TOUCH}"


@pytest.mark.parametrize("command", [("manage.py", "shell", "-c", TOUCH), ("-c", SERVED)])
@pytest.mark.slow
def test_the_files_of_sqlite_are_their_owners_alone(command, tmp_path):
    file = tmp_path / "portal.sqlite3"
    run(*command, DATABASE_URL=f"sqlite:///{file}")

    assert oct(file.stat().st_mode & 0o777) == "0o600"


def serve(command: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run a web server's command with these settings, until it ends by itself."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    production = {**os.environ, **PRODUCTION, "DJANGO_SETTINGS_MODULE": "portal.settings"}
    return subprocess.run(
        ["sh", "-c", f"exec {command}"],
        cwd=ROOT,
        env={**production, "PATH": path, "PORT": "0", **changes},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.slow
def test_the_production_server_stops_and_shows_the_same_sentence_once():
    procfile = (ROOT / "Procfile").read_text(encoding="utf-8")
    ran = serve(re.search(r"^web: (.+)$", procfile, re.MULTILINE)[1], PORTAL_SECRET_KEY="")

    assert ran.returncode == 3
    assert ran.stderr.count("The portal cannot start: PORTAL_SECRET_KEY is missing") == 1
    assert "Traceback" not in ran.stderr


@pytest.mark.slow
def test_a_server_that_loads_the_portal_in_its_workers_stops_too():
    ran = serve("gunicorn portal.wsgi --bind 127.0.0.1:0 --no-control-socket", PORTAL_TYPO=CANARY)

    assert ran.returncode == 3
    assert ran.stderr.count("The portal cannot start: PORTAL_TYPO is not a setting") == 1
    assert CANARY not in ran.stderr


PROVIDER = {
    "PORTAL_OIDC_ISSUER": "https://id.example",
    "PORTAL_OIDC_CLIENT_ID": "portal",
    "PORTAL_OIDC_CLIENT_SECRET": "a secret",
}


def test_a_provider_is_named_by_its_host_unless_it_has_a_name(settings_of):
    read = settings_of(**PROVIDER, PORTAL_PASSWORD_SIGN_IN="false")

    assert read["OIDC"]["name"] == "id.example"
    assert read["PASSWORD_SIGN_IN"] is False
    assert settings_of(**PROVIDER, PORTAL_OIDC_NAME="Ours")["OIDC"]["name"] == "Ours"
    assert settings_of()["OIDC"] is None


@pytest.mark.parametrize(
    "issuer", ["http://id.example", "http://127.0.0.1:9", "id.example", "https://id.example?x=1"]
)
def test_a_provider_is_spoken_to_by_https_alone(issuer, settings_of):
    with pytest.raises(ImproperlyConfigured, match="PORTAL_OIDC_ISSUER"):
        settings_of(**PROVIDER | {"PORTAL_OIDC_ISSUER": issuer})


@pytest.mark.parametrize(
    ("said", "debug", "format_"),
    [("", False, "json"), ("", True, "plain"), ("json", True, "json"), ("plain", False, "plain")],
)
def test_the_log_is_json_in_production_unless_said_otherwise(said, debug, format_, monkeypatch):
    monkeypatch.setenv("PORTAL_LOG_FORMAT", said)

    assert environment.log_format(Env(), debug=debug) == format_


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("PORTAL_LOG_FORMAT", "xml", lambda env: environment.log_format(env, debug=False)),
        ("PORTAL_METRICS_TOKEN", "short", environment.metrics_token),
        ("PORTAL_METRICS_TOKEN", "x" * 31, environment.metrics_token),
        ("PORTAL_METRICS_TOKEN", "with a blank in it, and long enough", environment.metrics_token),
        ("PORTAL_SENTRY_DSN", "sentry.example/1", environment.sentry_dsn),
        ("PORTAL_SENTRY_DSN", "http://key@sentry.example/1", environment.sentry_dsn),
        ("PORTAL_SENTRY_DSN", "https://sentry.example/1", environment.sentry_dsn),
        ("PORTAL_SENTRY_DSN", "https://key@sentry.elsewhere", environment.sentry_dsn),
    ],
)
def test_what_cannot_be_right_of_what_is_seen_from_outside_stops_the_start(
    name, value, read, monkeypatch
):
    monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured, match=name) as refused:
        read(Env())

    assert value not in str(refused.value)


def test_without_its_package_a_sentry_stops_the_start(monkeypatch):
    monkeypatch.setenv("PORTAL_SENTRY_DSN", "https://key@sentry.example/1")
    monkeypatch.setattr(environment, "find_spec", lambda _name: None)

    with pytest.raises(ImproperlyConfigured, match="bin/install sentry"):
        environment.sentry_dsn(Env())


def test_an_address_of_a_sentry_and_a_long_token_are_taken(monkeypatch):
    monkeypatch.setenv("PORTAL_SENTRY_DSN", "https://key@sentry.example/1")
    monkeypatch.setenv("PORTAL_METRICS_TOKEN", "x" * 32)

    assert environment.sentry_dsn(Env()) == "https://key@sentry.example/1"
    assert environment.metrics_token(Env()) == "x" * 32
