"""What people do to a claim: submit, try now, stop, retry, release; and putting blocked ones back.

One submission is one claim, and one hub has one active claim.
"""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.utils import timezone

from portal.audit import record as audit
from portal.audit.models import Entry
from portal.audit.record import record
from portal.claims.engine import (
    effects,
    timing,
)
from portal.claims.models import ACTIVE, SUCCEEDED, WAITS_FOR_RELEASE, Claim, Reason, State
from portal.consent.models import Grant
from portal.core.leasing import due_at, taken_away
from portal.hubs import watching
from portal.hubs.models import Hub
from portal.jobs import rights
from portal.jobs.models import Job
from portal.orgs import access
from portal.orgs.models import ApiCredential, Organisation, User
from portal.sites.models import Site


class AnotherSiteError(Exception):
    """The hub is being claimed, or was just claimed, at another site of the organisation."""

    def __init__(self, claim: Claim) -> None:
        super().__init__("the hub is claimed at another site")
        self.claim = claim


@dataclass(frozen=True, slots=True)
class ClaimRequest:
    """What somebody asks for. `submission` is the form's token: the same one, the same claim.

    `acting_organisation`, `support_grant`, `reason` and `ticket` belong to a claim made by support
    for another organisation; `site` is None where that organisation's site is not in the portal.
    `place` is where in the building the hub goes, at most 80 characters; "" takes it from the
    job's list.
    `job` is the id of the job that the person works on: another counts where that one cannot.
    `replaces` is the hub in whose place this one is put.
    """

    user: User
    organisation: Organisation
    hub_id: uuid.UUID
    spkey_site_id: str
    submission: uuid.UUID
    site: Site | None = None
    acting_organisation: Organisation | None = None
    support_grant: Grant | None = None
    reason: str = ""
    ticket: str = ""
    retry_of: Claim | None = None
    place: str = ""
    job: uuid.UUID | None = None
    replaces: Hub | None = None


def submit(claim_request: ClaimRequest) -> Claim:
    """Return the claim for this request: a new one, or the existing claim.

    The caller has checked the person's right. Raises AnotherSiteError when the organisation
    claims the hub elsewhere at this moment.
    """
    for is_last in (False, False, True):
        if claim := _same_submission(claim_request) or _standing(claim_request):
            return claim
        try:
            with transaction.atomic():
                return _create(claim_request)
        except IntegrityError:
            # Somebody was faster between the look and the insert: theirs is the claim. One that
            # has ended by now is not: then this one is made after all.
            if is_last:
                raise
    raise AssertionError("unreachable")


def _same_submission(claim_request: ClaimRequest) -> Claim | None:
    return Claim.objects.filter(
        submitted_by=claim_request.user, submission=claim_request.submission
    ).first()


def _standing(claim_request: ClaimRequest) -> Claim | None:
    """Return the organisation's active or just finished claim of the hub, at the same site.

    One whose hub SpKey has taken back since, or that stands at another site by now, is finished
    for good: the next claim reads how it is.
    """
    of_hub = Claim.objects.filter(
        organisation=claim_request.organisation, hub_id_text=str(claim_request.hub_id)
    ).select_related("site", "submitted_by")
    just_now = timezone.now() - timing.RECENTLY_CLAIMED
    still_there = Q(hub__binding=Hub.Binding.OURS, hub__spkey_site_id=F("spkey_site_id"))
    gone_since = Q(hub__read_at__gt=F("finished_at")) & ~still_there
    just_claimed = of_hub.filter(state=State.CLAIMED, finished_at__gt=just_now)
    if claim_request.replaces is not None:
        # One that was not made to replace this hub does not.
        just_claimed = just_claimed.filter(replaces=claim_request.replaces)
    claim = of_hub.active().first() or just_claimed.exclude(gone_since).first()
    if claim is not None and claim.spkey_site_id != claim_request.spkey_site_id:
        raise AnotherSiteError(claim)
    return claim


def _create(claim_request: ClaimRequest) -> Claim:
    job = job_of(claim_request)
    hub = watching.hub_to_claim(claim_request.organisation, claim_request.hub_id)
    claim = new_claim(claim_request, hub, job)
    claim.save(force_insert=True)
    if claim_request.retry_of is not None:
        Claim.objects.filter(pk=claim_request.retry_of.pk).update(retried=True)
    audit.append([entry_of(claim, claim_request)])
    return claim


def new_claim(claim_request: ClaimRequest, hub: Hub, job: Job | None) -> Claim:
    """Return the claim for this request as it begins, not yet saved."""
    now = timezone.now()
    place = claim_request.place or (rights.expected_place(job, claim_request.hub_id) if job else "")
    return Claim(
        organisation=claim_request.organisation,
        acting_organisation=claim_request.acting_organisation,
        support_grant=claim_request.support_grant,
        hub=hub,
        hub_id_text=str(claim_request.hub_id),
        site=claim_request.site,
        spkey_site_id=claim_request.spkey_site_id,
        job=job,
        place=place,
        submitted_by=claim_request.user,
        submission=claim_request.submission,
        support_reason=claim_request.reason,
        support_ticket=claim_request.ticket,
        retry_of=claim_request.retry_of,
        replaces=claim_request.replaces,
        created_at=now,
        changed_at=now,
        retry_window_start=now,
        **due_at(now),
    )


