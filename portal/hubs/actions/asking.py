"""What people do to an action: ask for it, and stop it. One hub has one active action."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from portal.consent.models import Grant
from portal.core.leasing import Lease, due_at, holder, taken_away, under_way
from portal.hubs import watching
from portal.hubs.actions.ends import record_asked, record_end
from portal.hubs.actions.models import ACTIVE, BRINGS, Command, HubAction, Kind, State
from portal.hubs.models import Hub
from portal.orgs.models import Organisation, User
from portal.sites.models import Site


class AnotherActionError(Exception):
    """Something else is being done to the hub."""

    def __init__(self, action: HubAction) -> None:
        super().__init__("something else is being done to the hub")
        self.action = action


@dataclass(frozen=True, slots=True)
class ActionRequest:
    """What somebody wants done to a hub. `submission` is the form's token: the same, one action.

    The hub's organisation is whose action it is, and whose key does it. `site` is that of a move,
    and one of the same organisation's; `place` is where in it, "" for not known. `because` is why,
    as people read it. `acting`, `grant` and `from_org_id` are support's: see `HubAction`.
    """

    user: User
    hub: Hub
    kind: Kind
    submission: uuid.UUID
    site: Site | None = None
    place: str = ""
    make_primary: bool | None = None
    command: Command | None = None
    because: str = ""
    acting: Organisation | None = None
    grant: Grant | None = None
    from_org_id: str = ""

    def __post_init__(self) -> None:
        if self.site is not None and self.site.organisation_id != self.hub.organisation_id:
            raise ValueError("a hub is moved only within its own organisation")
        is_supports = self.kind == Kind.RECLAIM or self.grant is not None
        if is_supports != (self.acting is not None):
            raise ValueError("a re-claim and a move by a grant are support's, and nothing else is")
        if self.grant is not None and self.grant.organisation_id != self.hub.organisation_id:
            raise ValueError("the grant is another organisation's")


def submit(request: ActionRequest) -> HubAction:
    """Return the action for this request: a new one, or that of the same submission.

    The caller has checked the person's right. Raises AnotherActionError while something else is
    being done to the hub.
    """
    action, _ = _submit(request)
    return action


def submit_to_send(request: ActionRequest) -> tuple[HubAction, Lease[HubAction] | None]:
    """Return the action as `submit` does, and the lease of it: the caller is to send it.

    None for an action that was there already, which somebody else sends.
    """
    action, is_new = _submit(request, leased=True)
    return action, Lease(HubAction, action.pk, action.epoch) if is_new else None


def _submit(request: ActionRequest, *, leased: bool = False) -> tuple[HubAction, bool]:
    for is_last in (False, False, True):
        if action := _same_submission(request):
            return action, False
        if standing := HubAction.objects.active().filter(hub=request.hub).first():
            raise AnotherActionError(standing)
        try:
            with transaction.atomic():
                return _create(request, leased=leased), True
        except IntegrityError:
            # Somebody was faster between the look and the insert.
            if is_last:
                raise
    raise AssertionError("unreachable")


def _same_submission(request: ActionRequest) -> HubAction | None:
    return HubAction.objects.filter(
        asked_by=request.user, submission=request.submission, hub=request.hub
    ).first()


def _create(request: ActionRequest, *, leased: bool) -> HubAction:
    now = timezone.now()
    held: dict[str, Any] = {}
    if leased:
        held = {"lease_until": now + HubAction.LEASE, "leased_by": holder(), "epoch": 1}
    action = HubAction.objects.create(
        organisation_id=request.hub.organisation_id,
        hub=request.hub,
        kind=request.kind,
        site=request.site,
        spkey_site_id=request.site.spkey_site_id if request.site else "",
        from_site_id=request.hub.spkey_site_id if request.site else "",
        place=request.place,
        from_place=request.hub.place if request.kind in BRINGS else "",
        make_primary=request.make_primary,
        command=request.command or "",
        because=request.because,
        acting_organisation=request.acting,
        support_grant=request.grant,
        from_org_id=request.from_org_id,
        asked_by=request.user,
        submission=request.submission,
        created_at=now,
        changed_at=now,
        retry_window_start=now,
        **due_at(now),
        **held,
    )
    record_asked(action)
    return action


@transaction.atomic
def stop(action: HubAction, actor: User) -> bool:
    """Stop trying. Return True when the action is cancelled, False when that must wait.

    One whose send may have taken effect is not cancelled on hope: it is marked, nothing more is
    sent, and the next read tells whether it was done.
    """
    now = timezone.now()
    mine = HubAction.objects.filter(pk=action.pk)
    resting = (State.QUEUED, State.WAITING, State.BLOCKED)
    cancelled = mine.filter(state__in=resting, outcome_unknown_since=None).update(
        state=State.CANCELLED,
        reason="",
        cancel_requested_at=now,
        cancel_requested_by=actor,
        changed_at=now,
        finished_at=now,
        **taken_away(),
        **due_at(None),
        version=F("version") + 1,
    )
    if cancelled:
        record_end(action, State.CANCELLED, "")
        return True
    mine.filter(state__in=ACTIVE, cancel_requested_at=None).update(
        cancel_requested_at=now,
        cancel_requested_by=actor,
        **due_at(now),
        version=F("version") + 1,
    )
    return False


def resume(organisation_id: uuid.UUID) -> int:
    """Put the actions that waited for the organisation's key back to work; return how many."""
    with_its_key = Q(organisation=organisation_id, acting_organisation=None)
    with_its_key |= Q(acting_organisation=organisation_id)
    waiting = HubAction.objects.filter(with_its_key, state=State.BLOCKED)
    return waiting.update(**due_at(timezone.now()))


def look_again(hubs: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Make the actions on these hubs, by their keys, due now: something may have happened to them.

    Return of which hubs one is under way, that may have read the hub before.
    """
    active = HubAction.objects.active().filter(hub__in=hubs)
    resting = active.filter(state__in=(State.WAITING, State.VERIFYING))
    for is_lately, at in watching.when_to_read(timezone.now()):
        lately = Hub.objects.filter(is_lately, pk__in=hubs)
        resting.filter(hub__in=lately.values("pk"), due_at__gt=at).update(**due_at(at))
    return set(under_way(active).values_list("hub_id", flat=True))


def can_stop(action: HubAction) -> bool:
    """Whether its organisation can tell the action to stop. What support does, support decides."""
    return not action.by_support and is_stoppable(action)


def is_stoppable(action: HubAction) -> bool:
    """Whether the action has not ended, and nobody has told it to stop."""
    return not action.is_final and action.cancel_requested_at is None
