"""What devices report of errors in our scripts."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class DeviceReport(models.Model):
    """An error that devices have reported, however often: what it was, and where in our scripts.

    It names nobody: see `portal.pwa.client_errors`, which takes ids and addresses out.
    """

    # Of all that tells one error from another.
    digest = models.CharField(max_length=64, unique=True, editable=False)
    name = models.CharField(_("error"), max_length=200)
    message = models.CharField(_("message"), max_length=200, blank=True)
    script = models.CharField(_("script"), max_length=200, blank=True)
    line = models.PositiveIntegerField(_("line"))
    release = models.CharField(_("release"), max_length=32, blank=True)
    times = models.PositiveIntegerField(_("how often"), default=1)
    first_at = models.DateTimeField(_("first"), default=timezone.now)
    last_at = models.DateTimeField(_("last"), default=timezone.now)

    class Meta:
        verbose_name = _("report of a device")
        verbose_name_plural = _("reports of devices")
        ordering = ("-last_at", "-id")
        indexes = (models.Index(fields=("-last_at", "-id"), name="device_report_latest"),)

    def __str__(self) -> str:
        return self.name
