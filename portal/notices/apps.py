"""Makes notices known to Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NoticesConfig(AppConfig):
    """The app of notices: what administrators are told by e-mail."""

    name = "portal.notices"
    label = "notices"
    verbose_name = _("Notices")

    def ready(self) -> None:
        """Let workers send notices."""
        # Models can be imported only now.
        from portal.core import worker  # noqa: PLC0415
        from portal.notices import outbox  # noqa: PLC0415

        worker.register(outbox.NOTICES)
