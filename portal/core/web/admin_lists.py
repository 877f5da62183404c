"""Operators' lists of what grows with the years, at the cost of a page."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, ClassVar, Final, cast

from django.contrib import admin
from django.contrib.admin.utils import display_for_value
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.functional import cached_property
from django.utils.translation import gettext

from portal.core.ui import Chip, Text

MOST_COUNTED: Final = 2_000
EMPTY: Final = "–"


def drawn(chip: Chip) -> str:
    """Return a chip as every page draws it."""
    return render_to_string("parts/chip.html", {"chip": chip})


def _as_it_is(value: Any) -> object:
    return value


def column(name: str, words: Text, said: Callable[[Any], object] = _as_it_is) -> Any:
    """Return a column of the rows' values of this name, under words that operators read.

    A function, which Django's lists and forms take as they take names, and their types do not.
    """

    @admin.display(description=words, ordering=name.removeprefix("get_").removesuffix("_display"))
    def shown(row: Any) -> object:
        value = getattr(row, name)
        if isinstance(value, bool):
            return gettext("Yes") if value else gettext("No")
        return EMPTY if value is None or value == "" else display_for_value(said(value), EMPTY)

    shown.__name__ = name
    return shown


class FirstPages(Paginator[Any]):
    """Pages of the first MOST_COUNTED rows. Who looks further back narrows the list instead."""

    @cached_property
    def count(self) -> int:
        """How many rows there are, as far as is counted."""
        rows = cast("QuerySet[Any]", self.object_list)
        return len(rows.values_list("pk", flat=True)[:MOST_COUNTED])

    @property
    def is_cut(self) -> bool:
        """Whether there may be more rows than are counted."""
        return self.count >= MOST_COUNTED


class LongList(admin.ModelAdmin[Any]):
    """A list that counts no further than it shows, and is searched by whole values alone.

    `search_fields` are columns that have an index.
    """

    paginator = FirstPages
    show_full_result_count = False
    search_fields: ClassVar[tuple[str, ...]] = ()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Return the rows that have the whole text in one of the columns."""
        text = search_term.strip()
        if not text:
            return queryset, False
        return queryset.filter(pk__in=self.found(self.get_queryset(request), text)), False

    def found(self, rows: QuerySet[Any], text: str) -> set[Any]:
        """Return the ids of the rows that have the text, each column asked by its own index."""
        found: set[Any] = set()
        for name in self.search_fields:
            # What is no UUID is in no column of UUIDs.
            with suppress(ValidationError):
                having = rows.filter(**{name: text}).order_by()
                found |= set(having.values_list("pk", flat=True)[:MOST_COUNTED])
        return found
