"""An import's page, and how it polls: as the claim's page does, see `claims/web/polling.py`."""

import uuid
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_safe

from portal.audit.web.csv_file import harmless
from portal.core.models import Heartbeat
from portal.gateway import gate
from portal.gateway.gate import HeldReason
from portal.imports import making, old_rows, permissions, progress, queries
from portal.imports.display import file_wording, page, trouble, wording
from portal.imports.models import Import, RowState, State, Verdict
from portal.imports.queries import Counts
from portal.imports.reading.faults import OF_COLUMNS, FileProblem
from portal.imports.site_finder import SiteFinder
from portal.imports.web.column_form import ColumnsForm
from portal.imports.web.found import visible_import
from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import Membership
from portal.sites import changes

# Seconds between two polls: while something goes on, and while some of it only waits.
PACE, PACE_WAITING = 2, 30
MOST_SITES: Final = 10
MOST_COPIED: Final = 500
MOVING: Final = (State.READING, State.CHECKING, State.RUNNING)


@require_safe
def detail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Show an import, live."""
    plan, member = visible_import(request, pk)
    return page_of(request, plan, member)


def page_of(
    request: HttpRequest, plan: Import, member: Membership, naming: ColumnsForm | None = None
) -> HttpResponse:
    """Show the page of an import; with a form in which its columns are named, and not well."""
    context = _story(request, plan, member)
    if naming is None and plan.asks_for_columns and context["may_change"]:
        context["naming"] = ColumnsForm(plan)
    elif naming is not None:
        context["naming"] = naming
    return render(request, "imports/detail.html", context, status=422 if naming else 200)


@require_GET
def live(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Show an import as it is now; nothing (204) when the page knows it already."""
    plan, member = visible_import(request, pk)
    counts = queries.counts(plan)
    seen = request.GET.get("seen", "")
    if seen == _seen(plan, counts):
        return HttpResponse(status=204)
    answer = render(request, "imports/detail.html#live", _story(request, plan, member, counts))
    if seen.partition(".")[0] != plan.state:
        # What may be done now stands in the page's head, outside the fragment.
        answer["HX-Refresh"] = "true"
    return answer


def _story(
    request: HttpRequest, plan: Import, member: Membership, counts: Counts | None = None
) -> dict[str, object]:
    counts = queries.counts(plan) if counts is None else counts
    to_do = page.to_be_done(plan, counts)
    numbers = page.numbers_of(counts)
    sites = SiteFinder(plan.organisation, member)
    found = progress.of(plan, counts)
    for_admin = Ability.MANAGE_PEOPLE in access.abilities(member)
    problems = [FileProblem.from_json(each) for each in plan.problems]
    say = file_wording.to_name if plan.asks_for_columns else file_wording.sentence
    return {
        "plan": plan,
        "kind": wording.KINDS[plan.kind],
        "chip": page.chip(plan, to_do, waits=numbers[RowState.WAITING] > 0),
        "problems": [say(each) for each in problems],
        "asks_for_columns": any(each.fault in OF_COLUMNS for each in problems),
        "progress": found,
        "progress_said": page.progress(found),
        "is_moving": plan.state in MOVING,
        "may_change": permissions.may_import(member, plan.kind),
        "is_too_old": old_rows.is_too_old(plan),
        "outcome": wording.outcome(plan.kind, numbers) if plan.state == State.FINISHED else "",
        "to_do": to_do,
        "button": wording.carry_out(plan.kind, to_do),
        "not_done": numbers[RowState.NOT_DONE],
        "copied": _copied(plan, numbers[RowState.NOT_DONE]),
        "kept_until": old_rows.kept_until(plan),
        "trouble": _trouble(plan, member, counts),
        "offers": _offers(plan, member, sites),
        "others": _others(plan, member),
        "pace": _pace(plan, numbers),
        "seen": _seen(plan, counts),
        **_table(request, plan, counts, sites, for_admin=for_admin),
    }


