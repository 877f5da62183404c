"""Makes hubs known to Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HubsConfig(AppConfig):
    """The app of hubs: what SpKey last said of each."""

    name = "portal.hubs"
    label = "hubs"
    verbose_name = _("Hubs")
