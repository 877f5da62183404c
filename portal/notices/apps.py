"""Makes notices known to Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NoticesConfig(AppConfig):
    """The app of notices: what administrators and people are written."""

    name = "portal.notices"
    label = "notices"
    verbose_name = _("Notices")

    def ready(self) -> None:
        """Let workers send e-mails."""
        # Models can be imported only now.
        from portal.core import worker  # noqa: PLC0415
        from portal.notices import (  # noqa: PLC0415
            account_emails,
            digests,
            invitation_emails,
            outbox,
        )

        worker.register(
            outbox.NOTICES,
            account_emails.ACCOUNT_EMAILS,
            invitation_emails.INVITATION_EMAILS,
            digests.DIGESTS,
        )
