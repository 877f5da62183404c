"""What the receiver answers: 2xx to SpKey, whatever it sends; and nothing to anybody else."""

import gzip
import json
from io import BytesIO
from uuid import uuid4

import pytest
from django.db import DatabaseError, OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.events import deliveries, receivers
from portal.events.models import Delivery, Receiver, ReceiverSecret, Result
from portal.events.web.receiver import LARGEST, ticket_for_test
from portal.sandbox import world
from tests.events.conftest import KEY, address, event, shadow

HUB = world.hub_id(0)


def only() -> Delivery:
    return Delivery.objects.get()


@pytest.mark.parametrize(
    "kind",
    [
        *("HubClaimed", "HubReClaimed", "HubSuspended", "HubDecommissioned", "HubRoleSet"),
        *("MatterDeviceCreated", "hubclaimed", "HUBSUSPENDED"),
    ],
)
def test_an_event_is_stored_and_taken(kind, post):
    answer = post(event(kind, HUB, version=7))

    assert answer.status_code == 202
    assert (only().hub, only().version, only().result) == (HUB, 7, Result.WAITING)
    assert only().type.lower() == kind.lower()
    assert only().due_at is not None


def test_a_device_that_belongs_to_a_hub_has_versions_of_its_own(post):
    of_device = {"aggregateType": "MatterDevice", "aggregateId": "d1", "data": {"hubId": HUB}}
    post(event("MatterDeviceCreated", HUB, **of_device))
    post(event("HubRoleSet", HUB))

    assert {each.hub for each in Delivery.objects.all()} == {HUB}
    assert len({each.aggregate for each in Delivery.objects.all()}) == 2


@pytest.mark.parametrize(
    "body",
    [
        *("", "{}", "[]", "null", "verify", "{", '"text"', "NaN", '{"verification": true}'),
        *("\udcff".encode("utf-8", "surrogatepass"), b"\xff\xfe", "[" * 200_000),
        json.dumps({"id": "1", "detail-type": "HubClaimed", "detail": []}),
        json.dumps({"id": "1", "detail-type": 7, "detail": {}}),
        json.dumps({"id": "", "detail-type": "HubClaimed", "detail": {}}),
        json.dumps({"id": "a\0b", "detail-type": "HubClaimed", "detail": {}}),
        json.dumps({"id": "1", "detail-type": "Hub\0Claimed", "detail": {}}),
        json.dumps({"id": "x" * 300, "detail-type": "HubClaimed", "detail": {}}),
        '{"id": "1", "detail-type": "HubClaimed", "detail": {"version": Infinity}}',
        "1" * 5000,
    ],
)
def test_what_is_no_event_is_acknowledged_for_spkey_tries_the_address_so(body, post):
    assert post(body).status_code == 202
    assert only().result == Result.NO_EVENT
    assert only().due_at is None


@pytest.mark.parametrize(
    "changed",
    [
        {"version": "2"},
        {"version": 1e400},
        {"version": -1},
        {"version": 2**70},
        {"version": True},
        {"version": None},
        {"timestamp": "now"},
        {"timestamp": 1e300},
        {"timestamp": None},
        {"timestamp": -5},
        {"partnerId": 7},
        {"partnerId": "a\0b"},
        {"partnerId": None},
        {"data": "text"},
        {"data": None},
        {"data": {"hubId": ["list"]}},
        {"time": "yesterday"},
        {"time": "9999-12-31T23:59:59-23:59", "timestamp": None},
    ],
)
def test_an_event_with_something_odd_in_it_is_a_hint_all_the_same(changed, post):
    body = json.dumps(event("HubClaimed", HUB, **changed)).replace("Infinity", "1e400")

    assert post(body).status_code == 202
    assert (only().hub, only().result) == (HUB, Result.WAITING)


@pytest.mark.parametrize(
    "of_what",
    [
        event("HubProvisioned", HUB),
        event("MigrationStarted", HUB),
        event("Something\u202enew", HUB),
        event("HubClaimed", "no-uuid"),
        event("HubClaimed", HUB, aggregateType="user", data={}),
        shadow("thing-1"),
    ],
)
def test_an_event_that_says_nothing_of_a_hub_is_taken_and_not_worked_on(of_what, post):
    assert post(of_what).status_code == 202
    assert only().result == Result.NOTHING


