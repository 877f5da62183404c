"""The camera element on a small page of its own, with labels in front of a fake camera."""

import http.server
import io
import os
import threading
import zlib
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import zxingcpp
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.csp import build_policy
from PIL import Image, ImageOps
from playwright.sync_api import Browser, Page, expect
from pytest_playwright_axe import Axe

from tests.browser import labels

HUB = "3f2a9c1e-7b54-4d0e-9a61-0c3d77f01a2b"
OTHER = "b4c1d2e3-0f9a-4b8c-8d7e-6f5a4b3c2d1e"
DECODER = "/static/vendor/barcode-detector/ponyfill.js"
WASM = "/static/vendor/zxing-wasm/zxing_reader.wasm"
TYPES = {".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm"}

PAGE = """<!doctype html><html lang="en"><title>Scan</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="/static/css/tokens.css">
<link rel="stylesheet" href="/static/css/base.css">
<link rel="stylesheet" href="/static/css/parts.css">
<link rel="stylesheet" href="/static/css/screens.css">
<form action="/sent">
<label>Hub id <input name="label" id="id_label"></label>
<label>Photo <input type="file" id="id_photo"></label>
{scanner}
<button>Claim</button>
</form></html>"""


class Site(http.server.BaseHTTPRequestHandler):
    """A page with the scanner, and the static files it asks for, under the portal's policy."""

    def do_GET(self):
        path = urlsplit(self.path).path
        self.server.asked.append(path)
        found = finders.find(path.removeprefix("/static/")) if path.startswith("/static/") else None
        if found and path not in self.server.missing:
            self.answer(Path(found).read_bytes(), TYPES.get(Path(found).suffix, "image/svg+xml"))
        elif path == "/":
            context = {"decoder": self.server.decoder}
            scanner = render_to_string("parts/label_scanner.html", context)
            self.answer(PAGE.format(scanner=scanner).encode(), "text/html; charset=utf-8")
        else:
            self.send_error(404)

    def answer(self, body, kind):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", build_policy(settings.SECURE_CSP))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def site():
    if not (settings.NODE_MODULES / "zxing-wasm").is_dir():
        message = "The decoder is not installed; `make test` installs it where there is Node."
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.asked, server.missing, server.decoder = [], set(), True
    server.url = f"http://127.0.0.1:{server.server_port}/"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def chromium(launch_browser, browser_type_launch_args):
    """Launches a Chromium with these arguments more, or hands out the one that has them already."""
    browsers = {}

    def launch(*flags: str) -> Browser:
        if flags not in browsers:
            browsers[flags] = launch_browser(args=[*browser_type_launch_args["args"], *flags])
        return browsers[flags]

    yield launch
    for browser in browsers.values():
        browser.close()


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    """Chromium's arguments for a camera that sees these texts, or these pictures, in turn."""
    folder = tmp_path_factory.mktemp("films")

    def seen(*scenes: str | bytes | None, seconds_each: float = 1.0) -> list[str]:
        path = folder / f"{zlib.crc32(repr((scenes, seconds_each)).encode())}.mjpeg"
        if not path.exists() and bytes in map(type, scenes):
            labels.film_of(path, scenes, seconds_each)
        elif not path.exists():
            labels.film(path, scenes, seconds_each)
        return labels.camera_flags(path)

    return seen


@pytest.fixture
def scanner(site, chromium, films):
    """Opens the page in front of a camera that sees what it is given; fails on console errors."""
    pages, complaints = [], []

    def open_page(*seen, flags=None, url=None, before="", seconds_each=1.0) -> Page:
        browser = chromium(*(films(*seen, seconds_each=seconds_each) if flags is None else flags))
        page = browser.new_page(viewport={"width": 820, "height": 1180})
        pages.append(page)
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if before:
            page.add_init_script(before)
        page.goto(url or site.url)
        return page

    open_page.complaints = complaints
    yield open_page
    for page in pages:
        page.close()
    assert complaints == []


def start(page: Page) -> None:
    page.get_by_role("button", name="Scan with the camera").click()


