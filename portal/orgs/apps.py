"""Makes people and organisations known to Django."""

from allauth.mfa import apps as mfa
from django.apps import AppConfig
from django.contrib.admin import apps as admin
from django.utils.translation import gettext_lazy as _


class OrgsConfig(AppConfig):
    """The app of people, organisations, sites and credentials."""

    name = "portal.orgs"
    label = "orgs"
    verbose_name = _("Organisations")

    def ready(self) -> None:
        """Record how people get in, and let workers remove sessions that have expired."""
        # Models can be imported only now.
        from portal.core import restoring, worker  # noqa: PLC0415
        from portal.orgs import sessions, sign_in_record  # noqa: PLC0415

        sign_in_record.connect()
        worker.register_cleanup("expired sessions", sessions.remove_expired)
        ended = restoring.Holding(
            "sessions have ended: everybody signs in again", sessions.end_everybodys
        )
        restoring.register("sessions", ended)


class OperatorsConfig(admin.AdminConfig):
    """Django's admin app, with our site."""

    default = False  # Of this module's three, `portal.orgs` means the one above.
    default_site = "portal.orgs.web.operators.OperatorsSite"


class SecondFactorsConfig(mfa.MFAConfig):  # type: ignore[misc]  # it has no types
    """The sign-in library's app of second factors, in words for operators."""

    default = False
    verbose_name = _("Second factors")
