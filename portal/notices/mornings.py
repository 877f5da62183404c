"""Which morning's e-mail the news of somebody belongs to who wants it once a day.

Shortly before it is due nothing is added to it any more, so that whoever sends it sees all of it.
"""

from datetime import date, datetime, time, timedelta
from typing import Final

from django.utils import timezone

from portal.core import leasing
from portal.notices.models import Digest
from portal.orgs.models import Membership

MORNING: Final = time(7)
# Longer than a transaction takes, and than two machines' clocks differ.
CLOSED_BEFORE: Final = timedelta(minutes=5)


def next_digest(member: Membership) -> Digest:
    """Return the member's next digest of the organisation, made where it is the first news of it.

    Called within the transaction of what happened: a digest without news is none.
    """
    day = _day(timezone.now())
    digest, _ = Digest.objects.get_or_create(
        user=member.user,
        organisation_id=member.organisation_id,
        day=day,
        defaults=leasing.due_at(_morning(day)),
    )
    return digest


def _day(now: datetime) -> date:
    """Return the day whose digest tells of what happens now."""
    today = timezone.localdate(now, timezone.get_default_timezone())
    is_open = now < _morning(today) - CLOSED_BEFORE
    return today if is_open else today + timedelta(days=1)


def _morning(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, MORNING), timezone.get_default_timezone())
