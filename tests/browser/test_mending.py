"""Files of ours that something else answered for: pages mend themselves, and nothing is lost."""

import pytest
from playwright.sync_api import Page, Request, expect

from tests.browser.offline import Line, gate
from tests.browser.scanner_page import start, state
from tests.browser.steps import show
from tests.browser.test_only_ours import SAID
from tests.browser.tray.steps import add, field, hubs, outcome, row, rows

pytestmark = pytest.mark.usefixtures("sandbox", "mill_court")

TRAY = "/claims/new/"
# A browser that caches it has it for a day.
FOREIGN = gate(more="Cache-Control: max-age=86400\r\n")
# The package's of its WebAssembly.
OF_WASM = ["falling back to", "asynchronously prepare wasm", "CompileError"]
COMPLAINTS = ["MIME", "Failed to", "TypeError", "SyntaxError", "Unexpected token", "is not defined"]
PARTS = {
    "a package": "/static/vendor/",
    "a module that others import": "/static/js/tray/store.",
    "one that all import": "/static/js/page/dom.",
    "the entry": "/static/js/tray/hub-tray.",
    "an element's": "/static/js/pwa/connection-line.",
    "what comes late": "/static/js/tray/row-work.",
    "what reports": "/static/js/page/report.",
    "what mends": "/static/js/page/mend.",
    "a classic script": "/static/js/page/outdoor.",
    "all scripts": "/static/js/",
    "a style sheet": "/static/css/tray.",
    "every page's style sheet": "/static/css/hubs.",
    "all style sheets": "/static/css/",
    "the icons": "/static/icons.",
    "everything": "/static/",
}
IS_WHOLE = """() => {
  const sheets = [...document.querySelectorAll("link[rel=stylesheet]")];
  const isDrawn = sheets.every(({ sheet }) => sheet?.cssRules.length);
  const hasIcons = [...document.querySelectorAll("use")].some((icon) => icon.getBBox().width);
  return isDrawn && hasIcons && "look" in document.documentElement.dataset
    && document.querySelector("hub-tray[data-state=ready][data-reads]") !== null;
}"""
LISTEN = """() => {
  window.mended = new Promise((done) => addEventListener("mended", done, { once: true }));
}"""
MENDED = "() => window.mended.then(() => true)"
REFUSE = """Object.defineProperty(window, "sessionStorage", {
  get() { throw new DOMException("It is refused.", "SecurityError"); },
});"""


@pytest.fixture
def page(tablet, line: Line, releases, ira) -> Page:
    """Ira's tablet without a service worker, and the portal as it is deployed."""
    tablet.expected = [*SAID, *COMPLAINTS, "It is refused."]
    releases.deploy()
    return tablet(ira, base_url=line.url)


@pytest.fixture
def loads(page: Page) -> list[str]:
    """The addresses of the pages that were opened."""
    opened: list[str] = []

    def note(request: Request) -> None:
        if request.is_navigation_request():
            opened.append(request.url)

    page.on("request", note)
    return opened


def spoil(page: Page, line: Line, part: str, path: str = TRAY) -> None:
    """Have the browser keep what a gate answered for these files, and close the page."""
    line.stand_between(FOREIGN, f"GET {part}")
    page.goto(path)
    page.goto("about:blank")
    line.restore()


def mended(page: Page, line: Line) -> None:
    """Let the portal answer again, and wait until the page has all of its files."""
    page.evaluate(LISTEN)
    line.restore()
    assert page.evaluate(MENDED)
    page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("name", PARTS)
def test_the_next_page_works_whatever_a_gate_answered_for_its_files(page, line, loads, name):
    spoil(page, line, PARTS[name])
    loads.clear()
    page.goto(TRAY)
    page.wait_for_function(IS_WHOLE)
    add(page, hubs(1)[0])
    expect(rows(page)).to_have_count(1)
    assert len(loads) <= 2


@pytest.mark.parametrize("part", ["/static/django_htmx/", "/static/js/page/poll-guard."])
def test_a_live_page_lives_again(page, line, claim, part):
    spoil(page, line, part, f"/claims/{claim.pk}/")
    show(page, claim)
    with page.expect_response("**/live/**"):
        pass


LATE = ["scanner/naming", "scanner/hub-id", "scanner/keyboards", "tray/offers"]


@pytest.mark.parametrize("late", LATE)
def test_what_was_scanned_is_read_once_the_reader_comes_by_itself(page, line, loads, late):
    one, other = hubs(2)
    line.stand_between(FOREIGN, f"GET /static/js/{late}.")
    page.goto(TRAY)
    expect(page.locator("hub-tray[data-state=ready]")).to_have_count(1)
    loads.clear()
    for hub in (one, other):
        field(page).fill(hub)
        field(page).press("Enter")
    expect(outcome(page)).to_contain_text("could not be loaded")
    expect(rows(page)).to_have_count(0)
    line.restore()
    expect(rows(page)).to_have_count(2)
    assert loads == []


