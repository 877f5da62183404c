"""Makes gateway known to Django."""

from django.apps import AppConfig


class GatewayConfig(AppConfig):
    """The app of the one way to SpKey."""

    name = "portal.gateway"
    label = "gateway"
