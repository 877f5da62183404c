"""Choices among many, drawn at once.

Django makes a context and renders a template for each option: with hundreds of sites that is most
of a page's time.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from django.forms import CheckboxSelectMultiple, RadioSelect, Select
from django.forms.utils import flatatt
from django.forms.widgets import ChoiceWidget
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

_SELECTED = flatatt({"selected": True})
_CHECKED = flatatt({"checked": True})
_FOCUSED = flatatt({"autofocus": True})
_NOTHING = SafeString("")


def _options(widget: ChoiceWidget, value: object) -> Iterator[tuple[str, object, object, bool]]:
    """Yield for each choice, which has no groups: its value as text, itself, its label, chosen."""
    values = value if isinstance(value, (list, tuple)) else (value,)
    chosen = {"" if each is None else str(each) for each in values}
    for choice, label in widget.choices:
        text = "" if choice is None else str(choice)
        yield text, choice, label, text in chosen


class LongSelect(Select):
    """A select without groups whose options cost next to nothing."""

    def render(
        self, name: str, value: Any, attrs: Mapping[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        """Return the select with its options."""
        options = (
            (text, _SELECTED if is_chosen else "", label)
            for text, _choice, label, is_chosen in _options(self, value)
        )
        return format_html(
            '<select name="{}"{}>{}</select>',
            name,
            flatatt(self.build_attrs(self.attrs, dict(attrs or {}))),
            format_html_join("", '<option value="{}"{}>{}</option>', options),
        )


class LongRadioCards(RadioSelect):
    """Radio buttons as cards; a choice that is a model's row shows its `other_address`, too."""

    def render(
        self, name: str, value: Any, attrs: Mapping[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        """Return the cards. Each button has the field's id with its number, from 0."""
        return _cards(self, name, value, attrs)


class LongCheckboxCards(CheckboxSelectMultiple):
    """Check boxes as such cards."""

    def render(
        self, name: str, value: Any, attrs: Mapping[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        """Return the cards. Each box has the field's id with its number, from 0."""
        return _cards(self, name, value, attrs)


def _cards(
    widget: ChoiceWidget, name: str, value: Any, attrs: Mapping[str, Any] | None
) -> SafeString:
    all_of = widget.build_attrs(widget.attrs, dict(attrs or {}))
    field_id, has_focus = all_of.pop("id", ""), all_of.pop("autofocus", False)
    options = list(_options(widget, value))
    begin = next((number for number, (*_, is_chosen) in enumerate(options) if is_chosen), 0)
    # Of a card only what is its own is escaped, hundreds of times.
    card = format_html(
        '<label class="radio-card" for="{id}_{{0}}">'
        '<input type="{type}" name="{name}" id="{id}_{{0}}"{more} value="{{1}}"{{2}}>'
        "<span><strong>{{3}}</strong>{{4}}</span></label>",
        type=widget.input_type,
        name=_literal(name),
        id=_literal(field_id),
        more=_literal(flatatt(all_of)),
    )
    cards = (
        (
            SafeString(number),
            text,
            (_FOCUSED if has_focus and number == begin else _NOTHING)
            + (_CHECKED if is_chosen else _NOTHING),
            label,
            _address(choice),
        )
        for number, (text, choice, label, is_chosen) in enumerate(options)
    )
    return format_html_join("", card, cards)


def _literal(text: str) -> str:
    """Return the text as it stands in a format: one that is safe stays so."""
    literal = text.replace("{", "{{").replace("}", "}}")
    return SafeString(literal) if isinstance(text, SafeString) else literal


def _address(choice: Any) -> SafeString:
    address = getattr(getattr(choice, "instance", None), "other_address", "")
    return format_html(' <span class="help">{}</span>', address) if address else _NOTHING
