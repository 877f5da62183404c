"""Forms that were sent, and where each redirected, kept for a day: so each makes a thing once."""

import uuid
from datetime import timedelta
from typing import Final

from django.utils import timezone

from portal.core.models import SentForm

KEPT: Final = timedelta(days=1)


def first(key: uuid.UUID) -> tuple[SentForm, bool]:
    """Return the form of this key, and whether it is sent for the first time.

    Of two at the same moment, in transactions, the second waits for what becomes of the first.
    """
    return SentForm.objects.get_or_create(pk=key)


def redirect_to(form: SentForm, address: str) -> None:
    """Note where it redirects, each time that it is sent."""
    SentForm.objects.filter(pk=form.pk).update(redirect_to=address)


def forget_old() -> None:
    """Remove what no page is open for any more."""
    SentForm.objects.filter(at__lt=timezone.now() - KEPT).delete()
