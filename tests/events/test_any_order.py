"""In whatever order and however often events come, the end is the same: what SpKey says."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.core import worker
from portal.events.models import Delivery, Result
from portal.hubs.models import Hub
from portal.sandbox import world
from tests.concurrency import undone
from tests.events.conftest import address, event, shadow
from tests.hubs.own_hubs import make_own_hub

HUB, OTHER = world.hub_id(0), world.hub_id(1)
SHOWN = ("hub_id", "binding", "status", "spkey_site_id", "is_primary", "online")


def history() -> list[tuple[dict, dict]]:
    """What happens to two hubs: an event each, and what SpKey says from then on."""
    kinds = ("HubClaimed", "HubRoleSet", "HubReClaimed", "HubSuspended")
    bound = {"orgId": world.ACME_ORG_ID, "siteId": "mill-court", "status": "Claimed"}
    says = (bound, {"online": True}, {"siteId": "orchard-rise"}, {"status": "Suspended"})
    told = []
    for number, (kind, change) in enumerate(zip(kinds, says, strict=True)):
        told.append((event(kind, HUB, version=number + 2, id=f"a{number}"), change))
    told.append((shadow(HUB, version=7, id="s7"), {"online": False}))
    told.append((event("HubClaimed", OTHER, version=2, id="b0"), bound))
    return told


def state() -> list[tuple]:
    return sorted(Hub.objects.values_list(*SHOWN))


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_no_order_and_no_repetition_changes_the_end(data, sandbox, receiver, mill_court):
    told = history()
    steps = data.draw(st.permutations([*range(len(told)), *range(len(told))]), "the order")
    works = data.draw(st.lists(st.booleans(), min_size=len(steps), max_size=len(steps)), "worked")
    happen = data.draw(st.integers(0, len(told)), "happened before the first one came")
    with undone(), time_machine.travel(datetime.now(UTC), tick=False) as clock:
        sandbox.state.reset()
        make_own_hub(mill_court, hub_id=HUB, status="Provisioned", binding=Hub.Binding.FREE)
        done = 0
        for number, (step, is_worked) in enumerate(zip(steps, works, strict=True)):
            # An event never comes before what it tells of has happened.
            for _, change in told[done : max(happen if number == 0 else 0, step + 1, done)]:
                hub_id = OTHER if done == len(told) - 1 else HUB
                sandbox.state.set_hub(hub_id, change)
                done += 1
            body = json.dumps(told[step][0])
            answer = Client().post(address(), body, content_type="application/json")
            assert answer.status_code == 202
            clock.shift(timedelta(seconds=data.draw(st.sampled_from([0, 1, 15]), "seconds")))
            if is_worked:
                worker.run_once()
        for _ in range(3):
            clock.shift(timedelta(seconds=20))
            worker.run_once()

        found = state()
        assert Delivery.objects.count() == len(told)
        assert not Delivery.objects.filter(result=Result.WAITING).exists()
        assert [row[1:] for row in found if str(row[0]) == HUB] == [
            ("ours", "Suspended", "orchard-rise", False, False)
        ]
        assert [row[1:4] for row in found if str(row[0]) == OTHER] == [
            ("ours", "Claimed", "mill-court")
        ]


@pytest.fixture(autouse=True)
def _no_round(monkeypatch):
    """The background would read them too: here the events alone do."""
    monkeypatch.setattr("portal.hubs.rounds.some_due", lambda: False)
