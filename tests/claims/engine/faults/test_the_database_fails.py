"""A database that is locked, and a disk that is full: what was not saved is not lost either."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from django.conf import settings
from django.db import OperationalError, connection

from portal.claims.engine import actions, calls
from portal.claims.models import Attempt, Claim, State
from portal.core import worker
from portal.sandbox import world
from tests.claims.engine.faults.verdicts import assert_claimed_once, sends
from tests.conftest import work
from tests.forms import claim_form

NEW = "/claims/new/"
on_sqlite = pytest.mark.skipif(
    settings.DATABASES["default"]["ENGINE"] != "django.db.backends.sqlite3",
    reason="SQLite has one writer, and one file",
)
commits = pytest.mark.django_db(transaction=True)


@contextmanager
def locked_by_somebody() -> Iterator[None]:
    """Let somebody else write for longer than we wait (50 ms here, 5 s elsewhere)."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 50")
        with closing(sqlite3.connect(connection.settings_dict["NAME"])) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.rollback()
        cursor.execute("PRAGMA busy_timeout = 5000")


@pytest.fixture
def tablet(as_person, ira):
    """Ira's browser, which has looked at the form."""
    client = as_person(ira)
    assert client.get(NEW).status_code == 200
    return client


def assert_kept(answer, form: dict[str, object]) -> None:
    """The form came back as not saved, with everything that was filled in, its token too."""
    fields = answer.context["form"]
    assert answer.status_code == 503
    assert "Not saved yet: try again. Nothing was lost" in answer.content.decode()
    assert {name: str(fields[name].value()) for name in form} == form


@commits
@on_sqlite
def test_a_database_locked_at_submit(sandbox, tablet, mill_court):
    form = claim_form(mill_court, world.hub_id(0))
    with locked_by_somebody():
        refused = tablet.post(NEW, form)
    assert_kept(refused, form)
    assert not Claim.objects.exists()

    assert tablet.post(NEW, form).status_code == 302
    assert_claimed_once(sandbox, work(Claim.objects.get()))


@commits
@on_sqlite
def test_a_database_locked_also_for_the_sessions_activity(as_person, ira, mill_court):
    form, first_request = claim_form(mill_court, world.hub_id(0)), as_person(ira)
    with locked_by_somebody():
        refused = first_request.post(NEW, form)
    assert_kept(refused, form)

    assert first_request.post(NEW, form).status_code == 302
    assert Claim.objects.count() == 1


@commits
@on_sqlite
def test_a_database_locked_right_after_the_claim_was_saved(as_person, ira, mill_court, monkeypatch):
    submit, lock = actions.submit, locked_by_somebody()

    def then_locked(wanted):
        claim = submit(wanted)
        lock.__enter__()
        return claim

    monkeypatch.setattr(actions, "submit", then_locked)
    answer = as_person(ira).post(NEW, claim_form(mill_court, world.hub_id(0)))
    lock.__exit__(None, None, None)

    assert answer.status_code == 302
    assert answer["Location"] == f"/claims/{Claim.objects.get().pk}/"


@commits
@on_sqlite
def test_a_database_locked_while_the_outcome_is_committed(
    sandbox, claim, clock, page_text, monkeypatch
):
    send, lock = calls.send, locked_by_somebody()

    def then_locked(*args, **kwargs):
        answer = send(*args, **kwargs)
        lock.__enter__()
        return answer

    with monkeypatch.context() as patch:
        patch.setattr(calls, "send", then_locked)
        with pytest.raises(OperationalError, match="locked"):
            worker.run_once()
    lock.__exit__(None, None, None)
    left = Claim.objects.get(pk=claim.pk)
    assert left.state == State.SENDING
    assert left.attempts.get(kind=Attempt.Kind.SEND).outcome == ""
    assert "Claiming the hub" in page_text(left)

    clock.shift(91)
    done = work(left)
    assert_claimed_once(sandbox, done)
    assert len(sends(sandbox, done)) == 1


def fill(cursor) -> None:
    """Use up what earlier rows have left free."""
    while True:
        cursor.execute("INSERT INTO ballast VALUES (zeroblob(3000))")


@contextmanager
def full_disk() -> Iterator[None]:
    """Let the database's file grow no more: SQLite then says what it says of a full disk."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE ballast (stone BLOB)")
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages}")
        try:
            with pytest.raises(OperationalError, match="full"):
                fill(cursor)
            yield
        finally:
            cursor.execute("PRAGMA max_page_count = 1073741823")
            cursor.execute("DROP TABLE ballast")


def submit_until_refused(tablet, mill_court) -> tuple[list[str], dict[str, object], object]:
    """Claim hub after hub; return the accepted claims' addresses, the refused form, its answer."""
    accepted: list[str] = []
    for number in range(world.HUB_COUNT):
        form = claim_form(mill_court, world.hub_id(number))
        answer = tablet.post(NEW, form)
        if answer.status_code != 302:
            return accepted, form, answer
        accepted.append(answer["Location"])
    raise AssertionError("the disk was never full")


@commits
@on_sqlite
def test_a_disk_that_is_full_at_submit(sandbox, tablet, mill_court):
    with full_disk():
        accepted, form, refused = submit_until_refused(tablet, mill_court)
    assert_kept(refused, form)
    # Nothing of the refused one was kept, and nothing of the others was lost.
    kept = {f"/claims/{pk}/" for pk in Claim.objects.values_list("pk", flat=True)}
    assert kept == set(accepted)

    again = tablet.post(NEW, form)
    assert again.status_code == 302
    assert tablet.post(NEW, form)["Location"] == again["Location"]
    worker.run_once()
    assert Claim.objects.count() == len(accepted) + 1
    for claim in Claim.objects.all():
        assert_claimed_once(sandbox, claim)
