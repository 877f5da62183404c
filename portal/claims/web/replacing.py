"""Putting a new hub in the place of one that is broken: a claim, at its site and in its place."""

import uuid

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from portal.claims import limits
from portal.claims.display import answer_wording
from portal.claims.engine import actions
from portal.claims.engine.actions import ClaimRequest, submission_id
from portal.claims.queries import newest_claim_of
from portal.claims.web.forms import LabelField
from portal.core.web.posted import posted
from portal.hubs.models import Hub
from portal.hubs.queries import hubs_of_people
from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import Membership
from portal.sites.queries import open_site_called


class ReplaceForm(forms.Form):
    """The new hub's label, and the token that makes a double tap one claim."""

    label = LabelField()
    submission = forms.UUIDField(widget=forms.HiddenInput)


@require_http_methods(["GET", "HEAD", "POST"])
def replace(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Ask for the new hub, saying what follows, and claim it in the old one's place."""
    person = access.person(request)
    hub = get_object_or_404(hubs_of_people(person), pk=pk)
    member = access.require(person, hub.organisation_id, Ability.MANAGE_HUBS)
    form = ReplaceForm(posted(request), initial={"submission": uuid.uuid4()})
    if request.method != "POST" or not form.is_valid():
        return _ask(request, hub, form, status=422 if form.is_bound else 200)
    wanted = _claim_request(hub, member, form)
    if wanted is None:
        form.add_error(None, gettext("Its site is not among your open sites. Add the site first."))
        return _ask(request, hub, form, status=422)
    if wanted.hub_id == hub.hub_id:
        form.add_error("label", gettext("That is the old hub. Scan the label of the new one."))
        return _ask(request, hub, form, status=422)
    limits.take_claims(member)
    try:
        claim = actions.submit(wanted)
    except actions.AnotherSiteError as elsewhere:
        form.add_error(None, answer_wording.claimed_elsewhere(elsewhere.claim))
        return _ask(request, hub, form, status=422)
    return redirect("claims:detail", claim.pk)


def _claim_request(hub: Hub, member: Membership, form: ReplaceForm) -> ClaimRequest | None:
    """Return the claim of the new hub, with the old one's site, place and job."""
    site = open_site_called(member, hub.spkey_site_id)
    if site is None:
        return None
    label, before = form.cleaned_data["label"], newest_claim_of(member, hub)
    return ClaimRequest(
        user=member.user,
        organisation=member.organisation,
        hub_id=label,
        spkey_site_id=site.spkey_site_id,
        submission=submission_id(form.cleaned_data["submission"], label, hub.pk),
        site=site,
        place=hub.place,
        job=before.job_id if before else None,
        replaces=hub,
    )


def _ask(request: HttpRequest, hub: Hub, form: ReplaceForm, *, status: int) -> HttpResponse:
    site = hub.organisation.sites.name_of(hub.spkey_site_id)
    context = {"hub": hub, "form": form, "site": site}
    return render(request, "claims/replace.html", context, status=status)
