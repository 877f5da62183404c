"""The safeguards of asking for a hub that is bound elsewhere, and who notices their absence."""

from tests.mutants.catalogue import Edit, Mutant

DECIDING = "portal/moves/deciding.py"
WAY = "tests/moves/test_way.py"

MUTANTS_OF_MOVES = (
    Mutant(
        "who asked for a hub does not decide about it",
        "only who answered for the holder is kept from it",
        (
            Edit(
                DECIDING,
                "    return agent.user_id in {asked.asked_by_id, asked.answered_by_id}\n",
                "    return agent.user_id in {asked.answered_by_id}\n",
            ),
        ),
        WAY,
        by_machine=False,
    ),
    Mutant(
        "who answered for the holder does not decide about a hub",
        "only who asked for it is kept from that",
        (
            Edit(
                DECIDING,
                "    return agent.user_id in {asked.asked_by_id, asked.answered_by_id}\n",
                "    return agent.user_id in {asked.asked_by_id}\n",
            ),
        ),
        WAY,
        by_machine=False,
    ),
    Mutant(
        "who asked for a hub does not answer for its holder",
        "any administrator of the holder does",
        (
            Edit(
                "portal/moves/holding.py",
                "    in_time = open_ones.exclude(asked_by=admin.user).update(",
                "    in_time = open_ones.update(",
            ),
        ),
        WAY,
        by_machine=False,
    ),
)
