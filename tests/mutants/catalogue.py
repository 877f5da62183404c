"""The safeguards of a claim's life, and for each how it is switched off and what has to notice.

The texts are exact: one that the code does not hold once any more is an error of this page.
"""

from dataclasses import dataclass

CLAIMS = "portal/claims"
LEASING = "portal/core/leasing.py"
PACING = "portal/gateway/pacing.py"


@dataclass(frozen=True)
class Edit:
    """In the file at `path` the text `old`, found exactly once, becomes `new`."""

    path: str
    old: str
    new: str


@dataclass(frozen=True)
class Mutant:
    """A safeguard that is missing, how it was switched off, and the test (node id) of its own.

    `by_machine` says that the state machine has to notice as well.
    """

    safeguard: str
    switched_off: str
    edits: tuple[Edit, ...]
    test: str
    by_machine: bool = True


def _edit(path: str, old: str, new: str) -> Edit:
    return Edit(f"{CLAIMS}/{path}", old, new)


_AFTER_SEND = "    decision = _by(AFTER_SEND[sent.outcome], facts, now, held_for=sent.held_for)\n"


def _open_rule_is(rule: str) -> tuple[Edit, ...]:
    new = (
        f"    rule = AFTER_SEND[sent.outcome]\n    rule = {rule} if rule.open else rule\n"
        "    decision = _by(rule, facts, now, held_for=sent.held_for)\n"
    )
    return (_edit("engine/decide.py", _AFTER_SEND, new),)


