"""What a support agent does about a request: look the hub up, ask its holder, and decide.

Who asked for the hub, or answered for its holder, does none of it, in whatever role: the database
holds that as well. The caller has checked that the agent is one, and their second factor.
"""

from enum import StrEnum
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from portal.audit.record import record
from portal.consent import brakes
from portal.core.leasing import due_at, taken_away
from portal.hubs.actions import asking as actions
from portal.hubs.actions.asking import ActionRequest, AnotherActionError
from portal.hubs.actions.models import Kind
from portal.moves import outcome
from portal.moves.models import HOLDER_HAS, MoveRequest, State
from portal.notices import outbox
from portal.notices.models import Notice
from portal.orgs import naming
from portal.orgs.models import Membership, Organisation


class Hindrance(StrEnum):
    """Why the agent cannot do it; the words are in `display/wording.py`."""

    OWN = "own"
    """They asked for the hub themselves, or answered for its holder."""
    TOO_LATE = "too_late"
    """Somebody else was faster, or it may not be done as things are."""
    BUSY = "busy"
    """The hub is being moved for somebody else, or something else is done to it."""
    SITE = "site"
    """The site where it is to be was archived."""
    OUT_OF_USE = "out_of_use"
    """SmartphoneKey moves no hub that is suspended or out of service."""


class CannotDecideError(Exception):
    """The agent cannot do this about the request; nothing was changed."""

    def __init__(self, why: Hindrance) -> None:
        super().__init__(why)
        self.why = why


class TellsError(Exception):
    """The text would tell one side of the other; nothing was changed.

    Who wrote it reads both names on the page of the request. Whose an e-mail address is they do
    not, so that none at all is taken.
    """

    def __init__(self, *, by_address: bool) -> None:
        super().__init__()
        self.by_address = by_address


def is_own(asked: MoveRequest, agent: Membership) -> bool:
    """Say whether the agent is on one of the sides: another one has to deal with it."""
    return agent.user_id in {asked.asked_by_id, asked.answered_by_id}


def look_up(asked: MoveRequest, agent: Membership) -> None:
    """Have the worker read with the agent's super key whose the hub is.

    The request is from then on a matter of the agent's organisation. Raises as `approve` does, and
    must not be called inside a transaction either.
    """
    brakes.take(agent, asked.organisation.spkey_org_id)
    with transaction.atomic():
        _look_up(asked, agent)


def _look_up(asked: MoveRequest, agent: Membership) -> None:
    current = _held(asked, agent)
    if current.state != State.ASKED:
        raise CannotDecideError(Hindrance.TOO_LATE)
    _write(
        current,
        support_organisation=agent.organisation,
        agent=agent.user,
        trouble="",
        tries=0,
        **due_at(timezone.now()),
        **taken_away(),
    )
    _record("support.looked_up", current, agent)


def put_to_holder(asked: MoveRequest, agent: Membership) -> None:
    """Ask the organisation that holds the hub. Its administrators have three days.

    They are not told who asks. Raises as `approve` does, and must not be called inside a
    transaction either.
    """
    brakes.take(agent, asked.organisation.spkey_org_id)
    with transaction.atomic():
        _put_to_holder(asked, agent)


def _put_to_holder(asked: MoveRequest, agent: Membership) -> None:
    current = _held(asked, agent)
    _check_use(current)
    if not current.can_put_to_holder or current.holder_id is None:
        raise CannotDecideError(Hindrance.TOO_LATE)
    now = timezone.now()
    until = now + HOLDER_HAS
    _write(
        current,
        state=State.WITH_HOLDER,
        agent=agent.user,
        holder_asked_at=now,
        holder_expires_at=until,
        **due_at(until),
    )
    record(
        "support.asked_for_hub",
        actor=agent.user,
        organisation_id=current.holder_id,
        acting_organisation_id=agent.organisation_id,
        hub=current.hub_id_text,
    )
    outbox.notify(
        current.holder_id,
        Notice.Kind.MOVE_HELD,
        str(current.pk),
        request=str(current.pk),
        hub=current.hub_id_text,
        until=timezone.localtime(until).isoformat(),
    )


