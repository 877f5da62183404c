"""Claims, as pages ask for them: whose they are, the latest, and how many of each group."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Max, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce
from django.utils import timezone

from portal.claims.groups import claims_in, still_counted
from portal.claims.models import SUCCEEDED, Attempt, Claim, ClaimQuerySet, State
from portal.core.windows import first_of
from portal.hubs.models import Hub
from portal.jobs.models import JobMember
from portal.orgs.models import Membership, Organisation, User

# From one value of a column to the next in its index, leaping over the history of each.
_DIFFERENT = """
    WITH RECURSIVE each_one(value) AS (
        SELECT * FROM (
            SELECT {column} FROM claims_claim WHERE organisation_id = %s {and_only}
            ORDER BY {column} LIMIT 1
        ) AS first_one
        UNION ALL
        SELECT (
            SELECT {column} FROM claims_claim
            WHERE organisation_id = %s {and_only} AND {column} > each_one.value
            ORDER BY {column} LIMIT 1
        ) FROM each_one WHERE each_one.value IS NOT NULL
    )
    SELECT value FROM each_one WHERE value IS NOT NULL
"""
_CLAIMERS = _DIFFERENT.format(
    column="submitted_by_id", and_only="AND acting_organisation_id IS NULL"
)
_TYPED_SITES = _DIFFERENT.format(column="spkey_site_id", and_only="AND site_id IS NULL")
LATEST = 10
LATEST_TODAY = 50
MANY = 100
MOST_LISTED = 2_000


def claims_of(member: Membership) -> ClaimQuerySet:
    """Return the claims of the member's organisation, support's among them."""
    return Claim.objects.of(member)


def of_own(member: Membership) -> list[Q]:
    """Return conditions of which each claim that the member may see meets one, by an index.

    Who is limited to jobs sees their own and those of their jobs: asked for both at once, a
    database reads through the organisation's history.
    """
    if member.all_sites:
        return [Q()]
    jobs = list(JobMember.objects.filter(membership=member).values_list("job", flat=True))
    of_jobs = Claim.objects.filter(job__in=jobs).order_by()
    ids = list(of_jobs.values_list("pk", flat=True)[: MOST_LISTED + 1])
    # Asked for in the list's order, a database may go through the years for them all the same.
    listed = Q(pk__in=ids) if len(ids) <= MOST_LISTED else Q(job__in=jobs)
    return [Q(submitted_by=member.user_id), listed]


def attempts_of(member: Membership, hub: Hub, before: datetime) -> QuerySet[Attempt]:
    """Return the calls that were made for the hub's claims before this moment, newest first."""
    lately = claims_of(member).filter(hub=hub).order_by("-created_at", "-pk")
    claims = list(lately.values_list("pk", flat=True)[:LATEST])
    calls = Attempt.objects.filter(claim__in=claims, started_at__lt=before)
    return calls.order_by("-started_at", "-pk")


def open_claims_by(member: Membership) -> int:
    """Return how many claims of the member's own in the organisation have not ended."""
    return claims_of(member).active().filter(submitted_by=member.user_id).count()


def claims_for_others(agent: Membership) -> ClaimQuerySet:
    """Return the claims that the agent's organisation made for others, as their support."""
    return Claim.objects.made_by_support_of(agent)


def claims_made_for(organisation: Organisation) -> ClaimQuerySet:
    """Return the organisation's claims, whoever made them."""
    return Claim.objects.filter(organisation=organisation)


def waiting_for_key(member: Membership) -> int:
    """Return how many claims wait for the key of the member's organisation, at most MANY.

    A super key serves the claims that support makes for others.
    """
    is_super = member.organisation.holds_super_key
    served = (
        claims_for_others(member)
        if is_super
        else claims_of(member).filter(acting_organisation=None)
    )
    waiting = served.filter(claims_in("key"), finished_at=None)
    return waiting.order_by()[:MANY].count()


def claims_visible_to(user: User) -> ClaimQuerySet:
    """Return the claims of the person's organisations, and those that their support made."""
    return Claim.objects.visible_to(user)


def claims_of_anybody() -> ClaimQuerySet:
    """Return every claim there is, for what tells nobody anything of them."""
    return Claim.objects.all()


def latest(claims: ClaimQuerySet, member: Membership) -> list[Claim]:
    """Return of these claims an installer's own of today; the others' newest are everybody's."""
    newest = claims.with_details().order_by("-created_at", "-id")
    if member.role != Membership.Role.INSTALLER:
        return first_of(newest, LATEST)
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return first_of(newest.filter(submitted_by=member.user, created_at__gte=today), LATEST_TODAY)


def claimers(member: Membership) -> QuerySet[User]:
    """Return the people who have claimed for the member's organisation, without its support."""
    claimed = RawSQL(_CLAIMERS, _twice_organisation(member))  # noqa: S611 - all our own
    return User.objects.filter(pk__in=claimed)


def typed_site_ids(member: Membership) -> list[str]:
    """Return the SpKey site ids of the organisation's claims that are at none of its sites."""
    with connection.cursor() as cursor:
        cursor.execute(_TYPED_SITES, _twice_organisation(member))
        return [site_id for (site_id,) in cursor.fetchall()]


def _twice_organisation(member: Membership) -> tuple[Any, Any]:
    organisation = Claim._meta.get_field("organisation").get_db_prep_value(
        member.organisation_id, connection
    )
    return organisation, organisation


def newest_ends(member: Membership, groups: Mapping[str, Q]) -> dict[str, datetime]:
    """Return when the last of the claims of each group ended, or was found to have taken effect."""
    if not groups:
        return {}
    at = Coalesce("late_effect_at", "finished_at")
    found = (
        claims_of(member)
        .filter(still_counted())
        .aggregate(**{name: Max(at, filter=group) for name, group in groups.items()})
    )
    return {name: newest for name, newest in found.items() if newest is not None}


def numbers(member: Membership, groups: Mapping[str, Q]) -> dict[str, int]:
    """Return how many claims of each group the member's organisation can do something about.

    Of support's blocked claims it can correct nothing.
    """
    actionable = claims_of(member).filter(~Q(state=State.BLOCKED) | Q(acting_organisation=None))
    return actionable.filter(still_counted()).aggregate(
        **{name: Count("pk", filter=group) for name, group in groups.items()}
    )


def newest_claim_of(member: Membership, hub: Hub) -> Claim | None:
    """Return the member's organisation's newest claim of the hub that was carried out."""
    return claims_of(member).filter(hub=hub, state__in=SUCCEEDED).order_by("-created_at").first()