MUTANTS = (
    Mutant(
        "a send with an open outcome is read back",
        "taken as failed, and sent again",
        _open_rule_is("AFTER_SEND[CallOutcome.BUSY]"),
        "tests/claims/engine/test_transitions_after_send.py",
    ),
    Mutant(
        "a send with an open outcome is read back",
        "taken as a success",
        _open_rule_is("Rule(State.CLAIMED)"),
        "tests/claims/engine/test_transitions_after_send.py",
    ),
    Mutant(
        "a send whose worker was killed is open",
        "the intent says nothing of it",
        (_edit("engine/step.py", '        "outcome_unknown_since": now,\n', ""),),
        "tests/claims/engine/faults/test_processes_die.py",
    ),
    Mutant(
        "two late reads settle an open send",
        "one read is enough",
        (
            Edit(PACING, "    if first_seen is None:\n", "    if False:\n"),
            Edit(PACING, "asked_at - first_seen >= SETTLE_APART", "True"),
        ),
        "tests/claims/engine/test_transitions_with_a_send_open.py",
    ),
    Mutant(
        "two late reads settle an open send",
        "early ones will do",
        (Edit(PACING, "    if asked_at - sent_at < SETTLE_AFTER:\n", "    if False:\n"),),
        "tests/claims/engine/test_transitions_with_a_send_open.py",
    ),
    Mutant(
        "a lease is fenced by its epoch",
        "written under any epoch",
        (Edit(LEASING, "filter(pk=self.pk, epoch=self.epoch)", "filter(pk=self.pk)"),),
        "tests/claims/engine/test_leases.py",
    ),
    Mutant(
        "a lease runs out",
        "it lasts for ever",
        (
            Edit(
                LEASING,
                "    free = Q(lease_until=None) | Q(lease_until__lte=now)\n",
                "    free = Q(lease_until=None)\n",
            ),
        ),
        "tests/claims/engine/test_leases.py",
    ),
    Mutant(
        "a lease begins an epoch",
        "it goes on with the one before",
        (
            Edit(LEASING, '            epoch=F("epoch") + 1,\n', ""),
            Edit(LEASING, "Lease(model, pk, epoch + 1)", "Lease(model, pk, epoch)"),
        ),
        "tests/core/test_leasing.py",
        by_machine=False,
    ),
    Mutant(
        "a silent worker whose leases are taken is fenced",
        "it writes until somebody takes the row up",
        (Edit(LEASING, ".update(**taken_away())", ".update(lease_until=None)"),),
        "tests/core/test_leasing.py",
        by_machine=False,
    ),
    Mutant(
        "a late check of a key writes nothing",
        "written under any epoch of its lease",
        (
            Edit(
                "portal/gateway/key_health.py",
                "        kept = (lease.row() & stored(credential)).update(\n",
                "        kept = stored(credential).update(\n",
            ),
        ),
        "tests/core/test_leasing.py",
        by_machine=False,
    ),
    Mutant(
        "a clock that is put back makes nothing wait",
        "what was planned by it stays as planned",
        (
            Edit(
                LEASING,
                "        rows.filter(_planned_ahead(now)).update(**planned)\n",
                "        planned.clear()\n",
            ),
        ),
        "tests/core/test_leasing.py",
        by_machine=False,
    ),
    Mutant(
        "a clock that is put back makes no lease last",
        "a lease may lie ahead as far as it likes",
        (
            Edit(
                LEASING,
                '{"lease_until": Bound(model.LEASE, model.LEASE), **model.BOUNDS}',
                "dict(model.BOUNDS)",
            ),
        ),
        "tests/core/test_leasing.py",
        by_machine=False,
    ),
    Mutant(
        "nothing is sent under a lease that runs out",
        "the rest of the lease is not looked at",
        (Edit(LEASING, "        if for_at_least is not None:\n", "        if False:\n"),),
        "tests/claims/engine/test_leases.py",
        by_machine=False,
    ),
    Mutant(
        "one active claim per organisation and hub",
        "no such constraint in the database",
        (
            _edit(
                "migrations/0001_initial.py",
                '("queued", "sending", "verifying", "waiting", "blocked", "review"),\n'
                "                    )\n                ),\n"
                '                fields=("organisation", "hub"),',
                '("nowhere",),\n'
                "                    )\n                ),\n"
                '                fields=("organisation", "hub"),',
            ),
        ),
        "tests/claims/engine/test_invariants.py",
    ),
    Mutant(
        "who is slower by an instant gets the faster one's claim",
        "the constraint's error is not caught",
        (
            _edit(
                "engine/actions.py",
                "        except IntegrityError:\n",
                "        except ZeroDivisionError:\n",
            ),
        ),
        "tests/claims/engine/test_submitting.py",
    ),
    Mutant(
        "only support's own key serves support's claims",
        "the target's key is used instead",
        (
            _edit(
                "engine/credentials.py",
                "        raise Blocked(KEY_REASONS[str(error)]) from None\n",
                "        if claim.by_support:\n"
                "            return gate.usable(claim.organisation)\n"
                "        raise Blocked(KEY_REASONS[str(error)]) from None\n",
            ),
        ),
        "tests/claims/engine/test_invariants_of_sends.py",
    ),
    Mutant(
        "only support's own key serves support's claims",
        "the target's key always does",
        (
            _edit(
                "permissions.py",
                "    return claim.acting_organisation or claim.organisation\n",
                "    return claim.organisation\n",
            ),
        ),
        "tests/claims/engine/test_invariants_of_sends.py",
        # Sam is no member of the target organisation: the claim is cancelled before it is sent.
    ),
    Mutant(
        "a normal key never sends orgId",
        "it always does",
        (
            _edit(
                "engine/credentials.py",
                "claim.organisation.spkey_org_id if claim.by_support else None",
                "claim.organisation.spkey_org_id",
            ),
        ),
        "tests/gateway/test_key_health.py",
    ),
    Mutant(
        "a key serves only the claims of its kind",
        "any kind will do",
        (
            _edit(
                "engine/credentials.py",
                "gate.usable(permissions.credential_owner(claim), is_super=claim.by_support)\n",
                "(owner := permissions.credential_owner(claim)) and gate.usable(\n"
                "            owner, is_super=owner.holds_super_key\n"
                "        )\n",
            ),
        ),
        "tests/gateway/test_key_health.py",
        by_machine=False,
    ),
    Mutant(
        "an intent is committed before every send",
        "it is written after the answer",
        (
            _edit(
                "engine/step.py",
                "    try:\n        intent = _commit_intent(work, body)\n",
                "    sent = calls.send(client, claim.hub.spkey_id, **body)\n"
                "    try:\n        intent = _commit_intent(work, body)\n",
            ),
            _edit(
                "engine/step.py",
                "    sent = calls.send(client, claim.hub.spkey_id, **body)\n    decision = ",
                "    decision = ",
            ),
        ),
        "tests/claims/engine/test_invariants_of_sends.py",
    ),
    Mutant(
        "a claim is sent eight times at most",
        "as often as there is time",
        (_edit("engine/decide.py", " or facts.sends >= timing.MAX_SENDS", ""),),
        "tests/claims/engine/test_invariants_of_sends.py",
    ),
    Mutant(
        "no send after somebody said stop",
        "the stop is not looked at",
        (
            _edit(
                "engine/decide.py",
                "    if facts.cancelling:\n        return Decision(State.CANCELLED)\n"
                "    if now - facts.retry_window_start > timing.MAX_AGE or",
                "    if now - facts.retry_window_start > timing.MAX_AGE or",
            ),
            _edit("engine/decide.py", "    if not facts.cancelling or", "    if True or"),
            _edit(
                "engine/step.py",
                "        if claim.cancel_requested_at is not None:\n",
                "        if False:\n",
            ),
        ),
        "tests/claims/engine/test_invariants_of_sends.py",
    ),
    Mutant(
        "the right to claim is checked right before the send",
        "only at the beginning of the attempt",
        (
            _edit(
                "engine/step.py",
                "    if not permissions.permitted(claim, hold=True):\n        return None\n",
                "",
            ),
        ),
        "tests/claims/engine/test_invariants_of_sends.py",
    ),
    Mutant(
        "who is limited to jobs claims where an open job of theirs is",
        "where any job of theirs ever was",
        (
            Edit(
                "portal/jobs/rights.py",
                'sites.filter(pk__in=open_jobs_of(member).values("site"))',
                'sites.filter(pk__in=Job.objects.filter(people=member).values("site"))',
            ),
        ),
        "tests/jobs/test_rights.py",
    ),
    Mutant(
        "a claim whose person lost the right waits for an administrator",
        "it ends as cancelled",
        (
            _edit(
                "engine/step.py",
                "    if permissions.is_for_an_administrator(claim):\n",
                "    if False:\n",
            ),
        ),
        "tests/claims/engine/test_release.py",
    ),
    Mutant(
        "a final state is final",
        "stopping overwrites it",
        (
            _edit(
                "engine/actions.py",
                "    cancelled = mine.filter(\n"
                "        state__in=(State.QUEUED, State.WAITING, State.BLOCKED), "
                "outcome_unknown_since=None\n"
                "    ).update(",
                "    cancelled = mine.filter(outcome_unknown_since=None).update(",
            ),
        ),
        "tests/claims/engine/test_invariants_of_ends.py",
    ),
    Mutant(
        "a final state is final",
        "a worker under way overwrites a cancel",
        (_edit("engine/actions.py", "        **taken_away(),\n", "        lease_until=None,\n"),),
        "tests/claims/engine/test_transitions_by_people.py",
    ),
    Mutant(
        "what took effect late is found and notified",
        "nothing is rechecked",
        (
            _edit(
                "engine/recheck.py",
                "    return now + timing.RECHECK_AFTER[0]\n",
                "    return None\n",
            ),
        ),
        "tests/claims/engine/test_recheck.py",
    ),
    Mutant(
        "a refused key blocks, and costs the claim nothing",
        "it is one more failure",
        (
            _edit(
                "engine/rules.py",
                "    CallOutcome.BAD_CREDENTIALS: "
                "Rule(State.BLOCKED, Reason.KEY_REFUSED, Again.KEY),\n"
                "    CallOutcome.RATE_LIMITED: Rule(State.WAITING, Reason.RATE, Again.KEY_HELD),\n"
                "    CallOutcome.UNREACHABLE",
                "    CallOutcome.BAD_CREDENTIALS: "
                "Rule(State.WAITING, Reason.BUSY, Again.BACKOFF),\n"
                "    CallOutcome.RATE_LIMITED: Rule(State.WAITING, Reason.RATE, Again.KEY_HELD),\n"
                "    CallOutcome.UNREACHABLE",
            ),
        ),
        "tests/gateway/test_key_health.py",
        by_machine=False,
    ),
    Mutant(
        "a single 401 proves nothing",
        "the first refuses the key",
        (
            Edit(
                "portal/gateway/key_health.py",
                "    if is_second:\n        return _take_second",
                "    if True:\n        return _take_second",
            ),
        ),
        "tests/gateway/test_key_health.py",
        by_machine=False,
    ),
    Mutant(
        "a second 401 a minute later proves that the key is refused",
        "every 401 is the first",
        (
            Edit(
                "portal/gateway/key_health.py",
                "        return since is None or asked_at - since < ApiCredential.DOUBT\n",
                "        return True\n",
            ),
        ),
        "tests/gateway/test_key_health.py",
        by_machine=False,
    ),
    Mutant(
        "a wrong new key changes nothing",
        "it takes over whatever its check has shown",
        (
            Edit(
                "portal/gateway/candidate_checks.py",
                "    if isinstance(verdict, timedelta) or "
                "verdict != ApiCredential.State.WORKING:\n",
                "    if isinstance(verdict, timedelta):\n",
            ),
        ),
        "tests/gateway/test_new_keys.py",
        by_machine=False,
    ),
    Mutant(
        "a late check puts no key in place",
        "it does under any epoch of its lease",
        (
            Edit(
                "portal/gateway/candidate_checks.py",
                "        mine = lease.row() & stored(candidate)\n        if credential",
                "        mine = stored(candidate)\n        if credential",
            ),
        ),
        "tests/gateway/test_new_keys.py",
        by_machine=False,
    ),
    Mutant(
        "a 429 to any call holds back the whole key",
        "only the call that met it waits",
        (
            Edit(
                "portal/gateway/gate.py",
                "        hold(credential, error.held_for)\n",
                "        logger.debug(credential)\n",
            ),
        ),
        "tests/gateway/test_gate.py",
        by_machine=False,
    ),
    Mutant(
        "a 429 to a key's check sets no blocked claim going",
        "it counts as no answer",
        (
            Edit(
                "portal/gateway/key_health.py",
                "timedelta(seconds=error.held_for) if error.held_for else _verdict_of(error)",
                "_verdict_of(error)",
            ),
        ),
        "tests/gateway/test_key_checks.py",
        by_machine=False,
    ),
    Mutant(
        "a claim is tried at somebody's asking once in ten seconds",
        "as often as they tap",
        (
            _edit(
                "engine/actions.py",
                "    rested = Claim.objects.filter(is_rested, pk=claim.pk, state__in=_RESTING)\n",
                "    rested = Claim.objects.filter(pk=claim.pk, state__in=_RESTING)\n",
            ),
        ),
        "tests/claims/engine/test_trying_now.py",
        by_machine=False,
    ),
    Mutant(
        "claims of a restored backup are read back before anything is sent",
        "taken as never sent",
        (
            _edit(
                "engine/restored.py",
                'outcome_unknown_since=Coalesce("outcome_unknown_since", Value(now)),',
                "",
            ),
        ),
        "tests/core/test_restored.py",
        by_machine=False,
    ),
    Mutant(
        "claims of a restored backup rest until they are let go on",
        "worked on at once",
        (_edit("engine/restored.py", "            **due_at(None),\n", ""),),
        "tests/core/test_restored.py",
        by_machine=False,
    ),
)
