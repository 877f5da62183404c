"""The claim's pages: make one, watch one, find one."""

import uuid
from collections.abc import Callable
from functools import wraps

from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from portal.claims import (
    agents,
    glance,
    identity,
    lifecycle,
    pages,
    rows,
    submitting,
    timeline,
    words,
)
from portal.claims.forms import ClaimFilter, ClaimForm, PhotoForm, submission
from portal.claims.models import SUCCEEDED, Claim
from portal.hubs import watching
from portal.orgs import access, second_factor
from portal.orgs.access import Ability
from portal.orgs.models import Membership

LONGEST_LABEL = 300


def new(request: HttpRequest) -> HttpResponse:
    """Take a claim: a site and a hub id, one button."""
    member = access.current(request, Ability.CLAIM)
    if request.method != "POST":
        return _form_page(
            request, ClaimForm(member.user, member.organisation, initial=_chosen(request))
        )
    form = ClaimForm(member.user, member.organisation, request.POST)
    if not form.is_valid():
        return _form_page(request, form, status=422)
    try:
        claim = lifecycle.submit(_order(member, form))
    except lifecycle.AnotherSiteError as elsewhere:
        said = words.claimed_elsewhere(elsewhere.claim)
        return _form_page(
            request, form, status=422, elsewhere=elsewhere.claim, elsewhere_words=said
        )
    except OperationalError:
        form.add_error(None, words.NOT_SAVED)
        return _form_page(request, form, status=503)
    return redirect("claims:detail", claim.pk)


def _order(member: Membership, form: ClaimForm) -> lifecycle.Order:
    site = form.cleaned_data["site"]
    return lifecycle.Order(
        user=member.user,
        organisation=member.organisation,
        hub_id=form.cleaned_data["label"],
        spkey_site_id=site.spkey_site_id,
        submission=submission(form.cleaned_data["submission"], form.cleaned_data["label"], site.pk),
        site=site,
    )


def _chosen(request: HttpRequest) -> dict[str, str]:
    """Return what the address fills in: a site, and a label as it was scanned or typed."""
    chosen = {"label": request.GET.get("label", "")[:LONGEST_LABEL]}
    try:
        return chosen | {"site": str(uuid.UUID(request.GET.get("site", "")))}
    except ValueError:
        return chosen


