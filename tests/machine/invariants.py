"""What must hold after every step: each a function that yields what breaks it, in words."""

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise

from django.utils import timezone

from portal.audit.models import Entry
from portal.claims.engine import timing
from portal.claims.models import FINAL, Attempt, Claim, Reason, State
from portal.consent.models import Grant
from portal.sandbox import world
from tests.machine.ledger import is_final, journey
from tests.machine.world import World

OURS = {world.ACME_ORG_ID, world.HARBOUR_ORG_ID, world.SUPPORT_ORG_ID}
OPEN_ENDINGS = {
    "",
    "unknown",
    "unclear",
    "refused",
    "side_effects_failed",
    "offline",
    "abandoned",
    "answered",
}
SETTLED_AFTER = 45.0
SETTLED_APART = 10.0

_ENDS = {"claimed", "conflict", "not_found", "rejected", "expired", "cancelled"}
_REST = {"waiting", "blocked"}
_OPEN = {"verifying", "review", "blocked"}
# The specification's transitions; a state that is left and reached again is none.
MOVES = {
    "new": {"queued"},
    "queued": {"sending"} | _REST | _ENDS | {"already_yours"},
    "waiting": {"sending", "queued"} | _REST | _ENDS | {"already_yours"},
    "sending": {"queued", "waiting"} | _OPEN | _ENDS,
    "verifying": {"waiting"} | _OPEN | _ENDS,
    "review": {"waiting"} | _OPEN | _ENDS,
    "blocked": {"queued", "sending"} | _REST | _OPEN | _ENDS | {"already_yours"},
}


type Claims = list[Claim]
type Invariant = Callable[[World, Claims], Iterator[str]]


def all_claims() -> Claims:
    """Return all claims as they are, with their attempts."""
    rows = Claim.objects.select_related("organisation", "submitted_by")
    return list(rows.prefetch_related("attempts"))


def invariant_one_active_claim_per_organisation_and_hub(
    world: World, claims: Claims
) -> Iterator[str]:
    active = Counter((c.organisation_id, c.hub_id_text) for c in claims if not c.is_final)
    yield from (f"{n} active claims of {hub}" for (_, hub), n in active.items() if n > 1)


def invariant_at_most_one_effective_claim_of_ours_per_hub(
    world: World, claims: Claims
) -> Iterator[str]:
    log = world.sandbox.state.event_log
    ours = Counter(e.hub_id for e in log if e.type == "HubClaimed" and e.data["orgId"] in OURS)
    yield from (f"{hub} was claimed {n} times" for hub, n in ours.items() if n > 1)


def invariant_final_states_are_final(world: World, claims: Claims) -> Iterator[str]:
    ends = world.ledger.ends
    for claim in claims:
        end = (claim.state, claim.reason, claim.claimed_at)
        if claim.is_final and ends.setdefault(claim.pk, end) != end:
            yield f"claim {claim.pk} ended as {ends[claim.pk]} and is {end} now"
        if not claim.is_final and claim.pk in ends:
            yield f"claim {claim.pk} had ended and is {claim.state} now"


def invariant_an_accepted_claim_is_never_lost(world: World, claims: Claims) -> Iterator[str]:
    rows = {claim.pk: claim for claim in claims}
    for pk in world.ledger.accepted:
        if pk not in rows:
            yield f"claim {pk} was accepted and is gone"
        elif not rows[pk].is_final and rows[pk].due_at is None:
            yield f"nobody will ever look at claim {pk}"


def invariant_every_change_of_state_stands_in_the_specification(
    world: World, claims: Claims
) -> Iterator[str]:
    for pk, before, after in world.ledger.moves:
        if after not in MOVES.get(before, set()):
            yield f"claim {pk} went from {before} to {after}"


