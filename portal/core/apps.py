"""Makes core known to Django."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """What has no domain: leasing, and `manage.py worker`."""

    name = "portal.core"
    label = "core"
