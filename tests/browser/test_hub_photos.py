"""A hub's photos, as somebody adds, looks at and removes them on a tablet."""

import pytest
from PIL import Image
from playwright.sync_api import expect

from portal.hubs.photos import album
from tests.hubs.own_hubs import make_own_hub
from tests.hubs.photos.pictures import CANARY, notes, photo

LARGEST_SENT = 2_500_000


@pytest.mark.slow
def test_a_photo_is_made_smaller_on_the_device_then_looked_at_removed_and_brought_back(
    tablet, ira, mill_court, monkeypatch
):
    hub, sent, add = make_own_hub(mill_court), [], album.add

    def see(hub, member, file):
        sent.append(file.read())
        return add(hub, member, file)

    monkeypatch.setattr(album, "add", see)
    noise = Image.effect_noise((4000, 3000), 60).convert("RGB")
    taken = photo("JPEG", noise, quality=85, exif=notes())
    assert len(taken) > 2 * LARGEST_SENT
    page = tablet(ira)
    page.goto(f"/hubs/{hub.pk}/photos/")
    page.get_by_label("Take photo").set_input_files(
        {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": taken}
    )
    small = page.get_by_role("link", name="Photo 1, added by Ira Installer")
    expect(small).to_be_visible()
    (arrived,) = sent
    assert len(arrived) < LARGEST_SENT
    assert CANARY in taken
    assert CANARY not in arrived, "where it was taken stays on the device"

    small.click()
    large = page.get_by_role("dialog").get_by_role("img")
    expect(large).to_be_visible()
    expect(large).to_have_js_property("naturalWidth", 2048)
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Photo removed.")).to_be_visible()
    expect(small).to_be_hidden()
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_focused()
    undo.click()
    expect(small).to_be_visible()
    assert album.photos_of([hub]).count() == 1


@pytest.mark.slow
def test_a_photo_that_the_device_never_ends_to_read_is_added_as_it_is(tablet, ira, mill_court):
    hub = make_own_hub(mill_court)
    noise = Image.effect_noise((3000, 2000), 60).convert("RGB")
    page = tablet(ira)
    page.add_init_script(
        "window.createImageBitmap = () => new Promise(() => {}); const wait = window.setTimeout;"
        "window.setTimeout = (act, after) => wait(act, after === 10_000 ? 1000 : after);"
    )
    page.goto(f"/hubs/{hub.pk}/photos/")
    page.get_by_label("Take photo").set_input_files(
        {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photo("JPEG", noise, quality=85)}
    )
    expect(page.get_by_role("link", name="Photo 1, added by Ira Installer")).to_be_visible()
