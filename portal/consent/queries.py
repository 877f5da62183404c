"""Grants, requests and codes, as pages ask for them."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from portal.audit.kinds import Kind
from portal.audit.models import Entry
from portal.consent.models import (
    REQUEST_LASTS,
    AccessRequest,
    AccessRequestQuerySet,
    Code,
    Grant,
    GrantQuerySet,
)
from portal.orgs.models import ApiCredential, Membership, Organisation, User
from portal.sites.models import Site, SiteQuerySet

LISTED = 50
# For so long home tells of break glass that is over.
GLASS_TOLD = timedelta(days=30)


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


def sites_of(grant: Grant | None) -> SiteQuerySet:
    """Return the sites at which the grant holds, archived ones too; none without a grant."""
    if grant is None:
        return Site.objects.none()
    theirs = Site.objects.filter(organisation=grant.organisation_id)
    return theirs if grant.all_sites else theirs.filter(pk__in=grant.sites.values("pk"))


def requests_of(admin: Membership) -> AccessRequestQuerySet:
    """Return what support asks of the administrator's organisation."""
    return AccessRequest.objects.of(admin).select_related(
        "membership__organisation", "organisation", "answered_by"
    )


def requests_by(agent: Membership) -> AccessRequestQuerySet:
    """Return what the agent has asked for."""
    return AccessRequest.objects.by_agent(agent).select_related("grant__organisation")


def lately_asked_by(agent: Membership) -> list[AccessRequest]:
    """Return what the agent has asked for that waits, or that was answered just days ago."""
    recent = Q(answered_at__gte=timezone.now() - REQUEST_LASTS)
    waiting = requests_by(agent).waiting().values("pk")
    return list(requests_by(agent).filter(recent | Q(pk__in=waiting))[:LISTED])


def waiting_at(admin: Membership) -> list[AccessRequest]:
    """Return what support asks of the administrator's organisation and nobody has answered."""
    return list(requests_of(admin).waiting()[:LISTED])


def broken_at(admin: Membership) -> list[Grant]:
    """Return by what support acts, or lately acted, for the organisation without its consent.

    Whoever was away at that hour reads of it when they come back, but of none that they ended.
    """
    lately = Grant.objects.of(admin).filter(begins_at__gt=timezone.now() - GLASS_TOLD)
    glass = lately.filter(kind=Grant.Kind.BREAK_GLASS).exclude(revoked_by=admin.user_id)
    return list(glass.select_related("support_organisation")[:LISTED])


def standing_code_of(admin: Membership) -> Code | None:
    """Return the code that can still be used, which shows no letters."""
    return Code.objects.of(admin).standing().select_related("made_by").first()


def supporters() -> QuerySet[Organisation]:
    """Return the organisations that may be let in: those that hold a super key."""
    return Organisation.objects.filter(credential__kind=ApiCredential.Kind.SUPER).order_by("name")


def done_under(grants: list[Grant]) -> dict[UUID, tuple[int, int]]:
    """Return how many claims were made and how many moves asked for under each of the grants."""
    these = Grant.objects.filter(pk__in=[grant.pk for grant in grants])
    # One after the other: together, each claim would be counted for each move.
    claims = dict(these.annotate(number=Count("claims")).values_list("pk", "number"))
    moves = dict(these.annotate(number=Count("hub_actions")).values_list("pk", "number"))
    return {pk: (claims[pk], moves.get(pk, 0)) for pk in claims}


def grants_visible_to(person: User) -> GrantQuerySet:
    """Return the grants of the person's organisations, by which others act for them."""
    mine = Membership.objects.organisations_of(person)
    return Grant.objects.filter(organisation__in=mine).with_details().prefetch_related("sites")


def usable_by(person: User) -> GrantQuerySet:
    """Return the grants that the person may use as an agent, in whichever organisation."""
    as_agent = Membership.objects.active_of(person).filter(support=True)
    return (
        Grant.objects.filter(support_organisation__in=as_agent.values("organisation"))
        .filter(Q(agent=None) | Q(agent=person))
        .with_details()
        .prefetch_related("sites")
    )


def standing_ids(person: User) -> list[UUID]:
    """Return the ids of all grants that the person can use now, in whichever organisation."""
    return list(usable_by(person).standing().order_by().values_list("pk", flat=True))


def requests_visible_to(person: User) -> QuerySet[AccessRequest]:
    """Return what support asks of the person's organisations."""
    mine = Membership.objects.organisations_of(person)
    details = ("membership__organisation", "organisation", "answered_by", "grant")
    return AccessRequest.objects.filter(organisation__in=mine).select_related(*details)


def actions_on(admin: Membership) -> QuerySet[Entry]:
    """Return the organisation's record, newest first, to be narrowed by `conditions_of`."""
    theirs = Entry.objects.filter(organisation_id=admin.organisation_id)
    return theirs.order_by("-at", "-pk")


def conditions_of(admin: Membership) -> list[Q]:
    """Return conditions of which each action of support's meets one, by an index."""
    own = Q(organisation_id=admin.organisation_id)
    # Whoever acted for it: what was done stays done, also when their key is super no longer.
    by_others = Q(acting_organisation_id__isnull=False) & ~Q(
        acting_organisation_id=admin.organisation_id
    )
    return [own & Q(kind=Kind.SUPPORT), own & by_others & ~Q(kind=Kind.SUPPORT)]


def grants_behind(entries: Iterable[Entry], admin: Membership) -> dict[str, Grant]:
    """Return by which grant each entry's thing was done: the id of the thing → its grant."""
    ids = [pk for entry in entries if (pk := _id(entry.object_id))]
    theirs = Grant.objects.of(admin)
    behind = dict(theirs.filter(claims__pk__in=ids).values_list("claims__pk", "pk"))
    behind |= theirs.filter(hub_actions__pk__in=ids).values_list("hub_actions__pk", "pk")
    found = theirs.with_details().in_bulk([*ids, *behind.values()])
    return {str(pk): found[grant] for pk, grant in ({pk: pk for pk in found} | behind).items()}


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
