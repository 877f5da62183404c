"""What the camera element does with a label and with the camera."""

import re
from urllib.parse import urlsplit

import zxingcpp
from playwright.sync_api import expect

from tests.browser import labels
from tests.browser.scanner_page import DECODER, WASM, camera_is_on, start, status

HUB = "3f2a9c1e-7b54-4d0e-9a61-0c3d77f01a2b"
OWN = ["qr_code", "data_matrix", "code_128"]  # What a hub label may come as.
OTHER = "b4c1d2e3-0f9a-4b8c-8d7e-6f5a4b3c2d1e"


def test_a_label_in_front_of_the_camera_fills_the_field_and_waits_for_a_tap(scanner):
    page = scanner(None, HUB)
    start(page)
    expect(status(page)).to_have_text("Aim at the label.")
    expect(page.get_by_label("Hub id", exact=True)).to_have_value(HUB)
    expect(page.get_by_text("A code was read")).to_be_visible()
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("button", name="Scan with the camera")).to_be_focused()
    assert not camera_is_on(page)
    assert urlsplit(page.url).path == "/"


def test_the_page_is_told_what_was_read(scanner):
    heard = "addEventListener('label-read', (event) => { document.title = event.detail.text })"
    page = scanner(HUB, before=heard)
    start(page)
    expect(page).to_have_title(HUB)


def test_what_was_read_stays_raw_and_is_cut_where_it_is_seen_to_be_too_long(scanner):
    text = '<img src=x onerror="document.title=1">' + "x" * 300
    page = scanner(text)
    start(page)
    expect(page.get_by_label("Hub id", exact=True)).to_have_value(text[:257])
    expect(page).to_have_title("Scan")


def test_a_code_that_is_too_long_for_a_label_becomes_no_label_by_being_cut(scanner):
    page = scanner(f"{HUB} \N{SNOWMAN}\N{FACE WITH TEARS OF JOY} {'x' * 217} and {'y' * 20}")
    start(page)
    read = page.get_by_label("Hub id", exact=True)
    expect(read).to_have_value(re.compile("^[0-9a-f]"))
    found = page.evaluate("(text) => HubId.parse(text)", read.input_value())
    assert found["problem"] == "too_long"


def test_nothing_of_the_decoder_is_loaded_before_the_camera_is_open(scanner, scanner_site):
    page = scanner(HUB)
    page.wait_for_load_state("networkidle")
    assert not {DECODER, WASM} & set(scanner_site.asked)
    start(page)
    expect(page.get_by_label("Hub id", exact=True)).to_have_value(HUB)
    assert {DECODER, WASM} <= set(scanner_site.asked)


def test_a_second_scan_needs_no_second_download(scanner, scanner_site):
    page = scanner(HUB)
    for _ in range(2):
        page.get_by_label("Hub id", exact=True).fill("")
        start(page)
        expect(page.get_by_label("Hub id", exact=True)).to_have_value(HUB)
    assert (scanner_site.asked.count(DECODER), scanner_site.asked.count(WASM)) == (1, 1)


def test_escape_closes_the_camera_and_gives_the_focus_back(scanner):
    page = scanner(None)
    start(page)
    expect(status(page)).to_have_text("Aim at the label.")
    assert camera_is_on(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("button", name="Scan with the camera")).to_be_focused()
    assert not camera_is_on(page)


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


def test_the_browsers_own_detector_is_used_where_there_is_one(scanner, scanner_site):
    own = f"""window.BarcodeDetector = class {{
        static async getSupportedFormats() {{ return {OWN}; }}
        constructor({{ formats }}) {{ document.title = formats.join(); }}
        async detect() {{ return [{{ rawValue: "{HUB}", format: "qr_code" }}]; }} }}"""
    page = scanner(None, before=own)
    start(page)
    expect(page.get_by_label("Hub id", exact=True)).to_have_value(HUB)
    expect(page).to_have_title(",".join(OWN))
    assert not {DECODER, WASM} & set(scanner_site.asked)


def test_two_labels_in_sight_wait_until_one_is_left(scanner):
    one, two = labels.qr_png(HUB), labels.qr_png(OTHER)
    page = scanner(labels.scene(one, two), labels.scene(one), seconds_each=1.5)
    start(page)
    expect(status(page)).to_contain_text("more than one code")
    expect(page.get_by_label("Hub id", exact=True)).to_have_value("")
    expect(page.get_by_label("Hub id", exact=True)).to_have_value(HUB)


def linear(text: str) -> bytes:
    return labels.code_png(text, zxingcpp.BarcodeFormat.Code128, scale=2)


def test_a_serial_number_beside_the_hubs_code_is_not_taken_for_it(scanner):
    serial, hub = linear("SN00417"), labels.qr_png(HUB)
    alone, both = labels.scene(serial), labels.scene(serial, hub)
    page = scanner(alone, both, both, both, seconds_each=0.4)
    start(page)
    expect(page.get_by_label("Hub id", exact=True)).to_have_value(HUB)


def test_a_linear_code_alone_is_read_after_a_moment(scanner):
    page = scanner(labels.scene(linear("SN00417")))
    start(page)
    expect(page.get_by_label("Hub id", exact=True)).to_have_value("SN00417")
