"""What every page must be: accessible, legible, large enough, and within reach."""

from collections.abc import Iterator

from playwright.sync_api import Page, ViewportSize
from pytest_playwright_axe.axe import MIN_AXE_PATH

AXE = MIN_AXE_PATH.read_text()
CONTRAST = ["color-contrast", "color-contrast-enhanced"]
WIDTHS = (1180, 390, 820)
# At these in twice as large text, too: wider, it has room.
UPRIGHT = (390, 820)
NARROWEST = 320
HEIGHT = 1180

# So tall that what stays in sight at the lower edge lies over nothing: axe would call that small.
WHOLE: ViewportSize = {"width": 820, "height": 4000}

# Looks besides the light one, by what the device asks for. In the first the person asks. What is
# black on white, or the other way round, has all the contrast there is.
LOOKS = {
    "outdoor": {},
    "dark": {"color_scheme": "dark"},
    "dark with more contrast": {"color_scheme": "dark", "contrast": "more"},
}
PLAIN = {"color_scheme": "light", "contrast": "no-preference"}

RULES = """async (only) => {
  const rules = { "color-contrast-enhanced": { enabled: true }, "target-size": { enabled: true } };
  const options = only ? { runOnly: only } : { rules };
  const { violations } = await axe.run(document, { resultTypes: ["violations"], ...options });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`);
}"""

SWITCH = """(outdoor) => {
  const button = document.querySelector("[data-look-switch]");
  if (button && (button.ariaPressed === "true") !== outdoor) button.click();
}"""

# What is neither black nor white, or cannot be told from its ground, for a person in the sun.
UNPRINTED = """() => {
  const clear = /^rgba.*, 0\\)$/;
  const printed = /^rgb\\((0, 0, 0|255, 255, 255)\\)$/;
  const sides = ["Top", "Right", "Bottom", "Left"];
  const lines = (style) => sides.filter((side) => parseFloat(style[`border${side}Width`]))
    .map((side) => style[`border${side}Color`]);
  const ground = (element) => {
    if (!element) return "canvas";
    const { backgroundColor } = getComputedStyle(element);
    return clear.test(backgroundColor) ? ground(element.parentElement) : backgroundColor;
  };
  const unprinted = (element) => {
    const style = getComputedStyle(element);
    const colours = [style.color, style.backgroundColor, ...lines(style)];
    const unseen = style.color === ground(element);
    return unseen || Number(style.opacity) < 1 || style.boxShadow !== "none"
      || colours.some((colour) => !clear.test(colour) && !printed.test(colour));
  };
  return [...document.body.querySelectorAll("*")].filter((element) => element.checkVisibility()
    && !element.closest("svg, img, video, .visually-hidden") && unprinted(element))
    .map((element) => element.outerHTML.slice(0, 120));
}"""

CONTROLS = """
  const dialog = document.querySelector("dialog:modal");
  const controls = [...document.querySelectorAll(
    ":is(main, #actions, nav, header, dialog) :is(a, button, summary, input, select, textarea)"
  )].filter((control) =>
    control.checkVisibility() && control.type !== "hidden" && !control.closest("[aria-hidden]")
    && (!dialog || dialog.contains(control)));
  const card = (control) => control.closest(".radio-card, .check, label.button") ?? control;
  const inText = (control) => control.matches("p a, dd a, .row a, .field a, .help a");
  const named = (control) => control.outerHTML.slice(0, 120);
"""

# Links within a sentence are as large as its letters, as everywhere.
SMALL = f"""() => {{ {CONTROLS}
  return controls.filter((control) => !inText(control)).map(card).filter((control) => {{
    const {{ width, height }} = control.getBoundingClientRect();
    return Math.min(width, height) < 55.5;
  }}).map(named);
}}"""

# What stays in sight lies over what scrolls; neighbours are those of the same layer.
CROWDED = f"""() => {{ {CONTROLS}
  const layer = (control) => control.closest(
    "dialog, [popover], #actions, .form-actions, .nav, .bar, main");
  const targets = [...new Set(controls.filter((control) => !inText(control)).map(card))];
  const boxes = targets.map((target) => [target, target.getBoundingClientRect()]);
  const beside = (a, b) => Math.max(a.left - b.right, b.left - a.right);
  const above = (a, b) => Math.max(a.top - b.bottom, b.top - a.bottom);
  const gap = (a, b) => Math.max(beside(a, b), above(a, b));
  return boxes.flatMap(([one, box], at) => boxes.slice(at + 1)
    .filter(([other, its]) => layer(one) === layer(other) && gap(box, its) < 7.5)
    .map(([other]) => `${{named(one)}} and ${{named(other)}}`));
}}"""

COVERED = f"""() => {{ {CONTROLS}
  return controls.map(card).filter((control) => {{
    control.scrollIntoView({{ block: "center", inline: "nearest" }});
    const [box] = control.getClientRects();
    const hit = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    return !control.contains(hit);
  }}).map(named);
}}"""

# At a width: whether the page scrolls sideways; what is beyond the right edge, be it that the
# page scrolls there or that it is cut off, except in rows that are swiped; texts that end before
# their last character.
FIT = """(width) => {
  const elements = [...document.querySelectorAll("body *")].filter((element) =>
    element.checkVisibility());
  const out = (element) => element.getBoundingClientRect().right > width + 1;
  const isBeyond = (element) => out(element) && ![...element.children].some(out)
    && !element.closest(".nav, .skip-link, select, svg");
  const hasWords = (element) =>
    [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  const isCut = (element) => {
    if (!hasWords(element) || element.closest("select, .visually-hidden, svg")) return false;
    const { overflowX, overflowY, clipPath } = getComputedStyle(element);
    return clipPath === "none" && (
      (overflowX !== "visible" && element.scrollWidth > element.clientWidth + 1)
      || (overflowY !== "visible" && element.scrollHeight > element.clientHeight + 1));
  };
  const named = (element) => element.outerHTML.slice(0, 120);
  return {
    sideways: document.documentElement.scrollWidth > width,
    beyond: elements.filter(isBeyond).map(named),
    cut: elements.filter(isCut).map(named),
  };
}"""

