"""Imports: the list, a new one, and what is done with one."""

import uuid
from collections.abc import Iterable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.core.web import bodies, pagination
from portal.core.web.posted import posted
from portal.imports import making, permissions, queries
from portal.imports.display import file_wording, page
from portal.imports.models import Import, Kind
from portal.imports.reading.bounds import FILE_BYTES
from portal.imports.reading.faults import UnusableFileError, is_of_columns
from portal.imports.web import detail, files
from portal.imports.web.column_form import ColumnsForm
from portal.imports.web.forms import ImportForm, SiteForm
from portal.imports.web.found import changeable_import, importer, visible_import
from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import Membership
from portal.sites import changes
from portal.sites.models import Site
from portal.sites.web.forms import ID_TAKEN

# A file, and what a form puts around it.
MOST = FILE_BYTES + 3 * 1024 * 1024


@require_safe
def import_list(request: HttpRequest) -> HttpResponse:
    """Show the organisation's imports, newest first."""
    member = importer(request)
    found = pagination.page_of(queries.imports_of(member), request.GET)
    bare, waiting = queries.without_work(found.rows), queries.still_waiting(found.rows)
    rows = [
        (plan, page.chip(plan, 0 if plan.pk in bare else None, waits=plan.pk in waiting))
        for plan in found.rows
    ]
    return render(request, "imports/list.html", {"rows": rows, "page": found})


@bodies.takes(most=MOST)
def import_new(request: HttpRequest) -> HttpResponse:
    """Take a file or a paste, and lead to its plan."""
    member = importer(request)
    kind = request.GET.get("kind", "")
    initial = {"kind": kind} if kind in Kind.values else {}
    form = ImportForm(member, posted(request), request.FILES or None, initial=initial)
    asks_for_columns = False
    if request.method == "POST" and form.is_valid():
        try:
            plan, is_new = making.make(member, form.given())
        except UnusableFileError as error:
            field = "file" if form.cleaned_data["file"] is not None else "text"
            asks_for_columns = is_of_columns(error.problems)
            for problem in error.problems:
                form.add_error(field, file_wording.sentence(problem))
        else:
            if not is_new:
                messages.info(request, gettext("This is being imported already: here it is."))
            return redirect("imports:detail", plan.pk)
    context = {"form": form, "asks_for_columns": asks_for_columns}
    return render(request, "imports/new.html", context, status=422 if form.errors else 200)


@require_POST
def run(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Have the plan carried out, in the name of who asks for it."""
    plan, member = changeable_import(request, pk)
    try:
        begun = making.run(plan, member.user, request.POST.get("token", ""))
    except making.NothingToDoError:
        messages.error(request, gettext("There is nothing to do in this plan."))
    except making.PlanChangedError:
        words = gettext("This plan has changed meanwhile. Nothing was begun: look at it again.")
        messages.warning(request, words)
    except making.PlanTooOldError:
        messages.warning(request, gettext("This plan is too old. Nothing was begun."))
    else:
        if not begun:
            _say_who_began(request, plan, member)
    return redirect("imports:detail", plan.pk)


def _say_who_began(request: HttpRequest, plan: Import, member: Membership) -> None:
    """Say that somebody else was first; a double tap is told nothing."""
    plan.refresh_from_db()
    if plan.run_by is not None and plan.run_by != member.user:
        words = gettext("%(who)s has already started this import.") % {
            "who": plan.run_by.display_name
        }
        messages.info(request, words)


@require_POST
def check_again(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Have every hub of the plan looked at again."""
    plan, _member = changeable_import(request, pk)
    making.check_again(plan)
    return redirect("imports:detail", plan.pk)


@require_POST
def name_columns(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Take what somebody says of the columns of a file, and have it read."""
    plan, member = changeable_import(request, pk)
    if not plan.asks_for_columns:
        return redirect("imports:detail", plan.pk)
    form = ColumnsForm(plan, posted(request))
    if not form.is_valid():
        return detail.page_of(request, plan, member, form)
    return redirect("imports:detail", making.name_columns(plan, form.columns).pk)


@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Carry out no more of it; a plan or a kept file is discarded, after a question."""
    plan, member = changeable_import(request, pk)
    if request.method != "POST" and plan.can_be_discarded:
        return render(request, "imports/discard.html", {"plan": plan})
    if request.method == "POST":
        making.stop(plan, member.user)
    return redirect("imports:detail", plan.pk)


@require_POST
def retry(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Make a new import of the rows that were not done: looked at anew, and a plan again.

    Or, of another kind, of the rows that this one does nothing about.
    """
    plan, member = visible_import(request, pk)
    kind = request.POST.get("kind", plan.kind)
    if kind not in Kind.values or not permissions.may_import(member, kind):
        raise PermissionDenied
    rows = queries.not_done(plan) if kind == plan.kind else queries.rows_for(plan, kind)
    if not rows.exists():
        return redirect("imports:detail", plan.pk)
    # The same rows once more, from a page that was open, are the same import.
    token = uuid.uuid5(plan.pk, f"{kind} {rows.count()} {plan.retries.count()}")
    given = making.retry_of(plan, rows.order_by("line").iterator(), token, kind)
    made, _is_new = making.make(member, given)
    return redirect("imports:detail", made.pk)


@require_POST
def add_site(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Add a site that rows name and nobody knows, and have those rows looked at again."""
    plan, member = changeable_import(request, pk)
    if Ability.MANAGE_SITES not in access.abilities(member):
        raise PermissionDenied
    form = SiteForm(request.POST)
    if not form.is_valid():
        messages.error(request, gettext("Give the site a name and an id."))
        return redirect("imports:detail", plan.pk)
    data = form.cleaned_data
    fields = {"name": data["name"], "spkey_site_id": data["spkey_site_id"]}
    site = Site(organisation=plan.organisation, **fields)
    try:
        with transaction.atomic():
            making.add_site(plan, data["text"], site, member.user)
    except changes.IdTakenError:
        messages.error(request, ID_TAKEN)
    else:
        sentence = gettext("%(site)s is added. Its rows are checked again.") % {
            "site": site.shown_name
        }
        messages.success(request, sentence)
    return redirect("imports:detail", plan.pk)


@require_safe
def export(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Send rows of the import as CSV: all, or those that the page shows."""
    plan, member = visible_import(request, pk)
    show = request.GET.get("show", "")
    rows = queries.rows_shown(plan, show)
    language = translation.get_language() or "en"
    answer = StreamingHttpResponse(
        _encoded(files.lines(plan, rows, member, language)),
        content_type="text/csv; charset=utf-8",
    )
    # What an address says gets into a header as far as it is a word of ours.
    shown = f"-{show}" if show and show in queries.SHOWN else ""
    name = f"import-{plan.number}{shown}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _encoded(pieces: Iterable[str]) -> Iterable[bytes]:
    return (piece.encode() for piece in pieces)
