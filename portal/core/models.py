"""What has no domain and is kept all the same: signs of life, limits, slots, forms sent."""

import uuid
from datetime import timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Heartbeat(models.Model):
    """A worker's sign of life."""

    SILENT = timedelta(seconds=60)

    name = models.CharField(max_length=120, primary_key=True)
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name

    @property
    def is_alive(self) -> bool:
        """Whether it was given just now."""
        return self.beat_at > timezone.now() - self.SILENT

    @classmethod
    def is_heard(cls) -> bool:
        """Whether some worker has given a sign of life just now."""
        return cls._default_manager.filter(beat_at__gt=timezone.now() - cls.SILENT).exists()


class Throttle(models.Model):
    """How often something was done in one stretch of time: see `portal.core.throttle`."""

    key = models.CharField(_("key"), max_length=64)
    since = models.BigIntegerField(_("since"), db_index=True)
    count = models.PositiveIntegerField(_("count"))

    class Meta:
        verbose_name = _("throttle")
        verbose_name_plural = _("throttles")
        constraints = (
            models.UniqueConstraint(fields=("key", "since"), name="one_count_a_key_and_stretch"),
        )

    def __str__(self) -> str:
        return f"{self.key} × {self.count}"


class Slot(models.Model):
    """A place that only one at a time may have, or only after a while: see `core.throttle`."""

    key = models.CharField(_("key"), max_length=64, primary_key=True)
    held_until = models.DateTimeField(_("held until"), db_index=True)
    tries = models.PositiveIntegerField(_("tries"), default=0)

    class Meta:
        verbose_name = _("slot")
        verbose_name_plural = _("slots")

    def __str__(self) -> str:
        return self.key


class Refusals(models.Model):
    """How often the limit of this name has said no, ever: see `portal.core.refusals`."""

    name = models.CharField(_("name"), max_length=120, primary_key=True)
    count = models.PositiveBigIntegerField(_("count"))

    class Meta:
        verbose_name = _("refusals")
        verbose_name_plural = _("refusals")

    def __str__(self) -> str:
        return f"{self.name} × {self.count}"


class SentForm(models.Model):
    """A form that was sent, so that it makes what it makes once: see `core.web.once`."""

    # A digest of the form: neither its fields nor who sent it are written down.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    redirect_to = models.TextField(_("redirect to"), blank=True)
    at = models.DateTimeField(_("at"), default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("sent form")
        verbose_name_plural = _("sent forms")

    def __str__(self) -> str:
        return self.redirect_to
