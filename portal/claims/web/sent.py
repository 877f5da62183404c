"""A hub that somebody could not claim and sent to the administrators: what it is, what helps."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from portal.claims import limits, sent_hubs
from portal.claims.display import reader_wording
from portal.claims.engine import actions
from portal.claims.engine.actions import ClaimRequest
from portal.claims.models import Claim, Reason, SentHub
from portal.hubs import watching
from portal.hubs.models import CLAIMED, Hub
from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import Membership
from portal.sites.models import Site
from portal.sites.queries import sites_of


@require_http_methods(["GET", "HEAD", "POST"])
def sent_hub(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Say who sent which hub and what can be done; claim it. Once there is a claim, lead there."""
    person = access.person(request)
    access.compare_with_address(request)
    sent = get_object_or_404(sent_hubs.visible_to(person), pk=pk)
    admin = access.require(person, sent.organisation_id, Ability.MANAGE_HUBS)
    if sent.claim_id is not None:
        return redirect("claims:detail", sent.claim_id)
    site = _site_of(admin, sent)
    if request.method == "POST":
        return redirect(_way(request, admin, sent, site))
    known = watching.known_hubs(sent.organisation, [sent.hub_id]).get(sent.hub_id)
    if known is not None and known.binding == Hub.Binding.OURS and known.status == CLAIMED:
        return redirect("hubs:detail", known.pk)
    was_elsewhere = sent.reason == Reason.ANOTHER_ORGANISATION
    context = {
        "sent": sent,
        "site": site,
        "why": reader_wording.for_administrator(sent.state, sent.reason, ""),
        "is_elsewhere": known.binding == Hub.Binding.OTHER if known else was_elsewhere,
    }
    return render(request, "claims/sent.html", context)


def _way(request: HttpRequest, admin: Membership, sent: SentHub, site: Site | None) -> str:
    """Return where the tapped button leads; what asks about the hub needs a row of it."""
    tapped = request.POST.get("way")
    if tapped == "vendor":
        return reverse("hub-actions:ask-support", args=(_hub(sent).pk,))
    if tapped == "move":
        here = f"?site={site.pk}" if site else ""
        hub = _hub(sent)
        watching.watch(hub)
        return reverse("moves:ask", args=(hub.pk,)) + here
    if site is None:
        query = {"label": sent.hub_id, "organisation": sent.organisation_id}
        return reverse("claims:new", query=query)
    access.require(admin.user, sent.organisation_id, Ability.CLAIM)
    return reverse("claims:detail", args=(_claim(admin, sent, site).pk,))


def _hub(sent: SentHub) -> Hub:
    return watching.hub_for(sent.organisation, sent.hub_id)


def _site_of(admin: Membership, sent: SentHub) -> Site | None:
    """Return where the hub was to be claimed, if hubs can be claimed there."""
    return sites_of(admin).open().filter(pk=sent.site_id).first() if sent.site_id else None


def _claim(admin: Membership, sent: SentHub, site: Site) -> Claim:
    """Return the claim of the hub by the administrator; or by whoever was faster."""
    limits.take_claims(admin)
    wanted = ClaimRequest(
        user=admin.user,
        organisation=admin.organisation,
        hub_id=sent.hub_id,
        spkey_site_id=site.spkey_site_id,
        submission=uuid.uuid5(sent.pk, str(admin.user_id)),
        site=site,
    )
    try:
        claim = actions.submit(wanted)
    except actions.AnotherSiteError as elsewhere:
        return elsewhere.claim
    sent_hubs.followed_by(claim, sent)
    return claim
