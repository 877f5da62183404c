"""How an example ends: faults stop, time goes on, and everything must agree with SpKey's log."""

import sys
from collections.abc import Iterator

from portal.audit.models import Entry
from portal.claims.models import Claim, State
from portal.notices.models import Notice
from portal.orgs.models import Membership
from tests.machine import invariants
from tests.machine.stage import Stage

MOST_ROUNDS = 400


def is_due() -> bool:
    """Say whether the steps have come to a regular end."""
    return sys.exception() is None


def settle(stage: Stage) -> None:
    """Let the world be well again until every claim has ended; then count.

    Raises AssertionError, with the journals, for whatever does not agree.
    """
    _mend(stage)
    for _ in range(MOST_ROUNDS):
        stage.work()
        invariants.check(stage)
        seconds = stage.next_due()
        if seconds is None:
            break
        stage.shift(seconds)
    broken = list(_disagreements(stage))
    _count(stage)
    assert not broken, invariants.tell(broken)


def _mend(stage: Stage) -> None:
    stage.sandbox.faults.clear()
    stage.set_clock(0.0)
    for hub in stage.sandbox.state.hubs:
        stage.connect(hub, True)
    for organisation in stage.theatre.tenants.values():
        key = stage.key_of(organisation)
        key.revoked = False
        stage.store_key(organisation, key)


def _disagreements(stage: Stage) -> Iterator[str]:
    for claim in invariants.all_claims():
        if not claim.is_final:
            yield f"claim {claim.pk} has not ended"
        if claim.attempts.filter(outcome="").exists():
            yield f"claim {claim.pk} has a call without an end"
        yield from _of_effect(stage, claim)
        yield from _of_records(stage, claim)
    yield from _of_keys(stage)


def _of_effect(stage: Stage, claim: Claim) -> Iterator[str]:
    wanted = (claim.organisation.spkey_org_id, claim.spkey_site_id)
    events = stage.ledger.effects[claim.pk]
    effective = any((event.data["orgId"], event.data["siteId"]) == wanted for event in events)
    # A later claim of the same hub and site, sent as well, may have taken the effect for its own.
    said = Claim.objects.filter(
        organisation=claim.organisation,
        hub=claim.hub,
        spkey_site_id=claim.spkey_site_id,
        state=State.CLAIMED,
    )
    if effective and claim.late_effect_at is None and not said.exists():
        yield f"claim {claim.pk} took effect and is {claim.state}, without a mark"
    if claim.late_effect_at is not None and wanted not in stage.ledger.bound[claim.hub_id_text]:
        yield f"claim {claim.pk} is marked as effective, and was not"


def _of_records(stage: Stage, claim: Claim) -> Iterator[str]:
    verbs = list(Entry.objects.filter(object_id=str(claim.pk)).values_list("verb", flat=True))
    late = claim.late_effect_at is not None
    for verb, wanted in (("claim.submitted", 1), ("claim.ended", 1), ("claim.late_effect", late)):
        if verbs.count(verb) != wanted:
            yield f"claim {claim.pk}: {verb} was recorded {verbs.count(verb)} times"
    if late:
        told = Notice.objects.filter(kind=Notice.Kind.LATE_EFFECT, about=str(claim.pk))
        admins = Membership.objects.filter(organisation=claim.organisation_id, role="admin")
        present = admins.exclude(user__in=stage.ledger.people_ever_lost)
        if present.exclude(user__in=told.values("user")).exists():
            yield f"claim {claim.pk} took effect late, and its administrators were not told"


def _of_keys(stage: Stage) -> Iterator[str]:
    rows = [*Claim.objects.values(), *Entry.objects.values(), *Notice.objects.values()]
    text = repr(rows) + "".join(repr(claim.attempts.values()) for claim in Claim.objects.all())
    yield from (f"the database shows {key[:12]}…" for key in stage.key_texts if key in text)


def _count(stage: Stage) -> None:
    figures, ledger = stage.coverage.figures, stage.ledger
    rows = {claim.pk: claim for claim in invariants.all_claims()}
    effective = {pk for pk, events in ledger.effects.items() if events}
    figures["claims"] += len(rows)
    figures["sends on the wire"] += len(ledger.sends)
    figures["claims that took effect"] += len(effective)
    figures["of these marked as a late effect"] += sum(
        rows[pk].late_effect_at is not None for pk in effective
    )
    figures["events in SpKey's log"] += len(stage.sandbox.state.event_log)
    figures["claims lost"] += len(set(ledger.accepted) - set(rows))
    figures["claims without an end"] += sum(not claim.is_final for claim in rows.values())
    figures["hubs claimed twice"] += sum(
        1 for _ in invariants.invariant_at_most_one_effective_claim_of_ours_per_hub(stage, [])
    )
    figures["claims misreported"] += sum(
        1 for claim in rows.values() for _ in _of_effect(stage, claim)
    )
