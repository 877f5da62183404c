"""Whether the three accounts agree: each check yields what does not, and the claims concerned."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from chaos.accounts import (
    Accounts,
    binding,
    hub_of,
    sends_of,
    unreported_effects,
    unsent_notices,
)
from portal.claims.engine import timing
from portal.claims.models import Claim, Reason, State
from portal.orgs.models import Membership

# A cancel and a send may wait for each other at the database, which keeps one so long.
AT_THE_DATABASE = timedelta(seconds=6)


@dataclass(frozen=True, slots=True)
class Difference:
    """Something in which two accounts differ, and the claims whose attempts say more."""

    what: str
    claims: tuple[Claim, ...] = ()


type Check = Callable[[Accounts], Iterator[Difference]]


def nothing_is_lost(accounts: Accounts) -> Iterator[Difference]:
    """Every claim that somebody was shown is a row, and every row was shown to somebody."""
    for claim_id in accounts.ledger.accepted.keys() - accounts.claims.keys():
        yield Difference(f"claim {claim_id} was accepted, and is gone")
    for claim_id in accounts.claims.keys() - accounts.ledger.accepted.keys():
        yield Difference("nobody was told of this claim", (accounts.claims[claim_id],))


def what_was_asked_is_what_is_done(accounts: Accounts) -> Iterator[Difference]:
    """A claim is of the hub, organisation and site of everybody who was answered with it."""
    for claim_id, claim_requests in accounts.ledger.accepted.items():
        claim = accounts.claims.get(claim_id)
        asked = {
            (claim_request.hub_id, claim_request.tenant.org_id, claim_request.site)
            for claim_request in claim_requests
        }
        if claim is not None and asked != {binding(claim)}:
            yield Difference(f"asked for {sorted(asked)}", (claim,))


def one_form_is_one_claim(accounts: Accounts) -> Iterator[Difference]:
    """A form sent twice made one claim; a colleague's claim of before is no other answer."""
    answers: dict[tuple[str, str], set[str]] = defaultdict(set)
    for claim_id, claim_requests in accounts.ledger.accepted.items():
        for claim_request in claim_requests:
            if claim_request.token and claim_id in accounts.claims:
                answers[claim_request.person.email, claim_request.token].add(claim_id)
    for (email, _), claim_ids in answers.items():
        found = tuple(accounts.claims[claim_id] for claim_id in claim_ids)
        if len([claim for claim in found if claim.submitted_by.email == email]) > 1:
            yield Difference("one form made several claims", found)


def refusals_are_right(accounts: Accounts) -> Iterator[Difference]:
    """A person who was refused a claim has another of the same hub in the same organisation.

    And a claim that its person may not act on was made by support.
    """
    for claim_id, claim_request in accounts.ledger.forbidden:
        claim = accounts.claims.get(claim_id)
        if claim is not None and (claim_request.agent is not None or not claim.by_support):
            yield Difference(
                f"{claim_request.person.email} was not let act on this claim", (claim,)
            )
    for claim_request in accounts.ledger.refused:
        standing = accounts.by_hub.get(claim_request.hub_id, [])
        if not any(
            claim.organisation.pk == claim_request.tenant.organisation.pk for claim in standing
        ):
            yield Difference(
                f"{claim_request.person.email} was refused hub {claim_request.hub_id} for nothing"
            )


def every_claim_goes_on_or_has_ended(accounts: Accounts) -> Iterator[Difference]:
    """A claim that has not ended has a next attempt, and no send whose outcome is open."""
    for claim in accounts.claims.values():
        if claim.is_final:
            continue
        if claim.due_at is None:
            yield Difference("neither ended nor tried again", (claim,))
        if claim.outcome_unknown_since is not None or claim.state == State.SENDING:
            yield Difference("still open, long after the faults have stopped", (claim,))


def nothing_is_claimed_twice(accounts: Accounts) -> Iterator[Difference]:
    """A hub was claimed by one claim of ours at most."""
    effects = Counter(event["hub_id"] for event in accounts.effects)
    for hub_id, claims in accounts.by_hub.items():
        claimed = [claim for claim in claims if claim.state == State.CLAIMED]
        if effects[hub_id] > 1 or len({binding(claim)[1] for claim in claimed}) > 1:
            yield Difference(f"hub {hub_id} was claimed more than once", tuple(claims))
    for hub_id in effects.keys() - accounts.by_hub.keys():
        yield Difference(f"hub {hub_id} was claimed, and nobody asked for it")


