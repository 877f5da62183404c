"""Support's pages: what was claimed for others, and claiming for another."""

from django.core.exceptions import ValidationError
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.claims import pages, rows
from portal.claims.lifecycle import AnotherSiteError
from portal.claims.models import Claim
from portal.claims.words import NOT_SAVED
from portal.orgs.models import Membership
from portal.support import flow, targets
from portal.support.access import agents_only
from portal.support.forms import SupportClaimForm
from portal.support.targets import Target

# The same words wherever that claim is and whoever made it: that is the organisation's affair.
ALREADY_CLAIMING = _(
    "The organisation already has a claim of this hub, under way or just done. Nothing was sent."
)


@require_safe
@agents_only
def claim_list(request: HttpRequest, agent: Membership) -> HttpResponse:
    """Show the claims made for others with this organisation's super key, newest first."""
    claims = (
        Claim.objects.visible_to(agent.user)
        .filter(acting_organisation=agent.organisation)
        .select_related("organisation", "site", "hub", "submitted_by")
    )
    page = pages.page_of(claims, request.GET)
    context = {"rows": [rows.for_others(claim) for claim in page.claims], "page": page}
    return render(request, "support/claims.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@agents_only
def new(request: HttpRequest, agent: Membership) -> HttpResponse:
    """Claim for another organisation: first whom for, named in the address, then the rest."""
    if "target" not in request.GET:
        return _choose(request)
    try:
        target = targets.find(request.GET["target"])
    except ValidationError as problem:
        return _choose(request, problem)
    if request.method != "POST":
        return _form_page(request, SupportClaimForm(target))
    return _submit(request, agent, target)


def _submit(request: HttpRequest, agent: Membership, target: Target) -> HttpResponse:
    form = SupportClaimForm(target, request.POST)
    if not form.is_valid():
        return _form_page(request, form, status=422)
    try:
        claim = flow.submit(agent, form.wish())
    except (flow.AlreadyClaimingError, AnotherSiteError):
        form.add_error("label", ALREADY_CLAIMING)
        return _form_page(request, form, status=422)
    except OperationalError:
        form.add_error(None, NOT_SAVED)
        return _form_page(request, form, status=503)
    return redirect("claims:detail", claim.pk)


def _choose(request: HttpRequest, problem: ValidationError | None = None) -> HttpResponse:
    text = request.GET.get("q", "").strip()
    found = list(targets.choosable(text)[: targets.SHOWN + 1])
    context = {
        "q": text,
        "organisations": found[: targets.SHOWN],
        "more": len(found) > targets.SHOWN,
        "typed": request.GET.get("target", ""),
        "errors": problem.messages if problem else [],
    }
    return render(request, "support/choose.html", context, status=422 if problem else 200)


def _form_page(request: HttpRequest, form: SupportClaimForm, status: int = 200) -> HttpResponse:
    return render(request, "support/new.html", {"form": form, "target": form.target}, status=status)
