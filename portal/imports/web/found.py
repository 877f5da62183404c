"""The import that a page is about, for those who may import."""

import uuid

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from portal.imports.models import Import
from portal.imports.permissions import may_import
from portal.imports.queries import imports_visible_to
from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import Membership


def importer(request: HttpRequest) -> Membership:
    """Return the membership that the person works in, if it lets them import.

    Raises PermissionDenied, and what `access.current` raises.
    """
    member = access.current(request, Ability.CLAIM)
    if not may_import(member):
        raise PermissionDenied
    return member


def changeable_import(request: HttpRequest, pk: uuid.UUID) -> tuple[Import, Membership]:
    """Return an import as `visible_import` does, if the person may import what it is for.

    Raises what that raises, and PermissionDenied.
    """
    plan, member = visible_import(request, pk)
    if not may_import(member, plan.kind):
        raise PermissionDenied
    return plan, member


def visible_import(request: HttpRequest, pk: uuid.UUID) -> tuple[Import, Membership]:
    """Return an import of an organisation of the person's, with their membership there.

    Raises Http404 for another's, and PermissionDenied for who may not import there.
    """
    person = access.person(request)
    imports = imports_visible_to(person).select_related("organisation", "made_by", "run_by", "site")
    plan = get_object_or_404(imports, pk=pk)
    member = access.require(person, plan.organisation_id, Ability.CLAIM)
    if not may_import(member):
        raise PermissionDenied
    return plan, member
