"""With the names that files have in production, modules find each other, in time and offline."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.offline import Line, go_offline, ready_for_offline, through
from tests.browser.scanner_page import state
from tests.browser.tray.steps import add, hubs, open_tray, row, word

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("sandbox", "mill_court")]

# What the page has for later.
SOURCES = "(scripts) => scripts.map(({ src }) => src)"
LATER = "({ content }) => [...content.children].map((link) => link.getAttribute('href'))"
HASHED = re.compile(r"\.[0-9a-f]{12}\.\w+$")
# What the claim page asked for before it was made of modules: the page, its files, its icons.
BEFORE_MODULES = 49
# What every page has since then: the frame's two sheets, the search from everywhere, that a form is
# sent once, that accents do not matter, the sidebar that shows where one is, whose an answer is.
OF_THE_FRAME = 7
# The tray's job. Whether one may leave, and what is done with rows, comes later.
OF_JOBS = 1
# What the field does to a tray: waits that end, tries, which browsers are served, and what loads
# the label reader later, and what mends a page that somebody else answered for.
OF_THE_FIELD = 6


@pytest.fixture
def deployed(tablet, line, releases, ira) -> Page:
    """Ira's tablet, and the portal as it is deployed."""
    tablet.expected = ["net::ERR_", "htmx:"]
    releases.deploy()
    return tablet(ira, permissions=["camera"], **through(line))


@pytest.fixture
def asked(deployed: Page) -> list[str]:
    """The paths of all that the browser asks for, by pages and by the service worker."""
    paths: list[str] = []
    deployed.context.on("request", lambda request: paths.append(request.url.partition("?")[0]))
    return paths


def unhashed(asked: list[str]) -> list[str]:
    return [path for path in asked if "/static/" in path and not HASHED.search(path)]


def test_the_claim_page_reads_labels_and_asks_for_hashed_names_alone(
    deployed: Page, asked: list[str], camera
):
    scanned, typed = hubs(2)
    camera(scanned)
    open_tray(deployed)
    expect(row(deployed, scanned)).to_be_visible()
    add(deployed, typed)
    expect(word(deployed, typed)).to_be_visible()
    assert any("/vendor/zxing/" in path for path in asked)
    assert unhashed(asked) == []


def test_the_shell_and_its_camera_work_offline_from_hashed_names_alone(
    deployed: Page, asked: list[str], line: Line, camera
):
    (hub,) = hubs(1)
    open_tray(deployed)
    ready_for_offline(deployed)
    deployed.context.new_cdp_session(deployed).send("Network.clearBrowserCache")
    go_offline(deployed, line)
    camera(hub)
    deployed.goto("/sites/")
    expect(deployed.get_by_text("Other pages come back")).to_be_visible()
    state(deployed, "aim")
    expect(row(deployed, hub)).to_be_visible()
    assert unhashed(asked) == []


def test_before_the_camera_is_open_the_claim_page_asks_for_fewer_files_than_before_modules(
    tablet, line, releases, ira
):
    releases.deploy()
    page = tablet(ira, base_url=line.url)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    open_tray(page)
    page.wait_for_load_state("networkidle")
    # The tray may ask for news more than once.
    files = [url for url in asked if "/claims/tray/" not in url]
    assert not [url for url in files if "zxing" in url]
    # What comes later is all there before it is imported, out of the browser's cache. A browser
    # with windows asks for the icon once more, for its tab.
    later = page.locator("[data-later=texts]").evaluate(LATER)
    again = {url for url in files if files.count(url) > 1 and not url.endswith(tuple(later))}
    # Those too that a browser runs whoever answered in their place: see `page/mend.js`.
    classic = page.locator("script[src]:not([type])").evaluate_all(SOURCES)
    assert {url for url in again if "favicon" not in url} - set(classic) == set()
    at_once = {url for url in files if not url.endswith(tuple(later))}
    assert len(at_once) < BEFORE_MODULES + OF_THE_FRAME + OF_JOBS + OF_THE_FIELD