# Words that are broken for want of room, letter by letter. Names and addresses may be that long.
BROKEN = """() => {
  const isClipped = (element) => element !== null
    && (getComputedStyle(element).clipPath !== "none" || isClipped(element.parentElement));
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const broken = [];
  while (texts.nextNode()) {
    const { currentNode: text } = texts;
    const element = text.parentElement;
    const isOfOther = element.closest(".mono, select, svg") || !element.checkVisibility();
    if (isOfOther || isClipped(element)) continue;
    for (const { 0: word, index } of text.data.matchAll(/[\\p{L}\\p{N}]{2,12}/gu)) {
      const range = new Range();
      range.setStart(text, index);
      range.setEnd(text, index + word.length);
      const lines = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
      if (lines.size > 1) broken.push(`${word}: ${element.outerHTML.slice(0, 120)}`);
    }
  }
  return broken;
}"""

# Rows out of sight are laid out once they are near it: with the next frame.
LARGER = """(times) => {
  const root = document.documentElement;
  root.style.fontSize = "";
  root.style.fontSize = `${times * parseFloat(getComputedStyle(root).fontSize)}px`;
  return new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
}"""

# WCAG 2.2, 1.4.12: what a reader may set, and no word may be lost.
SPACED = """(spaced) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
    word-spacing: 0.16em !important } p { margin-block-end: 2em !important }`);
  document.adoptedStyleSheets = spaced ? [sheet] : [];
}"""


def problems(page: Page) -> list[str]:
    """Return what is wrong with the page as it is now; nothing is, of a good one."""
    return [*accessibility(page), *targets(page), *reach(page)]


def problems_of_words(page: Page) -> list[str]:
    """Return what other words make wrong with a page whose parts `problems` has seen already."""
    size = ask_axe(page)
    found: list[str] = page.evaluate(RULES, None)
    page.set_viewport_size(size)
    found += [*targets(page), *_fit_narrowest(page), *_fit_in_large_text(page, UPRIGHT[0])]
    page.set_viewport_size(size)
    return found


def accessibility(page: Page) -> list[str]:
    """Return what axe finds in light, and what of it depends on colours in the other looks."""
    size = ask_axe(page)
    found: list[str] = page.evaluate(RULES, None)
    for look in looks(page):
        if look != "dark":
            found += [f"{look} is not plain: {part}" for part in page.evaluate(UNPRINTED)]
        else:
            found += [f"{look} {problem}" for problem in page.evaluate(RULES, CONTRAST)]
    page.set_viewport_size(size)
    return found


def ask_axe(page: Page) -> ViewportSize:
    """Show the page to axe as a whole; return the size that it had."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE)
        page.add_init_script(AXE)
    size = page.viewport_size or WHOLE
    page.set_viewport_size(WHOLE)
    return size


def looks(page: Page) -> Iterator[str]:
    """Show the page in each look besides the light one, and leave it in that one."""
    for look, wishes in LOOKS.items():
        page.emulate_media(**{**PLAIN, **wishes})
        page.evaluate(SWITCH, look == "outdoor")
        yield look
    page.emulate_media(**PLAIN)


def targets(page: Page) -> list[str]:
    """Return what is smaller, or closer to its neighbour, than a gloved finger needs."""
    found = [f"small: {control}" for control in page.evaluate(SMALL)]
    return found + [f"crowded: {pair}" for pair in page.evaluate(CROWDED)]


def reach(page: Page) -> list[str]:
    """Return where the page scrolls sideways, and what larger or wider text makes unusable."""
    found = _fit_narrowest(page)
    for width in WIDTHS:
        found += _fit(page, width)
        if width in UPRIGHT:
            found += _fit_in_large_text(page, width)
    return found


def _fit_narrowest(page: Page) -> list[str]:
    found = _fit(page, NARROWEST)
    page.evaluate(SPACED, True)
    found += _fit(page, NARROWEST, " when spaced")
    page.evaluate(SPACED, False)
    return found


def _fit_in_large_text(page: Page, width: int) -> list[str]:
    page.set_viewport_size({"width": width, "height": HEIGHT})
    page.evaluate(LARGER, 2)
    found = _fit(page, width, " in large text")
    found += [f"covered in large text: {control}" for control in page.evaluate(COVERED)]
    page.evaluate(LARGER, 1)
    return found


def broken_words(page: Page) -> list[str]:
    """Return the words that a phone held upright, or a tablet, breaks in the middle."""
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        found += [f"broken at {width} px: {word}" for word in page.evaluate(BROKEN)]
    return found


def _fit(page: Page, width: int, how: str = "") -> list[str]:
    if page.viewport_size != {"width": width, "height": HEIGHT}:
        page.set_viewport_size({"width": width, "height": HEIGHT})
    fit = page.evaluate(FIT, width)
    found = [f"scrolls sideways at {width} px{how}"] if fit["sideways"] else []
    found += [f"beyond {width} px{how}: {part}" for part in fit["beyond"]]
    return found + [f"cut at {width} px{how}: {part}" for part in fit["cut"]]
