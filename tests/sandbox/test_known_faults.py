"""Each fault with a name is what its line in the table says, as the client sees it."""

import json
from dataclasses import fields

import pytest
import requests

from portal import spkey
from portal.gateway import key_health
from portal.sandbox import known, world
from portal.sandbox.faults import FaultAction
from portal.sandbox.known import KNOWN
from portal.spkey import answers
from tests.running import until

HUB = world.hub_id(3)
HASTY = spkey.Timeouts(connect=30, get_read=30, post_read=30, get_total=60, post_total=0.5)
TOKEN = world.token_text("acme")


def claim(client):
    return client.claim_hub(HUB, site_id="site-1", user_id="somebody")


def read(client):
    return client.hub_status(HUB)


def check(client):
    return client.hub_status(key_health.NO_HUB)


def command(client):
    return client.send_hub_command(HUB, command="get_nodes")


def move(client):
    ours = world.MAGIC["ours"].id
    return client.reclaim_hub(
        ours, new_org_id=world.ACME_ORG_ID, new_site_id="site-2", reason="Swapped", user_id="u"
    )


INVALID, FIELD = {"is_invalid": True}, spkey.FieldProblem("siteId", "Unknown site")
LIMITED, RESTARTING = {"retry_after": 30.0}, {"http_status": 503, "retry_after": 2.0}
OPEN = {"outcome_unknown": True}
EXPECTED = {
    "aggregate-not-found": (claim, spkey.NotFound, {"message": "AggregateNotFoundError"}),
    "business-rule-violation": (
        claim,
        spkey.Refused,
        {"message": "BusinessRuleViolationError", "is_invalid": False},
    ),
    "command-validation": (claim, spkey.Refused, INVALID | {"message": "CommandValidationError"}),
    "unauthorized": (claim, spkey.BadCredentials, {"message": "UnauthorizedError"}),
    "forbidden": (claim, spkey.Forbidden, {"message": "ForbiddenError"}),
    "version-conflict": (claim, spkey.Busy, {"message": "VersionConflictError"}),
    "side-effects": (claim, spkey.SideEffectsFailed, {"message": "SideEffectError"}),
    "validation": (claim, spkey.Refused, INVALID | {"details": (FIELD,)}),
    "validation-without-field": (claim, spkey.Refused, INVALID),
    "details": (claim, spkey.Refused, INVALID | {"details": (FIELD,)}),
    "refused": (claim, spkey.Refused, {"is_invalid": False}),
    "hub-offline": (claim, spkey.HubOffline, {}),
    "gateway-error": (claim, spkey.Unreachable, OPEN | {"http_status": 502}),
    "claim-rate-limited": (claim, spkey.RateLimited, LIMITED),
    "claim-restarting": (claim, spkey.Unreachable, OPEN | RESTARTING),
    "read-not-found": (read, spkey.NotFound, {"from_api": True}),
    "read-forbidden": (read, spkey.Forbidden, {"from_api": True}),
    "read-refused": (read, spkey.BadCredentials, {}),
    "read-not-passed-on": (read, spkey.NotPassedOn, {}),
    "read-restarting": (read, spkey.Unreachable, RESTARTING),
    "check-rate-limited": (check, spkey.RateLimited, LIMITED),
    "command-not-passed-on": (command, spkey.NotPassedOn, {}),
    "move-side-effects": (move, spkey.SideEffectsFailed, {"message": "SideEffectError"}),
    "move-lost": (move, spkey.Unreachable, OPEN),
    "key-alone-refused": (read, spkey.BadCredentials, {}),
    "token-alone-refused": (read, spkey.BadCredentials, {}),
    "both-refused": (read, spkey.BadCredentials, {}),
    "slow": (claim, None, {}),
    "hang": (claim, spkey.Unreachable, OPEN),
    "drop": (claim, spkey.Unreachable, OPEN),
    "reset": (claim, spkey.Unreachable, OPEN),
    "drip": (claim, spkey.Unreachable, OPEN),
    "oversize": (claim, spkey.UnusableAnswer, OPEN),
    "redirect": (claim, spkey.UnusableAnswer, OPEN),
    "malformed": (claim, spkey.UnusableAnswer, OPEN),
}
SENT = {"token-alone-refused": (None, TOKEN), "both-refused": (world.ACME_KEY, TOKEN)}


@pytest.mark.parametrize("name", KNOWN)
def test_a_fault_with_a_name_is_what_its_line_says(patient_sandbox, pauses, name):
    call, error, facts = EXPECTED[name]
    url = f"{patient_sandbox.url}/_control/faults/{name}"
    assert requests.post(url, timeout=60).status_code == 200
    options = {"timeouts": HASTY} if name == "drip" else {}
    key, token = SENT.get(name, (world.ACME_KEY, None))

    with spkey.Client(patient_sandbox.url, key, token, **options) as client:
        if error is None:
            assert call(client).event
        else:
            with pytest.raises(error) as raised:
                call(client)
            assert type(raised.value) is error
            assert {name: getattr(raised.value, name) for name in facts} == facts
    action = KNOWN[name].action
    assert [seconds for seconds in pauses if seconds] == [
        action[kind] for kind in ("latency", "hang") if kind in action
    ]
    takes_effect = "takes effect" in KNOWN[name].what_it_does or name == "slow"
    until(lambda: not takes_effect or patient_sandbox.state.event_log)
    assert len(patient_sandbox.state.event_log) == takes_effect


@pytest.mark.parametrize("way", ["key-alone-refused", "token-alone-refused", "both-refused"])
def test_a_key_is_refused_in_one_way_and_accepted_in_the_others(sandbox, connect, way):
    sandbox.faults.add(KNOWN[way].match, action=KNOWN[way].action)
    sent = {
        "key-alone-refused": connect(world.ACME_KEY),
        "token-alone-refused": connect(None, bearer_token=TOKEN),
        "both-refused": connect(world.ACME_KEY, bearer_token=TOKEN),
    }
    for _ in range(2):
        with pytest.raises(spkey.BadCredentials):
            read(sent[way])
    assert all(read(client) for name, client in sent.items() if name != way)


def test_every_name_that_the_portal_understands_has_a_fault():
    bodies = [json.loads(fault.action["body"]) for name, fault in KNOWN.items() if is_refusal(name)]
    told = {body.get("__ceves", {}).get("name") or body.get("error") for body in bodies}
    understood = {*answers._BY_NAME, answers._SIDE_EFFECT}
    assert understood - told == set()


def is_refusal(name):
    return KNOWN[name].action.get("body", "").startswith('{"') and name != "malformed"


def test_every_error_that_the_portal_tells_apart_has_a_fault():
    def all_of(kind):
        return {kind}.union(*(all_of(each) for each in kind.__subclasses__()))

    # Without a certificate none can be bad.
    told_apart = all_of(spkey.SpkeyError) - {spkey.SpkeyError, spkey.TlsFailed}
    met = {error for _, error, _ in EXPECTED.values() if error}
    assert met == told_apart


def test_everything_that_can_go_wrong_has_a_fault():
    used = {part for fault in KNOWN.values() for part in fault.action}
    assert used == {part.name for part in fields(FaultAction)}
    assert str(key_health.NO_HUB) == known.NO_HUB