def test_what_a_device_was_told_in_confidence_is_stored_and_logged_nowhere(
    post, monkeypatch, caplog, reports, settings
):
    post(shadow(HUB))
    stored = [str(value) for row in Delivery.objects.values() for value in row.values()]
    monkeypatch.setattr(deliveries, "_fields", lambda *_: 1 / 0)
    settings.DEBUG = True
    with pytest.raises(ZeroDivisionError):
        post(shadow(HUB))

    told = "\n".join([*stored, caplog.text, *reports])
    assert only().hub == HUB
    assert "wifi-password" not in told
    assert "wifi" not in told


def test_an_event_is_stored_once_however_often_it_comes(post):
    first = event("HubClaimed", HUB)
    assert [post(first).status_code for _ in range(3)] == [202] * 3
    assert only().times == 3


def test_the_same_id_of_another_organisation_is_another_event(post, harbour):
    receivers.replace(harbour, None, "h" * 43)
    first = event("HubClaimed", HUB)
    post(first)
    post(first, key="h" * 43)

    assert Delivery.objects.count() == 2


@pytest.mark.parametrize("key", ["x" * 43, "x", KEY + "x", KEY[:-1], "%00", "a\u0301", KEY.upper()])
def test_an_unknown_address_is_found_nowhere_whatever_is_sent(key, post):
    if key != "%00":
        assert post(event("HubClaimed", HUB), key=key).status_code == 404
    for method in ("get", "head", "put", "delete", "options"):
        assert getattr(Client(), method)(address(key)).status_code in {404, 400}
    assert not Delivery.objects.exists()


def test_a_stranger_costs_one_look_and_a_wrong_secret_two_more_once_many_came(post, acme):
    post("{}")
    with CaptureQueriesContext(connection) as unknown:
        post("{}", key="x" * 43)
    receivers.add_secret(Receiver.objects.get(), None, "s" * 43)
    for _ in range(receivers.COUNTED.most):
        post("{}")
    with CaptureQueriesContext(connection) as refused:
        post("{}")
    with CaptureQueriesContext(connection) as taken:
        post(event("HubClaimed", HUB), Authorization=f"Bearer {'s' * 43}")

    assert len(unknown) == 1
    assert len(refused) == 2
    writes = ("INSERT", "UPDATE", "DELETE")
    assert [sql for query in refused for sql in writes if sql in query["sql"]] == []
    assert len(taken) <= 8


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "options"])
def test_another_method_is_refused(method, receiver):
    answer = getattr(Client(), method)(address())
    assert answer.status_code == 405
    assert answer["Allow"] == "POST, HEAD"


def test_head_is_answered(receiver):
    assert Client().head(address()).status_code == 200


@pytest.mark.parametrize("add", ["/", "?a=b"])
def test_nothing_is_redirected(add, receiver):
    answer = Client().post(address() + add, "{}", content_type="application/json")
    assert answer.status_code in {202, 404}


def test_no_session_counts_and_none_is_begun(as_person, ada, receiver):
    client = as_person(ada)
    session = client.session.session_key
    answer = client.post(address(), "{}", content_type="application/json")

    assert answer.status_code == 202
    assert not answer.cookies
    assert client.session.session_key == session


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": f"Bearer {'s' * 43}"},
        {"Authorization": f"bearer  {'s' * 43} "},
        {"X_Webhook_Secret": "s" * 43},
        {"X_Webhook_Secret": "s" * 43, "Authorization": "Bearer of-somebody-else"},
        {"X_Webhook_Secret": "t" * 43},
    ],
)
def test_any_of_the_secrets_opens(headers, post, receiver):
    for text in ("s" * 43, "t" * 43):
        receivers.add_secret(receiver, None, text)

    assert post(event("HubClaimed", HUB), **headers).status_code == 202
    assert ReceiverSecret.objects.filter(used_at__isnull=False).count() == 1


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer "},
        {"Authorization": "Basic c3M6"},
        {"Authorization": "s" * 43},
        {"Authorization": f"Bearer {'s' * 42}"},
        {"X_Webhook_Secret": "S" * 43},
        {"X_Webhook_Secret": "é"},
        {"X_Webhook_Secret": ""},
    ],
)
def test_without_a_valid_secret_nothing_is_taken_and_that_is_counted(headers, post, receiver):
    receivers.add_secret(receiver, None, "s" * 43)
    answer = post(event("HubClaimed", HUB), **headers)

    assert answer.status_code == 401
    assert not Delivery.objects.exists()
    assert Receiver.objects.get().refused == 1
    assert Receiver.objects.get().refused_at is not None


