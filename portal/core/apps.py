"""Makes core known to Django."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """What has no domain: leasing, and `manage.py worker`."""

    name = "portal.core"
    label = "core"

    def ready(self) -> None:
        """Let workers forget which forms were sent long ago."""
        # Models can be imported only now.
        from portal.core import sent_forms, worker  # noqa: PLC0415

        worker.register_cleanup("forms sent long ago", sent_forms.forget_old)
