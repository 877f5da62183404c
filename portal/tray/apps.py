"""Makes the tray known to Django."""

from django.apps import AppConfig


class TrayConfig(AppConfig):
    """The app of the installer's tray; it stores nothing of its own."""

    name = "portal.tray"
    label = "tray"
