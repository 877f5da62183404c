"""Support's pages for one organisation, under a grant that each of them names."""

from http import HTTPStatus
from typing import Final

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from portal.claims import beyond_access
from portal.claims.display import list_item
from portal.claims.display.answer_wording import NOT_SAVED
from portal.claims.engine.actions import AnotherSiteError
from portal.claims.queries import claims_for_others
from portal.consent import queries
from portal.consent.rights import Authority, NoConsentError
from portal.core.throttle import LimitReachedError
from portal.core.web import pagination
from portal.core.web.posted import posted
from portal.hubs.display import action_history
from portal.support import flow, moving, seen
from portal.support.display import wording
from portal.support.web import drafts
from portal.support.web.access import acting, over
from portal.support.web.forms import SupportClaimForm

MOST_MOVES: Final = 10


@require_safe
@acting
def organisation(request: HttpRequest, authority: Authority) -> HttpResponse:
    """Show the organisation: where the agent may act, what support claimed and moved for it."""
    grant = authority.grant
    claims = claims_for_others(authority.agent).filter(organisation=grant.organisation_id)
    page = pagination.page_of(claims.with_details(), request.GET)
    rows = beyond_access.as_seen_by(authority.agent, page.rows)
    moves = moving.moves_under(grant, MOST_MOVES)
    context = {
        "acting": grant,
        "sites": queries.sites_of(grant).open().order_by("name", "pk"),
        "rows": [list_item.of(claim, for_support=True) for claim in rows],
        "page": page,
        "moves": [action_history.for_agent(each, "") for each in moves],
        "still_seen": seen.movable(grant, [each.hub_id for each in moves]),
    }
    return render(request, "support/organisation.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@acting
def claim(request: HttpRequest, authority: Authority) -> HttpResponse:
    """Claim one hub for the organisation, at a site of the grant."""
    grant = authority.grant
    form = SupportClaimForm(grant, posted(request), initial=drafts.kept(request))
    if request.method != "POST" or not (
        form.is_valid() and not form.refuses_names_of_others(authority.agent, grant.organisation)
    ):
        return _claim_page(request, form, authority, 422 if form.is_bound else 200)
    asked = form.claim_request(grant.organisation.spkey_org_id)
    try:
        made = flow.submit(authority.agent, grant, asked)
    except NoConsentError as problem:
        return over(request, grant, problem)
    except (flow.AlreadyClaimingError, AnotherSiteError):
        form.add_error("label", wording.ALREADY_CLAIMING)
        return _claim_page(request, form, authority, HTTPStatus.UNPROCESSABLE_ENTITY)
    except LimitReachedError:
        form.add_error(None, wording.TOO_MANY)
        return _claim_page(request, form, authority, HTTPStatus.TOO_MANY_REQUESTS)
    except (OperationalError, InterfaceError):
        form.add_error(None, NOT_SAVED)
        return _claim_page(request, form, authority, HTTPStatus.SERVICE_UNAVAILABLE)
    drafts.forget(request)
    return redirect("claims:detail", made.pk)


def _claim_page(
    request: HttpRequest, form: SupportClaimForm, authority: Authority, status: int
) -> HttpResponse:
    context = {"form": form, "acting": authority.grant}
    return render(request, "support/claim.html", context, status=status)
