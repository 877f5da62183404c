"""How a request ends, and who is told of it: each side, in the transaction in which it ends.

What one side is told names nothing of the other.
"""

from datetime import timedelta
from typing import Any, Final

from django.db.models import F
from django.utils import timezone

from portal.audit.record import record
from portal.core.leasing import due_at
from portal.hubs.actions.models import SUCCEEDED, HubAction
from portal.hubs.actions.models import State as ActionState
from portal.hubs.models import Hub
from portal.moves.models import MoveRequest, State
from portal.notices import outbox
from portal.notices.models import Notice
from portal.orgs.models import Membership

# When it is looked again whether a re-claim that nobody knows the end of took effect.
LOOKS: Final = (timedelta(minutes=5), timedelta(hours=1), timedelta(hours=24))


def hear(action: HubAction, state: str, _reason: str) -> None:
    """Take note of how a re-claim has ended."""
    if not action.is_reclaim:
        return
    details = ("organisation", "hub", "site", "holder", "asked_by", "support_organisation")
    approved = MoveRequest.objects.filter(action=action, state=State.APPROVED)
    asked = approved.select_related(*details).first()
    if asked is None:
        return
    may_have_worked = state == ActionState.UNKNOWN or (
        action.sends > 0 and state == ActionState.EXPIRED
    )
    if state in SUCCEEDED:
        end(asked, State.MOVED)
    elif may_have_worked:
        open_ones = MoveRequest.objects.filter(pk=asked.pk)
        soon = due_at(timezone.now() + LOOKS[0])
        open_ones.update(state=State.UNCLEAR, tries=0, version=F("version") + 1, **soon)
    else:
        end(asked, State.NOT_MOVED)


def end(asked: MoveRequest, state: State, **more: Any) -> None:
    """Write down how the request ends, and tell both sides."""
    now = timezone.now()
    MoveRequest.objects.filter(pk=asked.pk).update(
        state=state, ended_at=now, version=F("version") + 1, **due_at(None), **more
    )
    if state == State.MOVED:
        _hand_over(asked)
    record(
        "hub.wanted_ended",
        actor=None,
        organisation_id=asked.organisation_id,
        subject=asked,
        site=asked.site.spkey_site_id,
        state=str(state),
    )
    tell_asker(asked, state, found=str(more.get("found", "")))
    _tell_holder(asked, state)


def _hand_over(asked: MoveRequest) -> None:
    """Let the hub be that of who asked for it, as if they had claimed it."""
    whose = {"claimed_by": asked.asked_by, "claimed_by_name": asked.asked_by.display_name}
    Hub.objects.filter(pk=asked.hub_id).update(**whose)


def tell_asker(asked: MoveRequest, state: State, **facts: Any) -> None:
    """Write to who asked, and to their administrators, how it ended."""
    outbox.notify(
        asked.organisation_id,
        Notice.Kind.MOVE_ENDED,
        str(asked.pk),
        and_to=(asked.asked_by,),
        request=str(asked.pk),
        hub=asked.hub_id_text,
        site=asked.site.shown_name,
        state=str(state),
        **facts,
    )


def tell_holder_of_approval(asked: MoveRequest, agent: Membership) -> None:
    """Record at the holder that support takes the hub from them."""
    if asked.holder_id is not None:
        record(
            "support.takes_hub",
            actor=agent.user,
            organisation_id=asked.holder_id,
            acting_organisation_id=agent.organisation_id,
            hub=asked.hub_id_text,
        )


def _tell_holder(asked: MoveRequest, state: State) -> None:
    if state != State.MOVED or asked.holder_id is None:
        return
    record(
        "support.took_hub",
        actor=None,
        organisation_id=asked.holder_id,
        acting_organisation_id=asked.support_organisation_id,
        hub=asked.hub_id_text,
    )
    outbox.notify(
        asked.holder_id,
        Notice.Kind.HUB_TAKEN,
        str(asked.pk),
        request=str(asked.pk),
        hub=asked.hub_id_text,
        said=asked.holder_answer,
    )
