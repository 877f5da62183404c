"""The claim's pages: make one, watch one, find one."""

import uuid

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_GET, require_POST, require_safe

from portal.claims import glance, identity, lifecycle, pages, rows, timeline
from portal.claims.forms import ClaimFilter, ClaimForm, PhotoForm, submission
from portal.claims.models import SUCCEEDED, Claim
from portal.hubs import watching
from portal.orgs import access, second_factor
from portal.orgs.access import Ability
from portal.orgs.models import Membership


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
        return _form_page(request, form, status=422, elsewhere=elsewhere.claim)
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
    site = request.GET.get("site", "")
    try:
        return {"site": str(uuid.UUID(site))}
    except ValueError:
        return {}


def _form_page(
    request: HttpRequest, form: ClaimForm, status: int = 200, elsewhere: Claim | None = None
) -> HttpResponse:
    context = {
        "form": form,
        "photo_form": PhotoForm(),
        "elsewhere": elsewhere,
        "decoder": (settings.NODE_MODULES / "barcode-detector").is_dir(),
    }
    return render(request, "claims/new.html", context, status=status)


@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Read a photo of a label into the form. Nothing is claimed: a tap confirms."""
    member = access.current(request, Ability.CLAIM)
    photo_form = PhotoForm(request.POST, request.FILES)
    label = request.POST.get("label", "")
    if photo_form.is_valid():
        label = photo_form.cleaned_data["photo"]
    initial = {**_posted(request), "label": label}
    context = {
        "form": ClaimForm(member.user, member.organisation, initial=initial),
        "photo_form": photo_form,
        "read": photo_form.is_valid(),
        "decoder": (settings.NODE_MODULES / "barcode-detector").is_dir(),
    }
    template = "claims/new.html#label" if access.wants_fragment(request) else "claims/new.html"
    return render(request, template, context, status=200 if photo_form.is_valid() else 422)


def _posted(request: HttpRequest) -> dict[str, str]:
    return {name: request.POST[name] for name in ("site", "submission") if request.POST.get(name)}


@require_safe
def detail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Show a claim, live."""
    claim = _visible(request, pk)
    _watch(claim)
    return render(request, "claims/detail.html", _story(request, claim))


@require_GET
def live(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Show a claim as it is now; nothing (204) when the page knows it already."""
    claim = glance.at(access.person(request), pk)
    if claim is None:
        raise Http404
    _watch(claim)
    if request.GET.get("seen") == rows.seen(claim):
        return HttpResponse(status=204)
    return render(request, "claims/detail.html#live", _story(request, _visible(request, pk)))


def _visible(request: HttpRequest, pk: uuid.UUID) -> Claim:
    claims = Claim.objects.visible_to(access.person(request)).select_related(
        "organisation", "acting_organisation", "site", "submitted_by", "hub", "retry_of"
    )
    return get_object_or_404(claims, pk=pk)


def _watch(claim: Claim) -> None:
    if claim.state in SUCCEEDED and not timeline.is_settled(claim):
        watching.watch(claim.hub, read_for=claim.acting_organisation_id)


def _story(request: HttpRequest, claim: Claim) -> dict[str, object]:
    return {
        "claim": claim,
        "row": rows.row(claim),
        "steps": timeline.steps(claim),
        "present": timeline.present(claim),
        "seen": rows.seen(claim),
        "pace": None if timeline.is_settled(claim) else timeline.pace(claim),
        "next_try": timeline.next_try(claim),
        "gives_up_at": timeline.gives_up_at(claim),
        "can_try_now": timeline.can_try_now(claim),
        "can_stop": timeline.can_stop(claim),
        "can_retry": timeline.can_retry(claim),
        "elsewhere": rows.elsewhere(claim),
        "can_act": SimpleLazyObject(lambda: identity.may_steer(access.person(request), claim)),
    }


def _changeable(request: HttpRequest, pk: uuid.UUID) -> Claim:
    """Return the claim, for somebody who may steer it.

    A claim that support made is stopped or sent again by support alone: the target
    organisation sees it (a 403), and everybody else does not (a 404).
    """
    claim = _visible(request, pk)
    person = access.person(request)
    if not identity.may_steer(person, claim):
        raise PermissionDenied
    if claim.by_support and second_factor.lack(request, person):
        raise PermissionDenied
    return claim


def _answer(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    if access.wants_fragment(request):
        return render(request, "claims/detail.html#live", _story(request, _visible(request, pk)))
    return redirect("claims:detail", pk)


@require_POST
def try_now(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Try a waiting claim at once."""
    lifecycle.try_now(_changeable(request, pk))
    return _answer(request, pk)


@require_POST
def stop(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Stop trying."""
    lifecycle.stop(_changeable(request, pk), access.person(request))
    return _answer(request, pk)


@require_POST
def again(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Make a new claim of the same hub at the same site, linked to the one that ended."""
    claim = _changeable(request, pk)
    if not timeline.can_retry(claim):
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
