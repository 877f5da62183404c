"""Makes notices known to Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NoticesConfig(AppConfig):
    """The app of notices: what administrators are told by e-mail."""

    name = "portal.notices"
    label = "notices"
    verbose_name = _("Notices")