def status(page: Page):
    return page.locator("dialog [role=status]")


def camera_is_on(page: Page) -> bool:
    return page.evaluate(
        "() => Boolean(document.querySelector('video')?.srcObject?.getTracks()"
        ".some((track) => track.readyState === 'live'))"
    )


def test_a_label_in_front_of_the_camera_fills_the_field_and_waits_for_a_tap(scanner):
    page = scanner(None, HUB)
    start(page)
    expect(status(page)).to_have_text("Aim at the label.")
    expect(page.get_by_label("Hub id", exact=True)).to_have_value(HUB)
    expect(page.get_by_text("Check it, then claim")).to_be_visible()
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("button", name="Scan with the camera")).to_be_focused()
    assert not camera_is_on(page)
    assert urlsplit(page.url).path == "/"


def test_the_page_is_told_what_was_read(scanner):
    heard = "addEventListener('label-read', (event) => { document.title = event.detail.text })"
    page = scanner(HUB, before=heard)
    start(page)
    expect(page).to_have_title(HUB)


def test_what_was_read_stays_raw_and_is_cut_at_256_characters(scanner):
    text = '<img src=x onerror="document.title=1">' + "x" * 300
    page = scanner(text)
    start(page)
    expect(page.get_by_label("Hub id", exact=True)).to_have_value(text[:256])
    expect(page).to_have_title("Scan")


def test_nothing_of_the_decoder_is_loaded_before_the_camera_is_open(scanner, site):
    page = scanner(HUB)
    page.wait_for_load_state("networkidle")
    assert not {DECODER, WASM} & set(site.asked)
    start(page)
    expect(page.get_by_label("Hub id", exact=True)).to_have_value(HUB)
    assert {DECODER, WASM} <= set(site.asked)


def test_a_second_scan_needs_no_second_download(scanner, site):
    page = scanner(HUB)
    for _ in range(2):
        page.get_by_label("Hub id", exact=True).fill("")
        start(page)
        expect(page.get_by_label("Hub id", exact=True)).to_have_value(HUB)
    assert (site.asked.count(DECODER), site.asked.count(WASM)) == (1, 1)


def test_escape_closes_the_camera_and_gives_the_focus_back(scanner):
    page = scanner(None)
    start(page)
    expect(status(page)).to_have_text("Aim at the label.")
    assert camera_is_on(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("button", name="Scan with the camera")).to_be_focused()
    assert not camera_is_on(page)


def test_the_camera_is_free_while_the_tab_is_hidden_and_comes_back_with_it(scanner):
    page = scanner(None)
    start(page)
    expect(status(page)).to_have_text("Aim at the label.")
    hide(page, True)
    assert not camera_is_on(page)
    hide(page, False)
    expect(status(page)).to_have_text("Aim at the label.")
    assert camera_is_on(page)


def hide(page: Page, hidden: bool) -> None:
    """As when another tab comes to the front; a headless browser shows all its tabs."""
    page.evaluate(
        "(hidden) => { Object.defineProperty(document, 'hidden', { value: hidden, configurable:"
        " true }); document.dispatchEvent(new Event('visibilitychange')) }",
        hidden,
    )


def test_the_camera_is_free_once_the_element_is_gone(scanner):
    page = scanner(None)
    start(page)
    expect(status(page)).to_have_text("Aim at the label.")
    track = page.evaluate_handle("() => document.querySelector('video').srcObject.getTracks()[0]")
    page.evaluate("() => document.querySelector('label-scanner').remove()")
    assert track.evaluate("(track) => track.readyState") == "ended"


def test_a_camera_that_opens_after_the_dialog_was_closed_is_let_go(scanner):
    late = """
        const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
        navigator.mediaDevices.getUserMedia = async (wanted) => {
          await new Promise((go) => { window.go = go });
          window.stream = await open(wanted);
          document.title = "late";
          return window.stream;
        };"""
    page = scanner(None, before=late)
    start(page)
    expect(status(page)).to_have_text("Allow the camera when the browser asks.")
    page.get_by_role("button", name="Close").click()
    page.evaluate("() => window.go()")
    expect(page).to_have_title("late")
    states = page.evaluate("() => window.stream.getTracks().map((track) => track.readyState)")
    assert states == ["ended"]


