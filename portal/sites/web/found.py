"""The site that an address names, for who may see it or change it."""

import uuid

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import Membership
from portal.sites.models import Site
from portal.sites.queries import sites_visible_to


def managed_site(request: HttpRequest, pk: uuid.UUID) -> Site:
    """Return a site that the person may change; 404 and 403 as `access.require` says."""
    person = access.person(request)
    site = get_object_or_404(sites_visible_to(person).select_related("organisation"), pk=pk)
    access.require(person, site.organisation_id, Ability.MANAGE_SITES)
    return site


def visible_site(request: HttpRequest, pk: uuid.UUID) -> tuple[Site, Membership]:
    """Return a site whose page the person may see, as whoever sees all sites, and as whom."""
    person = access.person(request)
    site = get_object_or_404(sites_visible_to(person).select_related("organisation"), pk=pk)
    member = access.require(person, site.organisation_id, Ability.VIEW)
    if not member.all_sites:
        raise PermissionDenied
    return site, member
