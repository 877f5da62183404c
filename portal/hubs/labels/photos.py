"""What a photo of a label says: an uploaded picture in, the text of the code on it out.

The picture is a stranger's file. It is told by its content, measured before it is decoded, decoded
in memory, and forgotten; nothing of it is stored.
"""

import io
import struct
import threading
import zlib
from functools import partial
from typing import IO, Final, Literal

from PIL import Image, UnidentifiedImageError

from portal.hubs.labels import barcodes, parse

type Kind = Literal["empty", "too_big", "not_a_photo", "broken", "no_code", "several", "no_hub"]

KINDS_OF_FILE: Final = ("JPEG", "PNG", "WEBP")
ACCEPT: Final = "image/jpeg,image/png,image/webp"
"""For a file input's `accept`: telephones then convert their own formats to one of these."""

MOST_BYTES: Final = 12 * 1024 * 1024
MOST_PIXELS: Final = 50_000_000

# What Pillow's decoders raise on damaged files.
DAMAGED: Final = (OSError, SyntaxError, ValueError, EOFError, IndexError, struct.error, zlib.error)

# Decoding the largest photo takes some 250 MB: one at a time in a process.
_decoding = threading.Lock()


class PhotoProblem(ValueError):
    """No text could be read from the photo: `kind` says why."""

    def __init__(self, kind: Kind) -> None:
        super().__init__(kind)
        self.kind = kind


def read_label(file: IO[bytes]) -> str:
    """The text of the code in a photo, unchanged, for `parse`.

    `file` is open for reading and can seek (an uploaded file is): JPEG, PNG or WebP by content, at
    most 12 MB and 50 megapixels. QR, Data Matrix, Aztec, PDF417, Code 128, 93 and 39 are read dark
    on light or light on dark, and in any direction, mirrored too: how the camera was held (EXIF) is
    of no matter. Of several codes, the one that names a hub counts. A large photo without any code
    takes some seconds. Raises `PhotoProblem`.
    """
    content = _content(file)
    texts: dict[str, None] = {}
    with _decoding:
        for found in barcodes.passes(partial(_picture, content)):
            texts |= dict.fromkeys(found)
            if any(map(_hub_ids_of, texts)):
                break
    return _chosen(list(texts))


def _content(file: IO[bytes]) -> bytes:
    file.seek(0)
    content = file.read(MOST_BYTES + 1)
    if not content:
        raise PhotoProblem("empty")
    if len(content) > MOST_BYTES:
        raise PhotoProblem("too_big")
    return content


def _picture(content: bytes, side: int) -> Image.Image:
    """The photo in grey, at most `side` pixels wide and high."""
    picture = _opened(content)
    try:
        picture.draft("L", (side, side))
        picture = _grey(picture)
    except DAMAGED:
        raise PhotoProblem("broken") from None
    picture.thumbnail((side, side))
    return picture


def _opened(content: bytes) -> Image.Image:
    """The photo, its header read and its size checked, not yet decoded."""
    try:
        picture = Image.open(io.BytesIO(content), formats=KINDS_OF_FILE)
    except UnidentifiedImageError:
        raise PhotoProblem("not_a_photo") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PhotoProblem("too_big") from None
    except DAMAGED:
        raise PhotoProblem("broken") from None
    if picture.width * picture.height > MOST_PIXELS:
        raise PhotoProblem("too_big")
    return picture


def _grey(picture: Image.Image) -> Image.Image:
    """Decoded, in grey, on white: a label drawn in black on nothing would be black on black."""
    if not picture.has_transparency_data:
        return picture.convert("L")
    drawn = picture.convert("LA")
    paper = Image.new("L", drawn.size, 255)
    paper.paste(drawn.getchannel("L"), mask=drawn.getchannel("A"))
    return paper


def _chosen(texts: list[str]) -> str:
    if not texts:
        raise PhotoProblem("no_code")
    if len(texts) == 1:
        return texts[0]
    hubs = {text: _hub_ids_of(text) for text in texts}
    named = set().union(*hubs.values())
    if len(named) > 1:
        raise PhotoProblem("several")
    if not named:
        raise PhotoProblem("no_hub")
    return next(text for text in texts if hubs[text])


def _hub_ids_of(text: str) -> set[parse.HubId]:
    try:
        return {parse.parse(text)}
    except parse.LabelProblem:
        return set()
