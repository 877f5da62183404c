"""What has no domain and is kept all the same."""

from django.db import models
from django.utils.translation import gettext_lazy as _


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