def test_of_several_cameras_one_can_be_chosen(scanner):
    page = scanner(flags=labels.camera_flags(cameras=2))
    start(page)
    choice = page.get_by_role("combobox", name="Camera")
    expect(choice.locator("option")).to_have_count(2)
    first = page.evaluate(DEVICE)
    assert choice.input_value() == first
    names = [option.get_attribute("value") for option in choice.locator("option").all()]
    [second] = set(names) - {first}
    choice.select_option(second)
    expect(status(page)).to_have_text("Aim at the label.")
    assert page.evaluate(DEVICE) == second


def test_one_camera_is_not_offered_as_a_choice(scanner):
    page = scanner(None)
    start(page)
    expect(status(page)).to_have_text("Aim at the label.")
    expect(page.get_by_role("combobox", name="Camera")).to_be_hidden()


DEVICE = """async () => {
  const video = document.querySelector('video');
  while (!video.srcObject) await new Promise((go) => setTimeout(go, 20));
  return video.srcObject.getVideoTracks()[0].getSettings().deviceId;
}"""


def test_the_back_camera_is_asked_for_first(scanner):
    spy = """
        const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
        navigator.mediaDevices.getUserMedia = (wanted) => {
          document.title = wanted.video.facingMode.ideal;
          return open(wanted);
        };"""
    page = scanner(None, before=spy)
    start(page)
    expect(page).to_have_title("environment")


def test_the_light_is_offered_where_there_is_one(scanner):
    page = scanner(None)
    start(page)
    expect(status(page)).to_have_text("Aim at the label.")
    expect(page.get_by_role("button", name="Light")).to_be_hidden()

    page = scanner(None, before=TORCH)
    start(page)
    light = page.get_by_role("button", name="Light")
    light.click()
    expect(light).to_have_attribute("aria-pressed", "true")
    expect(page).to_have_title("torch true")
    light.click()
    expect(light).to_have_attribute("aria-pressed", "false")
    expect(page).to_have_title("torch false")


# The fake camera has no torch.
TORCH = """
    MediaStreamTrack.prototype.getCapabilities = () => ({ torch: true });
    MediaStreamTrack.prototype.applyConstraints = async (wanted) => {
      document.title = `torch ${wanted.advanced[0].torch}`;
    };"""


def test_a_refused_camera_is_explained_and_typing_and_photo_are_offered(scanner):
    page = scanner(flags=["--use-fake-device-for-media-stream", "--deny-permission-prompts"])
    start(page)
    expect(status(page)).to_contain_text("This page may not use the camera.")
    page.get_by_role("button", name="Type the id").click()
    expect(page.get_by_label("Hub id", exact=True)).to_be_focused()
    start(page)
    with page.expect_file_chooser():
        page.get_by_role("button", name="Use a photo").click()
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_a_device_without_a_camera_is_told_so(scanner):
    page = scanner(flags=labels.camera_flags(cameras=0))
    start(page)
    expect(status(page)).to_contain_text("No camera was found.")


def test_a_page_that_is_not_secure_says_so(scanner, site):
    flags = [*labels.camera_flags(), "--host-resolver-rules=MAP portal.test 127.0.0.1"]
    page = scanner(flags=flags, url=site.url.replace("127.0.0.1", "portal.test"))
    start(page)
    expect(status(page)).to_contain_text("only on a secure page")


@pytest.mark.parametrize("name", ["NotReadableError", "AbortError"])
def test_a_camera_that_another_app_holds_is_told_apart(scanner, name):
    refuse = f"""navigator.mediaDevices.getUserMedia = async () => {{
        throw new DOMException("", "{name}") }}"""
    page = scanner(None, before=refuse)
    start(page)
    expect(status(page)).to_contain_text("in use elsewhere")


