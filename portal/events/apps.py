"""Makes events known to Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EventsConfig(AppConfig):
    """The app of what SpKey tells the portal by itself."""

    name = "portal.events"
    label = "events"
    verbose_name = _("Events")

    def ready(self) -> None:
        """Let workers do what events ask for, and remove old ones."""
        # Models can be imported only now.
        from portal.core import worker  # noqa: PLC0415
        from portal.events import deliveries, work  # noqa: PLC0415

        worker.register(work.EVENTS)
        worker.register_cleanup("events of before", deliveries.remove_old)
