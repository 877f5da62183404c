"""The look keeps its promises: contrast in every theme, nothing inline, error pages that render."""

import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from django.template.loader import render_to_string

ROOT = Path(__file__).resolve().parents[2]
SHEETS = sorted((ROOT / "static/css").glob("*.css"))
TOKENS = (ROOT / "static/css/tokens.css").read_text()
OUTDOOR = (ROOT / "static/css/outdoor.css").read_text()
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))

GROUNDS = ("paper", "surface", "sunken")
TEXT_ON_GROUNDS = ("ink", "muted", "accent")
MEANINGS = ("working", "good", "attention", "stop", "quiet")
PAIRS = [
    *product(TEXT_ON_GROUNDS, GROUNDS),
    *product(MEANINGS, ("paper", "surface")),
    *((meaning, f"{meaning}-ground") for meaning in MEANINGS),
    *(("ink", f"{meaning}-ground") for meaning in MEANINGS),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("bar-ink", "bar"),
    ("bar-ink", "bar-raised"),
    ("bar-muted", "bar"),
    ("bar-attention", "bar"),
]


def colours_of(css: str) -> dict[str, str]:
    """Return the colours among the custom properties of a piece of CSS, by name.

    Each is `#rgb`, `#rrggbb`, or the name of another in `var(--name)`.
    """
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6}|var\(--[\w-]+\));", css))


def resolved(colours: dict[str, str]) -> dict[str, str]:
    """Return the colours with those that are named by others put in their place."""
    found = {name: colours.get(value[6:-1], value) for name, value in colours.items()}
    return {name: value for name, value in found.items() if value.startswith("#")}


def themes() -> dict[str, dict[str, str]]:
    """Return each theme's colours: those of the light one, overlaid by its own."""
    light, dark = map(colours_of, TOKENS.split("@media (prefers-color-scheme: dark)"))
    sun, night = map(colours_of, OUTDOOR.split("@media (prefers-color-scheme: dark)"))
    return {
        "light": light,
        "dark": light | dark,
        "outdoor": resolved(light | sun),
        "more contrast in the dark": resolved(light | dark | sun | night),
    }


def luminance(colour: str) -> float:
    """Return the relative luminance of `#rgb` or `#rrggbb`, 0 to 1 (WCAG 2.2's definition)."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", themes())
def test_text_contrasts_with_its_background(theme: str) -> None:
    colours = themes()[theme]
    ratios = {pair: contrast(*(colours[name] for name in pair)) for pair in PAIRS}
    assert {pair: ratio for pair, ratio in ratios.items() if ratio < 7} == {}


@pytest.mark.parametrize("theme", ["outdoor", "more contrast in the dark"])
def test_the_outdoor_theme_is_black_and_white_only(theme: str) -> None:
    assert set(themes()[theme].values()) == {"#000", "#fff"}


def test_the_two_outdoor_themes_are_negatives_of_each_other() -> None:
    sun, night = (themes()[theme] for theme in ("outdoor", "more contrast in the dark"))
    assert all(sun[name] != night[name] for name in sun)


def in_sheets(pattern: str) -> Iterator[tuple[str, str]]:
    """Yield the name of each style sheet with each text in it that the pattern's group finds."""
    for sheet in SHEETS:
        yield from ((sheet.name, text) for text in re.findall(pattern, sheet.read_text()))


def test_a_transition_takes_150_ms() -> None:
    moves = list(in_sheets(r"transition(?:-duration)?: ([^;]+);"))
    assert moves
    slow = [(sheet, move) for sheet, move in moves if "var(--swift)" not in move]
    assert [(sheet, move) for sheet, move in slow if move != "none !important"] == []


def test_only_a_working_state_is_animated_and_once_the_check_of_a_job_that_is_done() -> None:
    moves = list(in_sheets(r"animation(?:-name)?: ([^;]+);"))
    assert moves
    lasting = [
        (sheet, move)
        for sheet, move in moves
        if "var(--swift)" not in move and "step-end" not in move
    ]
    assert [at for at in lasting if not at[1].startswith(("breathe ", "none"))] == [
        ("tray.css", "tray-draw 500ms ease-out backwards")
    ]


def test_nothing_appears_for_a_pointer_that_hovers_alone() -> None:
    hovered = list(in_sheets(r"[^{}]*:hover[^{}]*{([^{}]*)}"))
    assert hovered
    shows = re.compile(r"\b(display|visibility|opacity|clip-path|height|translate):")
    assert [(sheet, rules) for sheet, rules in hovered if shows.search(rules)] == []


def tags(markup: str) -> Iterator[str]:
    """Yield the opening tags of a template, without what its own language puts into them."""
    plain = re.sub(r"{[%#].*?[%#]}|{{.*?}}", "", markup, flags=re.DOTALL)
    yield from re.findall(r"<[a-z][^>]*>", plain)


def inline(markup: str) -> Iterator[str]:
    """Yield the styles, scripts and tags with handlers that are in a template itself."""
    yield from re.findall(r"<style|<script(?![^>]*\bsrc=)", markup)
    yield from (tag for tag in tags(markup) if re.search(r"\s(style|on\w+|hx-on[\w:-]*)=", tag))


def test_nothing_is_inline() -> None:
    assert TEMPLATES
    markups = {str(path.relative_to(ROOT)): path.read_text() for path in TEMPLATES}
    # What a mail program shows has its look in itself, or none.
    del markups["templates/notices/email/letter.html"]
    found = {name: list(inline(markup)) for name, markup in markups.items()}
    assert {name: parts for name, parts in found.items() if parts} == {}


def test_what_is_inline_is_found() -> None:
    handlers = ('<p style="x">', '<a onclick="x">', '<b hx-on:click="x">')
    markups = ("<style>", "<script>", '<script type="module">', *handlers)
    assert [markup for markup in markups if not list(inline(markup))] == []


def test_an_error_page_renders_without_any_context() -> None:
    for code in ("400", "403", "403_csrf", "404", "500"):
        page = render_to_string(f"{code}.html")
        assert "<h1>" in page, code
        assert 'href="/"' in page, code


def test_the_500_page_makes_no_promise() -> None:
    page = render_to_string("500.html")
    assert "may not have been saved" in page
    assert "are saved" not in page.partition("<main")[2]
