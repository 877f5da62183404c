"""Of what SpKey posts, the client keeps what a hint takes, whatever else is in it."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from portal.spkey import Hint, Undocumented
from portal.spkey.deliveries import _kept

HUB = "3F2A9C1E-7B54-4D0E-9A61-0C3D77F01A2B"
ENVELOPE = {
    "id": "e1",
    "detail-type": "HubClaimed",
    "source": "spk.api",
    "time": "2026-11-30T03:00:00Z",
    "detail": {
        "partnerId": "acme",
        "aggregateType": "hub",
        "aggregateId": HUB,
        "version": 4,
        "data": {"hubId": HUB, "newOrgId": "harbour", "previousOrgId": "acme"},
    },
}


def read(**changed) -> Hint:
    detail = ENVELOPE["detail"] | changed.pop("detail", {})
    return Hint.from_body(json.dumps(ENVELOPE | {"detail": detail} | changed).encode())


def test_a_hint_says_which_hub_which_version_when_and_whose():
    hint = read()
    assert hint == Hint(
        event_id="e1",
        type="HubClaimed",
        hub_id=HUB,
        aggregate=f"hub {HUB.lower()}",
        version=4,
        happened_at=datetime(2026, 11, 30, 3, tzinfo=UTC),
        organisations=frozenset({"acme", "harbour"}),
    )
    assert hint.is_of_hub


def test_the_moment_of_the_event_itself_counts_before_the_envelopes():
    at = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    assert read(detail={"timestamp": int(at.timestamp() * 1000)}).happened_at == at


@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        *(("HUBCLAIMED", "HubClaimed"), ("hubreclaimed", "HubReClaimed")),
        *(("shadow update", "Shadow Update"), (" HubRoleSet ", "HubRoleSet")),
        ("Unheard", "Unheard"),
    ],
)
def test_names_are_read_whatever_their_case(sent, kind):
    assert read(**{"detail-type": sent}).type == kind


@pytest.mark.parametrize("kind", ["HUB", "hub", "Hub"])
def test_kinds_of_aggregates_too(kind):
    assert read(detail={"aggregateType": kind, "data": {}}).hub_id == HUB


@pytest.mark.parametrize("name", ["desiredState", "deltaState", "DESIREDSTATE", "deltastate"])
def test_what_a_device_was_told_is_in_no_object(name):
    text = json.dumps({"detail": [{"in": {name: "wifi-password", "kept": 1}}]})
    assert json.loads(text, object_pairs_hook=_kept) == {"detail": [{"in": {"kept": 1}}]}


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"\xff", b"[" * 100_000, b'{"detail": {}}', b'{"id":1,"detail":{}}']
)
def test_what_is_no_event_is_undocumented_and_quoted_nowhere(body):
    with pytest.raises(Undocumented) as caught:
        Hint.from_body(body)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_a_report_names_its_hub_by_the_thing():
    of_thing = {"thingName": HUB, "aggregateType": None, "aggregateId": None, "data": None}
    hint = read(**{"detail-type": "Shadow Update"}, detail=of_thing)
    assert (hint.hub_id, hint.aggregate) == (HUB, f"shadow {HUB.lower()}")
    assert not read(detail=of_thing).is_of_hub
