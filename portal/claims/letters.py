"""What administrators, and who claimed, are told of claims together: within minutes, with numbers.

A notice is written with the first claim and sent a little later, and counts what came until then.
While more follow, the next ones are sent less often. A digest tells of each kind once.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.utils import timezone

from portal.claims.models import Claim, ClaimQuerySet, Reason, State
from portal.jobs.models import Job
from portal.notices import outbox
from portal.notices.models import Notice
from portal.orgs.models import Membership

# Who scans one hub after the other gets their claims into one e-mail.
AT_FIRST: Final = timedelta(minutes=2)
NO_OFTENER: Final = timedelta(minutes=15)
# Longer than a claim takes from its end to the commit of it.
COMMITTED: Final = timedelta(minutes=1)
# Of a key that SpKey refuses, or that is another's, an e-mail of its own tells administrators.
TOLD_OTHERWISE: Final = (Reason.KEY_REFUSED, Reason.KEY_MISMATCH, Reason.KEY_DOUBTED)
MOST_SITES: Final = 5
MOST_QUOTED: Final = 5


def tell_of_end(claim: Claim, state: str) -> None:
    """Tell of a claim that was given up. Of support's, its agents know."""
    if state == State.EXPIRED and not claim.by_support:
        _tell(claim, Notice.Kind.GAVE_UP)


def tell_of_wait(claim: Claim, state: str, reason: str) -> None:
    """Tell of a claim that begins to wait for somebody."""
    is_new = state == State.BLOCKED and claim.state != State.BLOCKED
    if is_new and not claim.by_support:
        _tell(claim, Notice.Kind.WAITS, to_administrators=reason not in TOLD_OTHERWISE)


def register() -> None:
    """Let the outbox count, when it sends."""
    outbox.FRESH[Notice.Kind.GAVE_UP] = _given_up
    outbox.FRESH[Notice.Kind.WAITS] = _waiting
    outbox.FRESH[Notice.Kind.REVIEW] = _unconfirmed


def _tell(claim: Claim, kind: Notice.Kind, *, to_administrators: bool = True) -> None:
    start, end = _span(claim.organisation_id, kind)
    outbox.notify(
        claim.organisation_id,
        kind,
        about=start.isoformat(),
        not_before=end + COMMITTED,
        and_to=[claim.submitted_by],
        to_administrators=to_administrators,
        until=end.isoformat(),
    )


def _span(organisation_id: UUID, kind: Notice.Kind) -> tuple[datetime, datetime]:
    """Return from when to when claims are told of together that happen now."""
    now = timezone.now()
    told = Notice.objects.filter(organisation=organisation_id, kind=kind)
    last = told.filter(created_at__gt=now - 2 * NO_OFTENER).order_by("-created_at").first()
    # To the minute, so that two at once are told of together.
    start = now.replace(second=0, microsecond=0)
    if last is None:
        return start, start + AT_FIRST
    end = _end(last)
    if now < end:
        return datetime.fromisoformat(last.about), end
    return max(start, end), max(start + AT_FIRST, end + NO_OFTENER)


def _end(notice: Notice) -> datetime:
    return datetime.fromisoformat(notice.facts["until"])


def _given_up(notice: Notice) -> dict[str, object] | None:
    alike = _alike_in_digest(notice)
    if alike[-1] != notice:
        return None
    start = datetime.fromisoformat(alike[0].about)
    ended = _of_reader(notice).filter(finished_at__gte=start, finished_at__lt=_end(notice))
    return _numbers(ended.filter(state=State.EXPIRED), "?state=unclaimed")


def _alike_in_digest(notice: Notice) -> list[Notice]:
    """Return the notices of its kind of which its digest tells at once, by the last of them."""
    if notice.digest_id is None:
        return [notice]
    alike = Notice.objects.filter(digest=notice.digest_id, kind=notice.kind, given_up_at=None)
    return list(alike.order_by("created_at", "pk"))


def _waiting(notice: Notice) -> dict[str, object] | None:
    if _alike_in_digest(notice)[-1] != notice:
        return None
    blocked = _of_reader(notice).filter(state=State.BLOCKED)
    if _is_administrator(notice):
        blocked = blocked.exclude(reason__in=TOLD_OTHERWISE)
    numbers = _numbers(blocked, "?state=needs")
    if numbers is None:
        return None
    found = list(blocked.order_by())
    to_release = sum(claim.waits_for_release for claim in found)
    jobs = {str(claim.job_id or "") for claim in found}
    # Where all are decided about on one page that the reader sees, the letter leads there.
    is_one = to_release == len(found) and len(jobs) == 1
    job = Job.objects.visible_to(notice.user).filter(pk__in=jobs - {""}).first()
    return numbers | {
        "to_release": to_release,
        "of_address": sum(claim.reason == Reason.ADDRESS_UNCONFIRMED for claim in found),
        "job": str(job.pk) if is_one and job else "",
    }


def _unconfirmed(notice: Notice) -> dict[str, object] | None:
    """Say that the notice's claim still concerns its reader: an administrator, or who made it."""
    own = Claim.objects.filter(pk=notice.facts["claim"], submitted_by=notice.user)
    return {} if _is_administrator(notice) or own.exists() else None


def _of_reader(notice: Notice) -> ClaimQuerySet:
    """Return the claims that the notice's reader is told of: all, or their own."""
    claims = Claim.objects.filter(organisation=notice.organisation_id, acting_organisation=None)
    return claims if _is_administrator(notice) else claims.filter(submitted_by=notice.user)


def _is_administrator(notice: Notice) -> bool:
    return (
        Membership.objects.active_of(notice.user)
        .filter(organisation=notice.organisation_id, role=Membership.Role.ADMIN)
        .exists()
    )


def _numbers(claims: ClaimQuerySet, query: str) -> dict[str, object] | None:
    """Return how many, where, and the filter by which a list shows them; None for none.

    `quoted` are the numbers of the first few.
    """
    found = list(claims.select_related("site").order_by("created_at", "pk"))
    if not found:
        return None
    sites = _listed(sorted({claim.site_name for claim in found}), MOST_SITES)
    quoted = _listed([claim.number for claim in found], MOST_QUOTED)
    return {"number": len(found), "sites": sites, "query": query, "quoted": quoted}


def _listed(names: Sequence[str], most: int) -> str:
    return ", ".join(names[:most]) + (", …" if len(names) > most else "")
