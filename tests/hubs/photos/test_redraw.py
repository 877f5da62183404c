"""What is kept of a photo: what can be seen, upright, and nothing else."""

import base64
import io

import pytest
from PIL import Image

from portal.hubs.labels import photos
from portal.hubs.photos import redraw
from tests.hubs.photos.pictures import BLUE, CANARY, RED, notes, photo, talkative, two_halves


def drawn(content: bytes, size: str = "large") -> Image.Image:
    copies = redraw.copies(content)
    picture = Image.open(io.BytesIO(base64.b64decode(copies[size])))
    picture.load()
    return picture


def is_like(colour: object, wanted: tuple[int, int, int]) -> bool:
    return all(abs(a - b) < 25 for a, b in zip(colour, wanted, strict=True))


@pytest.mark.parametrize("kind", ["JPEG", "MPO", "PNG", "WEBP"])
def test_nothing_is_kept_of_a_photo_but_its_picture(kind):
    content = talkative(kind)
    assert content.count(CANARY) >= 4
    copies = redraw.copies(content)

    for size in ("large", "small"):
        kept = base64.b64decode(copies[size])
        picture = Image.open(io.BytesIO(kept))
        assert CANARY not in kept
        assert picture.format == "JPEG"
        assert not picture.getexif()
        assert picture.info.keys() <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert is_like(picture.getpixel((5, 5)), RED)
        assert is_like(picture.getpixel((picture.width - 5, 5)), BLUE)


UNDONE = {1: None, 2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(("orientation", "undo"), UNDONE.items())
def test_a_photo_is_upright_however_the_camera_was_held(orientation, undo, kind):
    stored = two_halves()
    stored.paste((250, 250, 250), (0, 0, 400, 40))  # What is above.
    stored = stored if undo is None else stored.transpose(Image.Transpose(undo))
    picture = drawn(photo(kind, stored, exif=notes(orientation)))

    assert picture.size == (400, 300)
    assert is_like(picture.getpixel((200, 15)), (250, 250, 250))
    assert is_like(picture.getpixel((20, 280)), RED)
    assert is_like(picture.getpixel((380, 280)), BLUE)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_a_cameras_notes_that_cannot_be_read_do_not_matter():
    damaged = photo(exif=b"Exif\x00\x00MM\x00*\xff\xff\xff\xff")
    assert is_like(drawn(damaged).getpixel((5, 5)), RED)


def test_a_large_photo_is_kept_smaller_and_a_small_one_as_it_is():
    copies = redraw.copies(photo(picture=Image.new("RGB", (6000, 3000))))
    assert (copies["width"], copies["height"]) == (2048, 1024)
    assert drawn(photo(picture=Image.new("RGB", (3000, 6000))), "small").size == (240, 480)
    assert drawn(photo(picture=Image.new("RGB", (40, 30)))).size == (40, 30)


PICTURES = {
    "see-through": (Image.new("RGBA", (50, 50), (0, 0, 0, 0)), (255, 255, 255)),
    "of few colours": (two_halves(50, 50).convert("P"), RED),
    "of 16 bits of grey": (Image.new("I;16", (50, 50), 30_000), (117, 117, 117)),
    "of black and white": (Image.new("1", (50, 50), 1), (255, 255, 255)),
    "grey": (Image.new("L", (50, 50), 90), (90, 90, 90)),
}


@pytest.mark.parametrize("which", PICTURES)
def test_a_picture_of_any_kind_of_colour_is_kept_as_it_looks(which):
    picture, colour = PICTURES[which]
    assert is_like(drawn(photo("PNG", picture)).getpixel((5, 5)), colour)


def test_a_picture_in_the_colours_of_a_press_is_kept_as_it_looks():
    assert is_like(drawn(photo(picture=two_halves().convert("CMYK"))).getpixel((5, 5)), RED)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"just words", "not_a_photo"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_a_photo"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(100), "heic"),
        (photo()[:2000], "broken"),
        (photo("GIF"), "not_a_photo"),
    ],
)
def test_a_file_that_is_no_photo_is_refused(content, kind):
    with pytest.raises(photos.PhotoProblem) as caught:
        redraw.copies(content)
    assert caught.value.kind == kind
