"""Every error the API or a gateway answers with, and what a caller learns from it."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from portal import spkey
from tests.spkey import people
from tests.spkey.people import BASE_URL, HUB, refusal_of_claim

FLAT = {"success": False, "error": "Oops", "message": "Said flatly"}
LISTED = {"success": False, "errors": [{"code": 1, "message": "Said"}, {"message": "in a list"}]}
DETAILED = {
    "error": "Bad Request",
    "message": "Said in detail",
    "code": 400,
    "details": [{"field": "siteId", "message": "is empty"}, "odd", {"field": 3}],
}
SHAPES = [
    (FLAT, "Said flatly"),
    (LISTED, "Said; in a list"),
    (DETAILED, "Said in detail"),
]
CLASSES = [
    (400, spkey.Refused),
    (401, spkey.BadCredentials),
    (403, spkey.Forbidden),
    (404, spkey.NotFound),
    (405, spkey.Refused),
    (409, spkey.Busy),
    (413, spkey.Refused),
    (422, spkey.Refused),
    (429, spkey.RateLimited),
]
HTML = b"<html><h1>Bad gateway</h1></html>"


@pytest.mark.parametrize(("body", "words"), SHAPES, ids=["flat", "listed", "detailed"])
@pytest.mark.parametrize(("status", "kind"), CLASSES)
def test_each_refusal_has_its_class_and_the_apis_own_words(api, client, status, kind, body, words):
    error = refusal_of_claim(api, client, json=body, status=status, headers={"CF-Ray": "8f1a-ATH"})
    assert type(error) is kind
    assert (error.message, error.http_status, error.reference) == (words, status, "8f1a-ATH")
    assert (error.may_have_reached, error.outcome_unknown, error.from_api) == (True, False, True)
    assert error.request_id == api.calls[0].request.headers["X-Request-Id"]
    assert error.duration > 0
    assert str(error) == f"HTTP {status}, reference 8f1a-ATH: {words}"


@pytest.mark.parametrize("body", [b"", HTML], ids=["empty", "html"])
@pytest.mark.parametrize(("status", "kind"), CLASSES)
def test_a_refusal_without_the_apis_words_is_not_taken_for_the_apis(
    api, client, status, kind, body
):
    error = refusal_of_claim(api, client, body=body, status=status, content_type="text/html")
    assert type(error) is kind
    assert (error.message, error.from_api, error.outcome_unknown) == ("", False, False)


def test_a_refusal_names_the_fields(api, client):
    error = refusal_of_claim(api, client, json=DETAILED, status=400)
    assert error.details == (spkey.FieldProblem("siteId", "is empty"),)


def test_an_unknown_user_is_not_found(api, client):
    api.get(f"{BASE_URL}/users/by-email", json={"error": "No such user"}, status=404)
    with pytest.raises(spkey.NotFound) as caught:
        client.find_user_by_email("nobody@acme.example")
    assert (caught.value.message, caught.value.from_api) == ("No such user", True)


@pytest.mark.parametrize(
    "body", [FLAT, LISTED, DETAILED | {"code": 502}], ids=["flat", "listed", "detailed"]
)
def test_a_502_in_the_apis_words_means_that_the_hub_is_offline(api, client, body):
    error = refusal_of_claim(api, client, json=body, status=502)
    assert type(error) is spkey.HubOffline
    assert not error.outcome_unknown


@pytest.mark.parametrize(
    "body",
    [
        b"",
        HTML,
        b"{",
        b"[]",
        b'{"message": "Internal server error"}',
        b'{"error": "Bad Gateway"}',
        b'{"title": "Error 502", "status": 502}',
        b'{"success": true}',
        b"[" * 100_000,
    ],
    ids=lambda body: body[:20],
)
def test_a_502_in_a_gateways_words_means_that_the_api_is_unreachable(api, client, body):
    error = refusal_of_claim(api, client, body=body, status=502, content_type="application/json")
    assert type(error) is spkey.Unreachable
    assert (error.http_status, error.may_have_reached, error.outcome_unknown) == (502, True, True)


@pytest.mark.parametrize("status", [500, 501, 503, 504, 520, 524, 599])
@pytest.mark.parametrize("body", [b"", HTML, b'{"success": false, "message": "Sorry"}'])
def test_any_other_5xx_leaves_a_claim_open(api, client, status, body):
    error = refusal_of_claim(api, client, body=body, status=status)
    assert type(error) is spkey.Unreachable
    assert (error.may_have_reached, error.outcome_unknown) == (True, True)


def test_a_5xx_to_a_read_leaves_nothing_open(api, client):
    api.get(people.STATUS_URL, status=503)
    with pytest.raises(spkey.Unreachable) as caught:
        client.hub_status(HUB)
    assert not caught.value.outcome_unknown


def test_a_status_read_can_say_not_found_in_a_list(api, client):
    body = {"success": False, "errors": [{"code": 404, "message": "Hub not found"}]}
    api.get(people.STATUS_URL, json=body, status=404)
    with pytest.raises(spkey.NotFound) as caught:
        client.hub_status(HUB)
    assert caught.value.message == "Hub not found"


def test_words_are_one_short_line_without_control_or_bidi_characters(api, client):
    message = "a\r\nb\tc\0d\u202ee\u2028f\ud800g" + "x" * 5_000
    error = refusal_of_claim(api, client, json=FLAT | {"message": message}, status=400)
    assert error.message == ("a b c de fg" + "x" * 300)[:300]


@pytest.mark.parametrize("words", [None, 5, ["a"], {"a": "b"}, "", " \n "], ids=str)
def test_words_of_another_kind_are_passed_over_for_the_next_best(api, client, words):
    error = refusal_of_claim(api, client, json=FLAT | {"message": words}, status=400)
    assert error.message == "Oops"


def retry_after_of(api, client, **headers):
    return refusal_of_claim(api, client, json=FLAT, status=429, headers=headers).retry_after


@pytest.mark.parametrize(("value", "seconds"), [("0", 0.0), ("2", 2.0), ("3600", 3600.0)])
def test_retry_after_in_seconds(api, client, value, seconds):
    assert retry_after_of(api, client, **{"Retry-After": value}) == seconds


def test_retry_after_as_a_date(api, client):
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    assert retry_after_of(api, client, **{"Retry-After": later}) == pytest.approx(90, abs=20)


def test_retry_after_as_a_date_goes_by_the_servers_own_clock(api, client):
    headers = {
        "Date": "Fri, 01 Jan 2100 10:00:00 GMT",
        "Retry-After": "Fri, 01 Jan 2100 10:00:30 GMT",
    }
    assert retry_after_of(api, client, **headers) == 30.0


def test_retry_after_with_a_past_date_is_zero(api, client):
    assert retry_after_of(api, client, **{"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0.0


@pytest.mark.parametrize(
    "value",
    [None, "", "soon", "-5", "1.5", "1, 2", "٣", "9" * 11, "Wed, 99 Oct 2015 07:28:00 GMT", "1e3"],
)
def test_retry_after_that_cannot_be_read_is_none(api, client, value):
    headers = {} if value is None else {"Retry-After": value}
    assert retry_after_of(api, client, **headers) is None
