"""Photos as telephones make them, with all that they say beside the picture."""

import io
from typing import Final

from PIL import ExifTags, Image, PngImagePlugin

from portal.hubs.labels import photo_reader, read_photo

CANARY: Final = b"xCANARYx"
RED, BLUE = (200, 30, 30), (30, 30, 200)


def two_halves(width: int = 400, height: int = 300) -> Image.Image:
    """Red on the left, blue on the right."""
    picture = Image.new("RGB", (width, height), RED)
    picture.paste(BLUE, (width // 2, 0, width, height))
    return picture


def notes(orientation: int = 1) -> Image.Exif:
    """What a camera writes down: how it was held, whose it is, and where it was."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.Artist] = CANARY.decode()
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSAreaInformation] = CANARY
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment] = CANARY
    return exif


def photo(kind: str = "JPEG", picture: Image.Image | None = None, **options: object) -> bytes:
    """A photo's file."""
    written = io.BytesIO()
    (picture or two_halves()).save(written, kind, **options)
    return written.getvalue()


def talkative(kind: str) -> bytes:
    """A photo's file with everything that people never meant to hand on, wherever it can be."""
    options: dict[str, object] = {"exif": notes(), "icc_profile": CANARY}
    if kind == "PNG":
        texts = PngImagePlugin.PngInfo()
        texts.add_text("Comment", CANARY.decode())
        texts.add_itxt("XML:com.adobe.xmp", CANARY.decode())
        options["pnginfo"] = texts
    elif kind == "MPO":
        second = Image.new("RGB", (100, 80))
        second.info["comment"] = CANARY
        options |= {"save_all": True, "append_images": [second]}
    else:
        options |= {"xmp": CANARY, "comment": CANARY}
    return photo(kind, **options) + b"PK\x03\x04<script>" + CANARY


def read_here(content: bytes, wanted: str) -> dict[str, object]:
    """Read a photo as its own process would, without one: for tests of what follows."""
    return {**read_photo._outcome(content, wanted, 1), "seconds": 0.0}


def without_a_process(monkeypatch) -> None:
    monkeypatch.setattr(photo_reader, "_read_apart", read_here)
    monkeypatch.setattr(photo_reader, "AT_ONCE", 2)
