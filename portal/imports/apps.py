"""Makes imports known to Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ImportsConfig(AppConfig):
    """The app of imports: many hubs at once."""

    name = "portal.imports"
    label = "imports"
    verbose_name = _("Imports")

    def ready(self) -> None:
        """Let workers read files, look at hubs, carry plans out, and remove old rows."""
        # Models can be imported only now.
        from portal.core import restoring, worker  # noqa: PLC0415
        from portal.imports import old_rows, restored, work  # noqa: PLC0415

        worker.register(work.PLANS, work.BATCHES)
        restoring.register("imports", restored.HOLDING)
        worker.register_cleanup("rows of old imports", old_rows.remove)
