"""The claim's pages: make one, watch one, find one."""

import uuid
from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from portal.claims import limits, permissions, search, site_choice, telling
from portal.claims.display import answer_wording, list_item, timeline
from portal.claims.engine import actions
from portal.claims.engine.actions import submission_id
from portal.claims.models import Claim
from portal.claims.queries import claims_of, of_own
from portal.claims.web import polling, support_gate
from portal.claims.web.filters import ClaimFilter
from portal.claims.web.forms import ClaimForm, PhotoForm
from portal.consent.display.wording import TOO_MANY
from portal.core.throttle import LimitReachedError
from portal.core.web import bodies, pagination
from portal.core.web.fragments import wants_fragment
from portal.core.web.once import once
from portal.hubs.labels import parse
from portal.jobs.display import wording as job_wording
from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import Membership

LONGEST_LABEL = 300


def new(request: HttpRequest) -> HttpResponse:
    """Take a claim: a site and a hub id, one button."""
    member = access.current(request, Ability.CLAIM)
    if request.method != "POST":
        chosen = _chosen(request, member)
        # The form adds to what it is given, a site that nobody has asked for.
        form = ClaimForm(member, initial=dict(chosen))
        return _form_page(request, form, picked=chosen.get("site", ""))
    form = ClaimForm(member, request.POST)
    if not form.is_valid():
        return _form_page(request, form, status=422)
    try:
        limits.take_claims(member)
        claim = actions.submit(_order(member, form))
    except actions.AnotherSiteError as elsewhere:
        sentence = answer_wording.claimed_elsewhere(elsewhere.claim)
        return _form_page(
            request, form, status=422, elsewhere=elsewhere.claim, elsewhere_words=sentence
        )
    except (OperationalError, InterfaceError):
        form.add_error(None, answer_wording.NOT_SAVED)
        return _form_page(request, form, status=503)
    return redirect("claims:detail", claim.pk)


def _order(member: Membership, form: ClaimForm) -> actions.ClaimRequest:
    site = form.cleaned_data["site"]
    return actions.ClaimRequest(
        user=member.user,
        organisation=member.organisation,
        hub_id=form.cleaned_data["label"],
        spkey_site_id=site.spkey_site_id,
        submission=submission_id(
            form.cleaned_data["submission"], form.cleaned_data["label"], site.pk
        ),
        site=site,
    )


def _chosen(request: HttpRequest, member: Membership) -> dict[str, str]:
    """Return what the address fills in: a job's site, or a site; a label as it was read."""
    label = request.GET.get("label", "")[:LONGEST_LABEL]
    chosen = {"label": parse.without_secrets(label)}
    job, site = _id(request.GET.get("job", "")), _id(request.GET.get("site", ""))
    of_job = site_choice.of_job(member, job) if job else None
    picked = of_job.pk if of_job else site
    return chosen | ({"site": str(picked)} if picked else {})


def _id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _form_page(
    request: HttpRequest,
    form: ClaimForm,
    status: int = 200,
    **more: object,
) -> HttpResponse:
    context = {
        "form": form,
        "photo_form": PhotoForm(access.person(request)),
        **more,
    }
    return render(request, "claims/new.html", context, status=status)


@bodies.takes(most=bodies.WITH_PHOTO)
@require_http_methods(["GET", "HEAD", "POST"])
def read(request: HttpRequest) -> HttpResponse:
    """Read a photo of a label into the form. A tap confirms it."""
    if request.method != "POST":
        return redirect("claims:new")
    member = access.current(request, Ability.CLAIM)
    photo_form = PhotoForm(member.user, request.POST, request.FILES)
    was_read = photo_form.is_valid()
    typed = parse.without_secrets(request.POST.get("label", "")[:LONGEST_LABEL])
    label = photo_form.cleaned_data["photo"] if was_read else typed
    initial = {**_posted(request), "label": label}
    return _form_page(
        request,
        ClaimForm(member, initial=initial),
        status=200 if was_read else 422,
        photo_form=photo_form,
        read=was_read,
    )


def _posted(request: HttpRequest) -> dict[str, str]:
    return {name: request.POST[name] for name in ("site", "submission") if request.POST.get(name)}


