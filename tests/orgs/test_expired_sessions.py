"""Workers remove the sessions that have expired, some at a time, and no others."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.utils import timezone

from portal.core import worker
from portal.orgs import sessions
from tests.people_with_factor import sign_in_with_password


@pytest.fixture
def kept(ira) -> str:
    """The key of a session that goes on, beside three that expired a moment ago."""
    for _ in range(4):
        sign_in_with_password(Client(), ira)
    key: str = UserSession.objects.values_list("session_key", flat=True)[0]
    a_moment_ago = timezone.now() - timedelta(seconds=1)
    Session.objects.exclude(session_key=key).update(expire_date=a_moment_ago)
    return key


def test_a_worker_removes_some_at_every_heartbeat_and_what_is_noted_of_them(kept, monkeypatch):
    monkeypatch.setattr(sessions, "REMOVED_AT_ONCE", 2)
    working = worker.Worker(1)

    for left in (2, 1, 1):
        working._beat()
        working._beat_due = 0.0
        assert Session.objects.count() == UserSession.objects.count() == left
    assert Session.objects.get().session_key == UserSession.objects.get().session_key == kept


def test_what_has_expired_is_found_by_an_index(db):
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # It would read a table as small as this one whole.
            cursor.execute("SET LOCAL enable_seqscan = off")
    expired = Session.objects.filter(expire_date__lte=timezone.now()).order_by("expire_date")

    assert "django_session_expire_date" in expired.explain()
