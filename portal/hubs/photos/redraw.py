"""A photo drawn anew: its pixels, and nothing else that was in the file.

Cameras write down where and when, with what and by whom a photo was taken, and add a second picture
or a film; files can carry anything behind that. So only what can be seen is kept. It runs in a
process of its own (`labels/read_photo.py`), without Django.
"""

import base64
import io
from typing import Any, Final

from PIL import ExifTags, Image

from portal.hubs.labels import photos

LARGE: Final = 2048
"""Pixels of the longest side: labels and wiring can still be read."""
SMALL: Final = 480
QUALITY: Final = 82
AS_THEY_ARE: Final = frozenset({"L", "LA", "RGB", "RGBA", "CMYK", "YCbCr"})
Turn = Image.Transpose
# How a picture is turned upright, by how the camera was held.
TURNS: Final = {
    2: Turn.FLIP_LEFT_RIGHT,
    3: Turn.ROTATE_180,
    4: Turn.FLIP_TOP_BOTTOM,
    5: Turn.TRANSPOSE,
    6: Turn.ROTATE_270,
    7: Turn.TRANSVERSE,
    8: Turn.ROTATE_90,
}


def copies(content: bytes) -> dict[str, Any]:
    """Return a photo's "large" and "small" copy, JPEG in base64, and "width" and "height".

    `content` is as `photos.read_label` takes it. Raises `photos.PhotoProblem`.
    """
    large = _drawn(photos.opened(content))
    small = large.copy()
    small.thumbnail((SMALL, SMALL))
    return {
        "large": _encoded(large),
        "small": _encoded(small),
        "width": large.width,
        "height": large.height,
    }


def _drawn(picture: Image.Image) -> Image.Image:
    """The picture upright, on white, at most LARGE pixels wide and high."""
    try:
        turn = TURNS.get(_orientation(picture))
        if picture.mode not in AS_THEY_ARE:
            picture = _plain(picture)
        picture.thumbnail((LARGE, LARGE))
        drawn = picture.transpose(turn) if turn is not None else picture
        paper = Image.new("RGB", drawn.size, "white")
        if drawn.has_transparency_data:
            drawn = drawn.convert("RGBA")
            paper.paste(drawn, mask=drawn)
        else:
            paper.paste(drawn.convert("RGB"))
    except photos.DAMAGED:
        raise photos.PhotoProblem("broken") from None
    return paper


def _plain(picture: Image.Image) -> Image.Image:
    """A picture of few colours, or of 16 bits of grey, as one that can be made smaller."""
    if picture.mode.startswith("I"):
        return picture.point(lambda level: level * (1 / 256)).convert("L")
    return picture.convert("RGBA" if picture.has_transparency_data else "RGB")


def _orientation(picture: Image.Image) -> int:
    try:
        return int(picture.getexif().get(ExifTags.Base.Orientation, 1))
    except (TypeError, OverflowError, *photos.DAMAGED):
        # A camera's notes that cannot be read are no reason to refuse its photo.
        return 1


def _encoded(picture: Image.Image) -> str:
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=QUALITY)
    return base64.b64encode(written.getvalue()).decode("ascii")
