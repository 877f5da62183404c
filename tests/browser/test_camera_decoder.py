"""How the camera that stays open reads on different browsers, and what that costs the page."""

import pytest
import zxingcpp
from playwright.sync_api import Page, expect

from tests.browser import labels
from tests.browser.long_tasks import timed
from tests.browser.scanner_page import (
    DECODER,
    HEARD,
    WASM,
    camera_is_on,
    hears,
    open_camera,
    start,
    state,
    status,
)

pytestmark = pytest.mark.slow

HUB = "3f2a9c1e-7b54-4d0e-9a61-0c3d77f01a2b"
OWN = ["qr_code", "data_matrix", "code_128"]  # What a hub label may come as.
HUBS = [f"0000000{n}-7b54-4d0e-9a61-0c3d77f01a2b" for n in range(3)]
NO_WORKER = "delete window.Worker;"
NO_FRAMES = "delete window.VideoFrame;"
MOST = 100  # Milliseconds of the processor that a tap may have to wait.


@pytest.fixture
def page_before(scanner):
    """Opens the page of the camera before what it shall see, after a script has run."""

    def open_before(*seen: str | bytes, before: str = "") -> Page:
        return scanner(*seen, seconds_each=0.4, before=f"{before}{HEARD}")

    return open_before


@pytest.mark.parametrize("lacking", ["", NO_FRAMES, NO_WORKER], ids=["all", "frames", "worker"])
def test_labels_are_read_and_the_page_answers_meanwhile(page_before, browser, lacking):
    page = page_before(*(labels.scene(labels.qr_png(hub)) for hub in HUBS), before=lacking)
    open_camera(page)
    with timed(browser, page) as tasks:
        expect(page.locator("body")).to_have_attribute("data-distinct", "3")
    assert {label["text"] for label in page.evaluate("() => heard")} == set(HUBS)
    assert tasks
    assert len([task for task in tasks if task > MOST]) <= 1


def test_a_native_detector_without_data_matrix_is_not_used(page_before, scanner_site):
    own = """window.BarcodeDetector = class {
        static async getSupportedFormats() { return ["qr_code", "code_128"]; }
        async detect() { return []; } };"""
    label = labels.code_png(HUB, zxingcpp.BarcodeFormat.DataMatrix, scale=8)
    page = page_before(labels.scene(label), before=own)
    open_camera(page)
    assert hears(page, 1)[0]["text"] == HUB
    assert DECODER in scanner_site.asked


BREAKING = """window.broken = 0;
    const send = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (message, transfer) {
      if (!message.pass || window.broken === TIMES) return send.call(this, message, transfer);
      window.broken += 1;
      send.call(this, { script: "/nowhere.js" });
    };"""
# What falls silent does so in a second and a half, not in ten.
SILENCING = """window.silent = 0;
    const send = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (message, transfer) {
      if (message.pass && window.silent < TIMES) window.silent += 1;
      else send.call(this, message, transfer);
    };
    const wait = window.setTimeout;
    window.setTimeout = (act, after, ...more) =>
      wait(act, after === 10_000 && window.silent < TIMES ? 1500 : after, ...more);"""
HANGING = f"""{NO_FRAMES}
    window.hung = 0;
    const make = window.createImageBitmap;
    window.createImageBitmap = (...of) => {{
      if (window.hung === TIMES) return make(...of);
      window.hung += 1;
      return new Promise(() => {{}});
    }};
    const wait = window.setTimeout;
    window.setTimeout = (act, after, ...more) =>
      wait(act, after === 10_000 ? 1500 : after, ...more);
    window.ended = 0;
    const end = Worker.prototype.terminate;
    Worker.prototype.terminate = function () {{ ended += 1; end.call(this); }};"""


@pytest.mark.parametrize("fault", [BREAKING, SILENCING, HANGING], ids=["breaks", "silent", "hangs"])
def test_a_decoder_that_stops_is_replaced_without_a_word(page_before, fault):
    page = page_before(HUB, before=fault.replace("TIMES", "1"))
    open_camera(page)
    assert hears(page, 1)[0]["text"] == HUB


@pytest.mark.parametrize("fault", [BREAKING, SILENCING, HANGING], ids=["breaks", "silent", "hangs"])
def test_decoders_that_stop_one_after_another_are_reported_and_another_is_made(page_before, fault):
    page = page_before(HUB, before=fault.replace("TIMES", "2"))
    start(page)
    expect(status(page)).to_contain_text("has stopped")
    assert not camera_is_on(page)
    if "ended" in fault:
        assert page.evaluate("() => ended") == 2
    open_camera(page)
    assert hears(page, 1)[0]["text"] == HUB


def test_nothing_of_the_decoder_is_loaded_before_the_camera_is_open(page_before, scanner_site):
    page = page_before(HUB)
    page.wait_for_load_state("networkidle")
    assert not {DECODER, WASM} & set(scanner_site.asked)
    open_camera(page)
    assert {DECODER, WASM} <= set(scanner_site.asked)


def test_a_camera_opened_again_needs_no_second_download(page_before, scanner_site):
    page = page_before(HUB)
    for _ in range(2):
        open_camera(page)
        page.get_by_role("button", name="Close the camera").click()
    assert (scanner_site.asked.count(DECODER), scanner_site.asked.count(WASM)) == (1, 1)


def test_a_native_detector_is_used_where_it_reads_all_kinds(page_before, scanner_site):
    own = f"""window.BarcodeDetector = class {{
        static async getSupportedFormats() {{ return {OWN}; }}
        constructor({{ formats }}) {{ document.title = formats.join(); }}
        async detect() {{ return [{{ rawValue: "{HUB}", format: "qr_code" }}]; }} }};"""
    page = page_before(labels.scene(), before=own)
    open_camera(page)
    assert hears(page, 1)[0]["text"] == HUB
    expect(page).to_have_title(",".join(OWN))
    assert not {DECODER, WASM} & set(scanner_site.asked)


@pytest.mark.parametrize("gone", [DECODER, WASM])
def test_a_decoder_that_does_not_load_is_reported_and_tried_again(
    page_before, scanner, scanner_site, gone
):
    scanner.expected = ["404", "wasm", "ArrayBuffer", "LinkError", "Aborted"]
    scanner_site.missing.add(gone)
    page = page_before(HUB)
    start(page)
    expect(status(page)).to_contain_text("could not be loaded")
    assert not camera_is_on(page)
    scanner_site.missing.clear()
    open_camera(page)
    assert hears(page, 1)[0]["text"] == HUB


def test_without_any_decoder_the_button_does_not_show(scanner, scanner_site):
    scanner_site.decoder = False
    page = scanner(None)
    state(page, "impossible")
    expect(page.get_by_role("button", name="Open the camera")).to_be_hidden()
