"""A site's page: how its hubs are, its jobs and people, and what happened there."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.audit import queries as audit
from portal.audit.web.rows import rows_of
from portal.claims import job_progress, site_use
from portal.claims.display import list_item
from portal.core.windows import first_of
from portal.hubs import counts, troubles
from portal.hubs.at_site import worst_of
from portal.hubs.display import numbers
from portal.hubs.display.links import hubs_where
from portal.jobs import queries as jobs
from portal.jobs import rights, site_numbers
from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import Membership
from portal.sites.models import Site
from portal.sites.queries import sites_of
from portal.sites.web.found import visible_site

MOST_ENTRIES = 5


@require_safe
def detail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Show a site to whoever sees all of them."""
    site, member = visible_site(request, pk)
    can = access.abilities(member)
    is_open = site.archived_at is None
    row = _row(member, site)
    context = {
        "site": site,
        "row": row,
        "numbers": _numbers(site, row),
        "oldest_reading": troubles.oldest_reading_at(site),
        "hubs": worst_of(rights.hubs_of(member).filter(site=site)),
        "hubs_url": hubs_where(site=site.pk),
        "jobs": _jobs(member, site),
        "people": site_use.people_at(site),
        "claims": [list_item.of(claim) for claim in site_use.claims_at(member, site)],
        "entries": _entries(member, site) if Ability.VIEW_RECORD in can else [],
        "manages": Ability.MANAGE_SITES in can,
        "may_claim": is_open and Ability.CLAIM in can,
        "may_plan": is_open and Ability.MANAGE_JOBS in can,
    }
    return render(request, "sites/detail.html", context)


def _row(member: Membership, site: Site) -> site_numbers.SiteRow:
    found = site_numbers.with_numbers(sites_of(member).filter(pk=site.pk))
    return site_numbers.rows_of(list(found))[0]


def _numbers(site: Site, row: site_numbers.SiteRow) -> list[numbers.Number]:
    found = counts.by_site(site.organisation, [site.pk]).get(site.pk, counts.Numbers())
    return numbers.strip(found, offline_since=row.offline_since, site=site.pk)


def _jobs(member: Membership, site: Site) -> list[tuple[object, object]]:
    here = jobs.jobs_of(member).filter(site=site).unfinished()
    rows = list(jobs.with_people(here).order_by("starts_on", "number")[: jobs.ON_HOME])
    progress = job_progress.progress_of(rows)
    return [(job, progress[job.pk]) for job in rows]


def _entries(member: Membership, site: Site) -> list[object]:
    about = audit.entries_of(member).filter(object_id=str(site.pk)).order_by("-at", "-id")
    return list(rows_of(first_of(about, MOST_ENTRIES, audit.of_organisation(member)), member))
