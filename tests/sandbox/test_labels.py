"""The sheet of labels can be scanned, and holds nothing that runs."""

import io
import re

import pytest
import segno
import zxingcpp
from PIL import Image

from portal.sandbox import world
from portal.sandbox.labels import Label, labels, sheet


def test_the_magic_hubs_come_first_and_then_the_ordinary_ones():
    ids = [label.hub_id for label in labels(2)]
    assert ids == [hub.id for hub in world.MAGIC.values()] + [world.hub_id(0), world.hub_id(1)]


def test_every_label_shows_title_id_and_serial():
    page = sheet(labels(1))
    for label in labels(1):
        for text in (label.title, label.hub_id, label.serial):
            assert text in page


def test_the_code_on_a_label_reads_as_the_hub_id():
    (label,) = list(labels(1))[-1:]
    drawn = re.search(r'<path[^>]* d="([^"]+)"', sheet([label]))
    code = segno.make_qr(label.hub_id, error="m")
    assert drawn[1] in code.svg_inline(scale=4, border=4, omitsize=True)
    picture = io.BytesIO()
    code.save(picture, kind="png", scale=4, border=4)
    (found,) = zxingcpp.read_barcodes(Image.open(picture))
    assert found.text == label.hub_id


def test_nothing_on_the_sheet_runs_or_is_fetched():
    page = sheet([Label("<script>alert(1)</script>", world.hub_id(0), '"><img src=x>'), *labels(3)])
    assert "<script" not in page
    assert "<img" not in page
    assert not re.search(r"<[^>]*\s(on\w+|src|href|xlink:href)=", page)
    assert "url(" not in page


@pytest.mark.parametrize("count", [-1, world.HUB_COUNT + 1])
def test_more_labels_than_hubs_are_refused(count):
    with pytest.raises(ValueError, match=str(count)):
        list(labels(count))
