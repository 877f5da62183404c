"""Makes move requests known to Django."""

from django.apps import AppConfig
from django.core.checks import Tags, register
from django.utils.translation import gettext_lazy as _


class MovesConfig(AppConfig):
    """The app of requests to move hubs from one organisation to another."""

    name = "portal.moves"
    label = "moves"
    verbose_name = _("Move requests")

    def ready(self) -> None:
        """Let workers look hubs up and count the days, and hear how re-claims end."""
        # Models can be imported only now.
        from portal.core import worker  # noqa: PLC0415
        from portal.hubs.actions import ends  # noqa: PLC0415
        from portal.moves import checks, outcome, work  # noqa: PLC0415

        register(checks.somebody_sees_new_requests, Tags.database, deploy=True)
        worker.register(work.STEPS)
        ends.on_end(outcome.hear)
