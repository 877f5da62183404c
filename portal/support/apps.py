"""Makes support's pages known to Django."""

from django.apps import AppConfig


class SupportConfig(AppConfig):
    """The app of support's work for other organisations; it stores nothing of its own."""

    name = "portal.support"
    label = "support"
