"""Lines of home that somebody has put away: each stays away until it has something new to tell."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from portal.notices.models import Dismissal
from portal.orgs.models import Membership

# What was put away so long ago is told again, if it is still so.
KEPT: Final = timedelta(days=90)
LONGEST_ABOUT: Final = 200


def put_away(member: Membership, about: str, newest: datetime) -> None:
    """Have the person see the line no more, until something newer than that is to be told."""
    own = Dismissal.objects.filter(user=member.user_id, organisation=member.organisation_id)
    own.filter(put_away_at__lt=timezone.now() - KEPT).delete()
    Dismissal.objects.update_or_create(
        user_id=member.user_id,
        organisation_id=member.organisation_id,
        about=about,
        defaults={"newest": newest, "put_away_at": timezone.now()},
    )


def take_back(member: Membership, about: str) -> None:
    """Have the person see the line again."""
    own = Dismissal.objects.filter(user=member.user_id, organisation=member.organisation_id)
    own.filter(about=about).delete()


def put_away_by(member: Membership) -> Mapping[str, datetime]:
    """Return what the lines are about that the person put away, and the newest they had to tell."""
    own = Dismissal.objects.filter(user=member.user_id, organisation=member.organisation_id)
    kept = own.filter(put_away_at__gte=timezone.now() - KEPT)
    return dict(kept.values_list("about", "newest"))
