"""Many clients at the same moment: a hub is claimed once, and nothing is lost."""

import threading
from concurrent.futures import ThreadPoolExecutor

from portal import spkey
from portal.sandbox import world

THREADS = 16


def test_of_many_claims_of_one_hub_exactly_one_is_accepted(acme, harbour, sandbox):
    hub = world.hub_id(5)
    together = threading.Barrier(THREADS)

    def claim(n):
        client = (acme, harbour)[n % 2]
        together.wait()
        try:
            return client.claim_hub(hub, site_id=f"site-{n}", user_id="somebody")
        except spkey.Refused:
            return None

    with ThreadPoolExecutor(THREADS) as pool:
        answers = [answer for answer in pool.map(claim, range(THREADS)) if answer]
    assert len(answers) == 1
    (event,) = sandbox.state.event_log
    assert (event.hub_id, event.version) == (hub, 2)
    assert event.data["siteId"] == answers[0].event.data.site_id
    assert sandbox.state.hubs[hub].site_id == event.data["siteId"]


def test_of_many_claims_of_a_magic_hub_exactly_one_takes_effect(acme, sandbox):
    hub = world.MAGIC["answer_lost"].id
    together = threading.Barrier(THREADS)

    def claim(n):
        together.wait()
        try:
            acme.claim_hub(hub, site_id=f"site-{n}", user_id="somebody")
        except spkey.SpkeyError as error:
            return type(error)
        return None

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(claim, range(THREADS)))
    assert [event.version for event in sandbox.state.event_log] == [2]


def test_a_fault_for_three_requests_meets_exactly_three_of_many(acme, sandbox):
    sandbox.faults.add(action={"status": 500}, times=3)

    def read(n):
        try:
            acme.hub_status(world.hub_id(n))
        except spkey.Unreachable:
            return 1
        return 0

    with ThreadPoolExecutor(THREADS) as pool:
        assert sum(pool.map(read, range(40))) == 3
    assert len(sandbox.state.requests) == 40


def test_versions_count_up_without_gaps_under_many_changes(acme, sandbox):
    hub = world.hub_id(6)
    acme.claim_hub(hub, site_id="site-1", user_id="somebody")

    def switch(n):
        return acme.set_hub_role(hub, is_primary=bool(n % 2), user_id="somebody").version

    with ThreadPoolExecutor(THREADS) as pool:
        versions = sorted(pool.map(switch, range(40)))
    assert versions == list(range(3, 43))
