"""Makes gateway known to Django."""

from django.apps import AppConfig


class GatewayConfig(AppConfig):
    """The app of the one way to SpKey."""

    name = "portal.gateway"
    label = "gateway"

    def ready(self) -> None:
        """Let workers remind administrators of keys that expire."""
        # Models can be imported only now.
        from portal.core import worker  # noqa: PLC0415
        from portal.gateway import key_expiry  # noqa: PLC0415

        worker.register(key_expiry.KEY_REMINDERS)
