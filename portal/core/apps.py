"""Makes core known to Django."""

from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db.models.signals import post_migrate


class CoreConfig(AppConfig):
    """What has no domain: leasing, and `manage.py worker`."""

    name = "portal.core"
    label = "core"

    def ready(self) -> None:
        """Let workers forget which forms were sent long ago, and be told of what is due."""
        # Models can be imported only now.
        from portal.core import checks, refusals, sent_forms, waking, worker  # noqa: PLC0415

        register(checks.is_behind_a_proxy, Tags.security, deploy=True)
        post_migrate.connect(waking.install, dispatch_uid="portal.core.waking")
        worker.register_cleanup("forms sent long ago", sent_forms.forget_old)
        worker.register_cleanup("refusals counted", refusals.counted.add)
