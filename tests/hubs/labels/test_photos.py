"""What the portal reads off a photo of a label, and which files it refuses."""

import io
import json
import random
import struct
import zlib

import pytest
import segno
import zxingcpp
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from portal.hubs.display import label_wording
from portal.hubs.labels import barcodes, photos

HUB = "3f2a9c1e-7b54-4d0e-9a61-0c3d77f01a2b"
OTHER = "b4c1d2e3-0f9a-4b8c-8d7e-6f5a4b3c2d1e"


def label(text: str = HUB, scale: int = 6) -> Image.Image:
    """A QR label with its quiet zone, in grey."""
    code = segno.make(text, micro=False)
    drawn = io.BytesIO()
    code.save(drawn, kind="png", scale=scale, border=4)
    return Image.open(drawn).convert("L")


def code(text: str, symbology: zxingcpp.BarcodeFormat) -> Image.Image:
    pixels = memoryview(zxingcpp.create_barcode(text, symbology).to_image(scale=3))
    height, width = pixels.shape
    return ImageOps.expand(Image.frombytes("L", (width, height), pixels.tobytes()), 30, 255)


def desk(*labels: Image.Image, size: tuple[int, int] = (1600, 1200)) -> Image.Image:
    """Labels side by side on a grey desk."""
    photo = Image.new("L", size, 150)
    left = 60
    for piece in labels:
        photo.paste(piece, (left, 200))
        left += piece.width + 60
    return photo


def file(photo: Image.Image, kind: str = "JPEG", **options: object) -> io.BytesIO:
    written = io.BytesIO()
    photo.save(written, kind, **options)
    return written


def read(upload: io.BytesIO) -> str:
    return photos.read_label(photos.content_of(upload))


def problem_with(upload: io.BytesIO) -> str:
    with pytest.raises(photos.PhotoProblem) as caught:
        read(upload)
    assert label_wording.of_photo(caught.value)
    return caught.value.kind


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_of_a_label_is_read(kind):
    assert read(file(desk(label()), kind)) == HUB


@pytest.mark.parametrize(
    "symbology",
    [
        zxingcpp.BarcodeFormat.QRCode,
        zxingcpp.BarcodeFormat.DataMatrix,
        zxingcpp.BarcodeFormat.Aztec,
        zxingcpp.BarcodeFormat.PDF417,
        zxingcpp.BarcodeFormat.Code128,
    ],
    ids=str,
)
def test_the_codes_that_labels_carry_are_read(symbology):
    assert read(file(desk(code(HUB, symbology)))) == HUB


@pytest.mark.parametrize("degrees", [7, 45, 90, 133, 180, 270])
def test_a_label_may_lie_at_any_angle(degrees):
    turned = desk(label()).rotate(degrees, expand=True, fillcolor=150)
    assert read(file(turned)) == HUB


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_camera_may_be_held_in_any_way(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    held = desk(code(HUB, zxingcpp.BarcodeFormat.DataMatrix))
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}.get(orientation)
    stored = held if undo is None else held.transpose(Image.Transpose(undo))
    assert read(file(stored, exif=exif)) == HUB


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_damaged_exif_data_does_not_matter():
    notes = b"Exif\x00\x00MM\x00*\xff\xff\xff\xff"
    assert read(file(desk(label()), exif=notes)) == HUB


def test_a_label_in_light_on_dark_is_read():
    assert read(file(ImageOps.invert(desk(label())))) == HUB


def test_a_label_drawn_on_nothing_is_read():
    drawn = label()
    see_through = Image.merge("LA", (Image.new("L", drawn.size, 0), ImageOps.invert(drawn)))
    assert read(file(see_through, "PNG")) == HUB


def test_a_label_drawn_in_white_on_nothing_is_read():
    light = Image.new("RGBA", label().size, (255, 255, 255, 0))
    light.putalpha(label())
    assert read(file(light, "PNG")) == HUB
    assert read(file(label(), "PNG", transparency=0)) == HUB


def test_a_picture_of_nothing_has_no_code():
    assert problem_with(file(Image.new("RGBA", (400, 400)), "PNG")) == "no_code"


def test_a_noisy_and_soft_photo_is_read():
    photo = desk(label(scale=8)).filter(ImageFilter.GaussianBlur(2))
    noise = Image.effect_noise(photo.size, 90)
    assert read(file(Image.blend(photo, noise, 0.3), quality=50)) == HUB


def test_a_label_with_a_scratch_is_read():
    photo = desk(label(scale=8))
    ImageDraw.Draw(photo).line((150, 300, 340, 330), fill=255, width=8)
    assert read(file(photo)) == HUB


def test_a_small_label_in_a_large_photo_is_found_in_the_second_pass():
    far = desk(label(scale=2), size=(4800, 3600))
    shrunk = far.copy()
    shrunk.thumbnail((barcodes.SMALL, barcodes.SMALL))
    assert zxingcpp.read_barcodes(shrunk) == []
    assert read(file(far, quality=90)) == HUB


def test_a_photo_from_a_telephone_with_a_second_picture_in_it_is_read():
    whole = desk(label())
    photo = file(whole, "MPO", save_all=True, append_images=[whole.resize((160, 120))])
    assert read(photo) == HUB


@pytest.mark.parametrize(
    "text", [json.dumps({"hubId": HUB}), f"https://spkey.example/?id={HUB}&x=ü", "00417"]
)
def test_the_text_of_a_code_is_handed_over_unchanged(text):
    assert read(file(desk(label(text)))) == text


def test_hidden_characters_in_a_code_are_not_rewritten():
    assert read(file(desk(label("a\x00b\u202e")))) == "a\x00b\u202e"