def _form_page(
    request: HttpRequest,
    form: ClaimForm,
    status: int = 200,
    **more: object,
) -> HttpResponse:
    context = {
        "form": form,
        "photo_form": PhotoForm(),
        **more,
    }
    return render(request, "claims/new.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def read(request: HttpRequest) -> HttpResponse:
    """Read a photo of a label into the form. A tap confirms it."""
    if request.method != "POST":
        return redirect("claims:new")
    member = access.current(request, Ability.CLAIM)
    photo_form = PhotoForm(request.POST, request.FILES)
    was_read = photo_form.is_valid()
    label = photo_form.cleaned_data["photo"] if was_read else request.POST.get("label", "")
    initial = {**_posted(request), "label": label}
    return _form_page(
        request,
        ClaimForm(member.user, member.organisation, initial=initial),
        status=200 if was_read else 422,
        photo_form=photo_form,
        read=was_read,
    )


def _posted(request: HttpRequest) -> dict[str, str]:
    return {name: request.POST[name] for name in ("site", "submission") if request.POST.get(name)}


@require_safe
def detail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Show a claim, live."""
    claim = _visible(request, pk)
    if missing := agents.lack_to_see(request, claim):
        return agents.ask_for_factor(request, missing)
    _watch(claim)
    return render(request, "claims/detail.html", _story(request, claim))


@require_GET
def live(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Show a claim as it is now; nothing (204) when the page knows it already."""
    claim = glance.at(access.person(request), pk)
    if claim is None:
        raise Http404
    if request.GET.get("seen") != rows.seen(claim):
        return _news(request, pk)
    _watch(claim)
    return HttpResponse(status=204)


def _news(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    claim = _visible(request, pk)
    if missing := agents.lack_to_see(request, claim):
        return agents.lead_to_factor(request, claim, missing)
    _watch(claim)
    return render(request, "claims/detail.html#live", _story(request, claim))


def _visible(request: HttpRequest, pk: uuid.UUID) -> Claim:
    claims = Claim.objects.visible_to(access.person(request)).select_related(
        "organisation", "acting_organisation", "site", "submitted_by", "hub", "retry_of"
    )
    return get_object_or_404(claims, pk=pk)


def _watch(claim: Claim) -> None:
    """Have the hub of a claim that succeeded read again, whenever somebody looks."""
    if claim.state in SUCCEEDED:
        watching.watch(claim.hub, read_for=claim.acting_organisation_id)


def _story(request: HttpRequest, claim: Claim) -> dict[str, object]:
    settled, succeeded = timeline.is_settled(claim), claim.state in SUCCEEDED
    return {
        "claim": claim,
        "row": rows.head(claim),
        "steps": timeline.steps(claim),
        "present": timeline.present(claim),
        "seen": rows.seen(claim),
        "pace": None if settled else timeline.pace(claim),
        "as_of": claim.hub.read_at if settled and succeeded else None,
        "is_news": not settled and (not succeeded or timeline.is_fresh(claim)),
        "next_try": timeline.next_try(claim),
        "gives_up_at": timeline.gives_up_at(claim),
        "can_try_now": submitting.can_try_now(claim),
        "can_stop": submitting.can_stop(claim),
        "can_retry": submitting.can_retry(claim),
        "reference": rows.reference(claim),
        "elsewhere": rows.elsewhere(claim),
        "can_act": SimpleLazyObject(lambda: agents.may_steer(request, claim)),
    }


Deed = Callable[[HttpRequest, Claim], HttpResponse]


def _deed(act: Deed) -> Callable[[HttpRequest, uuid.UUID], HttpResponse]:
    """Give the view the claim, posted by somebody who may steer it; a look shows its page.

    A claim that support made is stopped or sent again by support alone, with the second
    factor: the target organisation sees it (a 403), and everybody else does not (a 404).
    """

    @wraps(act)
    @require_http_methods(["GET", "HEAD", "POST"])
    def deed(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        if request.method != "POST":
            return redirect("claims:detail", pk)
        claim, person = _visible(request, pk), access.person(request)
        if not identity.may_steer(person, claim):
            raise PermissionDenied
        if claim.by_support and (missing := second_factor.lack(request, person)):
            return agents.lead_to_factor(request, claim, missing)
        return act(request, claim)

    return deed


def _answer(request: HttpRequest, claim: Claim) -> HttpResponse:
    if access.wants_fragment(request):
        return _news(request, claim.pk)
    return redirect("claims:detail", claim.pk)


@_deed
def try_now(request: HttpRequest, claim: Claim) -> HttpResponse:
    """Try a waiting claim at once."""
    lifecycle.try_now(claim)
    return _answer(request, claim)


@_deed
def stop(request: HttpRequest, claim: Claim) -> HttpResponse:
    """Stop trying."""
    lifecycle.stop(claim, access.person(request))
    return _answer(request, claim)


@_deed
def again(request: HttpRequest, claim: Claim) -> HttpResponse:
    """Make a new claim of the same hub at the same site, linked to the one that ended."""
    if not submitting.can_retry(claim):
        return redirect("claims:detail", claim.pk)
    try:
        fresh = lifecycle.submit(lifecycle.retry(claim, access.person(request)))
    except lifecycle.AnotherSiteError as elsewhere:
        fresh = elsewhere.claim
    return redirect("claims:detail", fresh.pk)


@require_safe
def claim_list(request: HttpRequest) -> HttpResponse:
    """Show the organisation's claims, newest first."""
    member = access.current(request, Ability.VIEW)
    claims = (
        Claim.objects.visible_to(member.user)
        .filter(organisation=member.organisation)
        .select_related("organisation", "site", "hub", "submitted_by")
    )
    found = ClaimFilter(request.GET, queryset=claims, organisation=member.organisation)
    page = pages.page_of(found.qs, request.GET)
    context = {
        "filter": found,
        "filtered": any(request.GET.get(name) for name in found.filters),
        "rows": [rows.row(claim) for claim in page.claims],
        "page": page,
        "clear_url": reverse("claims:list"),
    }
    return render(request, "claims/list.html", context)
