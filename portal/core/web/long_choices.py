"""Choices among many, drawn at once.

Django renders a template for each option: with hundreds of sites that is most of a page's time.
"""

from typing import Any

from django.forms import RadioSelect, Select
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


class LongSelect(Select):
    """A select without groups whose options cost next to nothing."""

    def _render(
        self, template_name: str, context: dict[str, Any], renderer: Any = None
    ) -> SafeString:
        widget = context["widget"]
        options = (
            (str(option["value"]), flatatt({"selected": option["selected"]}), option["label"])
            for _group, options, _index in widget["optgroups"]
            for option in options
        )
        return format_html(
            '<select name="{}"{}>{}</select>',
            widget["name"],
            flatatt(widget["attrs"]),
            format_html_join("", '<option value="{}"{}>{}</option>', options),
        )


class LongRadioCards(RadioSelect):
    """Radio buttons as cards; a choice that is a model's row with an `address` shows that, too."""

    def _render(
        self, template_name: str, context: dict[str, Any], renderer: Any = None
    ) -> SafeString:
        return format_html_join(
            "",
            '<label class="radio-card" for="{}"><input type="radio" name="{}" value="{}"{}>'
            "<span><strong>{}</strong>{}</span></label>",
            (
                (
                    option["attrs"].get("id", ""),
                    option["name"],
                    str(option["value"]),
                    flatatt(option["attrs"] | {"checked": option["selected"]}),
                    option["label"],
                    _address(option["value"]),
                )
                for _group, options, _index in context["widget"]["optgroups"]
                for option in options
            ),
        )


def _address(value: Any) -> SafeString | str:
    address = getattr(getattr(value, "instance", None), "address", "")
    return format_html(' <span class="help">{}</span>', address) if address else ""
