"""Notices for the operators: what administrators were told."""

from django.contrib import admin

from portal.audit.admin import ReadOnlyAdmin
from portal.notices.models import Notice


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    """What administrators were told, whether it was sent, and what was given up."""

    fields = (
        "organisation",
        "user",
        "kind",
        "about",
        "created_at",
        "tries",
        "due_at",
        "sent_at",
        "given_up_at",
    )
    list_display = ("created_at", "organisation", "user", "kind", "tries", "sent_at", "given_up_at")
    list_filter = ("kind", "created_at", "given_up_at")
    list_select_related = ("organisation", "user")
    search_fields = ("about",)
