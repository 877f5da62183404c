"""A hub id is a UUID or nothing is sent; and the path is exactly the expected one."""

import re
import uuid

import pytest
import responses
from hypothesis import given, settings
from hypothesis import strategies as st

from portal import spkey
from tests.spkey import people
from tests.spkey.people import BASE_URL, HUB

HOSTILE = [
    "",
    ".",
    "..",
    "/",
    "a/b",
    "%2e%2e",
    "%2E",
    "..%2f..",
    "../users",
    HUB + "/..",
    HUB + "\n",
    " " + HUB,
    HUB + "?x=1",
    HUB + "#",
    HUB + "%00",
    HUB[:-1],
    HUB + "0",
    HUB.replace("-", ""),
    "{" + HUB + "}",
    "urn:uuid:" + HUB,
    HUB.replace("3", "٣", 1),
    HUB.replace("f", "\N{FULLWIDTH LATIN SMALL LETTER F}", 1),
    HUB.replace("-", "\u2010"),
    HUB[:-1] + "g",
    "a;b",
    "a\\b",
    "\0",
]
CALLS = {
    "hub_status": {},
    "claim_hub": people.CLAIM,
    "reclaim_hub": {"new_org_id": "o", "new_site_id": "s", "reason": "r", "user_id": "u"},
    "set_hub_role": {"is_primary": True, "user_id": "u"},
    "suspend_hub": {"reason": "r", "user_id": "u"},
    "send_hub_command": {"command": "get_nodes"},
    "commission_device": {"commissioning_code": "12345678901"},
}
ALMOST_IDS = st.one_of(
    st.text(),
    st.sampled_from(HOSTILE),
    st.uuids().map(str),
    st.uuids().map(lambda it: str(it).upper()),
    st.from_regex(r"[0-9a-fA-F.%/]{8}(-[0-9a-f./]{4}){3}-[0-9a-f%2]{12}[\n/.]?"),
)


def sent_path(hub_id: object) -> str | None:
    """The path that a status read of this id puts on the wire, None when it is refused."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as api:
        api.add_callback("GET", re.compile(".*"), callback=lambda request: (404, {}, ""))
        with spkey.Client(BASE_URL, people.key()) as client:
            try:
                client.hub_status(hub_id)
            except ValueError:
                assert not api.calls
                return None
            except spkey.NotFound:
                return api.calls[0].request.path_url
    raise AssertionError("a 404 is neither of both")


@given(ALMOST_IDS)
def test_an_id_is_rejected_or_its_path_is_exactly_the_expected_one(text):
    path = sent_path(text)
    if path is None:
        assert not _is_uuid(text)
    else:
        assert _is_uuid(text)
        assert path == f"/hubs/{text}/status"


def _is_uuid(text: str) -> bool:
    """Judged by another road than the client's: the standard library's own canonical form."""
    try:
        return str(uuid.UUID(text)) == text.lower() and text.isascii()
    except ValueError:
        return False


@pytest.mark.parametrize("version", [0, 1, 4, 7, 8, 15])
def test_a_uuid_of_any_version_is_a_hub_id(version):
    hub_id = f"3f2b8c1a-9d4e-{version:x}f6a-0b7c-0123456789ab"
    assert sent_path(uuid.UUID(hub_id)) == sent_path(hub_id) == f"/hubs/{hub_id}/status"


@pytest.mark.parametrize("call", CALLS)
def test_no_call_sends_an_id_that_is_no_uuid(api, client, call):
    for hub_id in HOSTILE:
        with pytest.raises(ValueError, match="UUID"):
            getattr(client, call)(hub_id, **CALLS[call])
    assert not api.calls


@pytest.mark.parametrize("hub_id", [None, 5, b"3f2b8c1a-9d4e-4f6a-8b7c-0123456789ab", [HUB]])
def test_a_value_that_is_not_text_is_no_id(hub_id):
    assert sent_path(hub_id) is None


@settings(max_examples=30)
@given(st.emails())
def test_an_address_stays_within_its_parameter(email):
    with responses.RequestsMock() as api:
        api.get(f"{BASE_URL}/users/by-email", status=404)
        with spkey.Client(BASE_URL, people.key()) as client, pytest.raises(spkey.NotFound):
            client.find_user_by_email(email)
        assert api.calls[0].request.params == {"email": email, "searchOnly": "true"}