def test_a_secret_of_another_organisation_opens_nothing(post, receiver, harbour):
    receivers.add_secret(receiver, None, "s" * 43)
    receivers.add_secret(receivers.replace(harbour, None, "h" * 43), None, "t" * 43)

    assert post("{}", X_Webhook_Secret="t" * 43).status_code == 401
    assert post("{}", key="h" * 43, X_Webhook_Secret="t" * 43).status_code == 202


def test_a_secret_is_rotated_without_a_gap(post, receiver, ada):
    old = receivers.add_secret(receiver, ada).reveal()
    first = ReceiverSecret.objects.get()
    new = receivers.add_secret(receiver, ada).reveal()
    assert [post("{}", X_Webhook_Secret=each).status_code for each in (old, new)] == [202, 202]

    receivers.remove_secret(first, ada)
    assert [post("{}", X_Webhook_Secret=each).status_code for each in (old, new)] == [401, 202]


def test_the_secret_that_goes_while_a_message_is_on_its_way_still_opens_for_it(
    post, receiver, ada, monkeypatch
):
    text = receivers.add_secret(receiver, ada).reveal()
    take = deliveries.take

    def meanwhile(*args, **fields):
        receivers.remove_secret(ReceiverSecret.objects.get(), ada)
        take(*args, **fields)

    monkeypatch.setattr(deliveries, "take", meanwhile)
    assert post(event("HubClaimed", HUB), X_Webhook_Secret=text).status_code == 202
    assert only().hub == HUB


def test_secrets_are_stored_as_digests_and_the_address_encrypted(receiver, ada):
    text = receivers.add_secret(receiver, ada).reveal()
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM events_receiversecret")
        secrets = str(cursor.fetchall())
        cursor.execute("SELECT * FROM events_receiver")
        addresses = str(cursor.fetchall())

    assert text not in secrets
    assert KEY not in addresses


def test_the_old_address_ends_with_the_new_one(post, acme, ada):
    receivers.replace(acme, ada)
    assert post("{}").status_code == 404
    assert post("{}", key=receivers.key_of(Receiver.objects.get())).status_code == 202


@pytest.mark.parametrize("size", [LARGEST + 1, 513 * 1024, 3_000_000])
def test_what_is_too_large_is_not_read(size, receiver, monkeypatch):
    class Unread(BytesIO):
        def read(self, *_):
            raise AssertionError("it is read")

    answer = Client().generic(
        "POST",
        address(),
        "",
        content_type="application/json",
        **{"CONTENT_LENGTH": str(size), "wsgi.input": Unread()},
    )
    assert answer.status_code == 413
    assert answer["Content-Type"].startswith("text/plain")
    assert not Delivery.objects.exists()


def test_the_largest_is_taken(post):
    body = event("HubClaimed", HUB, data={"hubId": HUB, "pad": ""})
    body["detail"]["data"]["pad"] = "x" * (LARGEST - len(json.dumps(body)))
    assert len(json.dumps(body)) == LARGEST
    assert post(body).status_code == 202
    assert only().hub == HUB


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate"])
def test_what_is_compressed_is_not_unpacked(encoding, post):
    body = gzip.compress(b"0" * 10_000_000)
    assert post(body, Content_Encoding=encoding).status_code == 415
    assert not Delivery.objects.exists()


def test_gzip_that_is_not_named_is_no_event(post):
    assert post(gzip.compress(json.dumps(event("HubClaimed", HUB)).encode())).status_code == 202
    assert only().result == Result.NO_EVENT


@pytest.mark.parametrize("length", ["", "abc", "-1"])
def test_a_length_that_is_none_does_no_harm(length, receiver):
    how = {"CONTENT_LENGTH": length, "wsgi.input": BytesIO(b"{}")}
    answer = Client().generic("POST", address(), "", content_type="application/json", **how)
    assert answer.status_code in {202, 400}