# What the camera needs of a browser with workers, and without.
IN_WORKER = [
    *("js/scanner/camera.", "js/scanner/decoder.", "js/scanner/picture-watch."),
    *("js/scanner/scan-pass.", "js/scanner/decoder-worker.", "js/scanner/reader."),
    *("vendor/zxing/reader/", "vendor/zxing/share.", "vendor/zxing-wasm/"),
]
IN_PAGE = [
    "js/scanner/reader.",
    "vendor/zxing/reader/",
    "vendor/zxing/share.",
    "vendor/zxing-wasm/",
]
LACKING = {"": IN_WORKER, "delete window.Worker;": IN_PAGE}


@pytest.mark.parametrize(
    ("lacking", "part"), [(lacking, part) for lacking, parts in LACKING.items() for part in parts]
)
def test_the_camera_opens_by_itself_once_its_files_come(
    tablet, page, line, loads, camera, lacking, part
):
    hub = hubs(1)[0]
    camera(hub)
    tablet.expected += OF_WASM
    page.add_init_script(lacking)
    line.stand_between(FOREIGN, f"GET /static/{part}")
    page.goto(TRAY)
    start(page)
    state(page, "decoder")
    loads.clear()
    line.restore()
    expect(row(page, hub)).to_be_visible()
    assert loads == []


def test_a_camera_that_somebody_closed_stays_closed(page, line, camera):
    line.stand_between(FOREIGN, "GET /static/js/scanner/camera.")
    page.goto(TRAY)
    start(page)
    state(page, "decoder")
    page.evaluate("() => document.querySelector('label-camera').close()")
    mended(page, line)
    state(page, "closed")


NAMES = ['"/static/js/x.js"', '"/static/css/x.css?v"', 'Court "/static/vendor/a.wasm" 4']


@pytest.mark.parametrize("name", NAMES)
def test_what_people_typed_names_no_file(page, line, mill_court, name):
    asked: list[str] = []
    page.on("request", lambda each: asked.append(each.url))
    mill_court.name = name
    mill_court.save()
    line.stand_between(FOREIGN, "GET /static/css/hubs.")
    page.goto(f"/sites/{mill_court.pk}/")
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    mended(page, line)
    assert not [each for each in asked if each.endswith(("/x.js", "/x.css", "/a.wasm"))]


def test_a_page_that_stays_open_is_whole_once_the_network_is_and_not_loaded_before(
    page, line, loads
):
    asked: list[str] = []
    page.on("request", lambda each: "/hub-tray." in each.url and asked.append(each.url))
    line.stand_between(FOREIGN, "GET /static/js/tray/")
    page.goto(TRAY)
    while len(asked) < 7:
        page.wait_for_event("request", lambda each: "/hub-tray." in each.url)
    assert len(loads) == 1
    line.restore()
    page.wait_for_function(IS_WHOLE)
    assert len(loads) == 2


def test_a_page_is_loaded_again_once(page, line, loads):
    spoil(page, line, "/static/js/tray/hub-tray.")
    page.goto(TRAY)
    page.wait_for_function(IS_WHOLE)
    page.context.new_cdp_session(page).send("Network.clearBrowserCache")
    line.stand_between(FOREIGN, "GET /static/js/tray/hub-tray.")
    page.goto(TRAY)
    mended(page, line)
    # Of four, this test has asked for three.
    assert len([address for address in loads if address.endswith(TRAY)]) <= 4
    loads.clear()
    page.goto(TRAY)
    page.wait_for_function(IS_WHOLE)
    assert len(loads) == 1


def test_a_device_that_remembers_nothing_is_not_led_in_circles(page, line, loads):
    page.add_init_script(REFUSE)
    line.stand_between(FOREIGN, "GET /static/js/tray/hub-tray.")
    page.goto(TRAY)
    mended(page, line)
    assert len(loads) == 1
    page.goto(TRAY)
    page.wait_for_function(IS_WHOLE)


def type_an_id(page: Page) -> None:
    field(page).fill("0d9f6ed6")


def open_a_dialog(page: Page) -> None:
    page.locator("body").press("/")
    expect(page.locator("dialog[open]")).to_have_count(1)


def mark_something(page: Page) -> None:
    page.evaluate(
        """() => {
          const mark = document.createElement("input");
          mark.type = "checkbox";
          document.querySelector("main").append(mark);
          mark.checked = true;
        }"""
    )


@pytest.mark.parametrize("work", [type_an_id, open_a_dialog, mark_something])
def test_nothing_that_somebody_does_is_lost(page, line, loads, work):
    line.stand_between(FOREIGN, "GET /static/css/tray.")
    page.goto(TRAY)
    expect(page.locator("hub-tray[data-state=ready]")).to_have_count(1)
    work(page)
    mended(page, line)
    assert len(loads) == 1
    if work is type_an_id:
        expect(field(page)).to_have_value("0d9f6ed6")


def test_what_a_form_was_answered_with_is_not_asked_for_again(tablet, line, releases, ada):
    tablet.expected = [*SAID, *COMPLAINTS]
    releases.deploy()
    page = tablet(ada, base_url=line.url)
    line.stand_between(FOREIGN, "GET /static/css/hubs.")
    page.goto("/sites/new/")
    with page.expect_navigation():
        page.locator("main form").first.evaluate("(form) => form.submit()")
    opened: list[Request] = []
    page.on("request", lambda each: each.is_navigation_request() and opened.append(each))
    mended(page, line)
    assert opened == []
