"""Makes what is seen from outside known to Django."""

from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class MonitoringConfig(AppConfig):
    """The app of what is seen from outside: what devices reported is its only table."""

    name = "portal.monitoring"
    label = "monitoring"
    verbose_name = _("How it runs")

    def ready(self) -> None:
        """Report errors where that is wanted, and let workers remove old reports of devices."""
        # Models can be imported only now.
        from portal.core import worker  # noqa: PLC0415
        from portal.monitoring import device_reports  # noqa: PLC0415

        worker.register_cleanup("old reports of devices", device_reports.remove_old)
        if settings.SENTRY_DSN:
            from portal.monitoring import error_reporting  # noqa: PLC0415

            error_reporting.begin(settings.SENTRY_DSN)
