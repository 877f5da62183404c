"""What a photo of a label says: an uploaded picture in, the text of the code on it out.

The picture is a stranger's file. It is told by its content, measured before it is decoded, decoded
in memory, and forgotten; nothing of it is stored. How long that takes, and how much memory, is the
picture's choice: `photo_reader` bounds both.
"""

import io
import struct
import zlib
from collections.abc import Callable, Sequence
from functools import partial
from typing import IO, Final, Literal
from uuid import UUID

from PIL import Image, ImageStat, UnidentifiedImageError

from portal.hubs.labels import barcodes, parse

type Kind = Literal[
    "empty",
    "too_big",
    "heic",
    "not_a_photo",
    "broken",
    "no_code",
    "no_hub",
    "too_slow",
    "busy",
]

KINDS_OF_FILE: Final = ("JPEG", "PNG", "WEBP")
ACCEPT: Final = "image/jpeg,image/png,image/webp"
"""For a file input's `accept`: telephones then convert their own formats to one of these."""

MOST_BYTES: Final = 12 * 1024 * 1024
# JPEG alone can be decoded at a fraction of its size, and has no transparency.
MOST_PIXELS: Final = {"JPEG": 50_000_000, "MPO": 50_000_000, "PNG": 25_000_000, "WEBP": 25_000_000}

# By what a file begins with after four bytes: what telephones photograph in by themselves.
APPLES_KINDS: Final = tuple(
    b"ftyp" + brand
    for brand in (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
)

BLACK, HALF, WHITE = 0, 127, 255

# What Pillow's decoders raise on damaged files.
DAMAGED: Final = (OSError, SyntaxError, ValueError, EOFError, IndexError, struct.error, zlib.error)


class PhotoProblem(ValueError):
    """No text was read from the photo: `kind` says why."""

    def __init__(self, kind: Kind) -> None:
        super().__init__(kind)
        self.kind = kind


def read_label(content: bytes, is_time_left: Callable[[], bool] = lambda: True) -> str:
    """The text of the code in a photo, unchanged, for `parse`.

    `content` is a JPEG, PNG or WebP, of at most 12 MB and 50 megapixels (PNG and WebP 25). QR, Data
    Matrix, Aztec, PDF417, Code 128, 93 and 39 are read dark on light or light on dark, and in any
    direction, mirrored too: how the camera was held (EXIF) is of no matter. Of several codes, the
    one that names a hub counts; where several name hubs, the text is their ids, one a line.
    Dearer ways of looking are tried while `is_time_left()`; each may take long. Raises
    `PhotoProblem`.
    """
    texts: dict[str, None] = {}
    is_last = False
    for found in barcodes.passes(partial(_picture, content)):
        texts |= dict.fromkeys(found)
        if is_last or not is_time_left():
            break
        # Once more: a second label may be less sharp.
        is_last = any(map(_hub_ids_of, texts))
    return _chosen(list(texts))


def content_of(file: IO[bytes]) -> bytes:
    """All of an uploaded file, which can seek. Raises `PhotoProblem` for none and for too much."""
    file.seek(0)
    content = file.read(MOST_BYTES + 1)
    if not content:
        raise PhotoProblem("empty")
    if len(content) > MOST_BYTES:
        raise PhotoProblem("too_big")
    return content


def _picture(content: bytes, side: int) -> Image.Image:
    """The photo in grey, at most `side` pixels wide and high."""
    picture = opened(content)
    try:
        picture.draft("L", (side, side))
        picture = _grey(picture)
    except DAMAGED:
        raise PhotoProblem("broken") from None
    picture.thumbnail((side, side))
    return picture


def opened(content: bytes) -> Image.Image:
    """The photo, its header read and its size checked, not yet decoded. Raises `PhotoProblem`."""
    try:
        picture = Image.open(io.BytesIO(content), formats=KINDS_OF_FILE)
    except UnidentifiedImageError:
        is_apples = content[4:12].startswith(APPLES_KINDS)
        raise PhotoProblem("heic" if is_apples else "not_a_photo") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PhotoProblem("too_big") from None
    except DAMAGED:
        raise PhotoProblem("broken") from None
    if picture.width * picture.height > MOST_PIXELS[picture.format or ""]:
        raise PhotoProblem("too_big")
    return picture


def _grey(picture: Image.Image) -> Image.Image:
    """Decoded, in grey; what is drawn on nothing is drawn on white, and if it is light on black."""
    if not picture.has_transparency_data:
        return picture.convert("L")
    drawn = picture.convert("LA")
    ink, there = drawn.getchannel("L"), drawn.getchannel("A")
    is_light = any(there.getextrema()) and ImageStat.Stat(ink, there).mean[0] > HALF
    paper = Image.new("L", drawn.size, BLACK if is_light else WHITE)
    paper.paste(ink, mask=there)
    return paper


def _chosen(texts: list[str]) -> str:
    if not texts:
        raise PhotoProblem("no_code")
    if len(texts) == 1:
        return texts[0]
    secrets = frozenset[UUID]().union(*map(parse.secrets_in, texts))
    hubs = {text: [hub for hub in _hub_ids_of(text) if hub not in secrets] for text in texts}
    named = dict.fromkeys(hub for ids in hubs.values() for hub in ids)
    if len(named) > 1:
        return "\n".join(hub.printed or str(hub) for hub in named)
    if not named:
        raise PhotoProblem("no_hub")
    return next(text for text in texts if hubs[text])


def _hub_ids_of(text: str) -> Sequence[parse.HubId]:
    try:
        return [parse.parse(text)]
    except parse.LabelProblem as problem:
        return problem.ids
