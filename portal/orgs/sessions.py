"""Ending a person's sessions, wherever they are signed in, and forgetting those that are over."""

from typing import Final

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from portal.orgs.models import User
from portal.orgs.sign_in_record import record_of

REMOVED_AT_ONCE: Final = 100


def end_all(person: User, actor: User | None) -> None:
    """End every session of the person's, for good: see `User.sessions_ended`."""
    User.objects.filter(pk=person.pk).update(sessions_ended=F("sessions_ended") + 1)
    person.refresh_from_db(fields=["sessions_ended"])
    record_of(person, "session.all_ended", actor=actor)


def end_everybodys() -> int:
    """End every session of everybody. Return how many."""
    UserSession.objects.all().delete()
    ended, _ = Session.objects.all().delete()
    return ended


def remove_expired() -> int:
    """Remove some of the sessions that have expired, with what is noted of them. Return how many.

    Those that somebody ended are gone already; these are of who never came back.
    """
    with transaction.atomic():
        expired = Session.objects.filter(expire_date__lte=timezone.now()).order_by("expire_date")
        if connection.features.has_select_for_update_skip_locked:
            expired = expired.select_for_update(skip_locked=True)
        keys = list(expired.values_list("session_key", flat=True)[:REMOVED_AT_ONCE])
        if keys:
            UserSession.objects.filter(session_key__in=keys).delete()
            Session.objects.filter(session_key__in=keys).delete()
    return len(keys)
