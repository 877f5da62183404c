"""Makes claims known to Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ClaimsConfig(AppConfig):
    """The app of claims: their life, and the pages about them."""

    name = "portal.claims"
    label = "claims"
    verbose_name = _("Claims")

    def ready(self) -> None:
        """Let workers work on claims, and remove what nobody asks for any more."""
        # Models can be imported only now.
        from portal.claims import letters, sent_hubs  # noqa: PLC0415
        from portal.claims.engine import restored, work  # noqa: PLC0415
        from portal.core import restoring, worker  # noqa: PLC0415

        worker.register(
            work.ATTEMPTS, work.UNSERVED, work.KEY_CHECKS, work.CANDIDATE_CHECKS, work.RECHECKS
        )
        restoring.register("claims", restored.HOLDING)
        worker.register_cleanup("hubs sent long ago", sent_hubs.forget_old)
        letters.register()