def entry_of(claim: Claim, claim_request: ClaimRequest) -> Entry:
    """Return what the record says of a claim that is submitted."""
    acting = claim_request.acting_organisation
    return audit.entry(
        "claim.submitted",
        actor=claim_request.user,
        organisation_id=claim_request.organisation.pk,
        acting_organisation_id=acting.pk if acting else None,
        subject=claim,
        hub=str(claim_request.hub_id),
        site=claim_request.spkey_site_id,
        reason=claim_request.reason,
    )


def job_of(claim_request: ClaimRequest) -> Job | None:
    """Return the job that the claim counts for. Support's claims count for none."""
    if claim_request.acting_organisation is not None or claim_request.site is None:
        return None
    member = access.membership_in(claim_request.user, claim_request.organisation)
    return rights.job_at(member, claim_request.site, claim_request.job) if member else None


def retry(claim: Claim, user: User) -> ClaimRequest:
    """Return the request for a new claim of the same hub and site, linked to this one."""
    return ClaimRequest(
        user=user,
        organisation=claim.organisation,
        hub_id=claim.hub.hub_id,
        spkey_site_id=claim.spkey_site_id,
        submission=uuid.uuid5(claim.pk, f"again {user.pk}"),
        site=claim.site,
        acting_organisation=claim.acting_organisation,
        support_grant=claim.support_grant,
        reason=claim.support_reason,
        ticket=claim.support_ticket,
        retry_of=claim,
        place=claim.place,
        job=claim.job_id,
        replaces=claim.replaces,
    )


@transaction.atomic
def put_at(claim: Claim, place: str, actor: User) -> None:
    """Say where in the building the claim's hub goes, or went."""
    changed = Claim.objects.filter(pk=claim.pk).exclude(place=place)
    if not changed.update(place=place, version=F("version") + 1):
        return
    if claim.state in SUCCEEDED:
        effects.keep_place(claim)
    record(
        "claim.placed",
        actor=actor,
        organisation_id=claim.organisation_id,
        acting_organisation_id=claim.acting_organisation_id,
        subject=claim,
        hub=claim.hub_id_text,
        place=place,
        before=claim.place,
    )


def try_now(claim: Claim) -> bool:
    """Make a waiting claim due at once, send included. Return whether that changed anything.

    One whose last attempt began just now stays as it is, by its row and so for all processes:
    whoever taps again and again has SpKey asked once in `TRY_NOW_SECONDS`.
    """
    now = timezone.now()
    is_rested = Q(contacted_at=None) | Q(contacted_at__lte=now - _apart())
    rested = Claim.objects.filter(is_rested, pk=claim.pk, state__in=_RESTING)
    return bool(rested.update(**due_at(now), send_requested=True, version=F("version") + 1))


_RESTING: Final = (State.WAITING, State.VERIFYING, State.REVIEW, State.BLOCKED)


def would_be_tried(claim: Claim) -> bool:
    """Whether `try_now` has the claim tried that would not be tried at this moment without it."""
    is_due = claim.due_at is not None and claim.due_at <= timezone.now()
    is_asked_for = claim.send_requested and is_due
    return claim.state in _RESTING and not is_asked_for and not was_tried_just_now(claim)


def was_tried_just_now(claim: Claim) -> bool:
    """Whether the claim's last attempt began so lately that nobody makes it due at once."""
    tried_at = claim.contacted_at
    return tried_at is not None and timezone.now() - tried_at < _apart()


def _apart() -> timedelta:
    return timedelta(seconds=settings.TRY_NOW_SECONDS)


@transaction.atomic
def stop(claim: Claim, actor: User) -> bool:
    """Stop trying. Return True when the claim is cancelled, False when that must wait.

    A claim whose send may have taken effect is not cancelled on hope: it is marked, nothing
    more is sent, and the next read tells whether it ended as claimed or as cancelled (`decide`).
    """
    mine = Claim.objects.filter(pk=claim.pk)
    if _cancel(claim, mine, actor):
        return True
    _mark(mine, actor)
    return False


class Rejection(StrEnum):
    """What came of rejecting a claim."""

    CANCELLED = "cancelled"
    # A send of before is open: as `stop` has it, the next read tells how the claim ends.
    MARKED = "marked"
    # Somebody has decided otherwise, or the right came back: the claim stays as it is.
    NOT_WAITING = "not_waiting"


@transaction.atomic
def reject(claim: Claim, administrator: User) -> Rejection:
    """Stop a claim whose person has lost the right to it, if it still waits to be released.

    The caller has checked that they may.
    """
    waiting = Claim.objects.filter(WAITS_FOR_RELEASE, pk=claim.pk)
    if _cancel(claim, waiting, administrator):
        return Rejection.CANCELLED
    return Rejection.MARKED if _mark(waiting, administrator) else Rejection.NOT_WAITING