def every_call_uses_the_right_key(accounts: Accounts) -> Iterator[Difference]:
    """A hub is only named with a key that may serve one of its claims, and bound to its owner."""
    for request in accounts.log["requests"]:
        if not request["path"].startswith("/hubs/") or request["path"].endswith("ProvisionHub"):
            continue
        claims = accounts.by_hub.get(hub_of(request), [])
        keys = {accounts.key_of(claim) for claim in claims}
        # Status may be read with the own key of an organisation that support claims for.
        if request["method"] == "GET":
            keys |= {accounts.keys[claim.organisation.spkey_org_id] for claim in claims}
        # A key that was rotated away is refused, or meets a fault, which may call itself 200,
        # before anybody looks at it: it opens nothing.
        rotated_away = request["key"] == "unknown"
        of_check = hub_of(request) == "00000000-0000-0000-0000-000000000000"
        if request["key"] not in keys and not rotated_away and not of_check:
            yield Difference(f"{request['path']} was called with the key {request['key']}")


def every_send_names_the_right_organisation(accounts: Accounts) -> Iterator[Difference]:
    """`orgId` goes with the super key always, with another key never; what was sent was asked."""
    for send in accounts.sends:
        body = send["body"]
        # A worker may be killed between the head of its request and the body.
        if send["key"] == "unknown" or body is None:
            continue
        claims = accounts.by_hub[hub_of(send)]
        own = {one.spkey_site_id for one in claims if accounts.key_of(one) == send["key"]}
        if (send["key"] == "support") != ("orgId" in body) or body["siteId"] not in own:
            yield Difference(f"with the key {send['key']} was sent {body}", tuple(claims))


def effects_are_under_their_own_key(accounts: Accounts) -> Iterator[Difference]:
    """What took effect did so with the key of a claim of ours that was sent."""
    for event in accounts.effects:
        bound = (event["hub_id"], event["data"]["orgId"], event["data"]["siteId"])
        claims = accounts.by_hub[event["hub_id"]]
        sent = [claim for claim in claims if claim.sends and binding(claim) == bound]
        if event["key"] not in {accounts.key_of(claim) for claim in sent}:
            yield Difference(f"bound to {bound} with the key {event['key']}", tuple(claims))


def what_says_claimed_is_claimed(accounts: Accounts) -> Iterator[Difference]:
    """SpKey has every hub that we call claimed, or already yours, as we say."""
    for claim in accounts.claims.values():
        says_so = claim.state in {State.CLAIMED, State.ALREADY_YOURS} or claim.late_effect_at
        if says_so and not accounts.took_effect(claim):
            yield Difference("called claimed, which SpKey does not say", (claim,))
        if claim.state == State.CLAIMED and not claim.sends:
            yield Difference("called claimed by us, and never sent", (claim,))


def what_is_claimed_says_so(accounts: Accounts) -> Iterator[Difference]:
    """What took effect is called claimed, or is marked as having taken effect late."""
    for bound in accounts.effective:
        claims = [claim for claim in accounts.by_hub[bound[0]] if binding(claim) == bound]
        if not any(claim.state == State.CLAIMED or claim.late_effect_at for claim in claims):
            yield Difference("claimed, and nobody is told so", tuple(claims))
    for claim in unreported_effects(accounts):
        yield Difference("ended badly, and took effect", (claim,))


def every_send_was_intended(accounts: Accounts) -> Iterator[Difference]:
    """No more sends arrived than the attempts intended, none carried the id of another."""
    intended: Counter[tuple[str, str]] = Counter()
    for claim in accounts.claims.values():
        intended[claim.hub_id_text, accounts.key_of(claim)] += len(sends_of(claim))
    unknown = Counter(hub_of(send) for send in accounts.sends if send["key"] == "unknown")
    for (hub_id, key), arrived in accounts.wire_sends().items():
        claims = tuple(accounts.by_hub[hub_id])
        most = sum(intended[hub_id, accounts.key_of(claim)] for claim in claims)
        if key != "unknown" and arrived > intended[hub_id, key]:
            yield Difference(f"{arrived} sends with {key} for {intended[hub_id, key]}", claims)
        if unknown[hub_id] > most:
            yield Difference(f"{unknown[hub_id]} sends with old keys for {most}", claims)
    ids = Counter(send["headers"].get("x-request-id") for send in accounts.sends)
    for request_id, times in ids.items():
        if times > 1:
            yield Difference(f"request {request_id} arrived {times} times")


