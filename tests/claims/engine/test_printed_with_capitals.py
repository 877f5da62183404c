"""A hub that SpKey does not know in small letters is asked for once more as its label spells it."""

from uuid import UUID

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.claims.engine import actions
from portal.claims.models import State
from portal.core import worker
from portal.hubs import watching
from portal.hubs.labels.parse import HubId, parse
from portal.hubs.models import Hub
from portal.sandbox import world
from tests.conftest import claim_request, work

PRINTED = world.MAGIC["capitals"].id
UNKNOWN = world.MAGIC["unknown"].id


def asked(wire):
    return [(request.path.split("/")[2], request.status) for request in wire("status")]


@pytest.mark.parametrize(
    "text", [PRINTED, f"https://spkey.co/h/{PRINTED}", PRINTED.replace("-", ""), f"{{{PRINTED}}}"]
)
def test_a_label_tells_how_it_spells_the_id(text):
    found = parse(text)

    assert found == UUID(PRINTED)
    assert found.printed == PRINTED
    assert str(found) == PRINTED.lower()
    assert parse(PRINTED.lower()).printed == ""
    assert hash(found) == hash(UUID(PRINTED))


def test_a_hub_that_is_known_as_printed_is_claimed_as_printed(sandbox, ira, mill_court, wire):
    claim = actions.submit(claim_request(ira, mill_court, HubId(PRINTED)))

    done = work(claim)

    assert done.state == State.CLAIMED
    assert asked(wire) == [(PRINTED.lower(), 404), (PRINTED, 200)]
    assert [request.path.split("/")[2] for request in wire("ClaimHub")] == [PRINTED]
    assert wire("ClaimHub")[0].body["hubId"] == PRINTED
    assert done.hub_id_text == PRINTED.lower()


def test_it_is_asked_for_as_printed_from_then_on(sandbox, ira, mill_court, wire):
    done = work(actions.submit(claim_request(ira, mill_court, HubId(PRINTED))))
    Hub.objects.update(due_at=timezone.now(), watched_until=timezone.now() + Hub.WATCH)
    before = len(asked(wire))
    worker.run_once()

    assert asked(wire)[before:] == [(PRINTED, 200)]
    assert Hub.objects.get(pk=done.hub_id).binding == Hub.Binding.OURS


def test_a_hub_that_is_unknown_in_both_spellings_is_unknown(sandbox, ira, mill_court, wire):
    printed = "DEADBEEF-0000-4000-8000-00000000DEAD"

    done = work(actions.submit(claim_request(ira, mill_court, HubId(printed))))

    assert done.state == State.NOT_FOUND
    assert asked(wire) == [(printed.lower(), 404), (printed, 404)]
    assert not Hub.objects.get(pk=done.hub_id).as_printed


def test_an_id_in_small_letters_is_asked_for_once(sandbox, ira, mill_court, wire):
    done = work(actions.submit(claim_request(ira, mill_court, HubId(UNKNOWN))))

    assert done.state == State.NOT_FOUND
    assert len(asked(wire)) == 1


def test_a_look_up_finds_it_as_printed_too(sandbox, acme, wire):
    hub = watching.hub_for(acme, HubId(PRINTED))
    watching.watch(hub)
    worker.run_once()
    hub.refresh_from_db()
    assert hub.binding == Hub.Binding.UNKNOWN

    Hub.objects.update(due_at=timezone.now())
    worker.run_once()

    hub.refresh_from_db()
    assert hub.binding == Hub.Binding.FREE
    assert asked(wire) == [(PRINTED.lower(), 404), (PRINTED, 200)]


def test_a_label_read_later_tells_a_row_that_was_made_without_one(sandbox, acme):
    made = watching.hub_for(acme, UUID(PRINTED))
    assert made.printed_id == ""

    again = watching.hub_for(acme, HubId(PRINTED))

    assert again.pk == made.pk
    assert Hub.objects.get(pk=made.pk).printed_id == PRINTED


def test_a_form_takes_the_label_with_its_capitals(sandbox, as_person, ira, mill_court):
    ira_s = as_person(ira)
    page = ira_s.get(reverse("claims:new"))
    token = page.context["form"].initial["submission"]
    ira_s.post(
        reverse("claims:new"), {"site": mill_court.pk, "label": PRINTED, "submission": token}
    )
    worker.run_once()

    assert Hub.objects.get().printed_id == PRINTED


def test_the_label_replaces_capitals_that_somebody_typed(acme):
    watching.hub_for(acme, HubId("CAFE" * 8))
    watching.hub_for(acme, HubId("CaFe" * 8))

    assert Hub.objects.get().printed_id.startswith("CaFeCaFe-")


def test_a_reading_as_printed_that_is_lost_proves_no_spelling(sandbox, ira, mill_court, wire):
    claim = actions.submit(claim_request(ira, mill_court, HubId(PRINTED)))
    sandbox.faults.add({"method": "GET"}, action={"status": 404}, times=1)
    sandbox.faults.add({"method": "GET"}, action={"status": 503}, times=1)

    assert work(claim).state == State.WAITING
    assert not Hub.objects.get().as_printed
    assert work(claim).state == State.CLAIMED
