"""Makes consent known to Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConsentConfig(AppConfig):
    """The app of grants, codes and requests by which support acts for organisations."""

    name = "portal.consent"
    label = "consent"
    verbose_name = _("Support access")

    def ready(self) -> None:
        """Let workers end grants and codes, tell of requests, and remove old tries at codes."""
        # Models can be imported only now.
        from portal.consent import asking, codes, ending  # noqa: PLC0415
        from portal.core import worker  # noqa: PLC0415

        worker.register(ending.GRANTS, ending.CODES, asking.REQUESTS)
        worker.register_cleanup("wrong codes of before", codes.forget_tries)
