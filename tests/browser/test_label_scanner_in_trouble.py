"""What the camera element says when there is no camera, no permission or no decoder."""

import pytest
from playwright.sync_api import expect

from tests.browser import labels
from tests.browser.checks import accessibility
from tests.browser.scanner_page import DECODER, WASM, camera_is_on, start, status

HUB = "3f2a9c1e-7b54-4d0e-9a61-0c3d77f01a2b"


def test_a_refused_camera_is_explained_and_typing_and_photo_are_offered(scanner):
    refusal = "--use-fake-ui-for-media-stream=deny"
    page = scanner(flags=["--use-fake-device-for-media-stream", refusal])
    start(page)
    expect(status(page)).to_contain_text("This page may not use the camera.")
    page.get_by_role("button", name="Type the id").click()
    expect(page.get_by_label("Hub id", exact=True)).to_be_focused()
    start(page)
    with page.expect_file_chooser():
        page.get_by_role("button", name="Use a photo").click()
    expect(page.get_by_label("Photo", exact=True)).to_be_focused()
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_a_device_without_a_camera_is_told_so(scanner):
    page = scanner(flags=labels.camera_flags(cameras=0))
    start(page)
    expect(status(page)).to_contain_text("No camera was found.")


def test_a_page_that_is_not_secure_says_so(scanner, scanner_site):
    flags = [*labels.camera_flags(), "--host-resolver-rules=MAP portal.test 127.0.0.1"]
    page = scanner(flags=flags, url=scanner_site.url.replace("127.0.0.1", "portal.test"))
    start(page)
    expect(status(page)).to_contain_text("only on a secure page")


@pytest.mark.parametrize("name", ["NotReadableError", "AbortError"])
def test_a_camera_that_another_app_holds_is_told_apart(scanner, name):
    refuse = f"""navigator.mediaDevices.getUserMedia = async () => {{
        throw new DOMException("", "{name}") }}"""
    page = scanner(None, before=refuse)
    start(page)
    expect(status(page)).to_contain_text("in use elsewhere")


@pytest.mark.parametrize("gone", [DECODER, WASM])
def test_a_decoder_that_does_not_load_is_told_and_tried_again(scanner, scanner_site, gone):
    scanner_site.missing.add(gone)
    page = scanner(HUB)
    start(page)
    expect(status(page)).to_contain_text("could not be loaded")
    assert not camera_is_on(page)
    page.get_by_role("button", name="Close").click()
    scanner_site.missing.clear()
    start(page)
    expect(page.get_by_label("Hub id", exact=True)).to_have_value(HUB)
    scanner.complaints.clear()


def test_the_open_camera_and_its_problems_are_accessible(scanner, scanner_site):
    page = scanner(None)
    page.emulate_media(reduced_motion="reduce")  # A colour half-way to another has no contrast.
    start(page)
    expect(status(page)).to_have_text("Aim at the label.")
    assert accessibility(page) == []
    page.get_by_role("button", name="Close").click()
    page.evaluate("() => { navigator.mediaDevices.getUserMedia = async () => { throw Error() } }")
    start(page)
    expect(status(page)).to_contain_text("could not be loaded")
    assert accessibility(page) == []


def test_without_any_decoder_the_button_does_not_show(scanner, scanner_site):
    scanner_site.decoder = False
    page = scanner(None)
    expect(page.get_by_role("button", name="Claim")).to_be_visible()
    expect(page.get_by_role("button", name="Scan with the camera")).to_be_hidden()