def the_attempts_are_complete(accounts: Accounts) -> Iterator[Difference]:
    """Attempts are numbered without a gap, counted, at most eight sends; none is left open."""
    for claim in accounts.claims.values():
        attempts, sends = list(claim.attempts.all()), sends_of(claim)
        if [one.number for one in attempts] != list(range(1, len(attempts) + 1)):
            yield Difference("the attempts' numbers have a gap", (claim,))
        if not len(sends) == claim.sends <= timing.MAX_SENDS:
            yield Difference(
                f"{len(sends)} sends among the attempts, {claim.sends} counted", (claim,)
            )
        if claim.outcome_unknown_since is None and any(not one.outcome for one in sends):
            yield Difference("a send's outcome was never written down", (claim,))


def who_stopped_it_is_known(accounts: Accounts) -> Iterator[Difference]:
    """Nothing is cancelled that nobody stopped, and nothing was sent after it was stopped."""
    for claim_id, claim in accounts.claims.items():
        if claim.state == State.CANCELLED and claim_id not in accounts.ledger.stopped:
            yield Difference("cancelled, and nobody stopped it", (claim,))
        if claim.cancel_requested_at is None:
            continue
        truly = accounts.ledger.clock.truly
        latest = truly(claim.cancel_requested_at) + AT_THE_DATABASE
        if any(truly(one.started_at) > latest for one in sends_of(claim)):
            yield Difference("sent after it was stopped", (claim,))


def each_end_is_audited_once(accounts: Accounts) -> Iterator[Difference]:
    """A claim that ended has one audit row, which says how; one that has not, none."""
    for claim_id, claim in accounts.claims.items():
        recorded = [entry.detail["state"] for entry in accounts.ends[claim_id]]
        if recorded != ([claim.state] if claim.is_final else []):
            yield Difference(f"the audit trail says {recorded}", (claim,))


def administrators_are_notified_once(accounts: Accounts) -> Iterator[Difference]:
    """Administrators have one notice of each late effect, review and refused key, and no other."""
    admins = Membership.objects.filter(role=Membership.Role.ADMIN).values_list(
        "organisation_id", "user_id"
    )
    notices = Counter(
        (one.kind, one.organisation_id, one.user_id, one.about) for one in accounts.notices
    )
    for organisation_id, user_id in admins:
        for claim_id, claim in accounts.claims.items():
            if claim.organisation_id != organisation_id or claim.late_effect_at is None:
                continue
            if notices["late_effect", organisation_id, user_id, claim_id] != 1:
                yield Difference("took effect late, and the administrators do not know", (claim,))
        refused = [
            entry
            for entry in accounts.entries
            if entry.verb == "key.refused" and entry.organisation_id == organisation_id
        ]
        about_key = [
            one for one in accounts.notices if one.kind == "key_refused" and one.user_id == user_id
        ]
        if len(refused) != len(about_key):
            yield Difference(f"{len(refused)} refusals of a key, {len(about_key)} notices of them")
    for notice in unsent_notices():
        yield Difference(f"never sent: {notice}")


def no_key_is_accused(accounts: Accounts) -> Iterator[Difference]:
    """No key is called another organisation's: here every one is its own."""
    for entry in accounts.entries:
        if entry.verb in {"key.mismatch", "key.candidate_mismatch"}:
            yield Difference(f"a key was called another's at {entry.at}: {entry.detail}")
    for claim in accounts.claims.values():
        if claim.reason == Reason.KEY_MISMATCH:
            yield Difference("said to be claimed with another's key", (claim,))


def the_portal_never_failed(accounts: Accounts) -> Iterator[Difference]:
    """Nobody was answered with an error of the portal's own, and no process spoke of one."""
    for what in (*accounts.ledger.surprises, *accounts.logged_errors):
        yield Difference(what)


CHECKS: tuple[Check, ...] = (
    nothing_is_lost,
    what_was_asked_is_what_is_done,
    one_form_is_one_claim,
    refusals_are_right,
    every_claim_goes_on_or_has_ended,
    nothing_is_claimed_twice,
    every_call_uses_the_right_key,
    every_send_names_the_right_organisation,
    effects_are_under_their_own_key,
    what_says_claimed_is_claimed,
    what_is_claimed_says_so,
    every_send_was_intended,
    the_attempts_are_complete,
    who_stopped_it_is_known,
    each_end_is_audited_once,
    administrators_are_notified_once,
    no_key_is_accused,
    the_portal_never_failed,
)


def reconcile(accounts: Accounts) -> dict[str, list[Difference]]:
    """Return what each check found, by its name as a sentence."""
    return {check.__name__.replace("_", " "): list(check(accounts)) for check in CHECKS}
