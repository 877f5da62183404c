"""What a device asks of its tray: read from JSON, refused where it is anything else."""

import json
import uuid
from dataclasses import dataclass
from typing import Any, Final

MOST_ROWS: Final = 50
MOST_BYTES: Final = 256 * 1024
LONGEST_SEEN: Final = 64
DEEDS: Final = ("try_now", "stop", "again")


class MalformedError(ValueError):
    """The body is no request of a tray."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a tray, as the device has it.

    `id` is its name, made on the device. `text` is what was read off the label. `site` is None
    where none was picked, and where what stands there is no id. `claim`: the person has
    confirmed it. `claim_id` is that of the claim it became. `seen` is what the device has been
    told of the row: see `tray.News`.
    """

    id: uuid.UUID
    text: str
    site: uuid.UUID | None
    claim: bool
    claim_id: uuid.UUID | None
    deed: str
    seen: str

    @property
    def is_by_hand(self) -> bool:
        """Whether a person has just asked for something, rather than the device for news."""
        return bool(self.deed) or not self.seen or (self.claim and self.claim_id is None)


@dataclass(frozen=True, slots=True)
class Request:
    """Rows of one person's tray for one organisation: at most MOST_ROWS."""

    person: uuid.UUID
    organisation: uuid.UUID
    rows: list[Row]


def parse(body: bytes) -> Request:
    """Return what the body asks for. Raises MalformedError.

    A site that is no id is not malformed: a row that has lain on a device for weeks is answered,
    and must not keep the others from being so.
    """
    if len(body) > MOST_BYTES:
        raise MalformedError
    try:
        asked = json.loads(body)
        rows = _of_type(list, asked["rows"])
        if len(rows) > MOST_ROWS:
            raise MalformedError
        return Request(
            person=_id(asked["person"]),
            organisation=_id(asked["organisation"]),
            rows=[_row(row) for row in rows],
        )
    except (KeyError, TypeError, ValueError, RecursionError):
        # None of the body in the message: it is a stranger's.
        raise MalformedError from None


def _row(row: dict[str, Any]) -> Row:
    deed, seen = _text(row["deed"]), _text(row["seen"])
    if deed not in {"", *DEEDS} or len(seen) > LONGEST_SEEN:
        raise MalformedError
    return Row(
        id=_id(row["id"]),
        text=_text(row["text"]),
        site=_site(_text(row["site"])),
        claim=_of_type(bool, row["claim"]),
        claim_id=_id(row["claimId"]) if row["claimId"] else None,
        deed=deed,
        seen=seen,
    )


def _site(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _id(value: object) -> uuid.UUID:
    return uuid.UUID(_text(value))


def _text(value: object) -> str:
    return _of_type(str, value)


def _of_type[T](kind: type[T], value: object) -> T:
    if not isinstance(value, kind):
        raise MalformedError
    return value
