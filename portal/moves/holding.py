"""The holder's answer: yes, no, or nothing for three days."""

from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from portal.audit.record import record
from portal.core.leasing import Lease, due_at, given_back, taken_away
from portal.moves.models import Answer, MoveRequest, State
from portal.notices import outbox
from portal.notices.models import Notice
from portal.orgs import access
from portal.orgs.models import Membership, User


@transaction.atomic
def answer(asked: MoveRequest, admin: Membership, *, agrees: bool) -> bool:
    """Write down what an administrator of the holder says; return whether it was in time.

    Of two at the same moment one counts. Who asked for the hub answers for nobody. The caller has
    checked that they administer the holder.
    """
    now = timezone.now()
    said = Answer.YES if agrees else Answer.NO
    open_ones = MoveRequest.objects.answerable(now).filter(pk=asked.pk, holder=admin.organisation)
    in_time = open_ones.exclude(asked_by=admin.user).update(
        state=State.ANSWERED,
        holder_answer=said,
        answered_at=now,
        answered_by=admin.user,
        version=F("version") + 1,
        **due_at(None),
        **taken_away(),
    )
    if in_time:
        _note(asked, said, admin.user)
    return bool(in_time)


@transaction.atomic
def fall_silent(lease: Lease[MoveRequest], asked: MoveRequest) -> None:
    """Write down that the holder's days are over, with nothing said."""
    fields: dict[str, Any] = {
        "state": State.ANSWERED,
        "holder_answer": Answer.SILENT,
        "answered_at": timezone.now(),
        "version": F("version") + 1,
    }
    # Somebody who answers at this moment takes the lease away.
    if lease.row().filter(state=State.WITH_HOLDER).update(**fields, **given_back(None)):
        _note(asked, Answer.SILENT, None)


def _note(asked: MoveRequest, said: Answer, actor: User | None) -> None:
    record(
        f"hub.asked_of_us_{said}",
        actor=actor,
        organisation_id=asked.holder_id,
        hub=asked.hub_id_text,
    )
    support = asked.support_organisation
    agent = access.membership_in(asked.agent, support) if asked.agent and support else None
    if agent is not None:
        outbox.notify_member(
            agent,
            Notice.Kind.MOVE_ANSWERED,
            str(asked.pk),
            request=str(asked.pk),
            hub=asked.hub_id_text,
            said=str(said),
        )
