"""Many sites at once, from a list: what of it would be added, line by line, before anything is.

What is carried out is what was shown: the plan is made anew, and one that differs is shown again.
"""

import csv
import difflib
import hashlib
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from portal.orgs.models import Organisation, User
from portal.sites import changes, site_ids
from portal.sites.models import Site

MOST: Final = 500
CLOSE: Final = 0.7

NAME, ADDRESS, ID = "name", "address", "spkey_site_id"
CONTACT, NOTE, HUBS = "contact", "note", "usual_hubs"
_HEADINGS: Final = {
    NAME: ("name", "site", "site name", "building", "όνομα", "χώρος", "όνομα χώρου", "κτίριο"),
    ADDRESS: ("address", "street", "διεύθυνση", "οδός"),
    ID: ("site id", "siteid", "spkey site id", "spkey id", "κωδικός χώρου", "id χώρου"),
    CONTACT: ("contact", "phone", "επικοινωνία", "επαφή", "τηλέφωνο"),
    NOTE: ("note", "notes", "σημείωση", "σημειώσεις"),
    HUBS: ("expected hubs", "hubs", "number of hubs", "αναμενόμενα hub", "πλήθος hub"),
}
# Of a list without headings.
_USUAL: Final = (NAME, ADDRESS, ID)

# A line's number in the list, and its cells.
type Row = tuple[int, Sequence[str]]


class Fault(StrEnum):
    """What is in the way of a line, or of the list."""

    TOO_MANY_LINES = "too_many_lines"
    UNKNOWN_COLUMN = "unknown_column"
    COLUMN_TWICE = "column_twice"
    NO_NAME_COLUMN = "no_name_column"
    TOO_MANY_PARTS = "too_many_parts"
    NO_NAME = "no_name"
    PART_TOO_LONG = "part_too_long"
    NOT_A_NUMBER = "not_a_number"
    ID_TWICE = "id_twice"
    SITE_TWICE = "site_twice"
    ID_OF_ANOTHER = "id_of_another"
    ADDRESS_NEEDED = "address_needed"


class UnusableListError(ValueError):
    """The list as a whole cannot be used; `text` is what of it, `like` what was meant, perhaps."""

    def __init__(self, fault: Fault, text: str = "", like: str = "") -> None:
        super().__init__(fault)
        self.fault, self.text, self.like = fault, text, like


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the list, and what would come of it.

    Without a fault and not `is_there`, its site would be added, with its SpKey site id.
    """

    number: int
    site: Site
    fault: Fault | None = None
    is_there: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What would come of each line of a list."""

    lines: list[Line] = field(default_factory=list)

    @property
    def to_add(self) -> list[Line]:
        """The lines whose sites would be added."""
        return [line for line in self.lines if line.fault is None and not line.is_there]

    @property
    def there(self) -> list[Line]:
        """The lines whose sites the organisation has already."""
        return [line for line in self.lines if line.is_there]

    @property
    def faulty(self) -> list[Line]:
        """The lines with a fault."""
        return [line for line in self.lines if line.fault is not None]

    @property
    def shown(self) -> str:
        """What differs with what would be added."""
        names = [f"{line.site.name}\n{line.site.spkey_site_id}" for line in self.to_add]
        return hashlib.sha256("\n\n".join(names).encode()).hexdigest()


def plan(organisation: Organisation, rows: Iterable[Row]) -> Plan:
    """Return what would come of the list. Raises UnusableListError."""
    known = list(organisation.sites.all())
    ids = {site.spkey_site_id: _bare(site.name) for site in known}
    places = {(_bare(site.name), _bare(site.address)) for site in known}
    names = {_bare(site.name) for site in known}
    lines: list[Line] = []
    planned_ids: set[str] = set()
    planned_places: set[tuple[str, str]] = set()
    for number, cells in _named_cells(rows):
        site, fault = _site(organisation, cells)
        place = (_bare(site.name), _bare(site.address))
        if fault is None and ids.get(site.spkey_site_id, place[0]) != place[0]:
            fault = Fault.ID_OF_ANOTHER
        is_there = site.spkey_site_id in ids or (not site.spkey_site_id and place in places)
        if fault is None and not is_there:
            if site.spkey_site_id in planned_ids:
                fault = Fault.ID_TWICE
            elif place in planned_places:
                fault = Fault.SITE_TWICE
            elif place[0] in names and not site.address:
                fault = Fault.ADDRESS_NEEDED
        if fault is None and not is_there:
            if not site.spkey_site_id:
                stem = site_ids.made_from(site.name)
                site.spkey_site_id = site_ids.unused(stem, frozenset(ids.keys() | planned_ids))
            planned_ids.add(site.spkey_site_id)
            planned_places.add(place)
            names.add(place[0])
        lines.append(Line(number, site, fault, is_there and fault is None))
    return Plan(lines)


