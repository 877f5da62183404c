"""Claims for the operators: their life and every call made for them, to look at."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.audit.admin import ReadOnly, ReadOnlyAdmin
from portal.claims.display import name_wording, wording
from portal.claims.models import Attempt, Claim
from portal.core.ui import Text
from portal.core.web.admin_filters import WordedFilter
from portal.core.web.admin_lists import MOST_COUNTED, column, drawn
from portal.hubs import search as hub_search
from portal.hubs.models import Hub
from portal.hubs.web import call_columns

CALL = (
    "number",
    column("get_kind_display", _("call"), lambda display: display()),
    *call_columns.ANSWER,
)


class Attempts(ReadOnly, admin.TabularInline[Attempt, Claim]):
    """The calls made for a claim, in order."""

    model = Attempt
    fields = readonly_fields = CALL
    show_change_link = True
    verbose_name_plural = _("Calls to SmartphoneKey")
    extra = 0


class StateFilter(WordedFilter):
    """Claims by their state."""

    title = _("state")
    parameter_name = "state__exact"
    words = name_wording.STATES


class ReasonFilter(WordedFilter):
    """Claims by the reason for their state."""

    title = _("reason")
    parameter_name = "reason__exact"
    words = tuple(name_wording.REASONS.items())


ABOUT = (
    "number",
    "whole_hub_id",
    "organisation",
    "acting_organisation",
    "support_reason",
    "support_ticket",
    "site",
    "spkey_site_id",
    "place",
    "job",
    "submitted_by",
    "released_by",
    column("created_at", _("received")),
)
COURSE = (
    "state_in_words",
    "reason_in_words",
    "problems",
    "reference",
    column("tries", _("times asked")),
    column("sends", _("times sent")),
    column("contacted_at", _("last asked")),
    column("due_at", _("next step")),
    column("claimed_at", _("Claimed")),
    column("finished_at", _("ended")),
    column("late_effect_at", _("took effect late")),
)
INNER = (
    column("last_send_at", _("last sent")),
    call_columns.UNKNOWN_SINCE,
    column("no_effect_seen_at", _("seen without effect")),
    column("send_requested", _("somebody asked to send it")),
    call_columns.STOPPED_AT,
    call_columns.STOPPED_BY,
    column("retry_window_start", _("tried since")),
    column("retry_of", _("the claim before this one")),
    column("retried", _("tried again")),
    call_columns.WORKER,
    column("lease_until", _("until")),
    column("version", _("version")),
    column("changed_at", _("last change")),
)


@admin.register(Claim)
class ClaimAdmin(ReadOnlyAdmin):
    """Every organisation's claims, newest first."""

    list_display = (
        "title",
        "number",
        "organisation",
        "state_in_words",
        "submitted_by",
        column("created_at", _("received")),
    )
    list_filter = (StateFilter, ReasonFilter, "organisation")
    search_fields = ("hub_id_text", "number", "reference")
    search_help_text = call_columns.SEARCHED_BY
    list_select_related = ("organisation", "acting_organisation", "site", "submitted_by")
    inlines = (Attempts,)
    fieldsets = (
        (None, {"fields": ABOUT}),
        (_("How it goes"), {"fields": COURSE}),
        (call_columns.LOOKING, {"fields": INNER, "classes": ("collapse",)}),
    )

    def found(self, rows: QuerySet[Any], text: str) -> set[Any]:
        """Return the ids of claims with this reference, or of a hub with this id or serial."""
        hubs = hub_search.some(Hub.objects.all(), text, MOST_COUNTED)
        of_hubs = rows.filter(hub__in=hubs).order_by().values_list("pk", flat=True)
        return super().found(rows, text) | set(of_hubs[:MOST_COUNTED])

    @admin.display(description=_("claim"), ordering="hub_id_text")
    def title(self, claim: Claim) -> str:
        """Return what people compare with the label, and where."""
        tail, site = claim.hub_id_text[-4:].upper(), claim.site_name
        return gettext("Hub …%(tail)s at %(site)s") % {"tail": tail, "site": site}

    @admin.display(description=_("hub id"))
    def whole_hub_id(self, claim: Claim) -> str:
        """Return the whole id, to copy."""
        return claim.hub_id_text

    @admin.display(description=_("state"), ordering="state")
    def state_in_words(self, claim: Claim) -> str:
        """Return the state as its chip says it."""
        return drawn(wording.words(claim.state, claim.reason).chip)

    @admin.display(description=_("reason"), ordering="reason")
    def reason_in_words(self, claim: Claim) -> Text:
        """Return what the reason is called."""
        return name_wording.REASONS[claim.reason]


@admin.register(Attempt)
class AttemptAdmin(ReadOnlyAdmin):
    """Single calls, to find by the reference that SpKey's support quotes."""

    list_display = ("title", *CALL)
    fields = readonly_fields = ("title", *CALL, "request_id")
    list_filter = ("kind",)
    search_fields = ("reference", "request_id")
    search_help_text = _("Whole reference")
    list_select_related = ("claim",)
    ordering = ("-pk",)

    @admin.display(description=_("claim"), ordering="claim")
    def title(self, attempt: Attempt) -> str:
        """Return the hub that the call was about, and the state of its claim."""
        claim = attempt.claim
        said = {"tail": claim.hub_id_text[-4:].upper(), "state": wording.state_name(claim.state)}
        return gettext("Hub …%(tail)s: %(state)s") % said
