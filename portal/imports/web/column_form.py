"""Saying what the columns of a file hold, where their names do not."""

from collections.abc import Sequence
from typing import Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.core.ui import Text
from portal.imports.models import Import
from portal.imports.proposing import Sample, proposed
from portal.imports.reading.columns import Column, are_names
from portal.imports.reading.lines import Line
from portal.imports.site_finder import SiteFinder

CHOICES: Final[list[tuple[str, Text]]] = [
    ("", _("Choose")),
    (Column.HUB, _("Hub id")),
    (Column.SITE, _("Site")),
    (Column.PLACE, _("Place")),
    (Column.NOTE, _("Note")),
    (Column.PASSED_OVER, _("Leave this column out")),
]
ONE_OF_HUBS = _("Say which one column has the hub ids.")
ONCE_EACH = _("Two columns cannot hold the same. Leave one of them out.")


class ColumnsForm(forms.Form):
    """A choice for each column of the file, made already where its name is known."""

    def __init__(self, plan: Import, data: QueryDict | None = None) -> None:
        super().__init__(data)
        self.samples = samples_of(plan.head)
        usuals = proposed(self.samples, SiteFinder(plan.organisation, None))
        for number, (sample, usual) in enumerate(zip(self.samples, usuals, strict=True)):
            name = sample.name or gettext("Column %(number)d") % {"number": number + 1}
            # What has neither a name nor a choice is left out.
            self.fields[f"column-{number}"] = forms.ChoiceField(
                choices=CHOICES, label=name, initial=usual, required=bool(sample.name)
            )

    @property
    def lines(self) -> list[tuple[forms.BoundField, Sequence[str]]]:
        """The choice for each column, with what stands in it."""
        return [
            (self[name], each.below) for name, each in zip(self.fields, self.samples, strict=True)
        ]

    def clean(self) -> dict[str, str]:
        """Demand one column of hubs, and no other twice."""
        said = [name for name in self.columns if name != Column.PASSED_OVER]
        if not self.errors and said.count(Column.HUB) != 1:
            self.add_error(None, ONE_OF_HUBS)
        elif len(set(said)) < len(said):
            self.add_error(None, ONCE_EACH)
        return self.cleaned_data

    @property
    def columns(self) -> list[str]:
        """What was said of each column, in order."""
        return [self.cleaned_data.get(name) or Column.PASSED_OVER for name in self.fields]


def samples_of(head: Sequence[Sequence[str]]) -> list[Sample]:
    """Return the columns of the file by its first lines."""
    named = are_names(Line(1, list(head[0])))
    below = head[1:] if named else head
    width = max(map(len, head))
    return [
        Sample(
            head[0][index] if named and index < len(head[0]) else "",
            [line[index] for line in below if index < len(line) and line[index]],
        )
        for index in range(width)
    ]
