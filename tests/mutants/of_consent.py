"""The safeguards of acting for others, and for each how it is switched off and who notices."""

from tests.mutants.catalogue import Edit, Mutant

RIGHTS = "portal/consent/rights.py"
DESK = "portal/support/desk.py"
TRAY = "portal/support/web/tray.py"
BROWSERS = "tests/support/web/test_tray.py"

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
)
