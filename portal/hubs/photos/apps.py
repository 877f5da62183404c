"""Makes photos of hubs known to Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PhotosConfig(AppConfig):
    """The app of hubs' photos: their rows, and their files in a storage of their own."""

    name = "portal.hubs.photos"
    label = "hub_photos"
    verbose_name = _("Photos of hubs")

    def ready(self) -> None:
        """Let workers remove the files of photos that nobody is to see any more."""
        # Models can be imported only now.
        from portal.core import worker  # noqa: PLC0415
        from portal.hubs.photos import clearing  # noqa: PLC0415

        worker.register(clearing.CLEARING)
        worker.register_cleanup("photos of hubs that are gone", clearing.plan_for_gone_hubs)
