"""Asking an organisation's administrators for access, and their answer.

A request is kept whether or not the portal knows whom the agent named, and a worker tells the
administrators afterwards: neither what the agent reads nor how long it takes says which it was.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from portal.audit.record import record
from portal.consent import giving
from portal.consent.models import REQUEST_LASTS, USUAL_HOURS, AccessRequest, Grant, Scope
from portal.core import leasing
from portal.core.leasing import Lease, due_at, given_back
from portal.core.throttle import Limit
from portal.core.worker import WorkKind
from portal.notices import outbox
from portal.notices.models import Notice
from portal.orgs import access
from portal.orgs.models import Membership, Organisation, User

# Each asks all administrators by e-mail.
A_DAY: Final = Limit("requests for access", most=20, seconds=24 * 3600)
AT_A_TIME: Final = 3
LONGEST_LOOK: Final = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an agent asks for. `sites` in their own words; empty means any."""

    reason: str
    sites: str = ""
    may_move: bool = False
    hours: int = USUAL_HOURS


def ask(
    agent: Membership, organisation: Organisation | None, named: str, wanted: Wanted
) -> AccessRequest:
    """Keep what the agent asks of whom they named so. Raises LimitReachedError."""
    A_DAY.take(str(agent.user_id))
    now = timezone.now()
    with transaction.atomic():
        asked = AccessRequest.objects.create(
            membership=agent,
            organisation=organisation,
            named=named,
            wanted_sites=wanted.sites,
            may_move=wanted.may_move,
            hours=wanted.hours,
            reason=wanted.reason,
            asked_at=now,
            expires_at=now + REQUEST_LASTS,
            **due_at(now),
        )
        record(
            "support.asked",
            actor=agent.user,
            organisation_id=organisation.pk if organisation else None,
            acting_organisation_id=agent.organisation_id,
            subject=asked,
            reason=wanted.reason,
        )
    return asked


@transaction.atomic
def tell(lease: Lease[AccessRequest]) -> None:
    """Tell the administrators of a leased request."""
    details = ("organisation", "membership__organisation")
    asked = lease.row().select_related(*details).first()
    if asked is None or not lease.row().update(**given_back(None)):
        return
    if asked.organisation is None or not asked.is_waiting:
        return
    outbox.notify(
        asked.organisation.pk,
        Notice.Kind.SUPPORT_ASKED,
        str(asked.pk),
        request=str(asked.pk),
        support=asked.membership.organisation.name,
        sites=asked.wanted_sites,
        may_move=asked.may_move,
        hours=asked.hours,
        reason=asked.reason,
    )


@transaction.atomic
def allow(asked: AccessRequest, admin: Membership, scope: Scope) -> Grant | None:
    """Give what was asked for, or what the administrator makes of it; None if it waits no more."""
    current = _waiting(asked, admin)
    if current is None:
        return None
    support = current.membership.organisation
    grant = giving.give(admin, support, scope, way=Grant.Way.REQUEST)
    _answer(current, admin, grant)
    return grant


@transaction.atomic
def decline(asked: AccessRequest, admin: Membership) -> bool:
    """Refuse what was asked for; say whether it still waited."""
    current = _waiting(asked, admin)
    if current is None:
        return False
    _answer(current, admin, None)
    record(
        "support.declined",
        actor=admin.user,
        organisation_id=admin.organisation_id,
        subject=current,
        reason=current.reason,
    )
    return True


def settle(agent: Membership, grant: Grant, given_by: User) -> None:
    """Answer with this grant what the agent last asked of the organisation, where that waits.

    In the caller's transaction. Nobody is written to: the two of them are on the telephone.
    """
    waiting = AccessRequest.objects.by_agent(agent).waiting()
    asked = waiting.filter(organisation=grant.organisation_id).select_for_update().first()
    if asked is not None:
        answer = {"answered_at": timezone.now(), "answered_by": given_by, "grant": grant}
        AccessRequest.objects.filter(pk=asked.pk).update(**answer)


def _waiting(asked: AccessRequest, admin: Membership) -> AccessRequest | None:
    waiting = AccessRequest.objects.of(admin).waiting().filter(pk=asked.pk)
    details = ("membership__organisation", "membership__user")
    found = waiting.select_for_update(of=("self",)).select_related(*details)
    return found.first()


def _answer(asked: AccessRequest, admin: Membership, grant: Grant | None) -> None:
    asked.answered_at, asked.answered_by = timezone.now(), admin.user
    asked.grant, asked.declined = grant, grant is None
    asked.save(update_fields=["answered_at", "answered_by", "grant", "declined"])
    agent = access.membership_in(asked.membership.user, asked.membership.organisation)
    if agent is not None and agent.support:
        outbox.notify_member(
            agent, Notice.Kind.SUPPORT_ANSWERED, str(asked.pk), **_told(asked, grant)
        )


def _told(asked: AccessRequest, grant: Grant | None) -> dict[str, object]:
    """Return what the agent is told. Who has not let them in is called what they typed."""
    named = grant.organisation.name if grant else asked.named
    facts = {"named": named, "reason": asked.reason, "granted": grant is not None}
    if grant is None:
        return facts
    return facts | {
        "grant": str(grant.pk),
        "ends_at": grant.ends_at.isoformat(),
        "may_move": grant.may_move,
        "where": ", ".join(giving.site_names(grant)),
    }


REQUESTS = WorkKind(
    name="requests for access",
    model=AccessRequest,
    is_due=lambda: leasing.some_within(leasing.due(AccessRequest.objects.all()), AT_A_TIME),
    take=lambda limit: leasing.take_within(
        leasing.due(AccessRequest.objects.all()), limit, AT_A_TIME
    ),
    work=tell,
    longest=lambda: LONGEST_LOOK,
    priority=1,
)
