"""Makes people and organisations known to Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrgsConfig(AppConfig):
    """The app of people, organisations, sites and credentials."""

    name = "portal.orgs"
    label = "orgs"
    verbose_name = _("Orgs")
