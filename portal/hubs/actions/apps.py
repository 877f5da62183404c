"""Makes actions on hubs known to Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ActionsConfig(AppConfig):
    """The app of actions on hubs: their life, from the form to their end."""

    name = "portal.hubs.actions"
    label = "hub_actions"
    verbose_name = _("Actions on hubs")

    def ready(self) -> None:
        """Let workers work on actions."""
        # Models can be imported only now.
        from portal.core import restoring, worker  # noqa: PLC0415
        from portal.hubs.actions import restored, work  # noqa: PLC0415

        worker.register(work.ATTEMPTS, work.UNSERVED)
        restoring.register("actions on hubs", restored.HOLDING)
