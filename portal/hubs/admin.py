"""Hubs for the operators: what SpKey said last, to look at."""

from django.contrib import admin
from django.db.models import Q

from portal.audit.admin import ReadOnlyAdmin
from portal.hubs import search
from portal.hubs.models import Hub


@admin.register(Hub)
class HubAdmin(ReadOnlyAdmin):
    """Each organisation's view of its hubs."""

    list_display = ("hub_id", "organisation", "binding", "status", "online", "read_at")
    list_filter = ("binding", "online")
    search_fields = ("hub_id", "serial")
    list_select_related = ("organisation",)

    def having(self, text: str) -> Q:
        """Return the condition that a hub has the text in its id or serial."""
        return search.matching(text) or Q()
