"""The safeguards of what support does, sees and leaves behind, and who notices their absence."""

from tests.mutants.catalogue import Edit, Mutant

ACCESS = "portal/support/web/access.py"
GATE = "portal/claims/web/support_gate.py"
BEYOND = "tests/support/web/test_beyond_access.py"
MOVING = "tests/support/web/test_moving.py"
FRESH = "tests/support/web/test_fresh_factor.py"
KEYS = "tests/support/test_keys_on_the_wire.py"
TARGETS = "tests/support/test_targets.py"
TELLS = "tests/support/test_nothing_tells.py"

MUTANTS_OF_SUPPORT = (
    Mutant(
        "support moves hubs by a grant that allows it",
        "any grant serves, at the form and at the send",
        (
            Edit(
                "portal/consent/rights.py",
                "    found = here.filter(may_move=True) if move else here\n",
                "    found = here\n",
            ),
        ),
        MOVING,
        by_machine=False,
    ),
    Mutant(
        "support moves hubs away from the sites of its grant alone",
        "only the site that they go to is the grant's",
        (
            Edit(
                "portal/consent/rights.py",
                "    return grants if leaving is None else grants.covering_id(leaving)\n",
                "    return grants\n",
            ),
        ),
        MOVING,
        by_machine=False,
    ),
    Mutant(
        "what support moves is asked for again at the send",
        "a grant that was taken back since is as good",
        (
            Edit(
                "portal/hubs/actions/permissions.py",
                "    is_allowed = action.support_grant_id is None or _has_consent(",
                "    is_allowed = True or _has_consent(",
            ),
        ),
        MOVING,
        by_machine=False,
    ),
    Mutant(
        "a hub that hangs elsewhere by now is moved by nobody's support",
        "it is moved from wherever it is",
        (
            Edit(
                "portal/hubs/actions/decide.py",
                "    if facts.from_site_id and hub.site_id != facts.from_site_id:\n",
                "    if False:\n",
            ),
        ),
        MOVING,
        by_machine=False,
    ),
    Mutant(
        "what an agent says of a hub's place needs the access",
        "it is kept once the access is over, too",
        (
            Edit(
                "portal/support/desk.py",
                "        return claim.by_support and rights.may(",
                "        return claim.by_support or rights.may(",
            ),
        ),
        "tests/support/web/test_tray.py",
        by_machine=False,
    ),
    Mutant(
        "what an agent says of a hub's place needs a factor used just now",
        "it is kept without",
        (
            Edit(
                "portal/tray/sync.py",
                " and desk.may_say(row.short_place):\n",
                ":\n",
            ),
        ),
        "tests/support/web/test_tray.py",
        by_machine=False,
    ),
    Mutant(
        "the super key reads nothing back once the access is over",
        "it goes on for as long as the hub is awaited",
        (
            Edit(
                "portal/claims/engine/recheck.py",
                "hub.AWAIT_ONLINE_FOR or not permissions.permitted(claim)\n",
                "hub.AWAIT_ONLINE_FOR\n",
            ),
            Edit(
                "portal/claims/engine/recheck.py",
                "        if claim.by_support and not permissions.permitted(claim):\n",
                "        if False:\n",
            ),
        ),
        KEYS,
        by_machine=False,
    ),
    Mutant(
        "each page that is opened under break glass is recorded",
        "none is",
        (
            Edit(
                ACCESS,
                "    if authority.grant.is_break_glass and is_look:\n",
                "    if False:\n",
            ),
        ),
        TARGETS,
        by_machine=False,
    ),
    Mutant(
        "the page of a claim that is opened under break glass is recorded",
        "only of claims that were made so",
        (
            Edit(
                GATE,
                "    behind = (acting_by(person, claim), claim.support_grant)\n",
                "    behind = (claim.support_grant,)\n",
            ),
        ),
        BEYOND,
        by_machine=False,
    ),
    Mutant(
        "once the access is over an agent sees nothing of the hub",
        "what was read last stays",
        (
            Edit(
                "portal/claims/web/polling.py",
                "        beyond_access.forget_hub(claim)\n",
                "        pass\n",
            ),
        ),
        BEYOND,
        by_machine=False,
    ),
    Mutant(
        "lists show nothing of a hub beyond the access",
        "what was read last stays",
        (
            Edit(
                "portal/claims/beyond_access.py",
                "        if not any(_shows(",
                "        if False and not any(_shows(",
            ),
        ),
        BEYOND,
        by_machine=False,
    ),
    Mutant(
        "whatever an agent posts needs a factor used within five minutes",
        "one used at any time in the session serves",
        (
            Edit(
                GATE,
                "SUPPORT_FACTOR_SECONDS if request.method",
                "SUPPORT_FACTOR_SECONDS * 999 if request.method",
            ),
        ),
        FRESH,
        by_machine=False,
    ),
    Mutant(
        "an agent works nowhere in the portal without a second factor",
        "their session needs none",
        (
            Edit(
                "portal/orgs/web/required_factor.py",
                "    return lack(request, person) if person.is_agent else Lack.NOTHING\n",
                "    return Lack.NOTHING\n",
            ),
        ),
        "tests/support/web/test_access.py",
        by_machine=False,
    ),
    Mutant(
        "an agent looks at nothing without a second factor",
        "a password is enough",
        (
            Edit(
                ACCESS,
                "    return ask_for_factor(request, missing) if missing else None\n",
                "    return None\n",
            ),
        ),
        "tests/support/web/test_access.py",
        by_machine=False,
    ),
    Mutant(
        "what is typed to break the glass is typed twice",
        "anything confirms it",
        (
            Edit(
                "portal/support/web/forms.py",
                "        if typed != self._expected:\n",
                "        if False:\n",
            ),
        ),
        TARGETS,
        by_machine=False,
    ),
    Mutant(
        "a wrong code writes as much whomever it was for",
        "only of a code that stands a try is kept",
        (
            Edit(
                "portal/consent/codes.py",
                "        WrongTry.objects.create(code=code, agent=agent.user)\n",
                "        code and WrongTry.objects.create(code=code, agent=agent.user)\n",
            ),
        ),
        TELLS,
        by_machine=False,
    ),
    Mutant(
        "five wrong tries end a code",
        "it can be tried on",
        (
            Edit(
                "portal/consent/codes.py",
                "    if code is None or not is_right or tried >= MOST_WRONG_TRIES:\n",
                "    if code is None or not is_right:\n",
            ),
            Edit(
                "portal/consent/models.py",
                ".filter(times__lt=MOST_WRONG_TRIES)\n",
                "\n",
            ),
        ),
        "tests/consent/test_codes.py",
        by_machine=False,
    ),
)
