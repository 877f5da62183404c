"""The look keeps its promises: contrast in every theme, nothing inline, error pages that stand."""

import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from django.template.loader import render_to_string

ROOT = Path(__file__).resolve().parent.parent
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
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_stands_out_from_its_ground(theme: str, text: str, ground: str) -> None:
    colours = themes()[theme]
    assert contrast(colours[text], colours[ground]) >= 7


@pytest.mark.parametrize("theme", ["outdoor", "more contrast in the dark"])
def test_in_the_sun_there_is_black_and_white_alone(theme: str) -> None:
    assert set(themes()[theme].values()) == {"#000", "#fff"}


def test_in_the_sun_the_two_looks_are_each_others_negative() -> None:
    sun, night = (themes()[theme] for theme in ("outdoor", "more contrast in the dark"))
    assert all(sun[name] != night[name] for name in sun)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_what_moves_takes_150_ms_and_only_a_working_state_breathes(sheet: Path) -> None:
    css = sheet.read_text()
    for moves in re.findall(r"transition(?:-duration)?: ([^;]+);", css):
        assert "var(--swift)" in moves or moves == "none !important"
    for moves in re.findall(r"animation(?:-name)?: ([^;]+);", css):
        at_once = "var(--swift)" in moves or "step-end" in moves
        assert at_once or moves.startswith(("breathe ", "none"))


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_nothing_appears_for_a_pointer_that_hovers_alone(sheet: Path) -> None:
    hovered = re.findall(r"[^{}]*:hover[^{}]*{([^{}]*)}", sheet.read_text())
    for rules in hovered:
        assert not re.search(r"\b(display|visibility|opacity|clip-path|height|translate):", rules)


def tags(markup: str) -> Iterator[str]:
    """Yield the opening tags of a template, without what its own language puts into them."""
    plain = re.sub(r"{[%#].*?[%#]}|{{.*?}}", "", markup, flags=re.DOTALL)
    yield from re.findall(r"<[a-z][^>]*>", plain)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_is_inline(template: Path) -> None:
    markup = template.read_text()
    assert "<style" not in markup
    assert not re.search(r"<script(?![^>]*\bsrc=)", markup)
    for tag in tags(markup):
        assert not re.search(r"\s(style|on\w+|hx-on[\w:-]*)=", tag)


@pytest.mark.parametrize("code", ["400", "403", "403_csrf", "404", "500"])
def test_an_error_page_stands_without_any_context(code: str) -> None:
    page = render_to_string(f"{code}.html")
    assert "<h1>" in page
    assert 'href="/"' in page


def test_a_page_that_broke_promises_nothing() -> None:
    page = render_to_string("500.html")
    assert "may not have been saved" in page
    assert "are saved" not in page.partition("<main")[2]
