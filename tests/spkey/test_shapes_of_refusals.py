"""Errors as the framework behind the API words them: by fields, by name, and after the effect."""

import pytest

from portal import spkey
from tests.spkey import people
from tests.spkey.people import HUB, refusal_of_claim

STACK = "at Hub.claim (/srv/hub.ts:12)"
VALIDATION = {
    "success": False,
    "errors": [
        {"code": 7001, "message": "Expected string", "path": ["body", "siteId"]},
        {"code": 7001, "message": "Required", "path": ["body", "user", "id"]},
    ],
    "result": {},
}
SIDE_EFFECT = {
    "success": False,
    "error": "SideEffectError",
    "message": "Event applied but side effects failed",
    "aggregateId": HUB,
    "version": 2,
}
COMMANDS = {
    "ReClaimHub": lambda client: client.reclaim_hub(
        HUB, new_org_id="acme", new_site_id="mill", reason="moved", user_id="u"
    ),
    "SetHubRole": lambda client: client.set_hub_role(HUB, is_primary=True, user_id="u"),
    "SuspendHub": lambda client: client.suspend_hub(HUB, reason="stolen", user_id="u"),
    "SendHubCommand": lambda client: client.send_hub_command(HUB, command="get_nodes"),
    "CommissionDevice": lambda client: client.commission_device(HUB, commissioning_code="1" * 11),
}


def named(name, status=400):
    told = {"name": name, "message": STACK, "httpStatusCode": status, "stack": STACK}
    errors = [{"code": status, "message": STACK}]
    return {"success": False, "errors": errors, "__ceves": told | {"aggregateType": "hub"}}


def test_a_validation_that_failed_names_its_fields(api, client):
    error = refusal_of_claim(api, client, json=VALIDATION, status=400)
    assert type(error) is spkey.Refused
    assert error.is_invalid
    assert error.details == (
        spkey.FieldProblem("siteId", "Expected string"),
        spkey.FieldProblem("user.id", "Required"),
    )


@pytest.mark.parametrize("path", [None, "siteId", [], ["body"], [None, {"a": 1}]], ids=str)
def test_a_path_of_another_kind_breaks_nothing(api, client, path):
    entry = {"code": 7001, "message": "Odd", "path": path}
    error = refusal_of_claim(api, client, json={"success": False, "errors": [entry]}, status=400)
    assert (type(error), error.message) == (spkey.Refused, "Odd")
    assert error.is_invalid
    assert error.details == (spkey.FieldProblem("", "Odd"),)


def test_a_validation_that_says_nothing_at_all_is_one_all_the_same(api, client):
    body = {"success": False, "errors": [{"code": 7001}]}
    error = refusal_of_claim(api, client, json=body, status=400)
    assert (error.is_invalid, error.details) == (True, ())


@pytest.mark.parametrize("place", [[], ["body"], ["query"], ["params"], ["headers"]], ids=str)
def test_a_path_leads_to_its_field_from_wherever_it_begins(api, client, place):
    entry = {"code": 7001, "message": "Odd", "path": [*place, "users", 0, "id"]}
    error = refusal_of_claim(api, client, json={"success": False, "errors": [entry]}, status=400)
    assert error.details == (spkey.FieldProblem("users.0.id", "Odd"),)


@pytest.mark.parametrize(
    ("name", "kind", "is_invalid"),
    [
        ("AggregateNotFoundError", spkey.NotFound, None),
        ("BusinessRuleViolationError", spkey.Refused, False),
        ("CommandValidationError", spkey.Refused, True),
        ("ForbiddenError", spkey.Forbidden, None),
        ("UnauthorizedError", spkey.BadCredentials, None),
        ("VersionConflictError", spkey.Busy, False),
        ("SomethingNewError", spkey.Refused, False),
    ],
)
def test_an_error_with_a_name_is_understood_by_it_and_only_the_name_is_kept(
    api, client, name, kind, is_invalid
):
    headers = {"X-Ceves-Error": "1"}
    error = refusal_of_claim(api, client, json=named(name), status=400, headers=headers)
    assert type(error) is kind
    assert (error.message, error.from_api) == (name, True)
    assert getattr(error, "is_invalid", None) == is_invalid
    assert STACK not in str(error)


