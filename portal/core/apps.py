"""Makes core known to Django."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """What has no domain."""

    name = "portal.core"
    label = "core"
