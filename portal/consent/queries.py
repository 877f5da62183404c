"""Grants, requests and codes, as pages ask for them."""

from uuid import UUID

from django.db.models import Count, QuerySet

from portal.audit.models import Entry
from portal.consent.models import (
    AccessRequest,
    AccessRequestQuerySet,
    Code,
    Grant,
    GrantQuerySet,
)
from portal.orgs.models import ApiCredential, Membership, Organisation

LISTED = 50


def grants_of(admin: Membership) -> GrantQuerySet:
    """Return the grants of the administrator's organisation, with what is shown of them."""
    return Grant.objects.of(admin).with_details().prefetch_related("sites")


def grants_for(agent: Membership) -> GrantQuerySet:
    """Return the grants that are the agent's to use, with what is shown of them."""
    return Grant.objects.for_agent(agent).with_details().prefetch_related("sites")


def standing_for(agent: Membership) -> list[Grant]:
    """Return the grants that the agent can use now, the ones of one organisation together."""
    found = grants_for(agent).standing().order_by("organisation__name", "organisation", "-ends_at")
    return list(found[:LISTED])


def requests_of(admin: Membership) -> AccessRequestQuerySet:
    """Return what support asks of the administrator's organisation."""
    return AccessRequest.objects.of(admin).select_related(
        "membership__organisation", "organisation", "answered_by"
    )


def requests_by(agent: Membership) -> AccessRequestQuerySet:
    """Return what the agent has asked for."""
    return AccessRequest.objects.by_agent(agent).select_related("grant")


def standing_code_of(admin: Membership) -> Code | None:
    """Return the code that can still be used, which shows no letters."""
    return Code.objects.of(admin).standing().select_related("made_by").first()


def supporters() -> QuerySet[Organisation]:
    """Return the organisations that may be let in: those that hold a super key."""
    return Organisation.objects.filter(credential__kind=ApiCredential.Kind.SUPER).order_by("name")


def done_under(grants: list[Grant]) -> dict[UUID, int]:
    """Return how many claims were made under each of these grants."""
    counted = Grant.objects.filter(pk__in=[grant.pk for grant in grants]).annotate(
        made=Count("claims")
    )
    return dict(counted.values_list("pk", "made"))


def actions_on(admin: Membership) -> QuerySet[Entry]:
    """Return the record of what support did on the administrator's organisation, newest first."""
    theirs = Entry.objects.filter(organisation_id=admin.organisation_id, kind="support")
    return theirs.order_by("-at", "-pk")
