"""Support's claims and its agents: seen and acted on with the second factor only."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from portal.claims import beyond_access, permissions
from portal.claims.models import Claim
from portal.consent.break_glass import has_opened, record_page
from portal.consent.models import Grant
from portal.core.web.fragments import wants_fragment
from portal.orgs import access
from portal.orgs.models import User
from portal.orgs.web import second_factor
from portal.orgs.web.second_factor import Lack


def lack_to_see(request: HttpRequest, claim: Claim) -> Lack:
    """Say what the person lacks of a second factor to see the claim.

    Nothing, unless they see it only because support made it: it is another organisation's.
    """
    person = access.person(request)
    if not claim.by_support or access.membership_in(person, claim.organisation):
        return Lack.NOTHING
    return second_factor.lack(request, person)


def is_colleague(person: User, claim: Claim) -> bool:
    """Say whether the person belongs to the support that made the claim."""
    support = claim.acting_organisation
    return support is not None and access.membership_in(person, support) is not None


def is_outsider(person: User, claim: Claim) -> bool:
    """Say whether the person sees the claim only because their own support made it."""
    return claim.by_support and access.membership_in(person, claim.organisation) is None


def acting_by(person: User, claim: Claim) -> Grant | None:
    """Return by what an agent sees how the hub of support's claim is; None for all others."""
    return permissions.consent_of(person, claim) if is_outsider(person, claim) else None


def is_turned_out(person: User, claim: Claim) -> bool:
    """Say whether the person sees the claim only as support's, whose access is over or elsewhere.

    How the claim ended they may look up for good; how the organisation's hub does is theirs no
    more.
    """
    if not is_outsider(person, claim):
        return False
    return beyond_access.is_forgotten(claim) or not permissions.may_look(person, claim)


def lack_to_act(request: HttpRequest, claim: Claim) -> Lack:
    """Say what a person who may act on the claim lacks of a second factor to do so now.

    Nothing, unless support made the claim. A look at what could be done needs no fresh one.
    """
    if not claim.by_support:
        return Lack.NOTHING
    return lack_of_agent(request, access.person(request))


def note_page(request: HttpRequest, claim: Claim, *, is_news: bool = False) -> None:
    """Record that an agent opened the page of a claim under break glass, or of one made so.

    News of it (`is_news`) is for a page that is open: it is recorded where that was not.
    """
    person = access.person(request)
    if not is_outsider(person, claim):
        return
    behind = (acting_by(person, claim), claim.support_grant)
    grant = next((each for each in behind if each and each.is_break_glass), None)
    agent = access.membership_in(person, grant.support_organisation) if grant else None
    if grant is None or agent is None:
        return
    page = reverse("claims:detail", args=(claim.pk,))
    if not is_news or not has_opened(grant, agent, page):
        record_page(grant, agent, page, claim.number)


def lack_of_agent(request: HttpRequest, agent: User) -> Lack:
    """Say what an agent lacks for this request: what is posted needs a factor used just now."""
    within = settings.SUPPORT_FACTOR_SECONDS if request.method == "POST" else None
    return second_factor.lack(request, agent, within=within)


def lacks_factor(request: HttpRequest, agent: User) -> bool:
    """Say whether the agent has not used their second factor in this session."""
    return second_factor.lack(request, agent) != Lack.NOTHING


def is_fresh(request: HttpRequest, agent: User) -> bool:
    """Say whether the agent used their second factor just now."""
    within = settings.SUPPORT_FACTOR_SECONDS
    return second_factor.lack(request, agent, within=within) == Lack.NOTHING


def ask_for_factor(request: HttpRequest, missing: Lack) -> HttpResponse:
    """Return the page that says what must be done first: get a factor, or use it (403)."""
    if missing == Lack.NOT_SET_UP:
        return second_factor.ask_for_invitation(request)
    way = second_factor.way_to_use(access.person(request), request.get_full_path())
    return render(request, "support/second_factor.html", {"way": way}, status=403)


def lead_to_factor(request: HttpRequest, claim: Claim, missing: Lack) -> HttpResponse:
    """Return that page, or for a fragment the way to the claim's page, which says the same.

    A factor that was used too long ago is asked for at once, and leads back to the claim.
    """
    page = reverse("claims:detail", args=(claim.pk,))
    if missing == Lack.NOT_FRESH:
        page = second_factor.way_to_use(access.person(request), page)
        return HttpResponseClientRedirect(page) if wants_fragment(request) else redirect(page)
    if wants_fragment(request):
        return HttpResponseClientRedirect(page)
    return ask_for_factor(request, missing)
