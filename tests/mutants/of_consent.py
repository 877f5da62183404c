"""The safeguards of acting for others, and for each how it is switched off and who notices."""

from tests.mutants.catalogue import Edit, Mutant

RIGHTS = "portal/consent/rights.py"
DESK = "portal/support/desk.py"
TRAY = "portal/support/web/tray.py"
BROWSERS = "tests/support/web/test_tray.py"
GIVING = "portal/consent/giving.py"
CODES = "portal/consent/codes.py"
BRAKES = "portal/consent/brakes.py"
OF_GRANTS = "tests/consent/test_grants.py"
OF_RIGHTS = "tests/consent/test_rights.py"
OF_CODES = "tests/consent/test_codes.py"
OF_BRAKES = "tests/consent/test_brakes.py"

MUTANTS_OF_CONSENT = (
    Mutant(
        "support sends nothing without a grant that stands",
        "a claim that was made is sent all the same",
        (
            Edit(
                "portal/claims/permissions.py",
                "    if claim.by_support:\n        return rights.may(",
                "    if claim.by_support:\n        return True or rights.may(",
            ),
        ),
        BROWSERS,
    ),
    Mutant(
        "support looks nothing up, and claims nothing, by a grant that has ended",
        "one that ever was serves",
        (
            Edit(
                RIGHTS,
                "    best = found.standing(now).order_by(",
                "    best = found.order_by(",
            ),
        ),
        BROWSERS,
        by_machine=False,
    ),
    Mutant(
        "a clock that is put back ends nothing of support's",
        "access that was given by the clock of before is over",
        (Edit(RIGHTS, "        if found.ahead(now).exists():\n", "        if False:\n"),),
        OF_RIGHTS,
        by_machine=False,
    ),
    Mutant(
        "support acts at the sites of its grant alone",
        "each of the organisation's sites can be picked",
        (
            Edit(
                "portal/consent/queries.py",
                "    return theirs if grant.all_sites else ",
                "    return theirs if True else ",
            ),
            Edit(RIGHTS, "        grants = grants.covering(site)\n", "        pass\n"),
        ),
        BROWSERS,
        by_machine=False,
    ),
    Mutant(
        "what is sent from an agent's tray needs a factor used just now",
        "one used at any time in the session serves",
        (Edit(DESK, "        if not self._is_fresh:\n", "        if False:\n"),),
        BROWSERS,
        by_machine=False,
    ),
    Mutant(
        "what an agent taps needs a factor used just now",
        "it is done all the same",
        (Edit(DESK, "        return self._is_fresh\n", "        return True\n"),),
        BROWSERS,
        by_machine=False,
    ),
    Mutant(
        "an agent claims by the grant that the page is about",
        "rows of any tray are taken",
        (
            Edit(
                TRAY,
                "    if (asked.grant, asked.organisation) != (grant.pk, grant.organisation_id):\n",
                "    if False:\n",
            ),
        ),
        BROWSERS,
        by_machine=False,
    ),
    Mutant(
        "an ordinary tray sends nothing of a grant",
        "rows of any tray are taken",
        (
            Edit(
                "portal/tray/web/views.py",
                "    if asked.grant is not None:\n",
                "    if False:\n",
            ),
        ),
        BROWSERS,
        by_machine=False,
    ),
    Mutant(
        "the super key reads a hub only for an agent under a grant that stands",
        "it reads whatever the organisation's own key cannot",
        (
            Edit(
                "portal/hubs/reading.py",
                "        if under is None or not under.stands:\n",
                "        if under is None:\n",
            ),
        ),
        BROWSERS,
        by_machine=False,
    ),
    Mutant(
        "the super key reads a hub once for each time that an agent asks",
        "it reads on for whoever looks at the hub",
        (
            Edit(
                "portal/hubs/watching.py",
                "        Hub.objects.filter(pk=hub.pk).update(read_under=None)\n",
                "        pass\n",
            ),
        ),
        BROWSERS,
        by_machine=False,
    ),
    Mutant(
        "another agent's break glass is nobody else's",
        "every colleague may use it",
        (
            Edit(
                "portal/consent/queries.py",
                "        .filter(Q(agent=None) | Q(agent=person))\n",
                "",
            ),
        ),
        BROWSERS,
        by_machine=False,
    ),
    Mutant(
        "administrators are told of the first use of their consent",
        "they are told when they give it, and then never",
        (Edit(GIVING, "    if not grant.is_break_glass:\n", "    if False:\n"),),
        OF_GRANTS,
        by_machine=False,
    ),
    Mutant(
        "of the first use administrators are told once",
        "each page that an agent opens writes to them",
        (
            Edit(
                GIVING,
                "    unused = Grant.objects.filter(pk=grant.pk, first_used_at=None)\n",
                "    unused = Grant.objects.filter(pk=grant.pk)\n",
            ),
        ),
        OF_GRANTS,
        by_machine=False,
    ),
    Mutant(
        "a code lasts ten minutes",
        "it lasts until it is used, or a worker comes by",
        (
            Edit(
                "portal/consent/models.py",
                "        return in_tries.filter(in_time(now), expires_at__gt=now)\n",
                "        return in_tries.filter(ended_at=None)\n",
            ),
        ),
        OF_CODES,
        by_machine=False,
    ),
    Mutant(
        "a code serves once",
        "it serves whoever has heard it",
        (
            Edit(
                CODES,
                "    Code.objects.filter(pk=pk).update(**used, **due_at(None), **taken_away())\n",
                "    _ = used\n",
            ),
        ),
        OF_CODES,
        by_machine=False,
    ),
    Mutant(
        "a code serves for the organisation whose administrator made it",
        "it serves whichever organisation is named",
        (
            Edit(
                CODES,
                "Code.objects.standing(now).filter(organisation=whose).select_for_update().first()",
                "Code.objects.standing(now).select_for_update().first()",
            ),
        ),
        OF_CODES,
        by_machine=False,
    ),
    Mutant(
        "an agent acts for others so often an hour",
        "nothing stops them",
        (Edit(BRAKES, "        hourly.take(whom)\n", "        pass\n"),),
        OF_BRAKES,
        by_machine=False,
    ),
    Mutant(
        "an agent acts for so many organisations a day",
        "nothing stops them",
        (Edit(BRAKES, "        daily.take(whom)\n", "        pass\n"),),
        OF_BRAKES,
        by_machine=False,
    ),
    Mutant(
        "the leads are told of a burst",
        "the agent alone knows",
        (Edit(BRAKES, '        _tell(agent, hourly, "actions")\n', "        pass\n"),),
        OF_BRAKES,
        by_machine=False,
    ),
    Mutant(
        "a claim of support's that is tried at once counts for the brakes",
        "it is tried as often as anybody taps",
        (
            Edit(
                "portal/claims/limits.py",
                "    if claim.by_support and actions.would_be_tried(claim):\n",
                "    if False:\n",
            ),
        ),
        "tests/support/web/test_claim_actions.py",
        by_machine=False,
    ),
)
