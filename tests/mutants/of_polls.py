"""What keeps a ticket from telling more than "nothing new", and how each is switched off."""

from tests.mutants.catalogue import Edit, Mutant

TICKETS = "portal/core/web/poll_tickets.py"
BY = "tests/core/web/test_poll_tickets.py"
SAID = r"{issued}\n{session}\n{request.get_full_path()}"

MUTANTS_OF_POLLS = (
    Mutant(
        "a ticket is good for the session that it was given to",
        "for every session",
        (Edit(TICKETS, SAID, SAID.replace("{session}", "")),),
        BY,
        by_machine=False,
    ),
    Mutant(
        "a ticket is good for the address that was answered",
        "for every page that polls",
        (Edit(TICKETS, SAID, SAID.replace("{request.get_full_path()}", "")),),
        BY,
        by_machine=False,
    ),
    Mutant(
        "a ticket expires before whoever was removed may hear no more",
        "it is good for ever",
        (Edit(TICKETS, "0 <= time.time() - issued < GOOD_FOR", "0 <= time.time() - issued < 1e9"),),
        BY,
        by_machine=False,
    ),
    Mutant(
        "no ticket is good before its time, after a clock was put back",
        "it is good until then",
        (
            Edit(
                TICKETS,
                "0 <= time.time() - issued < GOOD_FOR",
                "time.time() - issued < GOOD_FOR",
            ),
        ),
        BY,
        by_machine=False,
    ),
    Mutant(
        "a ticket is one that the portal made",
        "anything in its form is",
        (
            Edit(
                TICKETS,
                "is_of_now and constant_time_compare(shown[0], _ticket(request, session, issued))",
                "is_of_now",
            ),
        ),
        BY,
        by_machine=False,
    ),
    Mutant(
        "a poll with a ticket is nothing new while its row has the version that the page shows",
        "until the ticket has expired",
        (
            Edit(
                TICKETS,
                "if is_still_so is None or not is_still_so(request, *args, **kwargs):",
                "if is_still_so is None:",
            ),
        ),
        BY,
        by_machine=False,
    ),
    Mutant(
        "a poll with a ticket keeps the hub watched, as any other does",
        "only the full ones do",
        (
            Edit(
                "portal/claims/web/polling.py",
                "    if claim.state in SUCCEEDED:\n        watching.watch(claim.hub)\n",
                "",
            ),
        ),
        BY,
        by_machine=False,
    ),
    Mutant(
        "who may act on what is not their own gets no ticket",
        "agents get one",
        (Edit(TICKETS, "(person.is_staff or person.is_agent)", "person.is_staff"),),
        BY,
        by_machine=False,
    ),
    Mutant(
        "a claim of support's is not answered on a ticket",
        "it is, and its hub is watched whoever asks",
        (
            Edit(
                "portal/claims/web/polling.py",
                "claim is None or claim.by_support or",
                "claim is None or",
            ),
        ),
        BY,
        by_machine=False,
    ),
)
