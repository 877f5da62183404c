"""The columns of the table of sites, each with the address that sorts by it."""

from dataclasses import dataclass
from typing import Final

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.core.ui import Text

# In what order a first tap sorts: what one looks for is on top.
COLUMNS: Final[dict[str, tuple[Text, str]]] = {
    "name": (_("Site"), ""),
    "hubs": (_("Hubs"), "-"),
    "online": (pgettext_lazy("hubs", "Online"), "-"),
    "offline": (pgettext_lazy("hubs", "Offline"), "-"),
    "jobs": (_("Open jobs"), "-"),
    "changed": (_("Last change"), "-"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column's head: `sorted` is what `aria-sort` says of it, "" where it does not sort."""

    name: str
    word: Text
    url: str
    sorted: str


def columns(order: str, query: QueryDict) -> list[Column]:
    """Return the columns of a table that is in this order."""
    if order.removeprefix("-") not in COLUMNS:
        order = "name"
    return [_column(name, order, query) for name in COLUMNS]


def _column(name: str, order: str, query: QueryDict) -> Column:
    word, first = COLUMNS[name]
    is_sorted, falls = order.removeprefix("-") == name, order.startswith("-")
    asked = query.copy()
    asked.pop("page", None)
    asked["order"] = ("" if falls else "-") + name if is_sorted else first + name
    now = ("descending" if falls else "ascending") if is_sorted else ""
    return Column(name, word, f"?{asked.urlencode()}", now)
