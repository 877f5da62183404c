"""A day is picked in the browser's way, and stands in words that nobody reads as another day."""

from datetime import date

import pytest
from django.forms import Form
from django.utils import translation

from portal.core.web.days import DayField


class _Form(Form):
    day = DayField(required=False)


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Fri 4 Dec 2026"), ("el", "Παρ 4 Δεκ 2026")]
)
@pytest.mark.parametrize(
    "form", [_Form(initial={"day": date(2026, 12, 4)}), _Form({"day": "2026-12-04"})]
)
def test_a_day_stands_in_words_in_the_readers_language(form, language, words):
    with translation.override(language):
        shown = str(form["day"])

    assert 'type="date"' in shown
    assert 'value="2026-12-04"' in shown
    assert f'<output class="day-words" for="id_day">{words}</output>' in shown


@pytest.mark.parametrize("typed", ["", "4.12.2026", "2026-13-45", "<b>"])
def test_what_is_no_day_has_no_words(typed):
    assert '<output class="day-words" for="id_day"></output>' in str(_Form({"day": typed})["day"])
