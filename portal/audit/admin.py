"""The audit trail for the operators, and the manner of pages that only show."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from portal.audit.models import Entry
from portal.core.web.admin_lists import LongList


class ReadOnly:
    """For pages, or rows within them, that nobody makes, changes or removes by hand."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False


class ReadOnlyAdmin(ReadOnly, LongList):
    """Shows rows, and no more than that."""


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin):
    """Who did what, newest first."""

    list_display = ("at", "verb", "actor_label", "object_type", "object_id", "organisation_id")
    list_filter = ("at",)
    search_fields = ("verb", "actor_label", "object_id")
