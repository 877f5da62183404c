"""Actions on hubs for the operators: their life and every call made for them, to look at."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.audit.admin import ReadOnly, ReadOnlyAdmin
from portal.core.web.admin_filters import WordedFilter
from portal.core.web.admin_lists import MOST_COUNTED, column, drawn
from portal.hubs import search
from portal.hubs.actions.models import HubAction, HubActionAttempt
from portal.hubs.attempts import SEND
from portal.hubs.display import action_wording
from portal.hubs.models import Hub
from portal.hubs.web import call_columns


class Attempts(ReadOnly, admin.TabularInline[HubActionAttempt, HubAction]):
    """The calls made for an action, in order. What was sent with them stands nowhere."""

    model = HubActionAttempt
    fields = readonly_fields = (
        "number",
        "what",
        *call_columns.ANSWER,
    )
    verbose_name_plural = _("Calls to SmartphoneKey")
    extra = 0

    @admin.display(description=_("call"))
    def what(self, attempt: HubActionAttempt) -> str:
        """Return what was asked of SpKey."""
        return gettext("Sent") if attempt.kind == SEND else gettext("Status read")


class StateFilter(WordedFilter):
    """Actions by their state."""

    title = _("state")
    parameter_name = "state__exact"
    words = tuple((state, said.chip.word) for state, said in action_wording.BY_STATE.items())


@admin.register(HubAction)
class HubActionAdmin(ReadOnlyAdmin):
    """Every organisation's actions, newest first."""

    list_display = ("title", "what", "organisation", "state_in_words", "asked_by", "created_at")
    list_filter = (StateFilter, "organisation")
    search_fields = ("reference",)
    search_help_text = call_columns.SEARCHED_BY
    list_select_related = ("organisation", "hub", "site", "asked_by")
    inlines = (Attempts,)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    *("hub", "what", "organisation", "because", "asked_by", "created_at"),
                    *("acting_organisation", "support_grant"),
                )
            },
        ),
        (
            _("How it goes"),
            {
                "fields": (
                    "state_in_words",
                    "next_step",
                    "problems",
                    "reference",
                    column("tries", _("times asked")),
                    column("sends", _("times sent")),
                    column("due_at", _("next step")),
                    column("finished_at", _("ended")),
                )
            },
        ),
        (
            call_columns.LOOKING,
            {
                "fields": (
                    "from_site_id",
                    "spkey_site_id",
                    column("last_send_at", _("last sent")),
                    call_columns.UNKNOWN_SINCE,
                    column("no_effect_seen_at", _("seen without effect")),
                    call_columns.STOPPED_AT,
                    call_columns.STOPPED_BY,
                    column("retry_window_start", _("tried since")),
                    call_columns.WORKER,
                    column("lease_until", _("until")),
                    column("version", _("version")),
                    column("changed_at", _("last change")),
                ),
                "classes": ("collapse",),
            },
        ),
    )

    def found(self, rows: QuerySet[Any], text: str) -> set[Any]:
        """Return the ids of actions with this reference, or on a hub with this id or serial."""
        hubs = search.some(Hub.objects.all(), text, MOST_COUNTED)
        of_hubs = rows.filter(hub__in=hubs).order_by().values_list("pk", flat=True)
        return super().found(rows, text) | set(of_hubs[:MOST_COUNTED])

    @admin.display(description=_("hub"))
    def title(self, action: HubAction) -> str:
        """Return what people compare with the label."""
        return gettext("Hub …%(tail)s") % {"tail": action.hub_id_text[-4:].upper()}

    @admin.display(description=_("action"))
    def what(self, action: HubAction) -> str:
        """Return what is done to the hub, as people say it."""
        return action_wording.title(action)

    @admin.display(description=_("state"), ordering="state")
    def state_in_words(self, action: HubAction) -> str:
        """Return the state as its chip says it."""
        return drawn(action_wording.words(action).chip)

    @admin.display(description=_("what to know"))
    def next_step(self, action: HubAction) -> str:
        """Return the sentence that its administrators read."""
        return str(action_wording.words(action).text)
