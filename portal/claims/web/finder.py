"""The search from everywhere: a few of each kind of thing, each with the way to it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from portal.claims import search as claim_search
from portal.claims.display import list_item
from portal.claims.models import Claim
from portal.core.ui import Chip
from portal.core.web.fragments import wants_fragment
from portal.core.windows import first_of
from portal.hubs import inventory
from portal.hubs.display.rows import row_of
from portal.hubs.labels import parse
from portal.hubs.models import Hub
from portal.jobs import queries as job_queries
from portal.jobs import rights
from portal.jobs.display import wording as job_wording
from portal.jobs.models import Job
from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import Invitation, Membership
from portal.orgs.queries import invited, members_of, named
from portal.sites.models import Site
from portal.sites.queries import sites_of, with_words

OF_EACH = 5
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that was found. `tail` is the end of a hub's id, where it is about a hub."""

    url: str
    title: str
    meta: str = ""
    tail: str = ""
    chip: Chip | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """What was found of one kind."""

    icon: str
    heading: str
    found: list[Found]


type Finder = Callable[[Membership, str], Group]


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Show what the organisation has that is called like this: a page, or its list alone."""
    member = access.current(request, Ability.VIEW)
    asked = request.GET.get("q", "").strip()[:LONGEST]
    text = parse.fit_for_address(asked)
    if text != asked:
        return redirect(f"{request.path}?{urlencode({'q': text})}")
    groups = [find(member, text) for find in FINDERS] if text else []
    context = {"text": text, "groups": [group for group in groups if group.found]}
    page = "claims/search.html"
    return render(request, f"{page}#results" if wants_fragment(request) else page, context)


def _hubs(member: Membership, text: str) -> Group:
    """Return the hubs of the inventory, and those of which there is no more than a claim."""
    seen = rights.hubs_of(member).select_related("site")
    hubs = list(inventory.with_text(seen, text).order_by()[:OF_EACH])
    known = {hub.pk for hub in hubs}
    claims = claim_search.of_hubs(member, text, OF_EACH) if len(hubs) < OF_EACH else []
    others = [claim for claim in claims if claim.hub_id not in known]
    found = [*map(_of_hub, hubs), *map(_of_claim, others)]
    return Group("hub", gettext("Hubs"), found[:OF_EACH])


def _of_hub(hub: Hub) -> Found:
    row = row_of(hub)
    title = row.place or row.site or row.model
    meta = " · ".join(filter(None, (row.site if row.place else "", row.model, row.serial)))
    return Found(row.url, title, meta, row.hub_id[-4:], row.chip)


def _claims(member: Membership, text: str) -> Group:
    claims = claim_search.quoted(member, text, OF_EACH)
    return Group("history", gettext("Claims"), [_of_claim(claim) for claim in claims])


def _of_claim(claim: Claim) -> Found:
    row = list_item.of(claim)
    meta = " · ".join(filter(None, (row.number, row.meta, row.note)))
    return Found(row.url, row.title, meta, row.hub_id[-4:], row.chip)


def _sites(member: Membership, text: str) -> Group:
    sites = with_words(sites_of(member), text).order_by("archived_at", "name", "pk")
    return Group("site", gettext("Sites"), [_of_site(member, site) for site in sites[:OF_EACH]])


def _of_site(member: Membership, site: Site) -> Found:
    page = (
        reverse("sites:detail", args=(site.pk,))
        if member.all_sites
        else _claims_where("site", site.pk)
    )
    archived = gettext("Archived") if site.archived_at else ""
    meta = " · ".join(filter(None, (site.other_address, archived)))
    return Found(page, site.shown_name, meta)


def _jobs(member: Membership, text: str) -> Group:
    jobs = job_queries.with_people(job_queries.jobs_of(member)).order_by("-starts_on", "-number")
    found = first_of(jobs, OF_EACH, job_queries.conditions(member, text, OF_EACH))
    return Group("job", gettext("Jobs"), [_of_job(job) for job in found])


def _of_job(job: Job) -> Found:
    meta = (job_wording.name(job), job.reference, job_wording.window(job))
    page = reverse("jobs:detail", args=(job.pk,))
    return Found(
        page, job.site.shown_name, " · ".join(filter(None, meta)), chip=job_wording.chip(job)
    )


def _people(member: Membership, text: str) -> Group:
    found = [_of_person(member, each) for each in named(members_of(member), text)]
    if Ability.MANAGE_PEOPLE in access.abilities(member):
        found += [_of_invited(each) for each in invited(member, text)]
    return Group("person", gettext("People"), found[:OF_EACH])


def _of_invited(invitation: Invitation) -> Found:
    page = f"{reverse('people:list')}#invitations"
    return Found(page, invitation.email, f"{gettext('Invited')} · {invitation.get_role_display()}")


def _of_person(member: Membership, other: Membership) -> Found:
    if Ability.MANAGE_PEOPLE not in access.abilities(member):
        page = _claims_where("person", other.user_id)
        return Found(page, other.user.display_name, other.get_role_display())
    page = reverse("people:edit", args=(other.pk,))
    address = other.user.email if other.user.name else ""
    meta = " · ".join(filter(None, (address, other.get_role_display())))
    return Found(page, other.user.display_name, meta)


def _claims_where(name: str, value: object) -> str:
    return f"{reverse('claims:list')}?{name}={value}"


FINDERS: Iterable[Finder] = (_hubs, _jobs, _sites, _people, _claims)
