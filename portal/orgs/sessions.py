"""Ending a person's sessions, wherever they are signed in."""

from django.db.models import F

from portal.audit.record import record
from portal.orgs.models import User


def end_all(person: User, actor: User | None) -> None:
    """End every session of the person's, for good: see `User.sessions_ended`."""
    User.objects.filter(pk=person.pk).update(sessions_ended=F("sessions_ended") + 1)
    person.refresh_from_db(fields=["sessions_ended"])
    record("session.all_ended", actor=actor, organisation_id=None, subject=person)
