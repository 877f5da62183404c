"""Of inputs that belong together one at most has the focus: on every form there is."""

import re

import pytest
from django import forms
from django.db import transaction

from portal.core.web.days import MomentInput
from portal.core.web.long_choices import LongCheckboxCards, LongRadioCards, LongSelect
from tests.portal import pages

COLOURS = [("r", "Red"), ("g", "Green"), ("b", "Blue")]
CHOICE = {"choices": COLOURS}


class Colours(forms.Form):
    radio = forms.ChoiceField(**CHOICE, widget=forms.RadioSelect)
    boxes = forms.MultipleChoiceField(**CHOICE, widget=forms.CheckboxSelectMultiple)
    cards = forms.ChoiceField(**CHOICE, widget=LongRadioCards)
    ticked = forms.MultipleChoiceField(**CHOICE, widget=LongCheckboxCards)
    long = forms.ChoiceField(**CHOICE, widget=LongSelect)
    select = forms.ChoiceField(**CHOICE)
    grouped = forms.ChoiceField(
        choices=[("Warm", COLOURS[:1]), ("Cold", COLOURS[1:])], widget=forms.RadioSelect
    )
    moment = forms.SplitDateTimeField(widget=MomentInput)
    text = forms.CharField()


def inputs(html: str) -> list[str]:
    """The inputs with the focus."""
    return [
        each
        for each in re.findall(r"<(?:input|select|textarea)\b[^>]*>", html)
        if re.search(r"\sautofocus\b", each)
    ]


def only(name: str, data: dict[str, object]) -> forms.Form:
    """The form with this field alone."""
    form = Colours(data)
    form.fields = {name: form.fields[name]}
    return form


GROUPS = ("radio", "boxes", "cards", "grouped")


def drawn(field: forms.BoundField, *, one_by_one: bool) -> str:
    return "".join(each.tag() for each in field) if one_by_one else str(field)


@pytest.mark.parametrize(
    ("name", "one_by_one"),
    [*((name, False) for name in Colours.base_fields), *((name, True) for name in GROUPS)],
)
def test_one_input_of_a_wrong_field_has_it(name, one_by_one):
    html = drawn(only(name, {})[name], one_by_one=one_by_one)
    [focused] = inputs(html)
    assert focused == re.search(r"<(?:input|select|textarea)\b[^>]*>", html)[0]


@pytest.mark.parametrize("name", GROUPS)
@pytest.mark.parametrize("one_by_one", [False, True])
def test_one_that_is_chosen_has_it_before_the_first(name, one_by_one):
    form = only(name, {name: "g"})
    form.add_error(name, "Not green")
    [focused] = inputs(drawn(form[name], one_by_one=one_by_one))
    assert 'value="g"' in focused


@pytest.mark.parametrize("name", list(Colours.base_fields))
def test_what_is_not_wrong_has_none(name):
    form = Colours({})
    [first] = inputs(form.as_p())
    assert 'name="radio"' in first
    assert inputs(str(Colours()[name])) == []


def filled_badly(page: str) -> dict[str, str]:
    """What nobody can mean, for whatever is chosen on the page."""
    chosen = re.findall(r'<(?:input type="(?:radio|checkbox)"|select)[^>]* ?name="([^"]+)"', page)
    return dict.fromkeys(chosen, "nonsense")


def answers(client, address):
    """What the page says to an empty form, and to one that is filled in badly; nothing stays."""
    shown = client.get(address)
    for form in ({}, filled_badly(shown.text) if not shown.streaming else {}):
        cookies = client.cookies.copy()
        with transaction.atomic():
            answer = client.post(address, form)
            transaction.set_rollback(True)
        client.cookies = cookies
        yield answer


def test_no_form_of_the_portal_has_it_twice(clients, claim, supports_claim, mill_court):
    agents = pages.agents(supports_claim.support_grant)
    every = [(clients["ada"], each) for each in pages.posts(claim, mill_court)]
    every += [(clients["agent"], each) for each in agents]
    found: dict[str, list[str]] = {}
    for client, address in every:
        for answer in answers(client, address):
            if answer.status_code == 422 and not answer.streaming:
                focused = inputs(answer.text)
                assert len(focused) == ("aria-invalid" in answer.text), (address, focused)
                found.setdefault(address, []).extend(focused)
    assert len([each for each in found.values() if each]) >= 12
    assert len([each for each in found.values() if 'type="radio"' in "".join(each)]) >= 4
