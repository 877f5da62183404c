"""Pictures of few bytes that take a decoder long, or much memory."""

import io

from PIL import Image, ImageDraw


def slow(side: int = 1600) -> bytes:
    """Return a picture that holds the corner of a QR code tens of thousands of times."""
    tile = Image.new("1", (8, 8), 1)
    draw = ImageDraw.Draw(tile)
    draw.rectangle((1, 1, 7, 7), fill=0)
    draw.rectangle((2, 2, 6, 6), fill=1)
    draw.rectangle((3, 3, 5, 5), fill=0)
    whole = Image.new("1", (side, side), 1)
    for left in range(0, side, 8):
        whole.paste(tile, (left, 0))
    row = whole.crop((0, 0, side, 8))
    for top in range(0, side, 8):
        whole.paste(row, (0, top))
    return _file(whole, "PNG")


def large(kind: str) -> bytes:
    """Return a picture, of one colour and transparent, of the most pixels that are read."""
    return _file(Image.new("RGBA", (5000, 4990), (90, 90, 90, 200)), kind)


def _file(picture: Image.Image, kind: str) -> bytes:
    written = io.BytesIO()
    picture.save(written, kind)
    return written.getvalue()
