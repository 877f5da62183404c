"""The wire format of the tray: every message between a device and the portal, in both directions.

A message is a dataclass. On the wire it is a JSON object with the same fields, their names in
camelCase; ids are texts, and "" means None. `static/js/tray/wire.js` has the same messages
for the scripts, and a test holds the two together.
"""

import hashlib
import json
import types
import uuid
from dataclasses import MISSING, dataclass, fields, is_dataclass, replace
from enum import StrEnum
from typing import Any, Final, get_args, get_origin

MOST_ROWS: Final = 50
MOST_BYTES: Final = 256 * 1024
LONGEST_SEEN: Final = 64
LONGEST_PLACE: Final = 80
LONGEST_REASON: Final = 500
LONGEST_TICKET: Final = 60


class MalformedError(ValueError):
    """The body is no request of a tray."""


class Action(StrEnum):
    """What a person may have done to the claim that a row became."""

    TRY_NOW = "try_now"
    STOP = "stop"
    AGAIN = "again"
    TELL = "tell"
    """The administrators are told of a hub that cannot be claimed."""


class Outcome(StrEnum):
    """What has become of a row. Scripts decide by this; a chip's kind is its colour alone."""

    LOOKING = "looking"
    """It is being looked up."""
    UNKNOWN = "unknown"
    """Nothing is known of the hub, nor found out just now. It can be claimed all the same."""
    READY = "ready"
    """It can be claimed."""
    HERE = "here"
    """The organisation has it at this site already."""
    YOURS = "yours"
    """The organisation has it already, and no site was picked to compare."""
    ELSEWHERE = "elsewhere"
    """The organisation has it at another site, or claims it there."""
    REFUSED = "refused"
    """It cannot be claimed as it is."""
    UNDER_WAY = "under_way"
    """Its claim goes on, and takes seconds or minutes."""
    HELD_UP = "held_up"
    """Its claim waits for something outside: the hub's network, SpKey, an administrator."""
    CLAIMED = "claimed"
    """It was claimed."""
    CANCELLED = "cancelled"
    """Its claim was stopped."""
    FAILED = "failed"
    """Its claim was given up."""
    LOST = "lost"
    """It was claimed, and SpKey no longer has it as the organisation's."""
    TOOK_EFFECT = "took_effect"
    """Its claim had ended otherwise, and was carried out after all."""
    FORBIDDEN = "forbidden"
    """Nothing is taken from this person; the device asks again in a while."""
    NOT_TAKEN = "not_taken"
    """Something unforeseen kept it from being taken; the device sends it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of a tray, as the device has it.

    `id` is its name, made on the device. `text` is what was read off the label. `site` is the id
    of the site that was picked: a row that has lain on a device for weeks is answered whatever
    stands there. `claim`: the person has confirmed it. `claim_id` is that of the claim it became.
    `seen` is what the device was told last: see `News`. `place` is where in the building the hub
    goes: of a row that became a claim only where the person has changed it since, else "". `job` is
    the id of the job they work on, "" without one. `tried`: the person has asked to have its claim
    tried at once, and wants to know what comes of that. `reason` and `ticket` say why an agent of
    support claims it. Devices that know none of them send none.
    """

    id: uuid.UUID
    text: str
    site: str
    claim: bool
    claim_id: uuid.UUID | None
    action: Action | None
    seen: str
    place: str = ""
    job: str = ""
    tried: bool = False
    reason: str = ""
    ticket: str = ""

    def __post_init__(self) -> None:
        if len(self.seen) > LONGEST_SEEN:
            raise MalformedError

    @property
    def site_id(self) -> uuid.UUID | None:
        """The site's id, None where none was picked or the text is no id."""
        return _id_or_none(self.site)

    @property
    def job_id(self) -> uuid.UUID | None:
        """The job's id, None where there is none or the text is no id."""
        return _id_or_none(self.job)

    @property
    def short_place(self) -> str:
        """The place in one line, as much of it as is kept: too long a one costs no row."""
        return _line(self.place, LONGEST_PLACE)

    @property
    def short_reason(self) -> str:
        """The reason in one line, as much of it as is kept."""
        return _line(self.reason, LONGEST_REASON)

    @property
    def short_ticket(self) -> str:
        """The ticket in one line, as much of it as is kept."""
        return _line(self.ticket, LONGEST_TICKET)

    @property
    def is_by_hand(self) -> bool:
        """Whether a person has just asked for something, rather than the device for news."""
        is_new = not self.seen or (self.claim and self.claim_id is None)
        return self.action is not None or is_new


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Rows of one person's tray for one organisation: at most MOST_ROWS.

    `grant` is the one by which an agent acts for the organisation, None in everybody's own tray.
    """

    person: uuid.UUID
    organisation: uuid.UUID
    rows: tuple[Row, ...]
    grant: uuid.UUID | None = None

    def __post_init__(self) -> None:
        if len(self.rows) > MOST_ROWS:
            raise MalformedError


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """The state of a row, in the language of the moment in which this was made.

    `kind` and `icon` are the chip's looks, `word` what it says. `settled`: there is nothing more
    to ask for now; else the device asks again in `poll_in` seconds. `actions` are what the row
    offers. `tried` says what came of a try that the person has asked for, "" while it goes on:
    that is `trying`. `next_look` says when the claim is looked at next, "" where that is soon.
    `number` is the claim's, to quote. `online`: the hub is the organisation's, and was
    online when it was read last.
    `at_hub`: it waits for what can be done beside the hub alone, its power or its cable;
    `last_seen` is when SpKey heard of such a hub last. `to_release`: an administrator releases or
    rejects it. `move_url` is where one asks to have a hub moved here from another site, `ask_url`
    where a hub that is bound elsewhere is asked for, `request_url` where it is seen what came of
    that. `id` is the row's, None where the news is for any of them; `seen` is made of
    all the rest: the same value, the same news.
    """

    id: uuid.UUID | None = None
    seen: str = ""
    outcome: Outcome
    kind: str
    icon: str
    word: str
    title: str
    text: str
    tried: str = ""
    trying: bool = False
    next_look: str = ""
    meta: str = ""
    number: str = ""
    url: str = ""
    move_url: str = ""
    ask_url: str = ""
    request_url: str = ""
    hub_id: uuid.UUID | None = None
    claim_id: uuid.UUID | None = None
    can_claim: bool = False
    settled: bool = True
    poll_in: int = 0
    actions: tuple[Action, ...] = ()
    online: bool = False
    at_hub: bool = False
    last_seen: str = ""
    to_release: bool = False

    def to(self, row: Row) -> "News":
        """Return the same news for this row."""
        named = replace(self, id=row.id)
        digest = hashlib.sha256(json.dumps(dump(named), sort_keys=True).encode())
        return replace(named, seen=digest.hexdigest()[:16])


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """A hub of a job that is not online. `last_seen` is a time, or "" where it never was."""

    hub_id: uuid.UUID
    last_seen: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a job is, whoever works on it: hubs claimed, those of them online, claims under way.

    `held_up` counts claims that wait for what nobody on site can change, `offline` the hubs that
    wait for power or cable; `awaited` names a few of these. `missing` counts the hubs for which
    nothing was begun, `unlisted` those of the claimed hubs that stand for none of those expected,
    `unlisted_online` those of them online, and `to_release` those of the held-up claims that an
    administrator decides about.
    `since` and `until` are the times of its first and last claim, "" before there is one.
    """

    job: uuid.UUID
    claimed: int
    online: int
    under_way: int
    held_up: int
    offline: int
    missing: int
    unlisted: int
    unlisted_online: int
    to_release: int
    awaited: tuple[Awaited, ...]
    since: str
    until: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """News of the rows of a request of which there is any, and how far their jobs are.

    `step_up` is where the person uses their second factor again, since some of it was not done for
    want of that; "" where all was done.
    """

    rows: tuple[News, ...]
    progress: tuple[Progress, ...]
    step_up: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A person or an organisation."""

    id: uuid.UUID
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteChoice:
    """A site at which the person may claim."""

    id: uuid.UUID
    name: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place at which a job expects a hub.

    `hub_id` is the very hub, where it is known. `taken_by` is the hub that was claimed there.
    """

    name: str
    hub_id: uuid.UUID | None
    taken_by: uuid.UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job on which the person may work today. `number` is what people call it.

    `own`: it names them, and not others alone. `expected` is how many hubs are, 0 where nobody has
    said. `complete` is where it is completed, "" where that cannot be done.
    """

    id: uuid.UUID
    number: int
    own: bool
    site: uuid.UUID
    reference: str
    note: str
    starts_on: str
    ends_on: str
    expected: int
    places: tuple[Place, ...]
    progress: Progress
    complete: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """For whom a device works. `site` is the one used last; `csrf` lets it send."""

    person: Named
    organisation: Named
    sites: tuple[SiteChoice, ...]
    site: uuid.UUID | None
    jobs: tuple[Job, ...]
    language: str
    csrf: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """The hub's id on the label in a photo; of several labels, theirs, one a line."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """Nobody is signed in; `sign_in` is where to.

    `problem` is the sentence for whose access has ended, "" for anybody else.
    """

    sign_in: str
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why nothing was done, in a sentence."""

    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why nothing is done for this person, and what becomes of the rows.

    The device may be somebody else's by now, so the answer says whose it is.
    """

    problem: str
    person: uuid.UUID
    news: News


type Message = Answer | Session | Label | SignIn | Problem | Refusal


def parse(body: bytes) -> Request:
    """Return what the body asks for. Raises MalformedError.

    Fields that are not known are left alone; one with a default may be missing.
    """
    if len(body) > MOST_BYTES:
        raise MalformedError
    try:
        request: Request = _read(Request, json.loads(body))
    except (KeyError, TypeError, ValueError, RecursionError):
        # None of the body in the message: it is a stranger's.
        raise MalformedError from None
    return request


def dump(message: object) -> dict[str, Any]:
    """Return a message as it goes to the device."""
    if not is_dataclass(message):
        raise TypeError(message)
    return {on_the_wire(each.name): _dump(getattr(message, each.name)) for each in fields(message)}


def on_the_wire(name: str) -> str:
    """Return a field's name in camelCase."""
    first, *more = name.split("_")
    return first + "".join(part.title() for part in more)


def _read(kind: Any, value: Any) -> Any:
    if isinstance(kind, type) and is_dataclass(kind):
        return kind(**_read_fields(kind, value))
    if get_origin(kind) is tuple:
        return tuple(_read(get_args(kind)[0], each) for each in _of_type(list, value))
    if get_origin(kind) is types.UnionType:
        return _read(get_args(kind)[0], value) if _of_type(str, value) else None
    if kind in {str, bool}:
        return _of_type(kind, value)
    return kind(_of_type(str, value))


def _read_fields(kind: Any, value: Any) -> dict[str, Any]:
    read = {}
    for each in fields(kind):
        name = on_the_wire(each.name)
        if name in value or each.default is MISSING:
            read[each.name] = _read(each.type, value[name])
    return read


def _dump(value: Any) -> Any:
    if is_dataclass(value):
        return dump(value)
    if isinstance(value, tuple):
        return [_dump(each) for each in value]
    if value is None or isinstance(value, uuid.UUID):
        return str(value or "")
    return value


def _line(text: str, longest: int) -> str:
    return " ".join(text.split())[:longest].rstrip()


def _id_or_none(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _of_type[T](kind: type[T], value: object) -> T:
    if not isinstance(value, kind):
        raise MalformedError
    return value
