"""Makes people and organisations known to Django."""

from django.apps import AppConfig


class OrgsConfig(AppConfig):
    """The app of people, organisations, sites and credentials."""

    name = "portal.orgs"
    label = "orgs"