@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=b"]
)
def test_a_form_is_no_event(kind, receiver):
    answer = Client().generic("POST", address(), "a=b", content_type=kind)
    assert answer.status_code in {202, 400}
    assert {each.result for each in Delivery.objects.all()} <= {Result.NO_EVENT}


def test_a_body_that_breaks_off_is_not_taken(receiver):
    class Broken(BytesIO):
        def read(self, *_):
            raise OSError("gone")

    how = {"CONTENT_LENGTH": "10", "wsgi.input": Broken()}
    answer = Client().generic("POST", address(), "", content_type="application/json", **how)
    assert answer.status_code == 400
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("error", [OperationalError("database is locked"), DatabaseError()])
@pytest.mark.parametrize("where", ["find", "take"])
def test_our_own_trouble_asks_spkey_to_come_again(where, error, post, monkeypatch):
    def fail(*_, **__):
        raise error

    module = receivers if where == "find" else deliveries
    monkeypatch.setattr(module, where, fail)
    answer = post(event("HubClaimed", HUB))

    assert answer.status_code == 503
    assert answer["Retry-After"]


def test_a_flood_from_one_address_keeps_nobody_else_out(receiver, monkeypatch):
    monkeypatch.setattr(deliveries, "TAKEN", deliveries.Limit("few", most=3, seconds=3600))

    def post(address_of: str):
        body = json.dumps(event("HubClaimed", HUB))
        kind = "application/json"
        return Client().post(address(), body, content_type=kind, REMOTE_ADDR=address_of)

    answers = [post("192.0.2.1").status_code for _ in range(5)]
    assert answers == [202, 202, 202, 503, 503]
    assert post("192.0.2.2").status_code == 202


def test_a_flood_of_wrong_secrets_keeps_the_right_one_in(post, receiver, time_machine):
    # Within one minute, however long it takes here.
    time_machine.move_to(timezone.now().replace(second=1), tick=False)
    receivers.add_secret(receiver, None, "s" * 43)
    for _ in range(receivers.COUNTED.most + 20):
        post("{}", X_Webhook_Secret="wrong")

    assert post("{}", X_Webhook_Secret="s" * 43).status_code == 202
    assert Receiver.objects.get().refused == receivers.COUNTED.most


def test_a_test_of_an_administrator_needs_no_secret_and_is_good_here_alone(
    post, receiver, acme, harbour
):
    receivers.add_secret(receiver, None, "s" * 43)
    ours, theirs = (f"?test={ticket_for_test(each.pk)}" for each in (acme, harbour))

    assert Client().post(address() + ours).status_code == 204
    assert only().result == Result.TEST
    for other in (theirs, "?test=", "?test=made-up", "?test=%F0%9F"):
        assert Client().post(address() + other).status_code == 401


def test_a_ticket_for_a_test_runs_out(receiver, acme, clock):
    receivers.add_secret(receiver, None, "s" * 43)
    ticket = ticket_for_test(acme.pk)
    clock.shift(16 * 60)
    assert Client().post(f"{address()}?test={ticket}").status_code == 401


def test_what_came_a_week_ago_is_forgotten(post, clock):
    post(event("HubClaimed", HUB))
    clock.shift(6 * 24 * 3600)
    assert deliveries.remove_old() == 0
    post(event("HubClaimed", HUB, id=str(uuid4())))
    clock.shift(2 * 24 * 3600)
    assert deliveries.remove_old() == 1
    assert Delivery.objects.count() == 1


def test_in_a_flood_it_is_forgotten_after_an_hour(post, clock, monkeypatch):
    monkeypatch.setattr(deliveries, "MANY", 3)
    for _ in range(3):
        post(event("HubClaimed", HUB))
    clock.shift(2 * 3600)
    assert deliveries.remove_old() == 0
    post(event("HubClaimed", HUB))
    assert deliveries.remove_old() == 3
    assert Delivery.objects.count() == 1
    assert deliveries.remove_old() == 0


def test_an_event_from_ahead_of_the_clock_is_of_now(post):
    post(event("HubClaimed", HUB, timestamp=None, time="2999-01-01T00:00:00Z"))
    assert only().happened_at == only().received_at


def test_the_address_is_in_no_log(post, caplog):
    caplog.set_level("INFO")
    post("{}")
    post("{}", key="q" * 43)
    Client().get(address())
    assert KEY not in caplog.text
    assert "q" * 43 not in caplog.text
