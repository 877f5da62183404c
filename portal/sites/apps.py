"""Makes sites known to Django."""

from django.apps import AppConfig


class SitesConfig(AppConfig):
    """The app of sites."""

    name = "portal.sites"
    label = "sites"
