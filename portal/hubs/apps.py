"""Makes hubs known to Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HubsConfig(AppConfig):
    """The app of hubs: what SpKey last said of each."""

    name = "portal.hubs"
    label = "hubs"
    verbose_name = _("Hubs")

    def ready(self) -> None:
        """Let workers refresh hubs, and remove those that were only looked up."""
        # Models can be imported only now.
        from portal.core import worker  # noqa: PLC0415
        from portal.hubs import watching  # noqa: PLC0415

        worker.register(watching.REFRESHES, watching.UNSERVED)
        worker.register_cleanup("hubs that were only looked up", watching.remove_unused)
