"""Reminding administrators of the day on which their key expires, 14 and 3 days ahead.

A key's row of reminders is due when the next one is; each is told once, however often it is
worked on, since `about` names the key, its day and the reminder.
"""

from datetime import date, datetime, time, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from portal.core import leasing
from portal.core.leasing import Lease, given_back
from portal.core.worker import WorkKind
from portal.notices import outbox
from portal.orgs.models import ApiCredential, KeyReminder

# Days ahead, the earliest first.
REMINDERS: Final = (14, 3)
# When people read what they are reminded of.
MORNING: Final = time(8)
LONGEST: Final = timedelta(seconds=10)


def some_due() -> bool:
    """Say whether a reminder is due: a read, where leasing is a write."""
    return leasing.due(KeyReminder.objects.all()).exists()


def take_due(limit: int) -> list[Lease[KeyReminder]]:
    """Lease at most `limit` keys of whose end somebody is to be reminded."""
    return leasing.take(leasing.due(KeyReminder.objects.all()), limit)


def remind(lease: Lease[KeyReminder]) -> None:
    """Tell what is to be told today of a leased key's end, and plan the next reminder."""
    with transaction.atomic():
        reminder = lease.row().select_related("credential").first()
        if reminder is None or reminder.credential.expires_on is None:
            return
        credential, day = reminder.credential, reminder.credential.expires_on
        if lease.row().update(**given_back(next_reminder(day, timezone.localtime()))):
            _tell(credential, day)


def next_reminder(expires_on: date, now: datetime) -> datetime | None:
    """Return when the next reminder after now is due; None after the last."""
    mornings = (_morning(expires_on - timedelta(days=days), now) for days in REMINDERS)
    return next((at for at in mornings if at > now), None)


def _morning(day: date, now: datetime) -> datetime:
    return datetime.combine(day, MORNING, tzinfo=now.tzinfo)


def _tell(credential: ApiCredential, expires_on: date) -> None:
    """Write the notices of the latest reminder that is due, unless the day is over.

    Of several that a worker that stood still has missed, only the latest is told.
    """
    now = timezone.localtime()
    begun = [days for days in REMINDERS if _morning(expires_on - timedelta(days=days), now) <= now]
    if not begun or now.date() > expires_on:
        return
    outbox.notify(
        credential.organisation_id,
        "key_expires",
        about=f"{credential.pk}/{credential.replaced_at.isoformat()}/{expires_on}/{begun[-1]}",
        on=expires_on.isoformat(),
        support=credential.is_super,
    )


KEY_REMINDERS = WorkKind(
    name="reminders of keys that expire",
    model=KeyReminder,
    is_due=some_due,
    take=take_due,
    work=remind,
    longest=lambda: LONGEST,
    priority=1,
)
