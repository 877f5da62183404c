"""Makes people and organisations known to Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrgsConfig(AppConfig):
    """The app of people, organisations, sites and credentials."""

    name = "portal.orgs"
    label = "orgs"
    verbose_name = _("Orgs")

    def ready(self) -> None:
        """Record how people get in."""
        # Models can be imported only now.
        from portal.orgs import sign_in_record  # noqa: PLC0415

        sign_in_record.connect()
