"""An OpenAPI document is compared with what the client knows, and what changed is said."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from portal.spkey.contract import CALLS, Call
from portal.spkey.drift import differences


def schema_of(fields: Any, prefix: str = "") -> dict[str, Any]:
    """A schema with these fields, as a document has it."""
    properties, required = {}, []
    for name, known in fields.items():
        inner = name.removeprefix(prefix)
        if not name.startswith(prefix) or "." in inner:
            continue
        schema: dict[str, Any] = {"type": known.type}
        if known.values:
            schema["enum"] = list(known.values)
        if any(each.startswith(f"{name}.") for each in fields):
            schema |= schema_of(fields, f"{name}.")
        properties[inner] = schema
        if known.relied:
            required.append(inner)
    return {"type": "object", "properties": properties, "required": required}


def json_of(schema: dict[str, Any]) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}


def operation(call: Call) -> dict[str, Any]:
    told: dict[str, Any] = {
        "parameters": [
            {"name": name, "in": "query", "schema": {"type": known.type}}
            for name, known in call.query.items()
        ],
        "responses": {status: {"description": ""} for status in call.statuses},
    }
    told["responses"]["200"] = json_of(schema_of(call.answer))
    if call.body:
        told["requestBody"] = json_of(schema_of(call.body))
    return told


@pytest.fixture
def document() -> dict[str, Any]:
    """A document of our own in which nothing has changed."""
    paths: dict[str, Any] = {}
    for call in CALLS:
        paths.setdefault(call.path, {})[call.method] = operation(call)
    schemes = {
        "A": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
        "B": {"type": "http", "scheme": "bearer"},
    }
    return {"openapi": "3.1.0", "paths": paths, "components": {"securitySchemes": schemes}}


def test_nothing_has_changed(document):
    assert differences(document) == []


CLAIM, STATUS = "/hubs/{id}/ClaimHub", "/hubs/{id}/status"


def answer_of(document: Any, path: str, method: str = "post") -> Any:
    responses = document["paths"][path][method]["responses"]
    return responses["200"]["content"]["application/json"]["schema"]


def body_of(document: Any, path: str) -> Any:
    return document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]


def _gone(document: Any) -> None:
    del document["paths"][CLAIM]


def _method_gone(document: Any) -> None:
    document["paths"][CLAIM]["put"] = document["paths"][CLAIM].pop("post")


def _other_path(document: Any) -> None:
    document["paths"]["/v2/hubs/{id}/ClaimHub"] = document["paths"].pop(CLAIM)


def _new_endpoint(document: Any) -> None:
    document["paths"]["/hubs"] = {"get": {"responses": {}}}


def _other_name_in_path(document: Any) -> None:
    document["paths"]["/hubs/{hubId}/ClaimHub"] = document["paths"].pop(CLAIM)


def _status_gone(document: Any) -> None:
    del document["paths"][CLAIM]["post"]["responses"]["502"]


def _unimportant_status_gone(document: Any) -> None:
    del document["paths"]["/hubs/{id}/SuspendHub"]["post"]["responses"]["404"]


def _status_new(document: Any) -> None:
    document["paths"][CLAIM]["post"]["responses"]["429"] = {}


def _success_new(document: Any) -> None:
    document["paths"][CLAIM]["post"]["responses"]["202"] = {}


def _success_other(document: Any) -> None:
    responses = document["paths"][CLAIM]["post"]["responses"]
    responses["202"] = responses.pop("200")


def _field_new(document: Any) -> None:
    answer_of(document, STATUS, "get")["properties"]["battery"] = {"type": "number"}


def _field_gone(document: Any) -> None:
    del answer_of(document, STATUS, "get")["properties"]["siteId"]


def _optional_field_gone(document: Any) -> None:
    del answer_of(document, STATUS, "get")["properties"]["uptimeSeconds"]


def _field_within_gone(document: Any) -> None:
    event = answer_of(document, CLAIM)["properties"]["event"]
    del event["properties"]["data"]["properties"]["claimedAt"]


def _field_unsure(document: Any) -> None:
    answer_of(document, STATUS, "get")["required"].remove("orgId")


def _field_null(document: Any) -> None:
    answer_of(document, STATUS, "get")["properties"]["orgId"]["type"] = ["string", "null"]


def _field_null_of_before(document: Any) -> None:
    answer_of(document, STATUS, "get")["properties"]["orgId"]["nullable"] = True


def _type_other(document: Any) -> None:
    answer_of(document, STATUS, "get")["properties"]["claimedAt"] = {"type": "string"}


def _type_by_reference(document: Any) -> None:
    document["components"]["schemas"] = {"Text": {"type": "string"}}
    field = {"$ref": "#/components/schemas/Text"}
    answer_of(document, STATUS, "get")["properties"]["claimedAt"] = field


def _value_new(document: Any) -> None:
    answer_of(document, STATUS, "get")["properties"]["status"]["enum"].append("Lost")


def _value_gone(document: Any) -> None:
    answer_of(document, STATUS, "get")["properties"]["status"]["enum"].remove("Suspended")


def _sent_value_gone(document: Any) -> None:
    parameters = document["paths"]["/users/by-email"]["get"]["parameters"]
    parameters[1]["schema"]["enum"] = ["false"]


def _required_new(document: Any) -> None:
    body_of(document, CLAIM)["properties"]["reason"] = {"type": "string"}
    body_of(document, CLAIM)["required"].append("reason")


def _required_now(document: Any) -> None:
    body_of(document, CLAIM)["required"].append("orgId")


def _takes_more(document: Any) -> None:
    body_of(document, CLAIM)["properties"]["note"] = {"type": "string"}


def _takes_less(document: Any) -> None:
    del body_of(document, CLAIM)["properties"]["userId"]


def _body_type(document: Any) -> None:
    body_of(document, CLAIM)["properties"]["siteId"] = {"type": "integer"}


def _form(document: Any) -> None:
    request = document["paths"][CLAIM]["post"]["requestBody"]
    request["content"] = {"multipart/form-data": request["content"]["application/json"]}


def _parameter_required(document: Any) -> None:
    new = {"name": "region", "in": "query", "required": True, "schema": {"type": "string"}}
    document["paths"][STATUS]["get"]["parameters"].append(new)


def _parameter_of_the_path(document: Any) -> None:
    new = {"name": "X-Tenant", "in": "header", "required": True, "schema": {"type": "string"}}
    document["paths"][STATUS]["parameters"] = [new]


def _parameter_new(document: Any) -> None:
    new = {"name": "verbose", "in": "query", "schema": {"type": "string"}}
    document["paths"][STATUS]["get"]["parameters"].append(new)


def _parameter_gone(document: Any) -> None:
    document["paths"]["/users/by-email"]["get"]["parameters"].pop()


def _key_elsewhere(document: Any) -> None:
    document["components"]["securitySchemes"]["A"]["name"] = "X-Key"


def _proof_more(document: Any) -> None:
    document["components"]["securitySchemes"]["C"] = {"type": "http", "scheme": "basic"}


def _no_json(document: Any) -> None:
    document["paths"][STATUS]["get"]["responses"]["200"] = {"content": {"text/xml": {}}}


BREAKS = {
    _gone: ["POST /hubs/{id}/ClaimHub is gone."],
    _method_gone: ["POST /hubs/{id}/ClaimHub is gone.", "PUT /hubs/{}/ClaimHub is new."],
    _other_path: ["POST /hubs/{id}/ClaimHub is gone.", "POST /v2/hubs/{}/ClaimHub is new."],
    _status_gone: ["POST /hubs/{id}/ClaimHub does not answer with 502 any more."],
    _success_new: ["POST /hubs/{id}/ClaimHub now may answer with 202."],
    _success_other: [
        "POST /hubs/{id}/ClaimHub does not answer with 200 any more.",
        "POST /hubs/{id}/ClaimHub now may answer with 202.",
    ],
    _field_gone: ["GET /hubs/{id}/status answers without siteId."],
    _field_within_gone: ["POST /hubs/{id}/ClaimHub answers without event.data.claimedAt."],
    _field_unsure: ["GET /hubs/{id}/status may answer without orgId."],
    _field_null: ["orgId of GET /hubs/{id}/status may now be null."],
    _field_null_of_before: ["orgId of GET /hubs/{id}/status may now be null."],
    _type_other: ["claimedAt of GET /hubs/{id}/status is now string, and was number."],
    _type_by_reference: ["claimedAt of GET /hubs/{id}/status is now string, and was number."],
    _value_new: ["status of GET /hubs/{id}/status has a new value, Lost."],
    _sent_value_gone: ["searchOnly of GET /users/by-email has no value true any more."],
    _required_new: ["POST /hubs/{id}/ClaimHub now requires reason."],
    _required_now: ["POST /hubs/{id}/ClaimHub now requires orgId."],
    _takes_less: ["POST /hubs/{id}/ClaimHub does not take userId any more."],
    _body_type: ["siteId of POST /hubs/{id}/ClaimHub is now integer, and was string."],
    _form: ["POST /hubs/{id}/ClaimHub takes no JSON body any more."],
    _parameter_required: ["GET /hubs/{id}/status now requires the parameter region."],
    _parameter_of_the_path: ["GET /hubs/{id}/status now requires the parameter X-Tenant."],
    _parameter_gone: ["GET /users/by-email does not take the parameter searchOnly any more."],
    _key_elsewhere: [
        "The API does not take the header x-api-key as proof any more.",
        "The API takes another proof of who calls: apiKey header x-key.",
    ],
    _no_json: ["GET /hubs/{id}/status answers with no JSON any more."],
}
HARMLESS = {
    _new_endpoint: ["GET /hubs is new."],
    _other_name_in_path: [],
    _unimportant_status_gone: ["POST /hubs/{id}/SuspendHub does not answer with 404 any more."],
    _status_new: ["POST /hubs/{id}/ClaimHub now may answer with 429."],
    _field_new: ["GET /hubs/{id}/status answers with a new field, battery."],
    _optional_field_gone: ["GET /hubs/{id}/status answers without uptimeSeconds."],
    _value_gone: ["status of GET /hubs/{id}/status has no value Suspended any more."],
    _takes_more: ["POST /hubs/{id}/ClaimHub now takes note."],
    _parameter_new: ["GET /hubs/{id}/status now takes the parameter verbose."],
    _proof_more: ["The API takes another proof of who calls: http basic."],
}


@pytest.mark.parametrize("change", BREAKS)
def test_what_the_portal_relies_on_is_named_and_breaks(change: Callable[[Any], None], document):
    change(document)
    found = differences(document)
    assert [each.sentence for each in found] == BREAKS[change]
    assert found[0].breaks


@pytest.mark.parametrize("change", HARMLESS)
def test_what_it_does_not_rely_on_is_named_and_breaks_nothing(change, document):
    change(document)
    found = differences(document)
    assert [each.sentence for each in found] == HARMLESS[change]
    assert not any(each.breaks for each in found)


def test_a_schema_may_be_referred_to_and_put_together(document):
    schema = answer_of(document, STATUS, "get")
    of_two = copy.deepcopy(schema)
    first, second = copy.deepcopy(schema), {"$ref": "#/components/schemas/Rest"}
    rest = {name: first["properties"].pop(name) for name in ("serial", "online")}
    first["required"].remove("serial")
    document["components"]["schemas"] = {
        "Rest": {"type": "object", "properties": rest, "required": ["serial"]},
        "Event": of_two,
    }
    schema.clear()
    schema |= {"allOf": [first, second]}
    claimed = answer_of(document, CLAIM)["properties"]
    claimed["event"] = {"anyOf": [claimed["event"], {"type": "null"}]}

    assert differences(document) == []


@pytest.mark.parametrize(
    "odd",
    [
        *({}, [], None, 7, "text", {"paths": []}, {"paths": {"/x": []}}, {"paths": {"/x": None}}),
        {"paths": {STATUS: {"get": {"responses": 5, "parameters": {"a": 1}}}}},
        {"paths": {STATUS: {"get": {"parameters": [None, 3, {"in": "query"}]}}}},
        {"components": {"securitySchemes": {"A": None, "B": {"type": ["x"]}}}},
    ],
)
def test_an_odd_document_is_a_difference_and_no_error(odd):
    assert any(each.breaks for each in differences(odd))


def test_a_document_that_goes_in_circles_comes_to_an_end(document):
    circle = {"anyOf": [{"$ref": "#/components/schemas/A"}] * 3, "$ref": None}
    within = {"properties": {name: {"$ref": "#/components/schemas/B"} for name in "abcdefgh"}}
    document["components"]["schemas"] = {
        "A": circle,
        "B": within,
        "C": {"$ref": "#/components/schemas/C"},
    }
    properties = answer_of(document, STATUS, "get")["properties"]
    for name, letter in (("serial", "A"), ("model", "B"), ("orgId", "C")):
        properties[name] = {"$ref": f"#/components/schemas/{letter}"}
    json.dumps(document)

    assert isinstance(differences(document), list)
