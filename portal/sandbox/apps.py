"""Makes the sandbox's commands known to Django; the sandbox itself needs none of it."""

from django.apps import AppConfig


class SandboxConfig(AppConfig):
    """The app that brings `manage.py sandbox` and `manage.py hub_labels`."""

    name = "portal.sandbox"
    label = "sandbox"
