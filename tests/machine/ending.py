"""How an example ends: faults stop, time goes on, and everything must agree with SpKey's log."""

import sys
from collections.abc import Iterator

from django.db.models import Q

from portal.audit.models import Entry
from portal.claims.engine import actions
from portal.claims.models import Claim, Reason, State
from portal.notices.models import Notice
from portal.orgs.models import Membership
from tests.machine import invariants
from tests.machine.world import World

MOST_ROUNDS = 400


def is_due() -> bool:
    """Say whether the steps have come to a regular end."""
    return sys.exception() is None


def settle(world: World) -> None:
    """Let the world be well again until every claim has ended; then count.

    Raises AssertionError, with the attempts, for anything that does not agree.
    """
    _mend(world)
    for _ in range(MOST_ROUNDS):
        world.work()
        invariants.check(world)
        _decide(world)
        seconds = world.next_due()
        if seconds is None:
            break
        world.shift(seconds)
    broken = list(_disagreements(world))
    _count(world)
    assert not broken, invariants.explain(broken)


def _decide(world: World) -> None:
    """Let somebody of the organisation reject what waits for a release."""
    for claim in Claim.objects.filter(reason=Reason.RIGHT_GONE).active():
        actions.stop(claim, world.environment.people["ada"])
        world.lose_claim(claim)


def _mend(world: World) -> None:
    world.sandbox.faults.clear()
    world.set_clock(0.0)
    for hub in world.sandbox.state.hubs:
        world.connect(hub, True)
    for organisation in world.environment.tenants.values():
        key = world.key_of(organisation)
        key.revoked = False
        world.store_key(organisation, key)


def _disagreements(world: World) -> Iterator[str]:
    for claim in invariants.all_claims():
        if not claim.is_final:
            yield f"claim {claim.pk} has not ended"
        if claim.attempts.filter(outcome="").exists():
            yield f"claim {claim.pk} has a call without an end"
        yield from _of_effect(world, claim)
        yield from _of_records(world, claim)
    yield from _of_keys(world)


def _of_effect(world: World, claim: Claim) -> Iterator[str]:
    wanted = (claim.organisation.spkey_org_id, claim.spkey_site_id)
    events = world.ledger.effects[claim.pk]
    effective = any((event.data["orgId"], event.data["siteId"]) == wanted for event in events)
    # Another claim of the same hub and site, sent as well, may have taken the effect for its own.
    same = Claim.objects.filter(
        organisation=claim.organisation, hub=claim.hub, spkey_site_id=claim.spkey_site_id
    )
    reported = same.filter(Q(state=State.CLAIMED) | Q(late_effect_at__isnull=False))
    if effective and claim.late_effect_at is None and not reported.exists():
        yield f"claim {claim.pk} took effect and is {claim.state}, without a mark"
    if claim.late_effect_at is not None and wanted not in world.ledger.bound[claim.hub_id_text]:
        yield f"claim {claim.pk} is marked as effective, and was not"


def _of_records(world: World, claim: Claim) -> Iterator[str]:
    verbs = list(Entry.objects.filter(object_id=str(claim.pk)).values_list("verb", flat=True))
    late = claim.late_effect_at is not None
    for verb, wanted in (("claim.submitted", 1), ("claim.ended", 1), ("claim.late_effect", late)):
        if verbs.count(verb) != wanted:
            yield f"claim {claim.pk}: {verb} was recorded {verbs.count(verb)} times"
    if late:
        notices = Notice.objects.filter(kind=Notice.Kind.LATE_EFFECT, about=str(claim.pk))
        admins = Membership.objects.filter(organisation=claim.organisation_id, role="admin")
        present = admins.exclude(user__in=world.ledger.people_ever_lost)
        if present.exclude(user__in=notices.values("user")).exists():
            yield f"claim {claim.pk} took effect late, and its administrators were not told"


def _of_keys(world: World) -> Iterator[str]:
    rows = [*Claim.objects.values(), *Entry.objects.values(), *Notice.objects.values()]
    text = repr(rows) + "".join(repr(claim.attempts.values()) for claim in Claim.objects.all())
    yield from (f"the database shows {key[:12]}…" for key in world.key_texts if key in text)


def _count(world: World) -> None:
    figures, ledger = world.coverage.figures, world.ledger
    rows = {claim.pk: claim for claim in invariants.all_claims()}
    effective = {pk for pk, events in ledger.effects.items() if events}
    figures["claims"] += len(rows)
    figures["sends on the wire"] += len(ledger.sends)
    figures["claims that took effect"] += len(effective)
    figures["of these marked as a late effect"] += sum(
        rows[pk].late_effect_at is not None for pk in effective
    )
    figures["events in SpKey's log"] += len(world.sandbox.state.event_log)
    figures["claims lost"] += len(set(ledger.accepted) - set(rows))
    figures["claims without an end"] += sum(not claim.is_final for claim in rows.values())
    figures["hubs claimed twice"] += sum(
        1 for _ in invariants.invariant_at_most_one_effective_claim_of_ours_per_hub(world, [])
    )
    figures["claims misreported"] += sum(
        1 for claim in rows.values() for _ in _of_effect(world, claim)
    )
