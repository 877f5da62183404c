"""Hubs for the operators: what SpKey said last, to look at."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.audit.admin import ReadOnlyAdmin
from portal.core.ui import Chip, Text
from portal.core.web.admin_lists import MOST_COUNTED, column, drawn
from portal.hubs import search
from portal.hubs.display import wording
from portal.hubs.models import Binding, Hub


def _whose(binding: str) -> Text:
    return _("The organisation’s") if binding == Binding.OURS else Binding(binding).label


BINDING = column("binding", _("whose it is"), _whose)
STATUS = column("status", _("status at SmartphoneKey"), wording.status)
READ_AT = column("read_at", _("last read"))


@admin.register(Hub)
class HubAdmin(ReadOnlyAdmin):
    """Each organisation's view of its hubs."""

    list_display = ("title", "serial", "organisation", BINDING, STATUS, "is_online", READ_AT)
    fields = readonly_fields = (
        "whole_hub_id",
        "organisation",
        BINDING,
        STATUS,
        "is_online",
        column("last_seen", _("last online")),
        READ_AT,
        "place",
        "site",
        "spkey_site_id",
        "model",
        "serial",
        "firmware",
        column("is_primary", _("primary hub")),
        column("claimed_at", _("Claimed")),
        column("claimed_by_name", _("claimed by")),
        "replaced_by",
        "note",
        column("created_at", _("known since")),
    )
    list_filter = ("binding", "online")
    search_fields = ("hub_id", "serial")
    search_help_text = _("Hub id or serial")
    list_select_related = ("organisation",)

    @admin.display(description=_("hub"), ordering="hub_id")
    def title(self, hub: Hub) -> str:
        """Return what people compare with the label."""
        return gettext("Hub …%(tail)s") % {"tail": str(hub.hub_id)[-4:].upper()}

    @admin.display(description=_("hub id"))
    def whole_hub_id(self, hub: Hub) -> str:
        """Return the whole id, to copy."""
        return str(hub.hub_id)

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