def approve(asked: MoveRequest, agent: Membership, because: str) -> None:
    """Have the hub taken from its holder and bound to who asked, with the agent's super key.

    `because` is what SmartphoneKey is told, and both sides may read. Raises CannotDecideError,
    TellsError, and LimitReachedError beyond what one agent may do. It must not be called inside a
    transaction.
    """
    if is_own(asked, agent):
        raise CannotDecideError(Hindrance.OWN)
    brakes.take(agent, asked.organisation.spkey_org_id)
    try:
        with transaction.atomic():
            _approve(asked, agent, because)
    except (AnotherActionError, IntegrityError):
        raise CannotDecideError(Hindrance.BUSY) from None


def _approve(asked: MoveRequest, agent: Membership, because: str) -> None:
    current = _held(asked, agent)
    _check_use(current)
    if not current.can_approve:
        raise CannotDecideError(Hindrance.TOO_LATE)
    if current.site.archived_at is not None:
        raise CannotDecideError(Hindrance.SITE)
    _check_words(because, *_holders_names(current), *_names(current.organisation))
    action = actions.submit(
        ActionRequest(
            user=agent.user,
            hub=current.hub,
            kind=Kind.RECLAIM,
            submission=current.pk,
            site=current.site,
            because=because,
            acting=agent.organisation,
            from_org_id=current.found_org_id,
        )
    )
    _write(
        current,
        state=State.APPROVED,
        support_organisation=agent.organisation,
        decided_at=timezone.now(),
        decided_by=agent.user,
        action=action,
        **due_at(None),
        **taken_away(),
    )
    _record("support.approved_move", current, agent, because=because)
    outcome.tell_holder_of_approval(current, agent)


def decline(asked: MoveRequest, agent: Membership, sentence: str) -> None:
    """End the request with a sentence for who asked.

    Raises as `approve` does, and must not be called inside a transaction either.
    """
    if is_own(asked, agent):
        raise CannotDecideError(Hindrance.OWN)
    brakes.take(agent, asked.organisation.spkey_org_id)
    with transaction.atomic():
        _decline(asked, agent, sentence)


def _decline(asked: MoveRequest, agent: Membership, sentence: str) -> None:
    current = _held(asked, agent)
    if not current.can_decline:
        raise CannotDecideError(Hindrance.TOO_LATE)
    _check_words(sentence, *_holders_names(current))
    now = timezone.now()
    _write(
        current,
        state=State.DECLINED,
        support_organisation=agent.organisation,
        decided_at=now,
        decided_by=agent.user,
        sentence=sentence,
        ended_at=now,
        **due_at(None),
        **taken_away(),
    )
    _record("support.declined_move", current, agent, because=sentence)
    outcome.tell_asker(current, State.DECLINED, sentence=sentence)


def _held(asked: MoveRequest, agent: Membership) -> MoveRequest:
    """Return the request as it is, which nobody else changes before the transaction ends."""
    seen = MoveRequest.objects.for_agent(agent).select_for_update(of=("self",))
    details = ("organisation", "hub__organisation", "site", "holder", "asked_by")
    current = seen.select_related(*details).filter(pk=asked.pk).first()
    if current is None:
        raise CannotDecideError(Hindrance.TOO_LATE)
    if is_own(current, agent):
        raise CannotDecideError(Hindrance.OWN)
    return current


def _check_words(text: str, *called: str) -> None:
    if naming.names_one(text, called):
        raise TellsError(by_address=False)
    if naming.has_address(text):
        raise TellsError(by_address=True)


def _holders_names(current: MoveRequest) -> tuple[str, ...]:
    return (current.found_org_id, *(_names(current.holder) if current.holder else ()))


def _names(organisation: Organisation) -> tuple[str, ...]:
    return (organisation.name, organisation.spkey_org_id)


def _check_use(current: MoveRequest) -> None:
    if current.can_decline and current.out_of_use:
        raise CannotDecideError(Hindrance.OUT_OF_USE)


def _write(current: MoveRequest, **fields: Any) -> None:
    MoveRequest.objects.filter(pk=current.pk).update(version=F("version") + 1, **fields)


def _record(verb: str, current: MoveRequest, agent: Membership, **detail: Any) -> None:
    record(
        verb,
        actor=agent.user,
        organisation_id=current.organisation_id,
        acting_organisation_id=agent.organisation_id,
        subject=current,
        site=current.site.spkey_site_id,
        **detail,
    )
