"""Documented answers become records; anything else on a 200 is no usable answer."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from portal import spkey
from tests.spkey import people
from tests.spkey.people import CLAIM, HUB, OTHER_HUB, USER


def status_of(api, client, **changes):
    api.get(people.STATUS_URL, json=people.status_json(**changes), headers={"CF-Ray": "8f1a-ATH"})
    return client.hub_status(HUB)


def claim_answer_of(api, client, answer):
    api.post(people.CLAIM_URL, json=answer)
    return client.claim_hub(HUB, **CLAIM)


def test_a_hub_nobody_owns_yet(api, client):
    status = status_of(api, client)
    assert (status.status, status.org_id, status.site_id) == ("Provisioned", "", "")
    assert status.provisioned_at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert status.claimed_at is None
    assert status.is_primary is False


def test_what_the_shadow_does_not_know_is_none_and_not_offline(api, client):
    status = status_of(api, client)
    assert (status.online, status.last_seen, status.firmware, status.uptime_seconds) == (None,) * 4


def test_optional_fields_that_are_null_are_none_too(api, client):
    status = status_of(api, client, online=None, lastSeen=None, version=None, uptimeSeconds=None)
    assert (status.online, status.last_seen, status.firmware, status.uptime_seconds) == (None,) * 4


def test_a_hub_that_is_online(api, client):
    status = status_of(
        api,
        client,
        status="Claimed",
        orgId="acme",
        siteId="Αθήνα 1",
        claimedAt=1_700_000_000_500.0,
        online=True,
        lastSeen=1_700_000_001_000,
        version="1.4.2",
        uptimeSeconds=12.7,
    )
    assert (status.org_id, status.site_id) == ("acme", "Αθήνα 1")
    assert status.claimed_at == datetime(2023, 11, 14, 22, 13, 20, 500_000, tzinfo=UTC)
    assert status.online is True
    assert status.last_seen == datetime(2023, 11, 14, 22, 13, 21, tzinfo=UTC)
    assert (status.firmware, status.uptime_seconds) == ("1.4.2", 12)


def test_a_negative_uptime_is_ignored(api, client):
    assert status_of(api, client, online=True, uptimeSeconds=-1).uptime_seconds is None


YEAR_2000 = 946_684_800_000
# The end of year 9999, in milliseconds and mistaken for them, and what is no date at all.
NEVER = [0, -1, 1, YEAR_2000 - 1, 253_402_300_799_000, -(2**53), 2**80, 1e300, -1e300]


@pytest.mark.parametrize("milliseconds", NEVER)
def test_a_time_at_which_nothing_can_have_happened_is_never(api, client, milliseconds):
    times = dict.fromkeys(("provisionedAt", "claimedAt", "lastSeen"), milliseconds)
    status = status_of(api, client, **times)
    assert (status.provisioned_at, status.claimed_at, status.last_seen) == (None,) * 3


def test_a_time_of_a_clock_that_is_hours_ahead_of_ours_is_kept(api, client):
    now = datetime.now(UTC)
    for hours, is_kept in ((23, True), (25, False)):
        ahead = (now + timedelta(hours=hours)).timestamp() * 1000
        api.reset()
        assert bool(status_of(api, client, lastSeen=ahead).last_seen) == is_kept
    api.reset()
    assert status_of(api, client, lastSeen=YEAR_2000).last_seen == datetime(2000, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("name", ["NaN", "Infinity", "-Infinity"])
def test_a_time_that_is_no_json_number_makes_the_answer_unusable(api, client, name):
    body = json.dumps(people.status_json(lastSeen="?")).replace('"?"', name)
    api.get(people.STATUS_URL, body=body, content_type="application/json")
    with pytest.raises(spkey.UnusableAnswer, match="malformed"):
        client.hub_status(HUB)


@pytest.mark.parametrize("name", spkey.HUB_STATUSES)
def test_every_documented_status_is_understood(api, client, name):
    assert status_of(api, client, status=name).status == name


def test_unknown_fields_are_ignored(api, client):
    assert status_of(api, client, colour="red", nested={"a": [1]}).serial == "SN-1"


def test_the_answer_says_how_it_came_about(api, client):
    meta = status_of(api, client).meta
    assert (meta.http_status, meta.reference) == (200, "8f1a-ATH")
    assert 0 < meta.duration < 5


@pytest.mark.parametrize("ray", ["", "a b", "x" * 65, "<b>", "a\tb"])
def test_a_reference_that_is_no_cf_ray_is_left_out(api, client, ray):
    api.get(people.STATUS_URL, json=people.status_json(), headers={"CF-Ray": ray})
    assert client.hub_status(HUB).meta.reference is None


def test_a_claim_that_names_what_the_hub_is_bound_to(api, client):
    answer = claim_answer_of(api, client, people.claimed_json())
    assert (answer.version, answer.event.type) == (2, "HubClaimed")
    assert answer.event.data == spkey.ClaimedEvent(
        hub_id=HUB,
        org_id="acme",
        site_id="site-1",
        claimed_by=USER,
        claimed_at=datetime(2023, 11, 14, 22, 13, 20, 500_000, tzinfo=UTC),
    )


def test_a_claim_whose_event_is_null_proves_nothing(api, client):
    assert claim_answer_of(api, client, people.claimed_json(event=None)).event is None


def test_a_claim_whose_event_is_left_out_proves_nothing(api, client):
    answer = people.claimed_json()
    del answer["event"]
    assert claim_answer_of(api, client, answer).event is None


EVENTS = [
    (
        "HubReClaimed",
        {
            "previousOrgId": "a",
            "previousSiteId": "b",
            "newOrgId": "c",
            "newSiteId": "d",
            "reclaimedBy": USER,
            "reason": "moved\nhouse " * 50,
            "reclaimedAt": 1_700_000_000_000,
        },
        lambda data: (data.previous_org_id, data.new_site_id, data.reason[:5]),
        ("a", "d", "moved"),
    ),
    (
        "HubRoleSet",
        {"isPrimary": True, "setBy": USER, "setAt": 1_700_000_000_000},
        lambda data: (data.is_primary, data.set_by),
        (True, USER),
    ),
    (
        "HubSuspended",
        {"reason": "stolen", "suspendedBy": USER, "suspendedAt": 1_700_000_000_000},
        lambda data: (data.reason, data.suspended_by, data.suspended_at.year),
        ("stolen", USER, 2023),
    ),
]


@pytest.mark.parametrize(("kind", "data", "pick", "expected"), EVENTS)
def test_the_other_events_are_typed_as_well(api, client, kind, data, pick, expected):
    event = {"type": kind, "data": {"hubId": HUB.upper()} | data}
    answer = claim_answer_of(api, client, people.claimed_json(event=event))
    assert answer.event.data.hub_id == HUB
    assert pick(answer.event.data) == expected


def test_an_event_of_a_new_type_is_named_but_not_read(api, client):
    event = {"type": "HubPainted", "data": {"colour": "red"}}
    assert claim_answer_of(api, client, people.claimed_json(event=event)).event == spkey.Event(
        type="HubPainted", data=None
    )


WRONG_STATUS_FIELDS = [
    {name: wrong}
    for name, wrongs in {
        "hubId": [None, 5, "", OTHER_HUB],
        "serial": [None, 5, "a" * 256, "nul\0", "\ud800"],
        "status": [None, "claimed", "Stolen"],
        "orgId": [None, 5, ["acme"]],
        "siteId": [None, {"id": 1}],
        "isPrimary": [None, "true", 1],
        "provisionedAt": [None, "2024-01-15", True],
        "claimedAt": [None, "0", False, ["1700000000000"]],
        "online": ["yes", 1],
        "lastSeen": ["now", "253402300799000", True],
        "version": [1.4],
        "uptimeSeconds": ["12", 2**60],
    }.items()
    for wrong in wrongs
]


@pytest.mark.parametrize("changes", WRONG_STATUS_FIELDS, ids=str)
def test_a_status_with_a_field_of_another_kind_is_unusable(api, client, changes):
    with pytest.raises(spkey.UnusableAnswer) as caught:
        status_of(api, client, **changes)
    assert next(iter(changes)) in caught.value.message
    assert (caught.value.http_status, caught.value.outcome_unknown) == (200, False)


@pytest.mark.parametrize("name", sorted(people.status_json()))
def test_a_status_without_a_required_field_is_unusable(api, client, name):
    answer = people.status_json()
    del answer[name]
    api.get(people.STATUS_URL, json=answer)
    with pytest.raises(spkey.UnusableAnswer, match=name):
        client.hub_status(HUB)


@pytest.mark.parametrize(
    "changes",
    [
        {"success": False},
        {"success": "true"},
        {"aggregateId": 7},
        {"version": "2"},
        {"version": None},
        {"event": "HubClaimed"},
        {"event": []},
        {"event": {"type": "HubClaimed"}},
        {"event": {"type": "HubClaimed", "data": {"hubId": HUB}}},
        {"event": {"type": 1, "data": {}}},
    ],
    ids=str,
)
def test_an_undocumented_answer_to_a_claim_leaves_its_outcome_open(api, client, changes):
    with pytest.raises(spkey.UnusableAnswer) as caught:
        claim_answer_of(api, client, people.claimed_json(**changes))
    assert caught.value.outcome_unknown
    assert caught.value.may_have_reached


@pytest.mark.parametrize("milliseconds", [0, 253_402_300_799_000, -1])
def test_an_event_without_a_time_is_no_claim_event(api, client, milliseconds):
    answer = people.claimed_json()
    answer["event"]["data"]["claimedAt"] = milliseconds
    with pytest.raises(spkey.UnusableAnswer, match="claimedAt"):
        claim_answer_of(api, client, answer)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"fine"',
        b"<html>",
        b"\xff\xfe{}",
        b'{"version": NaN}',
        b"[" * 200_000,
        b'{"version": ' + b"9" * 5_000 + b"}",
    ],
    ids=lambda body: body[:12],
)
def test_a_200_whose_body_is_no_json_object_is_unusable(api, client, body):
    api.post(people.CLAIM_URL, body=body, content_type="application/json")
    with pytest.raises(spkey.UnusableAnswer) as caught:
        client.claim_hub(HUB, **CLAIM)
    assert caught.value.outcome_unknown


@pytest.mark.parametrize("kind", ["text/html", "text/plain", "", "application/jsonp", "nonsense"])
def test_json_that_is_not_declared_as_json_is_unusable(api, client, kind):
    api.get(people.STATUS_URL, json=people.status_json(), content_type=kind)
    with pytest.raises(spkey.UnusableAnswer, match="not JSON"):
        client.hub_status(HUB)


@pytest.mark.parametrize(
    "kind", ["application/json; charset=utf-8", "Application/JSON", "application/vnd.spkey+json"]
)
def test_json_may_be_declared_in_several_ways(api, client, kind):
    api.get(people.STATUS_URL, json=people.status_json(), content_type=kind)
    assert client.hub_status(HUB).hub_id == HUB


@pytest.mark.parametrize("status", [201, 202, 204, 206, 299, 600, 999])
def test_a_status_code_nobody_documented_is_unusable(api, client, status):
    api.post(people.CLAIM_URL, body=b"", status=status)
    with pytest.raises(spkey.UnusableAnswer) as caught:
        client.claim_hub(HUB, **CLAIM)
    assert (caught.value.http_status, caught.value.outcome_unknown) == (status, True)
