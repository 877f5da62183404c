"""Hubs for the operators: what SpKey said last, to look at."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.audit.admin import ReadOnlyAdmin
from portal.core.ui import Chip
from portal.core.web.admin_lists import MOST_COUNTED, drawn
from portal.hubs import search
from portal.hubs.models import Hub


@admin.register(Hub)
class HubAdmin(ReadOnlyAdmin):
    """Each organisation's view of its hubs."""

    list_display = ("title", "serial", "organisation", "binding", "status", "is_online", "read_at")
    list_filter = ("binding", "online")
    search_fields = ("hub_id", "serial")
    list_select_related = ("organisation",)

    @admin.display(description=_("hub"), ordering="hub_id")
    def title(self, hub: Hub) -> str:
        """Return what people compare with the label."""
        return gettext("Hub …%(tail)s") % {"tail": str(hub.hub_id)[-4:].upper()}

    @admin.display(description=_("online"), ordering="online")
    def is_online(self, hub: Hub) -> str:
        """Say whether it was online when it was last read."""
        if hub.online is None:
            return ""
        online = Chip("good", "check", _("Online"))
        return drawn(online if hub.online else Chip("attention", "offline", _("Offline")))

    def found(self, rows: QuerySet[Any], text: str) -> set[Any]:
        """Return the ids of hubs that have the text in their id or serial."""
        return set(search.some(rows, text, MOST_COUNTED))
