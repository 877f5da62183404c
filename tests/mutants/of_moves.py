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
    Mutant(
        "a holder whom the portal knows is asked before the hub is taken from them",
        "support approves as soon as it has looked",
        (
            Edit(
                "portal/moves/models.py",
                "            return agreed and self.out_of_use is None\n"
                "        return self._is_found and self.holder_id is None\n",
                "            return agreed and self.out_of_use is None\n"
                "        return self._is_found\n",
            ),
        ),
        WAY,
        by_machine=False,
    ),
    Mutant(
        "a holder's no ends it",
        "their answer is heard, and may be passed over",
        (
            Edit(
                "portal/moves/models.py",
                "            agreed = self.holder_answer in (Answer.YES, Answer.SILENT)\n",
                "            agreed = True\n",
            ),
        ),
        WAY,
        by_machine=False,
    ),
    Mutant(
        "declining counts for the brakes",
        "an agent declines as much as they like",
        (
            Edit(
                DECIDING,
                "    brakes.take(agent, asked.organisation.spkey_org_id)\n"
                "    with transaction.atomic():\n        _decline(",
                "    with transaction.atomic():\n        _decline(",
            ),
        ),
        WAY,
        by_machine=False,
    ),
    Mutant(
        "what one side reads names nothing of the other",
        "agents may write whatever they like",
        (
            Edit(DECIDING, "    if naming.names_one(text, called):\n", "    if False:\n"),
            Edit(DECIDING, "    if naming.has_address(text):\n", "    if False:\n"),
        ),
        "tests/moves/test_naming.py",
        by_machine=False,
    ),
    Mutant(
        "of several supports one sees new requests",
        "all of them do",
        (
            Edit(
                "portal/moves/models.py",
                "        if agent.organisation.spkey_org_id != new_requests.seen_by():\n",
                "        if False:\n",
            ),
        ),
        WAY,
        by_machine=False,
    ),
)
