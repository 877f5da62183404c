"""A day is picked in the browser's way, and stands in words that nobody reads as another day."""

import json
import os
import re
import shutil
import subprocess
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.forms import Form
from django.utils import translation

from portal.core.web.days import DayField, in_words

SCRIPT = Path("static/js/page/day-words.js").resolve()


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
    assert re.search(r'<output class="day-words" for="id_day"[^>]*>([^<]*)<', shown)[1] == words


@pytest.mark.parametrize("language", ["en", "el"])
def test_the_browser_says_each_day_in_the_servers_words(language):
    """As `day-words.js` puts them together, of what the field brings along."""
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(0, 365, 5)]
    with translation.override(language):
        weekdays, months = re.findall(r'data-\w+="([^"]*)"', str(_Form()["day"]))
        said = [in_words(day) for day in days]
    script = f"""
        globalThis.document = {{ addEventListener() {{}}, querySelectorAll: () => [] }};
        const {{ inWords }} = await import({json.dumps(SCRIPT.as_uri())});
        const words = {json.dumps({"weekdays": weekdays, "months": months})};
        const days = {json.dumps([str(day) for day in days])};
        console.log(JSON.stringify(days.map((day) => inWords(new Date(day), words))));
    """
    if not (node := shutil.which("node")):
        message = "This test needs Node.js, which runs the device's half of it."
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    evaluated = [node, "--input-type=module", "--eval", script]
    made = subprocess.run(evaluated, capture_output=True, text=True, check=True)

    assert json.loads(made.stdout) == said


@pytest.mark.parametrize("typed", ["", "4.12.2026", "2026-13-45", "<b>"])
def test_what_is_no_day_has_no_words(typed):
    assert "></output>" in str(_Form({"day": typed})["day"])
