"""A tablet that lies about and asks for news keeps nobody signed in; a scan does."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from tests.tray.conftest import HUB, OTHER_HUB, TRAY, Tablet


@pytest.fixture
def clock():
    with time_machine.travel(timezone.now(), tick=False) as clock:
        yield clock


@pytest.fixture
def tablet(as_person, ira, acme, clock) -> Tablet:
    """Ira's tablet, on which Ira has just signed in."""
    client = as_person(ira)
    client.get("/")
    return Tablet(client, ira, acme)


def test_polling_the_tray_does_not_keep_a_session_alive(tablet, mill_court, clock):
    row = tablet.row(HUB, mill_court)
    tablet.sync(row)
    for _ in range(3):
        clock.shift(timedelta(hours=4))
        assert tablet.client.get(TRAY).status_code == 200
        tablet.sync(row)
    clock.shift(timedelta(minutes=1))

    assert tablet.client.get(TRAY).status_code == 401


@pytest.mark.parametrize("by_hand", ["scan", "claim", "action"])
def test_what_a_person_does_in_the_tray_keeps_their_session_alive(
    by_hand, tablet, mill_court, clock
):
    row = tablet.row(HUB, mill_court, claim=by_hand == "action")
    tablet.sync(row)
    clock.shift(timedelta(hours=8))
    acts = {
        "scan": tablet.row(OTHER_HUB, mill_court),
        "claim": row | {"claim": True},
        "action": row | {"action": "stop"},
    }
    tablet.sync(acts[by_hand])
    clock.shift(timedelta(hours=8))

    assert tablet.client.get(TRAY).status_code == 200
