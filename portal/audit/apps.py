"""Makes the audit trail known to Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    """The app of the audit trail: its rows, which nobody changes, and their page for operators."""

    name = "portal.audit"
    label = "audit"
    verbose_name = _("Audit")
