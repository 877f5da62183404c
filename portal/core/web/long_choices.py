"""Choices among many, drawn at once.

Django makes a context and renders a template for each option: with hundreds of sites that is most
of a page's time. So is `format_html` for each of them; here what comes from people is escaped by
`_escaped` alone, and all else is ours.
"""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from django.forms import CheckboxSelectMultiple, RadioSelect, Select
from django.forms.utils import flatatt
from django.forms.widgets import ChoiceWidget
from django.utils.html import format_html
from django.utils.safestring import SafeString

_SELECTED = flatatt({"selected": True})
_CHECKED = flatatt({"checked": True})
_FOCUSED = flatatt({"autofocus": True})


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
            f'<option value="{_escaped(text)}"{_SELECTED if is_chosen else ""}>'
            f"{_escaped(label)}</option>"
            for text, _choice, label, is_chosen in _options(self, value)
        )
        return format_html(
            '<select name="{}"{}>{}</select>',
            name,
            flatatt(self.build_attrs(self.attrs, dict(attrs or {}))),
            SafeString("".join(options)),
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
    field_id, has_focus = _escaped(all_of.pop("id", "")), all_of.pop("autofocus", False)
    options = list(_options(widget, value))
    begin = next((number for number, (*_, is_chosen) in enumerate(options) if is_chosen), 0)
    every = f'type="{widget.input_type}" name="{_escaped(name)}"{flatatt(all_of)}'
    cards = (
        f'<label class="radio-card" for="{field_id}_{number}">'
        f'<input {every} value="{_escaped(text)}" id="{field_id}_{number}"'
        f"{_FOCUSED if has_focus and number == begin else ''}{_CHECKED if is_chosen else ''}>"
        f"<span><strong>{_escaped(label)}</strong>{_address(choice)}</span></label>"
        for number, (text, choice, label, is_chosen) in enumerate(options)
    )
    return SafeString("".join(cards))


def _address(choice: Any) -> str:
    address = getattr(getattr(choice, "instance", None), "other_address", "")
    return f' <span class="help">{_escaped(address)}</span>' if address else ""


def _escaped(text: object) -> str:
    """Return the text as it is written in a page; one that is safe already stays as it is."""
    return text if isinstance(text, SafeString) else escape(str(text))
