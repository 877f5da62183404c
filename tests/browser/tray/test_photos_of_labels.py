"""Photos of labels are made smaller on the device, and several hubs in one are offered together."""

import io

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser import labels
from tests.browser.tray.steps import hubs, open_tray, outcome, read_off, rows, tails

pytestmark = pytest.mark.usefixtures("sandbox", "mill_court")


@pytest.fixture
def page(tablet, ira) -> Page:
    """A tablet with the tray open."""
    opened = tablet(ira)
    open_tray(opened)
    return opened


def choose(page: Page, picture: bytes, kind: str = "image/jpeg") -> None:
    """Choose the picture as a photo of a label."""
    photo = {"name": "label", "mimeType": kind, "buffer": picture}
    page.locator("[data-photo-input]").set_input_files(photo)


def photo(label: bytes, size: tuple[int, int], kind: str) -> bytes:
    """The label on a desk, in a photo of so many pixels."""
    picture = Image.open(io.BytesIO(label)).convert("RGB")
    picture = picture.resize((size[1] // 3, size[1] // 3))
    desk = Image.new("RGB", size, labels.DESK)
    desk.paste(picture, (size[0] // 3, size[1] // 3))
    written = io.BytesIO()
    desk.save(written, kind)
    return written.getvalue()


@pytest.mark.parametrize(
    ("size", "kind", "given"),
    [
        ((9248, 6936), "JPEG", "image/jpeg"),
        ((5200, 5200), "PNG", "image/png"),
        ((1200, 900), "BMP", "image/bmp"),
        ((1200, 900), "AVIF", "image/avif"),
        ((1200, 900), "GIF", "image/heic"),
    ],
)
def test_a_photo_that_only_the_browser_can_read_is_read(page, size, kind, given):
    (one,) = hubs(1)
    with page.expect_request("**/claims/tray/photo/") as sent:
        choose(page, photo(labels.qr_png(one), size, kind), given)
    expect(rows(page)).to_have_count(1)
    assert sent.value.sizes()["requestBodySize"] < 3_000_000
    assert read_off(page) == tails(one)


def test_more_megabytes_than_the_portal_takes_are_made_less(page):
    (one,) = hubs(1)
    picture = photo(labels.qr_png(one), (2400, 1800), "BMP")
    choose(page, picture + b"\0" * (25_000_000 - len(picture)), "image/bmp")
    expect(rows(page)).to_have_count(1)


def test_what_nobody_can_read_is_told(page, tablet):
    tablet.expected = ["status of 422"]
    choose(page, b"no photo at all")
    expect(outcome(page)).to_contain_text("not a photo we can read")


NO_BITMAPS = "window.createImageBitmap = () => new Promise(() => {});"
NO_IMAGES = """window.createImageBitmap = () => Promise.reject(new DOMException("", "DataError"));
HTMLImageElement.prototype.decode = () => new Promise(() => {});"""
NO_FILES = "HTMLCanvasElement.prototype.toBlob = () => {};"
# A tenth of how long a photo may take.
HURRY = """const wait = window.setTimeout;
window.setTimeout = (act, after, ...more) => wait(act, after === 10_000 ? 1000 : after, ...more);"""


@pytest.mark.parametrize("silent", [NO_BITMAPS, NO_IMAGES, NO_FILES])
def test_a_photo_that_the_device_never_ends_to_read_is_read_by_the_portal(tablet, ira, silent):
    (one,) = hubs(1)
    page = tablet(ira)
    page.add_init_script(silent + HURRY)
    open_tray(page)
    taken = photo(labels.qr_png(one), (1200, 900), "PNG")
    choose(page, taken + b"\0" * 3_000_000, "image/png")
    expect(rows(page)).to_have_count(1)
    assert read_off(page) == tails(one)


def test_several_hubs_in_one_photo_are_offered_together(page):
    wanted = hubs(3)
    choose(page, labels.stacked_png(*map(labels.qr_png, wanted)), "image/png")
    expect(outcome(page)).to_contain_text("3 hubs are in the photo.")
    expect(rows(page)).to_have_count(0)
    page.locator("[data-offer]", has_text=wanted[1]).click()
    expect(rows(page)).to_have_count(1)
    page.get_by_role("button", name="Add all 2 hubs").click()
    expect(rows(page)).to_have_count(3)
    expect(page.locator("[data-offers]")).to_be_hidden()
    assert sorted(read_off(page)) == sorted(tails(*wanted))
