"""Claims, as pages ask for them: whose they are, the latest, and how many of each group."""

from collections.abc import Mapping

from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from portal.claims.groups import still_counted
from portal.claims.models import Claim, ClaimQuerySet, State
from portal.core.windows import first_of
from portal.orgs.models import Membership, User

# From one person to the next in the index of their claims, whose history it leaps over.
_CLAIMED = """
    WITH RECURSIVE person(id) AS (
        SELECT * FROM (
            SELECT submitted_by_id FROM claims_claim WHERE organisation_id = %s
            ORDER BY submitted_by_id LIMIT 1
        ) AS first_one
        UNION ALL
        SELECT (
            SELECT submitted_by_id FROM claims_claim
            WHERE organisation_id = %s AND submitted_by_id > person.id
            ORDER BY submitted_by_id LIMIT 1
        ) FROM person WHERE person.id IS NOT NULL
    )
    SELECT id FROM person WHERE id IS NOT NULL
"""
LATEST = 10
LATEST_TODAY = 50


def claims_of(member: Membership) -> ClaimQuerySet:
    """Return the claims of the member's organisation, support's among them."""
    return Claim.objects.of(member)


def claims_for_others(agent: Membership) -> ClaimQuerySet:
    """Return the claims that the agent's organisation made for others, as their support."""
    return Claim.objects.made_by_support_of(agent)


def claims_visible_to(user: User) -> ClaimQuerySet:
    """Return the claims of the person's organisations, and those that their support made."""
    return Claim.objects.visible_to(user)


def latest(claims: ClaimQuerySet, member: Membership) -> list[Claim]:
    """Return of these claims the member's own of today; an administrator gets everybody's."""
    newest = claims.with_details().order_by("-created_at", "-id")
    if member.role == Membership.Role.ADMIN:
        return first_of(newest, LATEST)
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return first_of(newest.filter(submitted_by=member.user, created_at__gte=today), LATEST_TODAY)


def claimers(member: Membership) -> QuerySet[User]:
    """Return the people who have claimed for the member's organisation."""
    organisation = Claim._meta.get_field("organisation").get_db_prep_value(
        member.organisation_id, connection
    )
    claimed = RawSQL(_CLAIMED, (organisation, organisation))  # noqa: S611 - all our own
    return User.objects.filter(pk__in=claimed)


def numbers(member: Membership, groups: Mapping[str, Q]) -> dict[str, int]:
    """Return how many claims of each group the member's organisation can do something about.

    Of support's blocked claims it can correct nothing.
    """
    actionable = claims_of(member).filter(~Q(state=State.BLOCKED) | Q(acting_organisation=None))
    return actionable.filter(still_counted()).aggregate(
        **{name: Count("pk", filter=group) for name, group in groups.items()}
    )
