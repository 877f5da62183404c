"""Acting for an organisation that has not consented: for an hour, and seen by all."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from portal.audit.models import Entry
from portal.audit.record import record
from portal.consent.models import LONGEST_BREAK_GLASS, Grant
from portal.core.leasing import due_at
from portal.notices import outbox
from portal.notices.models import Notice
from portal.orgs.models import Membership, Organisation


@transaction.atomic
def break_glass(
    agent: Membership,
    organisation: Organisation,
    *,
    reason: str,
    ticket: str,
) -> Grant:
    """Return leave for this agent alone, for an hour, which nobody of the organisation gave.

    Its administrators are told at once, and those of the agent's organisation. The caller has
    checked the agent's right and second factor, and counted it (`brakes`).
    """
    now = timezone.now()
    grant = Grant.objects.create(
        organisation=organisation,
        support_organisation=agent.organisation,
        kind=Grant.Kind.BREAK_GLASS,
        all_sites=True,
        agent=agent.user,
        reason=reason,
        ticket=ticket,
        begins_at=now,
        ends_at=now + LONGEST_BREAK_GLASS,
        **due_at(now + LONGEST_BREAK_GLASS),
    )
    record(
        "support.broke_glass",
        actor=agent.user,
        organisation_id=organisation.pk,
        acting_organisation_id=agent.organisation_id,
        subject=grant,
        reason=reason,
        ticket=ticket,
        may_move=grant.may_move,
    )
    _tell(grant, agent)
    return grant


def _tell(grant: Grant, agent: Membership) -> None:
    about: dict[str, Any] = {
        "grant": str(grant.pk),
        "support": grant.support_organisation.name,
        "reason": grant.reason,
        "ticket": grant.ticket,
        "ends_at": timezone.localtime(grant.ends_at).isoformat(),
    }
    outbox.notify(grant.organisation_id, Notice.Kind.BREAK_GLASS, str(grant.pk), **about)
    outbox.notify(
        grant.support_organisation_id,
        Notice.Kind.GLASS_BROKEN,
        str(grant.pk),
        person=agent.user.display_name,
        customer=grant.organisation.name,
        **about,
    )


def has_opened(grant: Grant, agent: Membership, page: str) -> bool:
    """Say whether the record says already that the agent opened this page under the glass."""
    opened = Entry.objects.filter(
        acting_organisation_id=grant.support_organisation_id,
        actor_id=agent.user_id,
        at__gte=grant.begins_at,
        verb="support.page_opened",
        object_id=str(grant.pk),
    )
    return opened.filter(detail__page=page).exists()


def record_page(grant: Grant, agent: Membership, page: str, of: str = "") -> None:
    """Record that the agent opened this page under the break glass.

    `of` is what people call the claim or hub that the page is about: `audit/display/pages.py`.
    """
    record(
        "support.page_opened",
        actor=agent.user,
        organisation_id=grant.organisation_id,
        acting_organisation_id=grant.support_organisation_id,
        subject=grant,
        page=page,
        of=of,
    )
