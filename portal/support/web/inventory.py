"""What an agent looks at under a grant: the organisation's hubs and claims, and nothing to do."""

from dataclasses import replace
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from portal.claims import beyond_access
from portal.claims.display import list_item
from portal.claims.display.list_item import ListItem
from portal.claims.models import Claim
from portal.consent import queries
from portal.consent.models import Grant
from portal.consent.rights import Authority
from portal.core.web import pagination
from portal.hubs.actions.rules import out_of_use
from portal.hubs.display.rows import HubRow
from portal.hubs.display.wording import STATES
from portal.hubs.labels import parse
from portal.hubs.models import LEFT
from portal.hubs.web.forms import HubFilter, choices_among
from portal.hubs.web.views import page_of
from portal.orgs.models import Membership
from portal.support import seen
from portal.support.web.access import acting


@require_safe
@acting
def hubs(request: HttpRequest, authority: Authority) -> HttpResponse:
    """Show the organisation's hubs at the sites of the grant."""
    grant, asked = authority.grant, request.GET.get("q", "")
    if (text := parse.fit_for_address(asked)) != asked:
        query = request.GET.copy()
        query["q"] = text
        return redirect(f"?{query.urlencode()}")
    theirs = seen.hubs(grant)
    choices = choices_among(theirs, queries.sites_of(grant))
    form = HubFilter(request.GET, hubs=theirs, choices=choices)
    context = {"acting": grant, "form": form, "filtered": form.is_filled}
    if not form.is_valid():
        return render(request, "support/hubs.html", context, status=422)
    page = page_of(request, form)
    rows = [replace(row, url=_url(grant, row)) for row in cast("list[HubRow]", page["rows"])]
    return render(request, "support/hubs.html", context | page | {"rows": rows})


def _url(grant: Grant, row: HubRow) -> str:
    """Return where the agent moves the hub; nowhere where they only look."""
    can_be_moved = grant.may_move and row.chip != STATES[LEFT] and not out_of_use(row.status)
    return reverse("support:move-hub", args=(grant.pk, row.pk)) if can_be_moved else ""


@require_safe
@acting
def claims(request: HttpRequest, authority: Authority) -> HttpResponse:
    """Show the organisation's claims at the sites of the grant; those of support lead on."""
    grant, agent = authority.grant, authority.agent
    page = pagination.page_of(seen.claims(grant).with_details(), request.GET)
    rows = [_row(claim, agent) for claim in beyond_access.as_seen_by(agent, page.rows)]
    context = {"acting": grant, "rows": rows, "page": page}
    return render(request, "support/organisation_claims.html", context)


def _row(claim: Claim, agent: Membership) -> ListItem:
    is_ours = claim.acting_organisation_id == agent.organisation_id
    row = list_item.of(claim, for_support=is_ours or not claim.by_support)
    return row if is_ours else replace(row, url="")