def invariant_a_grant_that_has_ended_stays_so(world: World, claims: Claims) -> Iterator[str]:
    """Whatever the clock says afterwards; and none stands whose own time is over."""
    over = world.ledger.grants_over
    over |= set(Grant.objects.exclude(ended_at=None).values_list("pk", flat=True))
    now = timezone.now()
    for grant in Grant.objects.standing(now):
        if grant.pk in over:
            yield f"grant {grant.pk} had ended, and stands"
        if world.ledger.grants_end[grant.pk] <= now:
            yield f"grant {grant.pk} ended at {grant.ends_at}, and stands"


def invariant_what_ended_says_what_was_so(world: World, claims: Claims) -> Iterator[str]:
    ended = {pk for pk, _, after in world.ledger.moves if is_final(after)}
    for claim in claims:
        if claim.pk in ended and not _was_so(world, claim):
            yield f"claim {claim.pk} says {claim.state}/{claim.reason}"


def _was_so(world: World, claim: Claim) -> bool:
    ledger, hub = world.ledger, claim.hub_id_text
    bound, ours = ledger.bound[hub], claim.organisation.spkey_org_id
    answers = {attempt.outcome for attempt in claim.attempts.all()}
    match claim.state, claim.reason:
        case ((State.CLAIMED | State.ALREADY_YOURS), _):
            return (ours, claim.spkey_site_id) in bound
        case State.CONFLICT, Reason.ANOTHER_SITE:
            return any(org == ours and site != claim.spkey_site_id for org, site in bound)
        case State.CONFLICT, Reason.KEY_MISMATCH:
            return any(event.data["orgId"] != ours for event in ledger.effects[claim.pk])
        case State.CONFLICT, _:
            return any(org != ours for org, _ in bound) or "forbidden" in answers
        case State.NOT_FOUND, _:
            return hub not in world.sandbox.state.hubs or "not_found" in answers
        case State.REJECTED, (Reason.SUSPENDED | Reason.DECOMMISSIONED):
            return hub in ledger.suspended
        case State.REJECTED, reason:
            return str(reason) in answers
        case State.CANCELLED, Reason.RIGHT_GONE:
            # A claim whose person lost the right waits; only support's ends by itself.
            agents = {claim.submitted_by_id, claim.support_grant_id}
            whose = agents if claim.by_support else set()
            gone = (whose | {claim.site_id}) & ledger.ever_lost
            return bool(gone) or claim.support_grant_id in ledger.ran_out
        case State.CANCELLED, _:
            return claim.pk in ledger.ever_lost
        case _:
            return claim.sends >= timing.MAX_SENDS or _is_old(claim)


def _is_old(claim: Claim) -> bool:
    return claim.finished_at - claim.retry_window_start > timing.MAX_AGE


def invariant_an_open_send_is_settled_by_two_late_reads(
    world: World, claims: Claims
) -> Iterator[str]:
    """Neither repeated nor given up before two reads, late and apart, find the hub free."""
    for claim in claims:
        if claim.pk in world.ledger.aged:
            continue
        attempts = list(claim.attempts.all())
        sends = [a for a in attempts if a.kind == Attempt.Kind.SEND]
        given_up = claim.state in {State.EXPIRED, State.CANCELLED}
        for send, following in pairwise([*sends, None]):
            concluded = following is not None or given_up
            if concluded and send.outcome in OPEN_ENDINGS:
                between = _between(send, following, attempts)
                if not _settled(world.ledger.called_at, send, between):
                    yield f"claim {claim.pk}: send {send.number} was open still"


def _between(send: Attempt, following: Attempt | None, attempts: list[Attempt]) -> list[Attempt]:
    until = following.number if following else attempts[-1].number + 1
    return [attempt for attempt in attempts if send.number < attempt.number < until]


def _settled(called_at: dict[int, float], send: Attempt, after: list[Attempt]) -> bool:
    late = [
        called_at[attempt.pk]
        for attempt in after
        if (attempt.kind, attempt.outcome) == (Attempt.Kind.READ, "answered")
        and called_at[attempt.pk] - called_at[send.pk] >= SETTLED_AFTER
    ]
    return len(late) > 1 and late[-1] - late[0] >= SETTLED_APART


