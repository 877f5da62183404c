"""Support's pages: what was claimed for others, and claiming for another."""

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from portal.claims.display import list_item
from portal.claims.display.answer_wording import NOT_SAVED
from portal.claims.engine.actions import AnotherSiteError
from portal.claims.queries import claims_for_others
from portal.core.ui import Text
from portal.core.web import pagination
from portal.orgs.models import Membership
from portal.support import flow, targets
from portal.support.display import wording
from portal.support.targets import Target, TargetError
from portal.support.web import drafts
from portal.support.web.access import agents_only
from portal.support.web.forms import SupportClaimForm


@require_safe
@agents_only
def claim_list(request: HttpRequest, agent: Membership) -> HttpResponse:
    """Show the claims made for others with this organisation's super key, newest first."""
    page = pagination.page_of(claims_for_others(agent).with_details(), request.GET)
    context = {"rows": [list_item.for_others(claim) for claim in page.rows], "page": page}
    return render(request, "support/claims.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@agents_only
def new(request: HttpRequest, agent: Membership) -> HttpResponse:
    """Claim for another organisation: first whom for, named in the address, then the rest."""
    if "target" not in request.GET:
        return _choose(request)
    try:
        target = targets.find(request.GET["target"])
    except TargetError as problem:
        return _choose(request, wording.TARGETS[problem.kind])
    if request.method != "POST":
        return _form_page(request, SupportClaimForm(target, initial=drafts.kept(request)))
    return _submit(request, agent, target)


def _submit(request: HttpRequest, agent: Membership, target: Target) -> HttpResponse:
    form = SupportClaimForm(target, request.POST)
    if not form.is_valid():
        return _form_page(request, form, status=422)
    try:
        claim = flow.submit(agent, form.claim_request())
    except (flow.AlreadyClaimingError, AnotherSiteError):
        form.add_error("label", wording.ALREADY_CLAIMING)
        return _form_page(request, form, status=422)
    except flow.TooManyClaimsError:
        form.add_error(None, wording.TOO_MANY)
        return _form_page(request, form, status=429)
    except (OperationalError, InterfaceError):
        form.add_error(None, NOT_SAVED)
        return _form_page(request, form, status=503)
    drafts.forget(request)
    return redirect("claims:detail", claim.pk)


def _choose(request: HttpRequest, problem: Text = "") -> HttpResponse:
    text = request.GET.get("q", "").strip()
    found = list(targets.choosable(text)[: targets.SHOWN + 1])
    context = {
        "q": text,
        "organisations": found[: targets.SHOWN],
        "more": len(found) > targets.SHOWN,
        "typed": request.GET.get("target", ""),
        "errors": [problem] if problem else [],
    }
    return render(request, "support/choose.html", context, status=422 if problem else 200)


def _form_page(request: HttpRequest, form: SupportClaimForm, status: int = 200) -> HttpResponse:
    return render(request, "support/new.html", {"form": form, "target": form.target}, status=status)
