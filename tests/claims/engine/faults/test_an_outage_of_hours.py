"""SpKey is down for two hours while people go on scanning, and then it returns."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.utils import timezone

from portal import spkey
from portal.claims.engine import actions
from portal.claims.models import Claim, State
from portal.core import worker
from portal.gateway import circuit
from portal.sandbox import world
from portal.sandbox.server import Sandbox
from tests.claims.engine.faults.verdicts import assert_recorded_once
from tests.conftest import claim_request
from tests.forms import claim_form
from tests.running import running, until

QUEUED = 36
DOWN = {"status": 503, "body": "<html>Down</html>"}
THREADS = 6


class Counting(Sandbox):
    """A sandbox that knows how many calls it has had to answer at once."""

    def __init__(self) -> None:
        super().__init__(online_delay=0.2)
        self._counting = threading.Lock()
        self._now = self.most = 0

    def answer(self, request, is_local):
        with self._counting:
            self._now += 1
            self.most = max(self.most, self._now)
        try:
            return super().answer(request, is_local)
        finally:
            with self._counting:
                self._now -= 1


@pytest.fixture
def api(settings) -> Iterator[Counting]:
    circuit.reset()
    with Counting() as sandbox:
        settings.SPKEY_BASE_URL = sandbox.url
        yield sandbox
    circuit.reset()


@pytest.fixture
def queued(ira, hal, mill_court, lighthouse) -> list[Claim]:
    """Claims of two organisations, for hubs that nobody else wants."""
    requests = [claim_request(ira, mill_court, world.hub_id(n)) for n in range(QUEUED * 2 // 3)]
    requests += [
        claim_request(hal, lighthouse, world.hub_id(n)) for n in range(len(requests), QUEUED)
    ]
    return [actions.submit(request) for request in requests]


def work_for(clock, seconds: float, *, step: float) -> None:
    """Let a worker look for work every `step` seconds."""
    for _ in range(round(seconds / step)):
        worker.run_once()
        clock.shift(step)


def assert_each_claimed_once(api: Counting) -> None:
    assert set(Claim.objects.values_list("state", flat=True)) == {State.CLAIMED}
    events = Counter(event.hub_id for event in api.state.event_log)
    assert events == Counter(Claim.objects.values_list("hub_id_text", flat=True))
    for claim in Claim.objects.all():
        assert_recorded_once(claim)


def sends(api: Counting) -> list:
    return [request for request in api.state.requests if request.path.endswith("ClaimHub")]


@pytest.mark.slow
def test_after_two_hours_of_outage_the_queued_claims_return_without_a_stampede(
    api, queued, clock, page_text
):
    api.faults.add(action=DOWN)
    work_for(clock, 60, step=15)
    opened_after = len(api.state.requests)
    clock.shift(6600)
    work_for(clock, 540, step=20)
    probes = list(api.state.requests)[opened_after:]

    # While it is down: no send, and after the circuit has opened one call at a time.
    assert 20 <= opened_after <= QUEUED
    assert {request.method for request in api.state.requests} == {"GET"}
    assert 1 <= len(probes) <= 8
    page = page_text(queued[0])
    assert "SmartphoneKey is not answering" in page
    assert "Your scan is saved and we keep trying." in page
    assert "Next look" in page

    api.faults.clear()
    returned = timezone.now().timestamp()
    work_for(clock, 400, step=5)
    assert_each_claimed_once(api)
    # When it returns: every claim once, and not all of them in one moment.
    assert len(sends(api)) == QUEUED
    moments = Counter(int((sent.at - returned) // 5) for sent in sends(api))
    assert len(moments) >= 3
    assert max(moments.values()) <= QUEUED * 2 // 3
    assert "Claimed Acme Properties · Mill Court" in page_text(Claim.objects.get(pk=queued[0].pk))


@contextmanager
def busy(api: Counting) -> Iterator[None]:
    api.latency = 0.03
    yield
    api.latency = 0.0


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_a_crowd_that_is_due_at_one_moment_is_let_in_a_few_at_a_time(api, queued):
    with busy(api), running(threads=THREADS):
        until(lambda: not Claim.objects.active().exists())

    assert_each_claimed_once(api)
    assert len(sends(api)) == QUEUED
    assert 2 <= api.most <= THREADS + worker.RESERVED_THREADS


@pytest.mark.django_db(transaction=True)
def test_what_is_scanned_while_it_is_down_is_taken_without_waiting_for_it(
    api, as_person, ira, mill_court
):
    api.faults.add(action={"hang": 60})
    client, took = as_person(ira), []
    with running(threads=2):
        for number in range(8):
            form = claim_form(mill_court, world.hub_id(number))
            before = timezone.now()
            assert client.post("/claims/new/", form).status_code == 302
            took.append((timezone.now() - before).total_seconds())
        api.stop()  # What hangs is let go.
    # A request that waited for it would have waited until it gave up.
    assert max(took) < spkey.Timeouts().get_read
    assert Claim.objects.active().count() == 8