def invariant_only_the_right_key_and_organisation_are_sent(
    world: World, claims: Claims
) -> Iterator[str]:
    yield from world.ledger.wrong["key"]


def invariant_an_intent_is_committed_before_every_send(
    world: World, claims: Claims
) -> Iterator[str]:
    yield from world.ledger.wrong["intent"]


def invariant_nothing_is_sent_from_a_stale_lease(world: World, claims: Claims) -> Iterator[str]:
    yield from world.ledger.wrong["stale"]


def invariant_nothing_is_sent_after_the_right_is_gone(
    world: World, claims: Claims
) -> Iterator[str]:
    yield from world.ledger.wrong["right"]


def invariant_a_claim_waits_for_a_release_only_after_a_right_was_lost(
    world: World, claims: Claims
) -> Iterator[str]:
    ledger = world.ledger
    for claim in claims:
        if (claim.state, claim.reason) != (State.BLOCKED, Reason.RIGHT_GONE):
            continue
        people = {claim.submitted_by_id, claim.released_by_id}
        if not people & (ledger.ever_lost | ledger.ever_limited):
            yield f"claim {claim.pk} waits for a release, and nobody lost a right"


def invariant_only_the_claims_own_person_or_who_released_it_is_named(
    world: World, claims: Claims
) -> Iterator[str]:
    for claim in claims:
        if claim.released_by_id != world.ledger.released.get(claim.pk):
            yield f"claim {claim.pk} is released by {claim.released_by_id}"


def invariant_each_end_has_exactly_one_audit_row(world: World, claims: Claims) -> Iterator[str]:
    ends = Counter(Entry.objects.filter(verb="claim.ended").values_list("object_id", flat=True))
    for claim in claims:
        if ends[str(claim.pk)] != claim.is_final:
            yield f"claim {claim.pk}, {claim.state}, has {ends[str(claim.pk)]} records of its end"


def invariant_sends_are_limited_and_each_has_an_attempt(
    world: World, claims: Claims
) -> Iterator[str]:
    sent = Counter(world.ledger.sends)
    for claim in claims:
        attempts = sum(attempt.kind == Attempt.Kind.SEND for attempt in claim.attempts.all())
        if not sent[claim.pk] <= attempts == claim.sends <= timing.MAX_SENDS:
            counts = f"{sent[claim.pk]} sent, {attempts} attempts, {claim.sends} counted"
            yield f"claim {claim.pk}: {counts}"


def invariant_no_key_is_logged(world: World, claims: Claims) -> Iterator[str]:
    text = "\n".join(world.log.lines)
    yield from (f"the log shows {key[:12]}…" for key in world.key_texts if key in text)


INVARIANTS: list[Invariant] = [
    rule for name, rule in globals().items() if name.startswith("invariant_")
]


def check(world: World) -> None:
    """Raise AssertionError, with the attempts of the claims, when an invariant is broken."""
    with world.steps.quietly():
        world.steps.look()
        claims = all_claims()
        broken = [
            f"{rule.__name__.removeprefix('invariant_')}: {text}"
            for rule in INVARIANTS
            for text in rule(world, claims)
        ]
        _count(world)
        assert not broken, explain(broken)


def explain(broken: list[str]) -> str:
    """Return what is broken, and the attempts of the claims it names and others of their hubs."""
    summary = "\n".join(broken)
    hubs = {claim.hub_id_text for claim in all_claims() if str(claim.pk) in summary}
    concerned = [claim for claim in all_claims() if not hubs or claim.hub_id_text in hubs]
    return "\n".join([*broken, "", *map(journey, concerned)])


def _count(world: World) -> None:
    for _, before, after in world.ledger.moves:
        world.coverage.transitions[f"{before} -> {after}"] += 1
        world.coverage.states[after] += 1
    world.ledger.moves.clear()


assert set(MOVES) >= {state.value for state in State} - set(FINAL)
