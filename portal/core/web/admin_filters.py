"""Filters for the operators' lists."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import QuerySet
from django.http import HttpRequest

from portal.core.ui import Text


class WordedFilter(admin.SimpleListFilter):
    """Rows by a column whose values have their words outside the model.

    `parameter_name` is the look-up, such as `state__exact`.
    """

    parameter_name: str
    words: ClassVar[Sequence[tuple[str, Text]]]

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Text]]:
        """Return each value with its word."""
        return self.words

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows with the chosen value; all while none is chosen.

        Raises IncorrectLookupParameters for a value of which there are no words.
        """
        value = self.value()
        if value is None:
            return queryset
        if value not in dict(self.words):
            raise IncorrectLookupParameters
        return queryset.filter(**{self.parameter_name: value})