def test_of_several_codes_the_one_with_a_hub_id_counts():
    serial = code("SN-00417", zxingcpp.BarcodeFormat.Code128)
    assert read(file(desk(serial, label()))) == HUB


def test_the_same_hub_in_two_codes_is_one_hub():
    link = label(f"https://spkey.example/{HUB.upper()}")
    assert HUB in read(file(desk(label(), link))).lower()


def test_the_hubs_of_several_labels_are_read_together():
    assert set(read(file(desk(label(), label(OTHER)))).split()) == {HUB, OTHER}


def test_several_labels_are_read_as_they_are_printed():
    printed = OTHER.upper()
    assert set(read(file(desk(label(), label(f"hub:{printed}")))).split()) == {HUB, printed}


def test_a_key_in_a_code_of_its_own_is_not_read():
    assert read(file(desk(label(f"key={OTHER}"), label()))) == HUB


def test_a_label_is_looked_at_in_one_more_scale_where_nothing_was_found(monkeypatch):
    sizes = []
    look = zxingcpp.read_barcodes

    def note(picture, **how):
        sizes.append(max(picture.size))
        return look(picture, **how)

    monkeypatch.setattr(zxingcpp, "read_barcodes", note)
    assert problem_with(file(desk())) == "no_code"
    assert barcodes.OTHER in sizes


def test_several_codes_without_a_hub_id_are_refused():
    assert problem_with(file(desk(label("one"), label("two")))) == "no_hub"


@pytest.mark.slow
def test_a_photo_without_a_code_says_so():
    assert problem_with(file(Image.effect_noise((1600, 1200), 60))) == "no_code"


def test_an_empty_file_says_so():
    assert problem_with(io.BytesIO()) == "empty"


NOT_PHOTOS = {
    "text": b"just words, " * 100,
    "svg": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
    "svg with a script": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    "html": b"<!doctype html><script>alert(1)</script>",
    "pdf": b"%PDF-1.7\n",
    "zip": b"PK\x03\x04" + bytes(100),
    "program": b"\x7fELF" + bytes(100),
    "film": b"\x00\x00\x00\x18ftypmp42" + bytes(100),
    "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    "random": random.Random(4).randbytes(5000),
}


@pytest.mark.parametrize("content", NOT_PHOTOS.values(), ids=NOT_PHOTOS)
def test_a_file_that_is_no_photo_is_refused_whatever_its_name(content):
    assert problem_with(io.BytesIO(content)) == "not_a_photo"


def test_a_photo_in_the_format_of_some_telephones_is_refused_by_its_name():
    assert problem_with(io.BytesIO(b"\x00\x00\x00\x18ftypheic" + bytes(100))) == "heic"


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "ICO"])
def test_pictures_of_other_kinds_are_refused(kind):
    assert problem_with(file(label(), kind)) == "not_a_photo"


def test_a_photo_that_is_something_else_too_is_read_as_a_photo_and_nothing_more():
    both = io.BytesIO(file(desk(label())).getvalue() + b"PK\x03\x04<script>alert(1)</script>")
    assert read(both) == HUB


def test_something_else_with_a_photo_inside_is_refused():
    assert problem_with(io.BytesIO(b"<svg>" + file(label()).getvalue())) == "not_a_photo"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.6])
def test_a_photo_that_was_cut_off_is_a_problem_and_not_a_crash(kind, share):
    whole = file(Image.effect_noise((1600, 1200), 60), kind).getvalue()
    assert problem_with(io.BytesIO(whole[: int(len(whole) * share)])) in {"broken", "not_a_photo"}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("seed", range(20))
def test_a_photo_with_damaged_bytes_is_read_or_a_problem_and_never_a_crash(kind, seed):
    chance = random.Random(seed)
    content = bytearray(file(desk(label(), size=(400, 500)), kind).getvalue())
    for _ in range(1 + seed * 3):
        content[chance.randrange(len(content))] = chance.randrange(256)
    try:
        outcome = read(io.BytesIO(content))
    except photos.PhotoProblem as problem:
        outcome = problem.kind
    assert outcome in {HUB, "broken", "not_a_photo", "no_code", "too_big"}


def test_more_than_12_megabytes_are_refused_unread():
    upload = io.BytesIO(file(label()).getvalue().ljust(photos.MOST_BYTES + 1, b"\0"))
    assert problem_with(upload) == "too_big"


def png_header(width: int, height: int) -> io.BytesIO:
    """A PNG that promises so many pixels and holds almost none."""

    def chunk(name: bytes, data: bytes) -> bytes:
        check = zlib.crc32(name + data)
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", check)

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(bytes(10_000)))
    return io.BytesIO(b"\x89PNG\r\n\x1a\n" + header + pixels + chunk(b"IEND", b""))


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("size", [(7100, 7100), (10_000, 10_000), (60_000, 60_000), (2**31 - 1, 9)])
def test_too_many_pixels_are_refused_before_they_are_decoded(size, monkeypatch):
    monkeypatch.setattr(Image.Image, "load", lambda _: pytest.fail("decoded"))
    assert problem_with(png_header(*size)) == "too_big"


def test_compressed_text_in_a_picture_is_not_unpacked_without_limit():
    packed = zlib.compress(bytes(80_000_000))
    text = b"zTXt" + b"k\0\0" + packed
    chunk = struct.pack(">I", len(text) - 4) + text + struct.pack(">I", zlib.crc32(text))
    whole = file(desk(label()), "PNG").getvalue()
    assert problem_with(io.BytesIO(whole[:33] + chunk + whole[33:])) == "broken"


def test_nothing_is_written_to_disk(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    read(file(desk(label())))
    assert list(tmp_path.iterdir()) == []
