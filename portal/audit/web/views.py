"""The record of an organisation for its administrators, and everybody's own."""

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.http import require_POST, require_safe

from portal.audit import queries
from portal.audit.record import record
from portal.audit.web import csv_file
from portal.audit.web.forms import RecordFilter
from portal.audit.web.rows import once_each, row_of, rows_of
from portal.core.web import pagination
from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import Membership


@require_safe
def record_list(request: HttpRequest) -> HttpResponse:
    """Show what was done in the organisation, newest first."""
    admin = access.current(request, Ability.VIEW_RECORD)
    return _list(request, admin, RecordFilter(request.GET, member=admin))


def _list(request: HttpRequest, admin: Membership, form: RecordFilter) -> HttpResponse:
    if not form.is_valid():
        return render(request, "audit/record.html", {"form": form, "filtered": True}, status=422)
    entries = form.found(queries.entries_of(admin))
    page = pagination.page_of(entries, request.GET, _conditions(admin, form), by="at")
    context = {
        "form": form,
        "rows": rows_of(page.rows, admin),
        "page": page,
        "filtered": form.is_filled,
        "query": request.GET.urlencode(),
    }
    return render(request, "audit/record.html", context)


def _conditions(admin: Membership, form: RecordFilter) -> list[Q]:
    return [whose & each for whose in queries.of_organisation(admin) for each in form.any_of]


@require_POST
def export(request: HttpRequest) -> HttpResponseBase:
    """Send the record as a file, with the filters that the form names; that is recorded, too."""
    admin = access.current(request, Ability.VIEW_RECORD)
    form = RecordFilter(request.POST, member=admin)
    if not form.is_valid():
        return _list(request, admin, form)
    entries = form.found(queries.entries_of(admin)).filter(at__lte=timezone.now())
    record(
        "record.exported",
        actor=admin.user,
        organisation_id=admin.organisation_id,
        subject=admin.organisation,
        filters=form.asked,
    )
    language = translation.get_language() or "en"
    pieces = csv_file.lines(entries, _conditions(admin, form), admin, language)
    answer = StreamingHttpResponse(
        (piece.encode() for piece in pieces),
        content_type="text/csv; charset=utf-8",
    )
    day = timezone.localdate().isoformat()
    answer["Content-Disposition"] = f'attachment; filename="record-{day}.csv"'
    return answer


@require_safe
def activity(request: HttpRequest) -> HttpResponse:
    """Show what the person did, in all their organisations, and what was done to their account."""
    person = access.person(request)
    entries, any_of = queries.own_of(person, access.memberships(person))
    page = pagination.page_of(entries, request.GET, any_of, by="at")
    rows = [row_of(entry, person.pk) for entry in once_each(page.rows)]
    return render(request, "audit/activity.html", {"rows": rows, "page": page})
