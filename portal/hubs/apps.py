"""Makes hubs known to Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HubsConfig(AppConfig):
    """The app of hubs: what SpKey last said of each."""

    name = "portal.hubs"
    label = "hubs"
    verbose_name = _("Hubs")

    def ready(self) -> None:
        """Let workers read hubs, tell of them, and remove those that were only looked up."""
        # Models can be imported only now.
        from portal.core import worker  # noqa: PLC0415
        from portal.hubs import news, rounds, watching  # noqa: PLC0415

        news.register()
        worker.register(watching.REFRESHES, watching.UNSERVED, rounds.ROUNDS)
        worker.register_cleanup("hubs that were only looked up", watching.remove_unused)
        worker.register_cleanup("rounds of hubs", rounds.begin)
        worker.register_cleanup("news of hubs", news.tell)
        worker.register_cleanup("news of hubs that are back", news.tell_back)
        worker.register_cleanup("spells of hubs", news.remove_old)
