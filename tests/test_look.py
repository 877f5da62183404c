"""The look keeps its promises: contrast in every theme, nothing inline, error pages that stand."""

import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from django.template.loader import render_to_string

ROOT = Path(__file__).resolve().parent.parent
TOKENS = (ROOT / "static/css/tokens.css").read_text()
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
    """Return the colours among the custom properties of a piece of CSS, by name."""
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", css))


def themes() -> dict[str, dict[str, str]]:
    """Return each theme's colours: those of the light one, overlaid by its own."""
    light, rest = TOKENS.split("@media (prefers-color-scheme: dark)")
    dark, outdoor = rest.split("@media (prefers-contrast: more)")
    base = colours_of(light)
    return {
        "light": base,
        "dark": base | colours_of(dark),
        "outdoor": base | colours_of(outdoor),
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


@pytest.mark.parametrize("theme", ["light", "dark", "outdoor"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_stands_out_from_its_ground(theme: str, text: str, ground: str) -> None:
    colours = themes()[theme]
    assert contrast(colours[text], colours[ground]) >= 7


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
