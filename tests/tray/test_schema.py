"""The wire format: read strictly, written from one definition, and known to the scripts."""

import json
import re
import subprocess
import types
from dataclasses import fields, is_dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, get_args, get_origin
from uuid import UUID, uuid4

import pytest
from django.conf import settings

from portal.tray import schema
from portal.tray.schema import Action, News, Outcome, Row

ROOT = Path(__file__).resolve().parents[2]
WIRE = ROOT / "static" / "js" / "tray" / "wire.js"
COMMENT = re.compile(r"/\*\*(.*?)\*/", re.DOTALL)
TYPEDEF = re.compile(r"@typedef \{(.*?)\} (\w+)", re.DOTALL)
PROPERTY = re.compile(r"@property \{(.*?)\} (\w+)")
SIMPLE = {str: "string", UUID: "string", bool: "boolean", int: "number"}

ID = UUID("6a0f1f9e-41a8-4a4c-8f43-4f2d2f1f3c10")
HUB = UUID("315e230b-4f3e-4f7e-bc8e-8f38f8275fbc")


def messages() -> dict[str, type]:
    """Every dataclass of the schema, by name."""
    return {name: each for name, each in vars(schema).items() if _is_message(each)}


def enumerations() -> dict[str, type[StrEnum]]:
    """Every set of words of the schema, by name."""
    found = vars(schema).items()
    return {name: each for name, each in found if _is_enumeration(each) and each is not StrEnum}


def _is_message(each: object) -> bool:
    return isinstance(each, type) and is_dataclass(each)


def _is_enumeration(each: object) -> bool:
    return isinstance(each, type) and issubclass(each, StrEnum)


def in_javascript(kind: Any) -> str:
    """The type that a field of this Python type has on the device."""
    if get_origin(kind) is tuple:
        return f"{in_javascript(get_args(kind)[0])}[]"
    if get_origin(kind) is types.UnionType:
        one = in_javascript(get_args(kind)[0])
        return one if one == "string" else f'{one} | ""'
    return SIMPLE.get(kind) or kind.__name__


def typedefs() -> dict[str, dict[str, str]]:
    """What wire.js says of each message: its properties and their types, in order."""
    found = {}
    for comment in COMMENT.findall(WIRE.read_text(encoding="utf-8")):
        for kind, name in TYPEDEF.findall(comment):
            if kind == "object":
                found[name] = {prop: of for of, prop in PROPERTY.findall(comment)}
    return found


def words() -> dict[str, set[str]]:
    """What wire.js says of each set of words."""
    found = TYPEDEF.findall(WIRE.read_text(encoding="utf-8"))
    return {name: set(re.findall(r'"(\w+)"', kind)) for kind, name in found if kind != "object"}


def test_the_scripts_know_every_message_with_its_fields_and_their_types():
    assert typedefs() == {
        name: {schema.on_the_wire(each.name): in_javascript(each.type) for each in fields(message)}
        for name, message in messages().items()
    }


def test_the_scripts_know_every_action_and_every_outcome():
    assert words() == {name: set(each) for name, each in enumerations().items()}
    assert set(words()) == {"Action", "Outcome"}


ROW = Row(
    id=ID,
    text=str(HUB),
    site="mill-court",
    claim=True,
    claim_id=None,
    action=Action.STOP,
    seen="0123456789abcdef",
    place="Flat 12, riser",
    job=str(HUB),
)
REQUEST = schema.Request(person=ID, organisation=HUB, rows=(ROW, replace(ROW, claim_id=HUB)))
NEWS = News(
    outcome=Outcome.HELD_UP,
    kind="attention",
    icon="offline",
    word="Hub offline",
    title="The hub is not online",
    text="Check the power.",
    hub_id=HUB,
    actions=(Action.TRY_NOW, Action.STOP),
)


PROGRESS = schema.Progress(
    job=ID,
    claimed=9,
    online=8,
    under_way=1,
    held_up=0,
    offline=1,
    missing=0,
    unlisted=0,
    unlisted_online=0,
    to_release=0,
    awaited=(schema.Awaited(hub_id=HUB, last_seen="2026-11-29T10:41:00+00:00"),),
    since="2026-11-29T10:40:00+00:00",
    until="",
)
JOB = schema.Job(
    id=ID,
    number=4711,
    own=True,
    site=ID,
    reference="WO-7",
    note="",
    starts_on="2026-11-29",
    ends_on="2026-11-30",
    expected=12,
    places=(schema.Place(name="Flat 12, riser", hub_id=None, taken_by=HUB),),
    progress=PROGRESS,
    complete="",
)
SAMPLES = (
    REQUEST,
    schema.Answer(
        rows=tuple(replace(NEWS, outcome=each).to(ROW) for each in Outcome), progress=(PROGRESS,)
    ),
    schema.Session(
        person=schema.Named(id=ID, name="Ira"),
        organisation=schema.Named(id=HUB, name="Acme"),
        sites=(schema.SiteChoice(id=ID, name="Mill Court", address="1 Mill Lane"),),
        site=None,
        jobs=(JOB,),
        language="en",
        csrf="token",
    ),
    schema.Label(text=str(HUB)),
    schema.SignIn(sign_in="/accounts/login/"),
    schema.Problem(problem="No."),
    schema.Refusal(problem="No.", person=ID, news=NEWS),
)


