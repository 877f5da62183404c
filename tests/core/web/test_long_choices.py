"""Choices drawn at once say what Django's own say, one by one."""

import re

import pytest
from django import forms

from portal.core.web.long_choices import LongCheckboxCards, LongRadioCards, LongSelect

CHOICES = [("a", "Mill <Court>"), ("b&c", "Orchard Rise"), (3, "Quay")]
INPUT = re.compile(r"<(?:input|option)\b[^>]*>")
ATTRIBUTE = re.compile(r'([\w-]+)(?:="([^"]*)")?')


def inputs(widget: forms.Widget, value: object) -> list[dict[str, str]]:
    widget.choices = CHOICES
    html = widget.render("sites", value, {"id": "id_sites"})
    return [dict(ATTRIBUTE.findall(each[1:-1])) for each in INPUT.findall(html)]


@pytest.mark.parametrize(
    ("ours", "djangos", "values"),
    [
        (LongCheckboxCards, forms.CheckboxSelectMultiple, (None, [], ["b&c"], ["a", 3], ["3"])),
        (LongRadioCards, forms.RadioSelect, (None, "a", "b&c", 3)),
        (LongSelect, forms.Select, (None, "a", "b&c", 3)),
    ],
)
def test_the_same_inputs_are_chosen_under_the_same_names(ours, djangos, values):
    for value in values:
        assert inputs(ours(), value) == inputs(djangos(), value)


def test_what_is_written_on_a_card_is_no_markup():
    widget = LongCheckboxCards(choices=CHOICES)
    assert "Mill &lt;Court&gt;" in widget.render("sites", [])


@pytest.mark.parametrize("widget", [LongCheckboxCards, LongRadioCards, LongSelect])
def test_nothing_that_people_wrote_is_markup(widget):
    evil = "\"><script>alert('1')</script>"
    drawn = widget(choices=[(evil, evil)]).render(evil, evil, {"id": evil, "title": evil})
    ours = {"select", "option", "label", "input", "span", "strong"}
    assert set(re.findall(r"<(\w+)", drawn)) <= ours
    assert "alert(&#x27;1&#x27;)" in drawn
