"""The safeguards of actions on hubs, and for each how it is switched off and who notices."""

from tests.mutants.catalogue import Edit, Mutant

ACTIONS = "portal/hubs/actions"
OUTCOMES = "tests/hubs/actions/test_outcomes.py"
DEATHS = "tests/hubs/actions/test_death_and_holds.py"
CONFIDENTIAL = "tests/hubs/actions/test_confidential.py"
NOT_SHOWN = (
    "tests/hubs/actions/test_every_fault.py"
    "::test_reads_that_do_not_show_the_hub_soon_after_a_send_are_not_believed"
)
ASTRAY = (
    "tests/hubs/actions/test_every_fault.py"
    "::test_a_hub_that_is_astray_for_a_moment_is_looked_for_again"
)
WORDS = "tests/hubs/actions/test_words_of_ends.py"
KILLED = (
    "tests/machine/test_action_deaths.py"
    "::test_killed_before_or_after_a_call_an_action_ends_as_it_was"
)
AT_ONCE = (
    "tests/machine/test_actions_at_once.py"
    "::test_an_action_and_a_claim_of_a_hub_are_never_sent_at_once"
)


def _mutant(safeguard: str, switched_off: str, path: str, old: str, new: str, test: str) -> Mutant:
    edits = (Edit(path, old, new),)
    return Mutant(safeguard, switched_off, edits, test, by_machine=False)


_HELD = "    held = Hub.objects.filter(free, pk=hub.pk)"
_BELIEVED = (
    "    if facts.reason == Reason.OUT_OF_SIGHT and asked_at - sent_at >= pacing.SETTLE_AFTER:\n"
)
WORDING = "portal/hubs/display/action_wording.py"
_ABANDONED = "    if facts.unresolved and not facts.is_read_back:\n"

MUTANTS_OF_ACTIONS = (
    _mutant(
        "nothing is sent to a hub while something else is",
        "whoever asks has the hold",
        "portal/hubs/holds.py",
        _HELD,
        _HELD.replace("free, ", ""),
        DEATHS,
    ),
    _mutant(
        "a claim takes the hold that actions take",
        "it sends without one",
        "portal/claims/engine/step.py",
        "    holds.take(claim.hub, _holder(claim))\n",
        "",
        DEATHS,
    ),
    _mutant(
        "an action takes the hold that claims take",
        "it sends without one",
        f"{ACTIONS}/step.py",
        "    holds.take(action.hub, _holder(action))\n",
        "",
        AT_ONCE,
    ),
    _mutant(
        "the hold of a killed worker runs out",
        "it lasts",
        "portal/hubs/holds.py",
        " | Q(held_until__lte=now)",
        "",
        KILLED,
    ),
    _mutant(
        "what only who sends it had is not sent by another",
        "it is sent without it",
        f"{ACTIONS}/step.py",
        "    if action.is_confidential and work.confidential is None:\n",
        "    if False:\n",
        KILLED,
    ),
    _mutant(
        "a read in between that does not show the hub is not believed",
        "it is",
        f"{ACTIONS}/decide.py",
        _BELIEVED,
        "    if True:\n",
        NOT_SHOWN,
    ),
    _mutant(
        "of reads that do not show the hub, the early ones do not count",
        "they do",
        f"{ACTIONS}/decide.py",
        _BELIEVED,
        "    if facts.reason == Reason.OUT_OF_SIGHT:\n",
        NOT_SHOWN,
    ),
    _mutant(
        "of reads that do not show the hub, two in a row count",
        "a late one does",
        f"{ACTIONS}/decide.py",
        _BELIEVED,
        "    if asked_at - sent_at >= pacing.SETTLE_AFTER:\n",
        ASTRAY,
    ),
    _mutant(
        "of what has ended nothing more is promised",
        "it is told why it waits",
        WORDING,
        "    return action.is_final and action.reason in PASSING\n",
        "    return False\n",
        WORDS,
    ),
    _mutant(
        "of what support did it is said that it is not known",
        "the reason is told alone",
        WORDING,
        "    if action.state == State.UNKNOWN:\n",
        "    if False:\n",
        WORDS,
    ),
    _mutant(
        "a command that may have left is never sent again",
        "it is, once the worker is known to be dead",
        f"{ACTIONS}/decide.py",
        _ABANDONED,
        "    if False:\n",
        DEATHS,
    ),
    _mutant(
        "an action whose worker was killed is open",
        "the intent says nothing of it",
        f"{ACTIONS}/step.py",
        '        "outcome_unknown_since": now,\n',
        "",
        DEATHS,
    ),
    _mutant(
        "a move that was sent is read back",
        "an answer is taken as the end",
        f"{ACTIONS}/rules.py",
        "    CallOutcome.ANSWERED: _to_read(),\n",
        "    CallOutcome.ANSWERED: Rule(State.DONE),\n",
        OUTCOMES,
    ),
    _mutant(
        "a refusal is read back before it is believed",
        "it is believed",
        f"{ACTIONS}/rules.py",
        "    CallOutcome.FORBIDDEN: _to_read(Reason.FORBIDDEN),\n",
        "    CallOutcome.FORBIDDEN: Rule(State.REFUSED, Reason.FORBIDDEN),\n",
        OUTCOMES,
    ),
    _mutant(
        "the right is asked for again before the send",
        "it was asked for once",
        f"{ACTIONS}/permissions.py",
        "    if not access.may(action.asked_by, action.key_owner, ability):\n",
        "    if False:\n",
        OUTCOMES,
    ),
    _mutant(
        "a hub is moved within its organisation alone",
        "a site of any organisation will do",
        f"{ACTIONS}/asking.py",
        "self.site.organisation_id != self.hub.organisation_id",
        "False",
        OUTCOMES,
    ),
    _mutant(
        "what the API says of what is confidential is not kept",
        "its words are",
        f"{ACTIONS}/calls.py",
        "    return _without_echo(sent) if is_silent else sent\n",
        "    return sent\n",
        CONFIDENTIAL,
    ),
    _mutant(
        "an error over what is confidential is logged without its trace",
        "with it",
        f"{ACTIONS}/step.py",
        "        trace = None if work.action.is_confidential else error\n",
        "        trace = error\n",
        CONFIDENTIAL,
    ),
    _mutant(
        "what is confidential never waits for another try",
        "it rests as anything else",
        f"{ACTIONS}/decide.py",
        "    is_only_once = facts.is_confidential or (facts.sends and not facts.is_read_back)\n",
        "    is_only_once = facts.sends and not facts.is_read_back\n",
        CONFIDENTIAL,
    ),
    _mutant(
        "a form shows nothing of what is confidential again",
        "it is drawn as it was typed",
        "portal/hubs/web/action_forms.py",
        "        return super().get_context(name, None, attrs)\n",
        "        return super().get_context(name, value, attrs)\n",
        "tests/hubs/web/test_action_pages.py",
    ),
    _mutant(
        "a report of an error shows nothing of what is confidential",
        "it shows what was posted",
        "portal/hubs/web/actions.py",
        '@sensitive_post_parameters("ssid", "credentials", "code")\n',
        "",
        "tests/hubs/web/test_action_pages.py",
    ),
    _mutant(
        "the sandbox's journal hides what a device is told in confidence",
        "it shows it",
        "portal/sandbox/server.py",
        "            _logged_body(request),\n",
        "            _readable(request.body),\n",
        "tests/sandbox/test_client_meets_sandbox.py",
    ),
)