@require_safe
def detail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Show a claim, live."""
    access.compare_with_address(request)
    claim = polling.visible_claim(request, pk)
    if missing := support_gate.lack_to_see(request, claim):
        return support_gate.ask_for_factor(request, missing)
    support_gate.note_page(request, claim)
    polling.watch_hub(claim, access.person(request))
    return render(request, "claims/detail.html", polling.story(request, claim))


ClaimAction = Callable[[HttpRequest, Claim], HttpResponse]


def claim_action(act: ClaimAction) -> Callable[[HttpRequest, uuid.UUID], HttpResponse]:
    """Give the view the claim, posted by somebody who may act on it; a look shows its page.

    A claim that support made is stopped or sent again by support alone, with the second
    factor: the target organisation sees it (a 403), and everybody else does not (a 404).
    """

    @wraps(act)
    @require_http_methods(["GET", "HEAD", "POST"])
    def action(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        if request.method != "POST":
            return redirect("claims:detail", pk)
        claim = polling.visible_claim(request, pk)
        if not permissions.may_act_on(access.memberships(access.person(request)), claim):
            raise PermissionDenied
        if missing := support_gate.lack_to_act(request, claim):
            return support_gate.lead_to_factor(request, claim, missing)
        return act(request, claim)

    return action


def _answer(request: HttpRequest, claim: Claim, told: str = "") -> HttpResponse:
    """Show the claim as it is now; `told` is what came of the tap, where that does not show."""
    if wants_fragment(request):
        return polling.news(request, claim.pk, told)
    if told:
        messages.info(request, told)
    return redirect("claims:detail", claim.pk)


@claim_action
def try_now(request: HttpRequest, claim: Claim) -> HttpResponse:
    """Try a waiting claim at once, or say that it was tried just now."""
    member = permissions.require_to_act(access.person(request), claim)
    try:
        limits.take_tries(member)
    except LimitReachedError as limit:
        if not wants_fragment(request):
            raise
        # A page takes nothing of an answer that is an error: it would say that the tap was lost.
        return polling.news(request, claim.pk, answer_wording.too_often(limit.seconds))
    try:
        limits.take_for_others(member, claim)
    except LimitReachedError:
        return _answer(request, claim, str(TOO_MANY))
    if actions.try_now(claim):
        return _answer(request, claim)
    claim.refresh_from_db(fields=("state", "reason", "contacted_at"))
    return _answer(request, claim, timeline.tried_just_now(claim))


@claim_action
def stop(request: HttpRequest, claim: Claim) -> HttpResponse:
    """Stop trying; or reject, unless the claim waits for that no more."""
    person = access.person(request)
    if request.POST.get("decision") != "reject":
        actions.stop(claim, person)
    elif actions.reject(claim, person) == actions.Rejection.NOT_WAITING:
        return _answer(request, claim, str(job_wording.DECIDED))
    return _answer(request, claim)


@claim_action
def release(request: HttpRequest, claim: Claim) -> HttpResponse:
    """Let a claim go on whose person may not make it any more."""
    if not permissions.may_release(access.person(request), claim):
        raise PermissionDenied
    actions.release(claim, access.person(request))
    return _answer(request, claim)


@once
@claim_action
def again(request: HttpRequest, claim: Claim) -> HttpResponse:
    """Make a new claim of the same hub at the same site, linked to the one that ended."""
    if not actions.can_retry(claim):
        return redirect("claims:detail", claim.pk)
    person = access.person(request)
    limits.take_claims(access.require(person, claim.organisation_id, Ability.CLAIM))
    try:
        fresh = actions.submit(actions.retry(claim, person))
    except actions.AnotherSiteError as elsewhere:
        fresh = elsewhere.claim
    return redirect("claims:detail", fresh.pk)


@claim_action
def tell(request: HttpRequest, claim: Claim) -> HttpResponse:
    """Tell the administrators of a claim that was refused, or say why they are not told."""
    member = permissions.require_to_act(access.person(request), claim)
    found = telling.tell(member, telling.of_claim(claim))
    is_shown = found is telling.Telling.TOLD
    return _answer(request, claim, "" if is_shown else answer_wording.telling(found))


@require_safe
def claim_list(request: HttpRequest) -> HttpResponse:
    """Show the organisation's claims, newest first."""
    member = access.current(request, Ability.VIEW)
    claims = claims_of(member).with_details()
    found = ClaimFilter(request.GET, queryset=claims, member=member)
    text = found.form.cleaned_data.get("q", "") if found.form.is_valid() else ""
    any_of = search.conditions(member, text) if text else found.any_of
    conditions = [own & each for own in of_own(member) for each in any_of]
    page = pagination.page_of(found.qs, request.GET, conditions)
    gives_access = Ability.MANAGE_PEOPLE in access.abilities(member)
    row_of = list_item.with_access if gives_access else list_item.of
    context = {
        "filter": found,
        "filtered": any(request.GET.get(name) for name in found.filters),
        "rows": [row_of(claim) for claim in page.rows],
        "page": page,
        "any_state_url": f"?{_without_state(request)}",
        "clear_url": reverse("claims:list"),
    }
    return render(request, "claims/list.html", context)


def _without_state(request: HttpRequest) -> str:
    query = request.GET.copy()
    for name in ("state", "before", "after"):
        query.pop(name, None)
    return query.urlencode()
