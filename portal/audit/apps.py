"""Makes the audit trail known to Django."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The app of the audit trail: its rows, which nobody changes, and their page for operators."""

    name = "portal.audit"
    label = "audit"
