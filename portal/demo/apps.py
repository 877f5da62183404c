"""Makes the demo's commands known to Django."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The app that brings `manage.py demo` and `manage.py demo_code`."""

    name = "portal.demo"
    label = "demo"
