"""The safeguards of the receiver of events, and of what they bring about."""

from tests.mutants.catalogue import Edit, Mutant

WORK = "portal/events/work.py"
RECEIVER = "portal/events/web/receiver.py"
RECEIVING = "tests/events/test_receiving.py"
HINTS = "tests/events/test_hints.py"


def _mutant(safeguard: str, switched_off: str, edit: Edit, test: str) -> Mutant:
    return Mutant(safeguard, switched_off, (edit,), test, by_machine=False)


MUTANTS_OF_EVENTS = (
    _mutant(
        "without a valid secret nothing is taken",
        "the address alone opens",
        Edit(RECEIVER, "    if door.secrets and opened_by is None:\n", "    if False:\n"),
        RECEIVING,
    ),
    _mutant(
        "what is too large is not read",
        "it is",
        Edit(RECEIVER, "    if size_of(request) > LARGEST:\n", "    if False:\n"),
        RECEIVING,
    ),
    _mutant(
        "our own trouble asks SpKey to come again",
        "it is refused for ever",
        Edit(
            RECEIVER,
            "        return _answer(HTTPStatus.SERVICE_UNAVAILABLE, Retry_After=RETRY_AFTER)\n",
            "        return _answer(HTTPStatus.BAD_REQUEST, Retry_After=RETRY_AFTER)\n",
        ),
        RECEIVING,
    ),
    _mutant(
        "what a device was told is dropped",
        "it is read",
        Edit(
            "portal/spkey/deliveries.py",
            " if name.casefold() not in _DROPPED}",
            "}",
        ),
        "tests/spkey/test_deliveries.py",
    ),
    _mutant(
        "an event from ahead of the clock is of now",
        "it overtakes all until then",
        Edit(
            "portal/events/deliveries.py",
            "hint.happened_at and min(hint.happened_at, now)",
            "hint.happened_at",
        ),
        HINTS,
    ),
    _mutant(
        "an older event brings nothing about",
        "it does",
        Edit(WORK, "    _end(overtaken, Result.OVERTAKEN)\n", "    overtaken = set()\n"),
        HINTS,
    ),
    _mutant(
        "a hub of another organisation's event is not made known",
        "it is",
        Edit(
            WORK,
            "    fresh = {HubId(row.hub): row for row in unknown if row.names_us}\n",
            "    fresh = {HubId(row.hub): row for row in unknown}\n",
        ),
        HINTS,
    ),
    _mutant(
        "an event during an attempt is looked at again",
        "it is done with",
        Edit(WORK, "pk in under_way and", "pk in () and"),
        HINTS,
    ),
    _mutant(
        "a hint that comes while the hub is read stays open",
        "that read closes it",
        Edit(
            "portal/hubs/watching.py",
            "filter(pk=hub.pk, hinted_at=hub.hinted_at)",
            "filter(pk=hub.pk)",
        ),
        HINTS,
    ),
    _mutant(
        "however many hints come, a hub is read once in ten seconds",
        "as often as they come",
        Edit(
            "portal/hubs/watching.py",
            "    return ((Q(read_at=None) | ~lately, now), (lately, now + HINTS_APART))\n",
            "    return ((~Q(pk=None), now),)\n",
        ),
        HINTS,
    ),
)
