"""Links at which somebody without an account reads a handover, until they end.

A link's token is 256 bits that only this portal can make: an HMAC of the link's id. So the row
holds a digest alone, and yet the code to scan can be printed again.
"""

from base64 import urlsafe_b64encode
from datetime import timedelta
from hashlib import sha256
from hmac import compare_digest
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac

from portal.audit.record import record
from portal.jobs.models import Handover, HandoverLink, Job
from portal.orgs.models import User


@transaction.atomic
def make(
    handover: Handover,
    actor: User,
    *,
    days: int = HandoverLink.USUAL_DAYS,
    takes_acceptance: bool = False,
) -> HandoverLink:
    """Save a link that is good for so many days, and return it."""
    days = min(max(days, 1), HandoverLink.LONGEST_DAYS)
    link = HandoverLink(
        id=uuid4(),
        handover=handover,
        takes_acceptance=takes_acceptance,
        created_by=actor,
        ends_at=timezone.now() + timedelta(days=days),
    )
    link.digest = _digest(_token(link))
    link.save(force_insert=True)
    _recorded("handover.link_made", link, actor, days=days, takes_acceptance=takes_acceptance)
    return link


@transaction.atomic
def end(link: HandoverLink, actor: User) -> bool:
    """End the link at once; say whether it was still good."""
    now = timezone.now()
    good = HandoverLink.objects.filter(pk=link.pk, revoked_at=None, ends_at__gt=now)
    if not good.update(revoked_at=now):
        return False
    _recorded("handover.link_ended", link, actor)
    return True


def token_of(link: HandoverLink) -> str:
    """Return the link's token; "" where it is over, or of a secret that the portal has no more."""
    token = _token(link)
    return token if link.is_open and compare_digest(_digest(token), link.digest) else ""


def find(token: str) -> HandoverLink | None:
    """Return the link with this token that is still good."""
    good = HandoverLink.objects.filter(revoked_at=None, ends_at__gt=timezone.now())
    with_all = good.select_related("handover__acceptance", "handover__job")
    return with_all.filter(digest=_digest(token)).first()


def opened(link: HandoverLink) -> None:
    """Count that somebody has opened the link."""
    HandoverLink.objects.filter(pk=link.pk).update(
        opened_count=F("opened_count") + 1, last_opened_at=timezone.now()
    )


def links_of(handover: Handover) -> list[HandoverLink]:
    """Return the handover's links, the newest first."""
    return list(handover.links.select_related("created_by").order_by("-created_at")[:50])


def visible_to(user: User) -> QuerySet[HandoverLink]:
    """Return the links to handovers of jobs that the person may see."""
    jobs = Job.objects.visible_to(user).values("pk")
    return HandoverLink.objects.filter(handover__job__in=jobs).select_related("handover")


def newest_link(links: list[HandoverLink]) -> HandoverLink | None:
    """Return the newest of these links whose token can still be told."""
    return next((link for link in links if token_of(link)), None)


def _token(link: HandoverLink) -> str:
    mac = salted_hmac("portal.jobs.handover_links", link.pk.bytes, algorithm="sha256")
    return urlsafe_b64encode(mac.digest()).decode().rstrip("=")


def _digest(token: str) -> str:
    # 256 bits need no salt and no slow hash.
    return sha256(token.encode()).hexdigest()


def _recorded(verb: str, link: HandoverLink, actor: User, **detail: Any) -> None:
    record(
        verb,
        actor=actor,
        organisation_id=link.handover.organisation_id,
        subject=link.handover,
        number=link.handover.number,
        **detail,
    )