def objections(samples: dict[str, dict[str, Any]], folder: Path) -> str:
    """What the scripts' type checker has against these messages, each by its name in wire.js."""
    lines = [
        f'/** @type {{import("{WIRE}").{name}}} */\nexport const a{name} = {json.dumps(message)};'
        for name, message in samples.items()
    ]
    (folder / "samples.js").write_text("\n".join(lines), encoding="utf-8")
    ours = {"extends": str(ROOT / "tsconfig.json"), "include": ["samples.js"]}
    (folder / "tsconfig.json").write_text(json.dumps(ours), encoding="utf-8")
    command = [settings.NODE_MODULES / ".bin" / "tsc", "-p", folder]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert bool(ran.stdout) is bool(ran.returncode), ran.stderr
    return ran.stdout


def test_the_scripts_type_checker_takes_every_message_as_it_goes_out(tmp_path):
    samples = {type(each).__name__: schema.dump(each) for each in SAMPLES}

    assert objections(samples, tmp_path) == ""


def test_the_scripts_type_checker_notices_a_wrong_message(tmp_path):
    news = schema.dump(NEWS)
    wrong = {
        "News": news | {"outcome": "good"},
        "Named": {"id": str(ID)},
        "Label": {"text": 1},
        "Problem": {"problem": "No.", "action": ""},
    }
    output = objections(wrong, tmp_path)

    assert output.count("error TS") == len(wrong)


def test_a_request_survives_being_written_and_read():
    assert schema.parse(json.dumps(schema.dump(REQUEST)).encode()) == REQUEST


def test_a_message_is_written_in_camel_case_with_empty_texts_for_none():
    assert schema.dump(NEWS) == {
        "id": "",
        "seen": "",
        "outcome": "held_up",
        "kind": "attention",
        "icon": "offline",
        "word": "Hub offline",
        "title": "The hub is not online",
        "text": "Check the power.",
        "tried": "",
        "trying": False,
        "nextLook": "",
        "meta": "",
        "number": "",
        "url": "",
        "moveUrl": "",
        "askUrl": "",
        "requestUrl": "",
        "hubId": str(HUB),
        "claimId": "",
        "canClaim": False,
        "settled": True,
        "pollIn": 0,
        "actions": ["try_now", "stop"],
        "online": False,
        "atHub": False,
        "lastSeen": "",
        "toRelease": False,
    }


def test_a_message_within_a_message_is_written_as_well():
    refusal = schema.Refusal(problem="No.", person=ID, news=NEWS)

    assert schema.dump(refusal) == {
        "problem": "No.",
        "person": str(ID),
        "news": schema.dump(NEWS),
    }


# Devices of before do not know them, and send them not.
YOUNG = ("place", "job", "tried", "reason", "ticket")


@pytest.mark.parametrize("name", [each.name for each in fields(Row) if each.name not in YOUNG])
def test_a_row_without_one_of_its_fields_is_malformed(name):
    row = schema.dump(ROW)
    del row[schema.on_the_wire(name)]
    body = schema.dump(REQUEST) | {"rows": [row]}

    with pytest.raises(schema.MalformedError):
        schema.parse(json.dumps(body).encode())


def test_a_row_of_a_device_that_knows_no_jobs_has_no_place_and_none():
    row = schema.dump(ROW)
    for name in YOUNG:
        del row[name]
    body = schema.dump(REQUEST) | {"rows": [row]}

    assert schema.parse(json.dumps(body).encode()).rows == (replace(ROW, place="", job=""),)


def test_a_place_is_kept_in_one_line_and_cut_rather_than_refused():
    assert replace(ROW, place="  Flat 12,\n riser ").short_place == "Flat 12, riser"
    assert replace(ROW, place="x" * 90).short_place == "x" * 80
    assert replace(ROW, job="no id").job_id is None


def test_a_reason_and_a_ticket_are_kept_in_one_line_and_cut_rather_than_refused():
    row = replace(ROW, reason="Their\n tablet " + "x" * 600, ticket=" T-1 " + "9" * 80)

    assert row.short_reason.startswith("Their tablet xxx")
    assert (len(row.short_reason), len(row.short_ticket)) == (500, 60)


def test_a_device_that_knows_no_grants_sends_none():
    body = schema.dump(REQUEST)
    del body["grant"]

    assert schema.parse(json.dumps(body).encode()).grant is None


def test_the_seen_mark_changes_with_everything_in_the_news():
    other = {
        "outcome": Outcome.FAILED,
        "kind": "stop",
        "icon": "alert",
        "actions": (),
        "settled": False,
        "poll_in": 2,
        "can_claim": True,
        "claim_id": ID,
        "hub_id": None,
        "online": True,
        "at_hub": True,
        "to_release": True,
        "trying": True,
    }
    words = ("word", "title", "text", "tried", "next_look", "meta")
    texts = (*words, "number", "url", "move_url", "ask_url", "request_url", "last_seen")
    changed = [{name: value} for name, value in (other | dict.fromkeys(texts, "Other.")).items()]
    seen = [replace(NEWS, **change).to(ROW).seen for change in [{}, *changed]]

    assert {name for change in changed for name in change} | {"id", "seen"} == {
        each.name for each in fields(News)
    }
    assert len(set(seen)) == len(seen)
    assert NEWS.to(ROW).seen == seen[0] != NEWS.to(replace(ROW, id=uuid4())).seen
