"""Hubs for the operators: what SpKey said last, to look at."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet

from portal.audit.admin import ReadOnlyAdmin
from portal.core.web.admin_lists import MOST_COUNTED
from portal.hubs import search
from portal.hubs.models import Hub


@admin.register(Hub)
class HubAdmin(ReadOnlyAdmin):
    """Each organisation's view of its hubs."""

    list_display = ("hub_id", "organisation", "binding", "status", "online", "read_at")
    list_filter = ("binding", "online")
    search_fields = ("hub_id", "serial")
    list_select_related = ("organisation",)

    def found(self, rows: QuerySet[Any], text: str) -> set[Any]:
        """Return the ids of hubs that have the text in their id or serial."""
        return set(search.some(rows, text, MOST_COUNTED))