def with_fields(name):
    path = {"code": 7001, "message": STACK, "path": ["body", "siteId"]}
    field = {"field": "userId", "message": STACK}
    return named(name) | {"message": STACK, "errors": [path], "details": [field]}


@pytest.mark.parametrize("name", ["BusinessRuleViolationError", "SomethingNewError"])
def test_a_name_decides_against_fields_that_look_like_a_validation(api, client, name):
    error = refusal_of_claim(api, client, json=with_fields(name), status=400)
    assert (error.message, error.is_invalid, error.details) == (name, False, ())


def test_a_validation_by_name_keeps_its_fields_and_no_text(api, client):
    error = refusal_of_claim(api, client, json=with_fields("CommandValidationError"), status=400)
    assert (error.message, error.is_invalid) == ("CommandValidationError", True)
    assert [(each.field, each.message) for each in error.details] == [
        ("userId", ""),
        ("siteId", ""),
    ]


@pytest.mark.parametrize("mark", ["1", "true"])
@pytest.mark.parametrize("more", [{}, {"error": STACK}, {"__ceves": STACK}], ids=str)
def test_no_text_is_kept_of_a_marked_error_without_a_name(api, client, mark, more):
    body = with_fields("") | more
    error = refusal_of_claim(api, client, json=body, status=400, headers={"X-Ceves-Error": mark})
    assert (type(error), error.from_api) == (spkey.Refused, True)
    assert (error.message, error.is_invalid, error.details) == ("", False, ())


@pytest.mark.parametrize("name", [None, 5, "", "x" * 65, "Not a name", "<b>"], ids=str)
def test_a_name_that_is_none_is_passed_over_and_nothing_else_is_told(api, client, name):
    error = refusal_of_claim(api, client, json=named(name), status=403)
    assert (type(error), error.message) == (spkey.Forbidden, "")


def test_a_marked_error_without_a_body_is_the_apis_own(api, client):
    answer = {"body": b"", "status": 404, "headers": {"X-Ceves-Error": "1"}}
    error = refusal_of_claim(api, client, **answer)
    assert (type(error), error.from_api) == (spkey.NotFound, True)


@pytest.mark.parametrize("status", [500, 503])
def test_a_name_in_a_5xx_leaves_the_outcome_open(api, client, status):
    error = refusal_of_claim(api, client, json=named("AggregateNotFoundError"), status=status)
    assert (type(error), error.outcome_unknown) == (spkey.Unreachable, True)


@pytest.mark.parametrize(
    "body", [SIDE_EFFECT, named("SideEffectError", 500)], ids=["flat", "named"]
)
def test_side_effects_that_failed_follow_a_claim_that_took_effect(api, client, body):
    error = refusal_of_claim(api, client, json=body, status=500)
    assert (type(error), error.outcome_unknown) == (spkey.SideEffectsFailed, False)


def test_a_read_has_no_side_effects_that_could_fail(api, client):
    api.get(people.STATUS_URL, json=SIDE_EFFECT, status=500)
    with pytest.raises(spkey.Unreachable):
        client.hub_status(HUB)


@pytest.mark.parametrize(("value", "seconds"), [("2", 2.0), ("", None), ("soon", None)])
def test_a_503_says_when_to_come_back(api, client, value, seconds):
    headers = {"Retry-After": value} if value else {}
    error = refusal_of_claim(api, client, body=b"", status=503, headers=headers)
    assert (type(error), error.retry_after) == (spkey.Unreachable, seconds)
    assert error.outcome_unknown


@pytest.mark.parametrize("command", COMMANDS)
def test_a_502_to_another_command_says_that_it_was_not_passed_on(api, client, command):
    body = {"success": False, "error": "Bad gateway", "message": "Could not reach the device"}
    api.post(f"{people.BASE_URL}/hubs/{HUB}/{command}", json=body, status=502)
    with pytest.raises(spkey.SpkeyError) as caught:
        COMMANDS[command](client)
    assert type(caught.value) is spkey.NotPassedOn


def test_a_502_to_a_read_says_nothing_of_the_hub(api, client):
    api.get(people.STATUS_URL, json={"success": False, "error": "Bad gateway"}, status=502)
    with pytest.raises(spkey.NotPassedOn) as caught:
        client.hub_status(HUB)
    assert not caught.value.outcome_unknown
