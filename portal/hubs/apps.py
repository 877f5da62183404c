"""Makes hubs known to Django."""

from django.apps import AppConfig


class HubsConfig(AppConfig):
    """The app of hubs: what SpKey last said of each."""

    name = "portal.hubs"
    label = "hubs"
