"""What came of forms that made something, kept for a day: so the same form makes it once."""

import uuid
from datetime import timedelta
from typing import Final

from django.utils import timezone

from portal.core.models import Making

KEPT: Final = timedelta(days=1)


def begin(key: uuid.UUID) -> tuple[Making, bool]:
    """Return the making of this key, and whether it is new.

    Of two at the same moment, in transactions, the second waits for what becomes of the first.
    """
    return Making.objects.get_or_create(pk=key)


def lead(making: Making, address: str) -> None:
    """Note to what it has led."""
    Making.objects.filter(pk=making.pk).update(leads_to=address)


def forget_old() -> None:
    """Remove what no page is open for any more."""
    Making.objects.filter(at__lt=timezone.now() - KEPT).delete()
