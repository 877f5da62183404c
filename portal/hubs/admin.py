"""Hubs for the operators: what SpKey said last, to look at."""

from django.contrib import admin

from portal.audit.admin import ReadOnlyAdmin
from portal.hubs.models import Hub


@admin.register(Hub)
class HubAdmin(ReadOnlyAdmin):
    """Each organisation's view of its hubs."""

    list_display = ("hub_id", "organisation", "binding", "status", "online", "read_at")
    list_filter = ("binding", "online")
    search_fields = ("=hub_id", "serial", "organisation__name")
    list_select_related = ("organisation",)
