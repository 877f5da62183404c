"""What holds of every claim, whatever happens: it is one, it is kept, and it says what is so."""

import sqlite3
import threading
import time
from contextlib import closing
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from portal.audit.models import Entry
from portal.claims.engine import actions
from portal.claims.models import ACTIVE, SUCCEEDED, Claim, State
from portal.core import worker
from portal.sandbox import world
from tests.claims.engine.faults.verdicts import accepted
from tests.concurrency import at_once
from tests.conftest import claim_request, claimed_events, work
from tests.forms import claim_form
from tests.running import running, until

SEND = {"path_contains": "ClaimHub"}
READ = {"method": "GET", "path_contains": "status"}


@pytest.mark.django_db(transaction=True)
def test_one_active_claim_per_organisation_and_hub(
    ira, ada, sam, spkey_support, mill_court, orchard_rise, hub_id
):
    acting = {"acting_organisation": spkey_support, "reason": "Ticket 1"}
    requests = [claim_request(person, mill_court, hub_id) for person in (ira, ada, ira)]
    requests += [
        claim_request(ada, orchard_rise, hub_id),
        claim_request(sam, mill_court, hub_id, **acting),
    ]
    got: list[object] = []

    def submit(request):
        try:
            got.append(actions.submit(request).pk)
        except actions.AnotherSiteError as refused:
            got.append(refused.claim.pk)

    at_once(*[lambda request=request: submit(request) for request in requests * 2])

    assert len(got) == 10
    assert set(got) == {Claim.objects.get().pk}
    assert Entry.objects.filter(verb="claim.submitted").count() == 1


@pytest.mark.parametrize("state", ACTIVE)
def test_the_database_refuses_a_second_active_claim(claim, state):
    Claim.objects.filter(pk=claim.pk).update(state=state)
    second = Claim.objects.get(pk=claim.pk)
    second.pk, second.submission = uuid4(), uuid4()

    with pytest.raises(IntegrityError), transaction.atomic():
        second.save(force_insert=True)


@pytest.mark.django_db(transaction=True)
def test_at_most_one_effective_claim_of_ours_per_hub(
    sandbox, ira, ada, mill_court, hub_id, clock, wire
):
    for action in ({"drop": "before"}, {"status": 500}, {"drop": "after"}):
        sandbox.faults.add(SEND, action=action, times=1)
    claim = actions.submit(claim_request(ira, mill_court, hub_id))

    def ended() -> bool:
        actions.try_now(claim)
        actions.submit(claim_request(ada, mill_court, hub_id))
        clock.shift(3)
        return not Claim.objects.active().exists()

    with running(), running():
        until(ended)
    clock.shift(700)
    again = work(actions.submit(claim_request(ada, mill_court, hub_id)))

    assert Claim.objects.get(pk=claim.pk).state == State.CLAIMED
    assert again.state == State.ALREADY_YOURS
    (event,) = claimed_events(sandbox, hub_id)
    assert [sent for sent in wire("ClaimHub") if sent.at > event.at] == []
    assert len(wire("ClaimHub")) == 3


class BusyWriter(threading.Thread):
    """Somebody who writes to the database again and again, and takes his time."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._database = name
        self._over = threading.Event()

    def run(self) -> None:
        with closing(sqlite3.connect(self._database, timeout=60)) as other:
            while not self._over.is_set():
                other.execute("BEGIN IMMEDIATE")
                time.sleep(0.04)
                other.rollback()
                time.sleep(0.01)

    def end(self) -> None:
        self._over.set()
        self.join()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    settings.DATABASES["default"]["ENGINE"] != "django.db.backends.sqlite3",
    reason="SQLite has one writer at a time",
)
@pytest.mark.slow
def test_an_accepted_claim_is_never_lost(sandbox, as_person, ira, ada, mill_court):
    clients = [as_person(person) for person in (ira, ada, ira, ada)]
    taken: list[str] = []
    refused: list[int] = []

    def claim_five(place: int, client) -> None:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout = 15")
        for n in range(place * 5, place * 5 + 5):
            form = claim_form(mill_court, world.hub_id(n))
            while (answer := client.post("/claims/new/", form)).status_code != 302:
                refused.append(answer.status_code)
            taken.append(answer["Location"])

    writer = BusyWriter(connection.settings_dict["NAME"])
    writer.start()
    try:
        at_once(*[lambda n=n, c=c: claim_five(n, c) for n, c in enumerate(clients)])
    finally:
        writer.end()
    worker.run_once()

    assert set(refused) == {503}
    assert len(taken) == Claim.objects.count() == 20
    kept = Claim.objects.filter(state=State.CLAIMED).values_list("pk", flat=True)
    assert set(taken) == {f"/claims/{pk}/" for pk in kept}


@pytest.mark.parametrize(
    "changes",
    [{"hubId": world.hub_id(9)}, {"orgId": world.HARBOUR_ORG_ID}, {"siteId": "elsewhere"}],
    ids=["another hub", "another organisation", "another site"],
)
def test_claimed_implies_that_spkey_agrees(sandbox, claim, clock, changes):
    sandbox.faults.add(SEND, action={"status": 200, "body": accepted(claim, **changes)}, times=1)
    for _ in range(12):
        now = work(claim)
        bound = sandbox.state.hubs[claim.hub_id_text]
        agrees = (bound.org_id, bound.site_id) == (world.ACME_ORG_ID, "mill-court")
        assert agrees or now.state not in SUCCEEDED
        clock.shift(15)

    assert now.is_final
    assert agrees == (now.state == State.CLAIMED)
