"""The sandbox against the vendor's OpenAPI document, where that document is at hand."""

import json
import os
from pathlib import Path

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from portal.sandbox import world
from portal.sandbox.server import Sandbox

CHECKOUT = Path(__file__).resolve().parents[2]
BESIDE = CHECKOUT.parent / "shared" / "spkey" / "openapi-hubs.json"
DOCUMENT = Path(os.environ.get("SPKEY_OPENAPI", BESIDE))
OPERATIONS = [
    *(f"POST /hubs/{{id}}/{name}" for name in ("ClaimHub", "ReClaimHub", "SetHubRole")),
    *(f"POST /hubs/{{id}}/{name}" for name in ("SuspendHub", "SendHubCommand")),
    *(f"POST /hubs/{{id}}/{name}" for name in ("CommissionDevice", "ProvisionHub")),
    "GET /hubs/{id}/status",
    "GET /users/{id}/profile",
    "GET /users/by-email",
]
CONFORMS = [content_type_conformance, response_headers_conformance, response_schema_conformance]
NEW_HUB = "00000000-0000-4000-8000-000000000001"
CLAIMED_HUB, FREE_HUB = world.hub_id(0), world.hub_id(1)
PERSON = world.USERS["admin@acme.example"]

pytestmark = pytest.mark.skipif(
    not DOCUMENT.is_file(), reason=f"no OpenAPI document: SPKEY_OPENAPI names none, nor is {BESIDE}"
)
bounded = settings(
    max_examples=25,
    phases=[Phase.generate],
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def document():
    """The document as a schema; a pattern in it is escaped for HTML and is read as it was meant."""
    text = DOCUMENT.read_text(encoding="utf-8")
    return json.loads(text.replace("&#123;", "{").replace("&#125;", "}"))


@pytest.fixture(scope="module")
def schema(document):
    return schemathesis.openapi.from_dict(document)


@pytest.fixture(scope="module")
def running():
    with Sandbox() as sandbox:
        yield sandbox


def operation_of(schema, name):
    method, path = name.split()
    return schema[path][method]


def prepare(sandbox):
    """A world with one claimed hub, and the rest of them free."""
    sandbox.reset()
    claimed = {"status": "Claimed", "orgId": world.ACME_ORG_ID, "siteId": "site-1"}
    sandbox.state.set_hub(CLAIMED_HUB, claimed)


def aim(case, known):
    """Point the case at something that exists, or leave what was made up."""
    if "email" in case.query and known:
        case.query["email"] = "admin@acme.example"
    if "id" in case.path_parameters and known:
        case.path_parameters["id"] = known
    if case.method == "POST" and isinstance(case.body, dict):
        case.body["hubId"] = case.path_parameters["id"]


def send(case, sandbox):
    with requests.Session() as session:
        session.trust_env = False
        return case.call(
            base_url=sandbox.url, session=session, headers={"X-API-Key": world.SUPPORT_KEY}
        )


def test_every_operation_of_the_document_is_tried(document):
    described = {f"{m.upper()} {path}" for path, ops in document["paths"].items() for m in ops}
    assert described == set(OPERATIONS)


@pytest.mark.slow
@pytest.mark.parametrize("name", OPERATIONS)
def test_every_valid_request_is_answered_as_documented(schema, running, name):
    operation = operation_of(schema, name)
    targets = [None, NEW_HUB, CLAIMED_HUB, FREE_HUB, PERSON]
    seen = set()

    @bounded
    @given(case=operation.as_strategy(), known=st.sampled_from(targets))
    def every_case(case, known):
        prepare(running)
        aim(case, known)
        answer = send(case, running)
        case.validate_response(answer, checks=[status_code_conformance, *CONFORMS])
        seen.add(answer.status_code)

    every_case()
    assert seen & {200, 201}, f"only {seen}"
    assert seen <= {200, 201, 400, 404, 409}, f"also {seen}"


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in OPERATIONS if name.startswith("POST")])
def test_every_invalid_body_is_refused_in_a_documented_shape(schema, running, name):
    # All but the body is fixed and right, so that only the body can be what is refused.
    strategy = operation_of(schema, name).as_strategy(
        generation_mode=GenerationMode.NEGATIVE,
        path_parameters={"id": CLAIMED_HUB},
        headers={"Authorization": "Bearer a.b.c", "X-API-Key": world.SUPPORT_KEY},
    )

    @bounded
    @given(case=strategy)
    def every_case(case):
        prepare(running)
        if isinstance(case.body, dict) and isinstance(case.body.get("hubId"), str):
            case.body["hubId"] = CLAIMED_HUB
        answer = send(case, running)
        assert answer.status_code == 400, case.body
        case.validate_response(answer, checks=[status_code_conformance, *CONFORMS])
        assert running.state.event_log == []

    every_case()
