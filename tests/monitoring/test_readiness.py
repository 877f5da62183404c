"""Whether the portal is ready is told by name alone, soon, and at little cost to the database."""

import threading
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from portal.core.models import Heartbeat
from portal.monitoring import readiness
from portal.monitoring.readiness import Readiness
from portal.monitoring.web import ready

NAMES = ["database", "migrations", "worker", "encryption_keys"]


@pytest.fixture
def asks(monkeypatch):
    """Have each question of a test asked anew."""
    fresh = Readiness(readiness.CHECKS, kept=0.0, patience=60.0)
    monkeypatch.setattr(ready, "readiness", fresh)


def beat(ago: float = 1) -> None:
    at = timezone.now() - timedelta(seconds=ago)
    Heartbeat.objects.update_or_create(name="one-1", defaults={"beat_at": at})


def failing(answer) -> list[str]:
    return [check["name"] for check in answer.json()["checks"] if not check["ok"]]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("asks")
def test_it_is_ready_while_a_worker_lives_and_keys_open_what_is_stored(client, acme, settings):
    beat()
    answer = client.get("/ready/")
    assert (answer.status_code, failing(answer)) == (200, [])
    assert answer.json()["ready"] is True
    assert [check["name"] for check in answer.json()["checks"]] == NAMES
    assert "no-store" in answer["Cache-Control"]

    beat(ago=300)
    assert failing(client.get("/ready/")) == ["worker"]

    settings.PORTAL_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    answer = client.get("/ready/")
    assert (answer.status_code, failing(answer)) == (503, ["worker", "encryption_keys"])

    MigrationRecorder.Migration.objects.filter(app="monitoring").delete()
    try:
        assert failing(client.get("/ready/"))[0] == "migrations"
    finally:
        MigrationRecorder.Migration.objects.create(app="monitoring", name="0001_initial")


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("asks")
def test_one_key_that_cannot_be_read_is_its_organisations_trouble_alone(client, acme, harbour):
    beat()
    table = acme.credential._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET key = 'x' WHERE id = %s", [acme.credential.pk])

    assert failing(client.get("/ready/")) == []


@pytest.mark.parametrize("problem", [OperationalError("host=10.0.0.7"), ValueError("x"), None])
def test_a_check_that_fails_is_named_and_nothing_of_why(problem, client, monkeypatch):
    def broken() -> bool:
        if problem is None:
            return False
        raise problem

    checks = {"database": broken, "worker": lambda: True}
    monkeypatch.setattr(ready, "readiness", Readiness(checks))
    answer = client.get("/ready/")

    assert answer.status_code == 503
    assert answer.json() == {
        "ready": False,
        "checks": [{"name": "database", "ok": False}, {"name": "worker", "ok": True}],
    }


def test_who_asks_a_database_that_hangs_is_answered_all_the_same_and_asks_no_second_time():
    let_go, asked = threading.Event(), []

    def hangs() -> bool:
        asked.append(1)
        return let_go.wait(60)

    hung = Readiness({"first": lambda: True, "database": hangs}, patience=0.2)
    try:
        answers = [hung.ask() for _ in range(5)]
    finally:
        let_go.set()

    assert answers[-1] == {"first": True, "database": False}
    assert asked == [1]


def test_however_many_ask_within_a_second_the_checks_are_made_once():
    asked: list[int] = []
    quick = Readiness({"database": lambda: not asked.append(1)}, kept=60.0)
    for _ in range(50):
        assert quick.ask() == {"database": True}

    assert asked == [1]


def test_after_that_they_are_made_again():
    asked: list[int] = []
    quick = Readiness({"database": lambda: not asked.append(1)}, kept=0.0)
    quick.ask()
    quick.ask()

    assert asked == [1, 1]


def test_a_process_lives_though_the_database_is_away(client):
    # Without the `db` fixture, whoever asks the database fails.
    assert client.get("/health/").content == b"ok\n"


def test_the_page_of_somebody_signed_in_is_not_told_so(client, settings):
    client.cookies[settings.SESSION_COOKIE_NAME] = "0123456789abcdefghijklmnopqrstuv"

    with pytest.raises(RuntimeError, match="Database access not allowed"):
        client.get("/health/")


@pytest.mark.parametrize("path", ["/ready/", "/health/"])
def test_they_are_answered_by_http_too_and_only_read(path, client, settings, monkeypatch):
    monkeypatch.setattr(ready, "readiness", Readiness({"database": lambda: True}))
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_REDIRECT_EXEMPT = [r"^(health|ready)/$"]

    assert client.get(path).status_code == 200
    assert client.post(path, secure=True).status_code == 405
