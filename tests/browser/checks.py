"""What every page must stand up to: accessible, legible, large enough, and within reach."""

from playwright.sync_api import Page
from pytest_playwright_axe.axe import MIN_AXE_PATH

AXE = MIN_AXE_PATH.read_text()
CONTRAST = ["color-contrast", "color-contrast-enhanced"]
WIDTHS = (390, 1180, 820)

RULES = """async (only) => {
  const rules = { "color-contrast-enhanced": { enabled: true } };
  const options = only ? { runOnly: only } : { rules };
  const { violations } = await axe.run(document, { resultTypes: ["violations"], ...options });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`);
}"""

CONTROLS = """
  const controls = [...document.querySelectorAll(
    ":is(main, #actions, nav, dialog) :is(a, button, summary, input, select, textarea)"
  )].filter((control) =>
    control.checkVisibility() && control.type !== "hidden" && !control.closest("[aria-hidden]")
    && !(document.querySelector("dialog[open]") && !control.closest("dialog")));
  const card = (control) => control.closest(".radio-card, .check") ?? control;
"""

# Links within a sentence are as large as its letters, as everywhere.
SMALL = f"""() => {{ {CONTROLS}
  const inText = (control) => control.matches("p a, dd a, .row a, .field a, .help a");
  return controls.filter((control) => !inText(control)).map(card).filter((control) => {{
    const {{ width, height }} = control.getBoundingClientRect();
    return Math.min(width, height) < 55.5;
  }}).map((control) => control.outerHTML.slice(0, 120));
}}"""

COVERED = f"""() => {{ {CONTROLS}
  return controls.map(card).filter((control) => {{
    control.scrollIntoView({{ block: "center", inline: "nearest" }});
    const [box] = control.getClientRects();
    const hit = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    return !control.contains(hit);
  }}).map((control) => control.outerHTML.slice(0, 120));
}}"""

SIDEWAYS = """(width) => document.documentElement.scrollWidth > width"""

LARGER = """(times) => {
  const root = document.documentElement;
  root.style.fontSize = "";
  root.style.fontSize = `${times * parseFloat(getComputedStyle(root).fontSize)}px`;
}"""


def problems(page: Page) -> list[str]:
    """Return what is wrong with the page as it is now; nothing is, of a good one."""
    return [*accessibility(page), *targets(page), *reach(page)]


def accessibility(page: Page) -> list[str]:
    """Return what axe finds in light, and what of it depends on colours in dark."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE)
        page.add_init_script(AXE)
    found: list[str] = page.evaluate(RULES, None)
    page.emulate_media(color_scheme="dark")
    found += [f"dark {problem}" for problem in page.evaluate(RULES, CONTRAST)]
    page.emulate_media(color_scheme="light")
    return found


def targets(page: Page) -> list[str]:
    """Return what is smaller than a gloved finger needs."""
    return [f"small: {control}" for control in page.evaluate(SMALL)]


def reach(page: Page) -> list[str]:
    """Return where the page scrolls sideways, and what cannot be tapped in twice as large text."""
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 1180})
        if page.evaluate(SIDEWAYS, width):
            found.append(f"scrolls sideways at {width} px")
    page.evaluate(LARGER, 2)
    if page.evaluate(SIDEWAYS, WIDTHS[-1]):
        found.append("scrolls sideways in large text")
    found += [f"covered in large text: {control}" for control in page.evaluate(COVERED)]
    page.evaluate(LARGER, 1)
    return found
