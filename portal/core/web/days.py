"""The one field for a day.

The browser's own picker is the best on touch, and writes the day as the browser is set, which may
be 12/04/2026 for the fourth of December. So the day stands beside it in words, in the person's
language: `js/page/day-words.js` keeps them right while it is changed.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from django.core.validators import MaxValueValidator, MinValueValidator
from django.forms import DateField, DateInput, SplitDateTimeWidget, TimeInput
from django.templatetags.static import static
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from portal.core.moments import FIRST, LAST

ISO: Final = "%Y-%m-%d"
MONDAY: Final = date(2024, 1, 1)
BEFORE_FIRST_DAY = _("This is before the first day.")


def in_words(day: date) -> str:
    """Return a day that nobody mistakes for another, such as Fri 4 Dec 2026."""
    return date_format(day, "D j M Y")


class DayInput(DateInput):
    """The browser's picker, with the day in words beneath, and the words for other days."""

    input_type = "date"

    def __init__(self, attrs: Mapping[str, Any] | None = None) -> None:
        super().__init__({"autocomplete": "off", **(attrs or {})}, format=ISO)

    def render(
        self, name: str, value: Any, attrs: Mapping[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        """Return the picker and the words."""
        given = dict(attrs or {})
        return format_html(
            '{}<output class="day-words" for="{}" data-weekdays="{}" data-months="{}">{}</output>'
            '<script type="module" fetchpriority="low" src="{}"></script>',
            super().render(name, value, given, renderer),
            given.get("id", ""),
            " ".join(date_format(MONDAY + timedelta(days=n), "D") for n in range(7)),
            " ".join(date_format(MONDAY.replace(month=n), "M") for n in range(1, 13)),
            _words(value),
            static("js/page/day-words.js"),
        )


class MomentInput(SplitDateTimeWidget):
    """A day and a time of day."""

    def __init__(self, attrs: Mapping[str, Any] | None = None) -> None:
        super().__init__(dict(attrs or {}))
        clock = {"type": "time", "autocomplete": "off", "aria-label": _("Time")}
        self.widgets = (DayInput({"aria-label": _("Day")}), TimeInput(clock, format="%H:%M"))


def _words(value: Any) -> str:
    if isinstance(value, str):
        try:
            value = parse_date(value)
        except ValueError:
            value = None
    return in_words(value) if isinstance(value, date) else ""


class DayField(DateField):
    """A day, picked or typed."""

    default_validators = [
        MinValueValidator(FIRST.date()),
        MaxValueValidator(LAST.date()),
    ]

    def __init__(self, *, attrs: Mapping[str, Any] | None = None, **how: Any) -> None:
        super().__init__(input_formats=[ISO], widget=DayInput(attrs), **how)
