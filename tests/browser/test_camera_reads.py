"""What the camera that stays open says of the labels before it."""

from itertools import pairwise

import pytest
import zxingcpp
from playwright.sync_api import Page, expect

from tests.browser import labels
from tests.browser.scanner_page import HEARD, hears, open_camera, status

# Films that play for seconds.
pytestmark = pytest.mark.slow

HUB = "3f2a9c1e-7b54-4d0e-9a61-0c3d77f01a2b"
PARSE = """async (text) =>
  (await import("/static/js/scanner/hub-id.js")).parse(text)"""
OTHER = "b4c1d2e3-0f9a-4b8c-8d7e-6f5a4b3c2d1e"
FOREIGN = "https://example.com/manual.pdf"
QR = labels.qr_png(HUB)
AWAY = 1500  # Milliseconds out of sight after which a label is told again.
TINY = 101  # Pixels: 2 cm seen from 30 cm, by a camera of 1920 pixels that sees 65 degrees.


@pytest.fixture
def before(scanner):
    """Opens the camera before what it shall see, `seconds_each`."""

    def open_before(*seen: bytes, seconds_each: float = 0.6) -> Page:
        page = scanner(*seen, seconds_each=seconds_each, before=HEARD)
        open_camera(page)
        return page

    return open_before


def data_matrix(text: str) -> bytes:
    return labels.code_png(text, zxingcpp.BarcodeFormat.DataMatrix, scale=10)


def code_128(text: str) -> bytes:
    return labels.code_png(text, zxingcpp.BarcodeFormat.Code128, scale=2)


def wide(*seen: bytes) -> bytes:
    return labels.scene(*seen, size=labels.WIDE)


def fine(*seen: bytes) -> bytes:
    return labels.scene(*seen, size=labels.FINE)


def test_labels_of_every_kind_shown_in_turn_are_each_reported_once(before):
    hubs = [f"0000000{n}-7b54-4d0e-9a61-0c3d77f01a2b" for n in range(4)]
    kinds = [labels.qr_png, data_matrix, code_128, labels.qr_png]
    page = before(*(wide(make(hub)) for hub, make in zip(hubs, kinds, strict=True)))
    expect(page.locator("body")).to_have_attribute("data-distinct", "4")
    heard = page.evaluate("() => heard")
    assert {label["text"] for label in heard} == set(hubs)
    assert {label["format"] for label in heard} == {"qr_code", "data_matrix", "code_128"}
    # The film runs round and round: a label that comes back is told again, one in sight is not.
    for hub in hubs:
        told = [label["at"] for label in heard if label["text"] == hub]
        assert all(later - at > AWAY for at, later in pairwise(told))


def test_tiny_inverted_and_leaning_labels_are_read(before):
    tiny, inverted, leaning, slanting = (
        f"a{n}000000-7b54-4d0e-9a61-0c3d77f01a2b" for n in range(4)
    )
    line = labels.code_png(slanting, zxingcpp.BarcodeFormat.Code128, scale=2)
    page = before(
        fine(labels.sized_png(labels.qr_png(tiny), TINY)),
        fine(labels.inverted_png(labels.qr_png(inverted))),
        fine(labels.turned_png(data_matrix(leaning), 30)),
        fine(labels.turned_png(line, 45)),
        # Each for as long as a slow device takes for all the ways it looks.
        seconds_each=2,
    )
    expect(page.locator("body")).to_have_attribute("data-distinct", "4")
    told = {label["text"] for label in page.evaluate("() => heard")}
    assert told == {tiny, inverted, leaning, slanting}


def test_a_hub_id_in_code_128_counts_at_once_and_the_serial_number_below_it_never(before):
    serial = labels.code_png("SN00417", zxingcpp.BarcodeFormat.Code128)
    label = labels.stacked_png(code_128(HUB), serial)
    alone = labels.stacked_png(labels.sized_png(QR, 400), serial)
    page = before(wide(label), wide(alone), wide(code_128(OTHER)))
    assert {label["text"] for label in hears(page, 2)} == {HUB, OTHER}


def test_of_two_hubs_in_view_neither_is_reported_and_the_person_is_asked(before):
    page = before(labels.scene(QR, labels.qr_png(OTHER)))
    expect(status(page)).to_contain_text("more than one code")
    assert page.evaluate("() => heard") == []


def test_a_reading_is_reported_unchanged_and_cut_when_it_is_too_long(before):
    text = '<img src=x onerror="document.title=1">' + "x" * 300
    page = before(labels.scene(labels.qr_png(text)))
    assert hears(page, 1)[0]["text"] == text[:257]
    expect(page).to_have_title("Scan")


def test_cutting_a_code_that_is_too_long_does_not_make_it_a_label(before):
    text = f"{HUB} \N{SNOWMAN}\N{FACE WITH TEARS OF JOY} {'x' * 217} and {'y' * 20}"
    page = before(labels.scene(labels.qr_png(text)))
    [read] = hears(page, 1)
    assert page.evaluate(PARSE, read["text"])["problem"] == "too_long"