def test_a_camera_that_is_pulled_out_is_not_waited_for(scanner):
    page = scanner(None)
    start(page)
    expect(status(page)).to_have_text("Aim at the label.")
    page.evaluate(
        "() => document.querySelector('video').srcObject.getVideoTracks()[0]"
        ".dispatchEvent(new Event('ended'))"
    )
    expect(status(page)).to_contain_text("in use elsewhere")
    assert not camera_is_on(page)


@pytest.mark.parametrize("gone", [DECODER, WASM])
def test_a_decoder_that_does_not_load_is_told_and_tried_again(scanner, site, gone):
    site.missing.add(gone)
    page = scanner(HUB)
    start(page)
    expect(status(page)).to_contain_text("could not be loaded")
    assert not camera_is_on(page)
    page.get_by_role("button", name="Close").click()
    site.missing.clear()
    start(page)
    expect(page.get_by_label("Hub id", exact=True)).to_have_value(HUB)
    assert "404" in scanner.complaints[0]
    scanner.complaints.clear()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_open_camera_and_its_problems_are_accessible(scanner, site, scheme):
    page = scanner(None)
    page.emulate_media(color_scheme=scheme)
    start(page)
    expect(status(page)).to_have_text("Aim at the label.")
    assert violations(page) == []
    page.get_by_role("button", name="Close").click()
    page.evaluate("() => { navigator.mediaDevices.getUserMedia = async () => { throw Error() } }")
    start(page)
    expect(status(page)).to_contain_text("could not be loaded")
    assert violations(page) == []


def violations(page: Page) -> list[str]:
    dialog = page.get_by_role("dialog")
    found = Axe().run(
        page, context=dialog, html_report_generated=False, json_report_generated=False
    )
    return [violation["help"] for violation in found["violations"]]


def test_without_any_decoder_the_button_does_not_show(scanner, site):
    site.decoder = False
    page = scanner(None)
    expect(page.get_by_role("button", name="Claim")).to_be_visible()
    expect(page.get_by_role("button", name="Scan with the camera")).to_be_hidden()


def test_the_browsers_own_detector_is_used_where_there_is_one(scanner, site):
    own = f"""window.BarcodeDetector = class {{
        static async getSupportedFormats() {{ return ["qr_code"]; }}
        constructor({{ formats }}) {{ document.title = formats.join(); }}
        async detect() {{ return [{{ rawValue: "{HUB}", format: "qr_code" }}]; }} }}"""
    page = scanner(None, before=own)
    start(page)
    expect(page.get_by_label("Hub id", exact=True)).to_have_value(HUB)
    expect(page).to_have_title("qr_code")
    assert not {DECODER, WASM} & set(site.asked)


def test_two_labels_in_sight_wait_until_one_is_left(scanner):
    one, two = labels.qr_png(HUB), labels.qr_png(OTHER)
    page = scanner(labels.scene(one, two), labels.scene(one), seconds_each=1.5)
    start(page)
    expect(status(page)).to_contain_text("more than one code")
    expect(page.get_by_label("Hub id", exact=True)).to_have_value("")
    expect(page.get_by_label("Hub id", exact=True)).to_have_value(HUB)


def linear(text: str) -> bytes:
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.Code128)
    pixels = memoryview(code.to_image(scale=2))
    height, width = pixels.shape
    drawn = io.BytesIO()
    strip = Image.frombytes("L", (width, height), pixels.tobytes())
    ImageOps.expand(strip, 20, 255).save(drawn, "PNG")
    return drawn.getvalue()


def test_a_serial_number_beside_the_hubs_code_is_not_taken_for_it(scanner):
    serial, hub = linear("SN00417"), labels.qr_png(HUB)
    page = scanner(labels.scene(serial), labels.scene(serial, hub), seconds_each=0.4)
    start(page)
    expect(page.get_by_label("Hub id", exact=True)).to_have_value(HUB)


def test_a_linear_code_alone_is_read_after_a_moment(scanner):
    page = scanner(labels.scene(linear("SN00417")))
    start(page)
    expect(page.get_by_label("Hub id", exact=True)).to_have_value("SN00417")