def _table(
    request: HttpRequest, plan: Import, counts: Counts, sites: SiteFinder, *, for_admin: bool
) -> dict[str, object]:
    tabs = page.tabs(plan, counts)
    show = request.GET.get("show", "")
    show = show if show in {tab.name for tab in tabs} else ""
    after, before = (_number(request, name) for name in ("after", "before"))
    rows, earlier, later = queries.window(queries.rows_shown(plan, show), after, before)
    query = f"show={show}&" if show else ""
    return {
        "tabs": tabs,
        "causes": [tab for tab in tabs if tab.is_cause],
        "show": show,
        "rows": page.items(plan, rows, sites, for_admin=for_admin),
        "earlier_url": f"?{query}before={rows[0].line}" if rows and earlier else "",
        "later_url": f"?{query}after={rows[-1].line}" if rows and later else "",
        "query": request.GET.urlencode(),
    }


def _copied(plan: Import, number: int) -> str:
    """Return the rows that were not done as one pastes them into a table; "" for too many."""
    if plan.state != State.FINISHED or not 0 < number <= MOST_COPIED:
        return ""
    rows = queries.not_done(plan).order_by("line")
    heads = (gettext("Hub id"), gettext("Site"), gettext("Place"), gettext("Note"))
    # With its heads it can be pasted into another import as well.
    lines = [heads, *rows.values_list("hub_text", "site_text", "place", "note")]
    return "\n".join("\t".join(map(harmless, cells)) for cells in lines)


def _number(request: HttpRequest, name: str) -> int:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _pace(plan: Import, numbers: dict[str, int]) -> int | None:
    if plan.state in MOVING:
        return PACE
    return PACE_WAITING if numbers[RowState.WAITING] else None


def _seen(plan: Import, counts: Counts) -> str:
    """Return what a page must show to be up to date."""
    said = "-".join(
        f"{state}{verdict}{number}" for (state, verdict), number in sorted(counts.items())
    )
    return f"{plan.state}.{int(plan.stop_requested_at is not None)}.{said}"


def _trouble(plan: Import, member: Membership, counts: Counts) -> str:
    """Return why nothing goes on just now; "" where it does."""
    if (
        plan.state in {State.CHECKING, State.READY}
        and (RowState.PLANNED, Verdict.HELD_BACK) in counts
    ):
        return trouble.sentence(trouble.HELD_BACK)
    if plan.state not in MOVING:
        return ""
    if not Heartbeat.is_heard():
        return trouble.sentence(trouble.NO_WORKER)
    if plan.state == State.READING:
        return ""
    try:
        credential = gate.usable(member.organisation)
    except gate.NoUsableKeyError as error:
        return trouble.sentence(str(error))
    held: HeldReason | None = gate.held_reason(credential)
    return trouble.sentence(held) if held else ""


def _others(plan: Import, member: Membership) -> list[dict[str, object]]:
    """Return what an import of another kind could do with rows of this one."""
    if plan.state not in {State.READY, State.FINISHED}:
        return []
    numbers = {
        kind: queries.rows_for(plan, kind).count()
        for kind in queries.FOR_OTHERS
        if kind != plan.kind and permissions.may_import(member, kind)
    }
    return [
        {"kind": kind, "words": wording.plan_other(kind, number)}
        for kind, number in numbers.items()
        if number
    ]


def _offers(plan: Import, member: Membership, sites: SiteFinder) -> list[dict[str, object]]:
    """Return the sites that rows name and nobody knows, for who may add them."""
    if not permissions.may_import(member, plan.kind):
        return []
    if plan.state != State.READY or Ability.MANAGE_SITES not in access.abilities(member):
        return []
    return [
        {
            "text": text,
            "number": number,
            "like": sites.like(text),
            "spkey_site_id": changes.fresh_spkey_site_id(plan.organisation, text),
        }
        for text, number in making.unknown_sites(plan, MOST_SITES)
    ]
