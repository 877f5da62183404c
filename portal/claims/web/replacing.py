"""Putting a new hub in the place of one that is broken: a claim, at its site and in its place."""

import uuid

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from portal.claims import limits
from portal.claims.display import answer_wording
from portal.claims.engine import actions
from portal.claims.engine.actions import ClaimRequest, submission_id
from portal.claims.queries import claims_of, newest_claim_of
from portal.claims.web.forms import LabelField
from portal.core.web.posted import posted
from portal.hubs.models import Hub
from portal.hubs.queries import hubs_of_people
from portal.jobs import rights
from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import Membership
from portal.sites.queries import open_site_called


class ReplaceForm(forms.Form):
    """The new hub's label, and the token that makes a double tap one claim.

    Of a hub that is the organisation's already it asks whether it is a spare: who scans the
    neighbour by mistake takes its place from it.
    """

    label = LabelField(_("New hub id"))
    spare = forms.BooleanField(
        label=_("It is a spare, and hangs here now"), required=False, widget=forms.HiddenInput
    )
    submission = forms.UUIDField(widget=forms.HiddenInput)


@require_http_methods(["GET", "HEAD", "POST"])
def replace(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Ask for the new hub, saying what follows, and claim it in the old one's place."""
    person = access.person(request)
    hub = get_object_or_404(hubs_of_people(person), pk=pk)
    member = access.require(person, hub.organisation_id, Ability.MANAGE_HUBS)
    if hub.replaced_at is not None:
        messages.info(request, gettext("It was replaced already."))
        return redirect("hubs:detail", hub.pk)
    form = ReplaceForm(posted(request), initial={"submission": uuid.uuid4()})
    if request.method != "POST" or not form.is_valid():
        return _ask(request, hub, form, member, status=422 if form.is_bound else 200)
    wanted = _claim_request(hub, member, form)
    if wanted is None:
        form.add_error(None, gettext("Its site is not among your open sites. Add the site first."))
        return _ask(request, hub, form, member, status=422)
    if trouble := _trouble(hub, member, form):
        form.add_error("label", trouble)
        return _ask(request, hub, form, member, status=422)
    limits.take_claims(member)
    try:
        claim = actions.submit(wanted)
    except actions.AnotherSiteError as elsewhere:
        form.add_error(None, answer_wording.claimed_elsewhere(elsewhere.claim))
        return _ask(request, hub, form, member, status=422)
    if claim.replaces_id != hub.pk:
        form.add_error("label", gettext("That hub is being claimed. Try again once it is."))
        return _ask(request, hub, form, member, status=422)
    return redirect("claims:detail", claim.pk)


def _trouble(hub: Hub, member: Membership, form: ReplaceForm) -> str:
    """Return why this hub is not to take the other's place, as far as the portal knows."""
    label = form.cleaned_data["label"]
    if label == hub.hub_id:
        return gettext("That is the old hub. Scan the label of the new one.")
    other = claims_of(member).active().filter(replaces=hub).exclude(hub_id_text=label).first()
    if other is not None:
        tail = other.hub_id_text[-4:].upper()
        return gettext("Hub …%(tail)s is being claimed in its place.") % {"tail": tail}
    new = hubs_of_people(member.user).filter(organisation=hub.organisation_id, hub_id=label).first()
    if new is None:
        return ""
    site = hub.organisation.sites.name_of(new.spkey_site_id)
    if new.place or new.spkey_site_id != hub.spkey_site_id:
        where = ", ".join(part for part in (new.place, site) if part)
        words = gettext("That hub is yours already, at %(where)s. Scan the label of the new one.")
        return words % {"where": where}
    if new.replaced_at is not None:
        return gettext("That hub was replaced itself. Scan the label of the new one.")
    form.fields["spare"].widget = forms.CheckboxInput()
    if form.cleaned_data["spare"]:
        return ""
    return gettext("That hub is yours already. Is it a spare that hangs here now?")


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


def _ask(
    request: HttpRequest, hub: Hub, form: ReplaceForm, member: Membership, *, status: int
) -> HttpResponse:
    site = hub.organisation.sites.name_of(hub.spkey_site_id)
    before, here = newest_claim_of(member, hub), open_site_called(member, hub.spkey_site_id)
    wanted = before.job if before else None
    job = rights.job_at(member, here, wanted.pk if wanted else None) if here else None
    context = {
        "hub": hub,
        "form": form,
        "site": site,
        # For which the new claim counts, and one of the old hub's for which it does not.
        "job": job,
        "closed_job": wanted if wanted != job else None,
    }
    return render(request, "claims/replace.html", context, status=status)