def _cancel(claim: Claim, mine: QuerySet[Claim], actor: User) -> bool:
    """End the claim as cancelled, unless a send may have taken effect. Return whether it ended."""
    now = timezone.now()
    cancelled = mine.filter(
        state__in=(State.QUEUED, State.WAITING, State.BLOCKED), outcome_unknown_since=None
    ).update(
        state=State.CANCELLED,
        reason="",
        cancel_requested_at=now,
        cancel_requested_by=actor,
        changed_at=now,
        finished_at=now,
        **taken_away(),
        **due_at(Case(When(sends__gt=0, then=Value(now + timing.RECHECK_AFTER[0])))),
        version=F("version") + 1,
    )
    if cancelled:
        effects.of_end(claim, State.CANCELLED, "", actor)
    return bool(cancelled)


def _mark(mine: QuerySet[Claim], actor: User) -> bool:
    """Note that the claim is to end, and have it read. Return whether that was not noted yet."""
    now = timezone.now()
    open_ones = mine.filter(state__in=ACTIVE, cancel_requested_at=None)
    fields = {"cancel_requested_at": now, "cancel_requested_by": actor, **due_at(now)}
    return bool(open_ones.update(**fields, version=F("version") + 1))


def resume(credential: ApiCredential) -> int:
    """Put the claims that waited for this key back to work. Return how many were blocked by it."""
    now = timezone.now()
    served = Claim.objects.filter(organisation=credential.organisation_id, acting_organisation=None)
    if credential.is_super:
        served = Claim.objects.filter(acting_organisation=credential.organisation_id)
    served.filter(state__in=(State.WAITING, State.VERIFYING), reason=Reason.KEY_DOUBTED).update(
        **due_at(now)
    )
    return _unblock(served.filter(state=State.BLOCKED))


@transaction.atomic
def release(claim: Claim, administrator: User) -> bool:
    """Let a claim go on whose person has lost the right to it, in the administrator's name.

    The caller has checked that they may. Return whether it waited for that.
    """
    waiting = Claim.objects.filter(WAITS_FOR_RELEASE, pk=claim.pk)
    if not _unblock(waiting, released_by=administrator):
        return False
    record(
        "claim.released",
        actor=administrator,
        organisation_id=claim.organisation_id,
        subject=claim,
        hub=claim.hub_id_text,
        site=claim.spkey_site_id,
        submitted_by=claim.submitted_by.display_name,
    )
    return True


def right_returned(claims: QuerySet[Claim]) -> int:
    """Put those of these claims back to work that waited for a right. Return how many."""
    return _unblock(claims.filter(state=State.BLOCKED, reason=Reason.RIGHT_GONE))


@transaction.atomic
def _unblock(blocked: QuerySet[Claim], **fields: Any) -> int:
    """Put blocked claims back to work. Return how many there were."""
    # In one order for everybody who changes many: else two of them wait for each other.
    if not blocked.select_for_update().order_by("pk").values_list("pk", flat=True):
        return 0
    now = timezone.now()
    news: dict[str, Any] = {"reason": "", **due_at(now), **fields}
    news |= {"retry_window_start": now, "changed_at": now, "version": F("version") + 1}
    # A send whose outcome is open stays open: it is confirmed first, never sent again at once.
    unresolved = blocked.exclude(outcome_unknown_since=None).update(state=State.VERIFYING, **news)
    # A worker that still holds one, with the key of before, is not to block it again.
    return unresolved + blocked.update(state=State.QUEUED, **news, **taken_away())


def submission_id(token: uuid.UUID, *asked: object) -> uuid.UUID:
    """Return the submission's id, made of the form's token and what is asked for with it.

    A browser that went back may send an old token with another hub: that is another claim.
    """
    return uuid.uuid5(token, " ".join(map(str, asked)))


def can_try_now(claim: Claim) -> bool:
    """Whether asking for a try at once would do anything that is still wanted."""
    if claim.cancel_requested_at is not None:
        return False
    return claim.state in {State.WAITING, State.VERIFYING, State.REVIEW} or (
        claim.state == State.BLOCKED
        and claim.reason in {Reason.NO_USER, Reason.ADDRESS_UNCONFIRMED}
    )


def can_stop(claim: Claim) -> bool:
    """Whether the claim can be told to stop."""
    return not claim.is_final and claim.cancel_requested_at is None


def can_retry(claim: Claim) -> bool:
    """Whether a new claim of the same hub at the same site makes sense.

    Not of support's: theirs starts from a form that asks for the second factor and a reason.
    Not where SpKey carried the claim out after all, nor of a hub that is out of service for good.
    """
    if claim.by_support or claim.reason == Reason.DECOMMISSIONED or claim.late_effect_at:
        return False
    return claim.is_final and claim.state not in SUCCEEDED
