"""What a claim's decision means for others: its key, the audit trail, the administrators.

All of it is written in the transaction of the decision itself.
"""

import uuid
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from django.db.models import F, Q
from django.utils import timezone

from portal.audit.record import record
from portal.claims import letters, limits
from portal.claims.engine.decide import Decision
from portal.claims.models import FINAL, Claim, Reason, State
from portal.core.throttle import LimitReachedError
from portal.gateway import key_health, pacing
from portal.gateway.key_health import Refusal
from portal.hubs import attempts, places
from portal.hubs.models import Hub
from portal.jobs.models import ExpectedHub, Job
from portal.notices import outbox
from portal.orgs.models import ApiCredential, User


def for_key(claim: Claim, credential: ApiCredential, decision: Decision) -> Decision:
    """Write down what the answer says of the key, and return what follows for the claim.

    A key that was replaced meanwhile holds nothing up, and one refused for the first time raises no
    alarm: the claim waits for the second answer.
    """
    if decision.foreign_key and not credential.is_super:
        key_health.mark_mismatch(credential)
    if decision.foreign_key and credential.is_super:
        _of_bound_elsewhere(claim, credential)
    if not decision.refused_key:
        return decision
    is_second = attempts.met_401_before(claim, credential, timezone.now())
    refusal = key_health.take_refusal(credential, is_second=is_second)
    if refusal is Refusal.PROVEN or decision.state in FINAL:
        return decision
    if refusal is Refusal.DOUBTED:
        state = State.VERIFYING if decision.unresolved else State.WAITING
        wait = credential.DOUBT.total_seconds() + pacing.backoff(1)
        return replace(decision, state=state, reason=Reason.KEY_DOUBTED, wait=wait)
    state = State.VERIFYING if decision.unresolved else State.QUEUED
    return replace(decision, state=state, reason=Reason.NONE, wait=pacing.backoff(0))


def _of_bound_elsewhere(claim: Claim, credential: ApiCredential) -> None:
    """Raise the alarm: support's claim was answered with another organisation than asked for.

    A super key claims for anybody, so the key is not at fault; both sides must know.
    """
    _record("claim.bound_elsewhere", claim, None)
    for organisation_id in (claim.organisation_id, credential.organisation_id):
        _notify(claim, "bound_elsewhere", str(claim.pk), organisation_id)


def of_end(claim: Claim, state: str, reason: str, actor: User | None = None) -> None:
    """Record that the claim has ended. `actor` is who stopped it, if anybody."""
    if state == State.NOT_FOUND:
        # The claim has ended, whatever its person may be told.
        with suppress(LimitReachedError):
            limits.count_unknown(claim.submitted_by, claim.organisation, {claim.hub_id_text})
    letters.tell_of_end(claim, state)
    _record("claim.ended", claim, actor, state=str(state), reason=str(reason))


def keep_claimer(claim: Claim) -> None:
    """Keep who made the hub the organisation's; of support, no person is named."""
    agent = claim.acting_organisation
    claimed = {
        "claimed_by": None if agent else claim.submitted_by,
        "claimed_by_name": agent.name if agent else claim.submitted_by.display_name,
        "claimed_at": claim.claimed_at or timezone.now(),
    }
    same = Q(**claimed)
    Hub.objects.filter(pk=claim.hub_id).exclude(same).update(**claimed, version=F("version") + 1)


def keep_place(claim: Claim) -> None:
    """Keep where the hub was put, as who claimed it says now."""
    # It may have been said anew since the claim was read.
    place = Claim.objects.filter(pk=claim.pk).values_list("place", flat=True).get()
    if place:
        places.put(claim.hub_id, place, claim.spkey_site_id)


def hangs_elsewhere(claim: Claim, state: str) -> bool:
    """Whether the hub that was to replace another hangs in a place of its own since before."""
    if claim.replaces_id is None or state != State.ALREADY_YOURS:
        return False
    placed = Hub.objects.filter(pk=claim.hub_id).exclude(place__in=("", claim.place))
    return placed.exists()


def mark_replaced(claim: Claim) -> None:
    """Remember of the hub in whose place this one is now that it is replaced, and take its note.

    That happens to a hub once. The history of either names the other.
    """
    old = claim.replaces
    if old is None:
        return
    replaced = Hub.objects.filter(pk=old.pk, replaced_at=None).exclude(pk=claim.hub_id)
    if note := "".join(replaced.values_list("note", flat=True)):
        # What somebody has said of the new one already stays.
        without = Hub.objects.filter(pk=claim.hub_id, note="")
        without.update(note=note, version=F("version") + 1)
    now = timezone.now()
    if replaced.update(replaced_by=claim.hub_id, replaced_at=now, version=F("version") + 1):
        record(
            "hub.replaced",
            actor=claim.submitted_by,
            organisation_id=claim.organisation_id,
            subject=old,
            hub=str(old.hub_id),
            site=claim.spkey_site_id,
            replaced_by=claim.hub_id_text,
        )
        _record("hub.took_place", claim, claim.submitted_by, replaces=str(old.hub_id))
        _take_line(claim, old)


def _take_line(claim: Claim, old: Hub) -> None:
    """Have the job's list expect the new hub where it expected the old one by its id."""
    if claim.job_id is None:
        return
    # Whoever is about to change the job learns of it by its version.
    job = Job.objects.filter(pk=claim.job_id, completed_at=None, cancelled_at=None)
    lines = ExpectedHub.objects.filter(job__in=job)
    if lines.filter(hub_id=claim.hub.hub_id).exists():
        return
    if lines.filter(hub_id=old.hub_id).update(hub_id=claim.hub.hub_id):
        job.update(version=F("version") + 1)


def back_in_use(claim: Claim) -> None:
    """Forget of a hub that was replaced and is claimed anew that another took its place."""
    replaced = Hub.objects.filter(pk=claim.hub_id, replaced_at__isnull=False)
    replaced.update(replaced_at=None, replaced_by=None, version=F("version") + 1)


def of_late_effect(claim: Claim) -> None:
    """Record, and tell, that a claim which ended badly was found to have taken effect."""
    keep_claimer(claim)
    _record("claim.late_effect", claim, None, state=claim.state, reason=claim.reason)
    _notify(claim, "late_effect", str(claim.pk))


def notify(claim: Claim, decision: Decision, credential: ApiCredential | None) -> None:
    """Tell the administrators of a decision that is theirs to act on."""
    letters.tell_of_wait(claim, decision.state, decision.reason)
    if decision.state == State.REVIEW:
        and_to = [] if claim.by_support else [claim.submitted_by]
        _notify(claim, "review", str(claim.pk), and_to=and_to)
    of_key = (decision.state, decision.reason) == (State.REJECTED, Reason.FORBIDDEN)
    if of_key and credential is not None and not credential.is_super:
        _notify(claim, "key_forbidden", f"{credential.pk}.{credential.sent_since.isoformat()}")


def _notify(
    claim: Claim,
    kind: str,
    about: str,
    organisation_id: uuid.UUID | None = None,
    and_to: Iterable[User] = (),
) -> None:
    outbox.notify(
        organisation_id or claim.organisation_id,
        kind,
        about,
        and_to=and_to,
        claim=str(claim.pk),
        claim_number=claim.number,
        hub=claim.hub_id_text,
        site=claim.site_name,
    )


def _record(verb: str, claim: Claim, actor: User | None, **detail: Any) -> None:
    record(
        verb,
        actor=actor,
        organisation_id=claim.organisation_id,
        acting_organisation_id=claim.acting_organisation_id,
        subject=claim,
        hub=claim.hub_id_text,
        site=claim.spkey_site_id,
        **detail,
    )