def carry_out(plan: Plan, organisation: Organisation, actor: User) -> int:
    """Add the sites of the plan, all or none, and return how many.

    Raises IdTakenError or NoAddressError where another has come between.
    """
    return len(changes.make_all([line.site for line in plan.to_add], organisation, actor))


def _site(organisation: Organisation, cells: Mapping[str, str]) -> tuple[Site, Fault | None]:
    hubs = cells.get(HUBS, "")
    is_number = hubs.isascii() and hubs.isdecimal() and len(hubs) < 7
    number = int(hubs) if is_number else 0
    site = Site(
        organisation=organisation,
        usual_hubs=number or None,
        **{name: text for name, text in cells.items() if name != HUBS},
    )
    if not site.name:
        return site, Fault.NO_NAME
    for name, text in cells.items():
        longest = getattr(Site._meta.get_field(name), "max_length", None)
        if longest is not None and len(text) > longest:
            return site, Fault.PART_TOO_LONG
    if hubs and not 1 <= number <= Site.MOST_HUBS:
        return site, Fault.NOT_A_NUMBER
    return site, None


def _named_cells(rows: Iterable[Row]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each line's number, and its cells by the names of the columns."""
    filled = iter(row for row in rows if any(row[1]))
    first = next(filled, None)
    if first is None:
        return
    columns = _columns(first[1])
    if columns is None:
        columns = list(_USUAL)
        yield first[0], _named(columns, first[1])
    for count, (number, cells) in enumerate(filled, start=1):
        if count >= MOST:
            raise UnusableListError(Fault.TOO_MANY_LINES, str(number))
        yield number, _named(columns, cells)


def _named(columns: list[str], cells: Sequence[str]) -> dict[str, str]:
    if any(cells[len(columns) :]):
        raise UnusableListError(Fault.TOO_MANY_PARTS, cells[0][:40])
    return dict(zip(columns, cells, strict=False))


def recognised(cells: Sequence[str]) -> int:
    """Return how many of these are names of columns."""
    return sum(_bare(cell) in _KNOWN for cell in cells)


def _columns(cells: Sequence[str]) -> list[str] | None:
    """Return the columns that the first line names; None where it names none, and is a site."""
    found = [_KNOWN.get(_bare(cell)) for cell in cells]
    if not any(found):
        return None
    for cell, name in zip(cells, found, strict=True):
        if name is None and cell:
            near = difflib.get_close_matches(_bare(cell), _KNOWN, 1, CLOSE)
            raise UnusableListError(Fault.UNKNOWN_COLUMN, cell[:40], near[0] if near else "")
        if found.count(name) > 1 and cell:
            raise UnusableListError(Fault.COLUMN_TWICE, cell[:40])
    if NAME not in found:
        raise UnusableListError(Fault.NO_NAME_COLUMN)
    return [name or "" for name in found]


def _bare(text: str) -> str:
    """Return a text in small letters, without accents and joints."""
    spread = unicodedata.normalize("NFD", text.casefold())
    letters = "".join(sign for sign in spread if not unicodedata.combining(sign))
    return " ".join(re.sub(r"[_\-.:]", " ", letters).split())


_KNOWN: Final = {_bare(word): name for name, words in _HEADINGS.items() for word in words}


def as_text(lines: Iterable[Line]) -> str:
    """Return lines of a plan as a list that is read as the same lines."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    writer.writerow(("name", "address", "site id", "contact", "note", "expected hubs"))
    for line in lines:
        site = line.site
        hubs = site.usual_hubs or ""
        writer.writerow(
            (site.name, site.address, site.spkey_site_id, site.contact, site.note, hubs)
        )
    return out.getvalue()
