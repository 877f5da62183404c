"""Makes claims known to Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ClaimsConfig(AppConfig):
    """The app of claims: their life, the pages about them, and `manage.py worker`."""

    name = "portal.claims"
    label = "claims"
    verbose_name = _("Claims")
