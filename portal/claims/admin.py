"""Claims for the operators: their life and every call made for them, to look at."""

from django.contrib import admin

from portal.audit.admin import ReadOnly, ReadOnlyAdmin
from portal.claims.models import Attempt, Claim

ATTEMPT_COLUMNS = (
    "number",
    "kind",
    "outcome",
    "http_status",
    "reference",
    "duration_ms",
    "message",
    "started_at",
)


class Attempts(ReadOnly, admin.TabularInline[Attempt, Claim]):
    """The calls made for a claim, in order."""

    model = Attempt
    fields = readonly_fields = ATTEMPT_COLUMNS
    show_change_link = True
    extra = 0


@admin.register(Claim)
class ClaimAdmin(ReadOnlyAdmin):
    """Every organisation's claims, newest first."""

    list_display = (
        "hub_id_text",
        "organisation",
        "acting_organisation",
        "state",
        "reason",
        "submitted_by",
        "created_at",
    )
    list_filter = ("state", "reason", "organisation")
    search_fields = ("hub_id_text", "reference", "submitted_by__email", "organisation__name")
    list_select_related = ("organisation", "acting_organisation", "submitted_by")
    inlines = (Attempts,)


@admin.register(Attempt)
class AttemptAdmin(ReadOnlyAdmin):
    """Single calls, to find by the reference that SpKey's support quotes."""

    list_display = ("claim", *ATTEMPT_COLUMNS)
    list_filter = ("kind", "outcome")
    search_fields = ("reference", "request_id", "claim__hub_id_text")
    list_select_related = ("claim",)
