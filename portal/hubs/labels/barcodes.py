"""Which codes are in a picture: several ways of looking at it, the quick ones first.

What each way is good for was found with the pictures of `make bench ARGS=labels`.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import zxingcpp
from PIL import Image, ImageFilter, ImageOps
from zxingcpp import BarcodeFormat, BarcodeFormats, Binarizer

# Only codes that can hold a hub id; others only add what noise resembles.
SURE: Final = (
    BarcodeFormat.QRCode,
    BarcodeFormat.DataMatrix,
    BarcodeFormat.Aztec,
    BarcodeFormat.PDF417,
    BarcodeFormat.Code128,
    BarcodeFormat.Code93,
)
# Code 39 has no check of its own: in a picture that was worked over it would be guessed at.
CODES: Final = (*SURE, BarcodeFormat.Code39)

SMALL: Final = 1600
"""The longest side at which a code is looked for at first: quick, and a steady picture."""
OTHER: Final = 1100
"""Another scale: what falls between the pixels of one does not between those of the other."""
LARGE: Final = 5000
"""All that a tablet's camera has, for a label seen from afar. Beyond, time grows and finds do
not."""

SOFT: Final = ImageFilter.GaussianBlur(1)
CLEAR: Final = ImageFilter.UnsharpMask(radius=3, percent=200, threshold=0)

# A hub id in Code 128 is ten times as wide as it is high: a row of pixels crosses it whole only
# within 5 to 10 degrees, and the package itself turns pictures by 90 degrees at a time.
STRIPS_SIDE: Final = 2400
STRIPS_ANGLES: Final = range(0, 180, 18)
STRIPS_ROW: Final = 6


def passes(photo: Callable[[int], Image.Image]) -> Iterator[list[str]]:
    """Yield the texts that each way of looking finds, until the caller has what it wants.

    `photo` draws the photo in grey, at most so many pixels wide and high. It is asked for no more
    than is looked at. The same text may come again.
    """
    small = photo(SMALL)
    yield _texts(small)
    yield _texts(small.filter(SOFT), SURE)  # Noise, and scratches.
    clear = small.filter(CLEAR)  # Out of focus, and moved.
    yield _texts(clear, SURE)
    yield _texts(clear, SURE, Binarizer.GlobalHistogram)  # Glare.
    if max(small.size) > OTHER:
        other = small.copy()
        other.thumbnail((OTHER, OTHER))
        yield _texts(other)
    large = photo(LARGE) if max(small.size) == SMALL else small
    if large is not small:
        yield _texts(large)
    large.thumbnail((STRIPS_SIDE, STRIPS_SIDE))
    yield _texts_of_lines(large)
    # The package sees light codes on dark ground only where they are no lines.
    yield _texts_of_lines(ImageOps.invert(large))


def _texts(
    picture: Image.Image,
    kinds: Sequence[BarcodeFormat] = CODES,
    binarizer: Binarizer = Binarizer.LocalAverage,
) -> list[str]:
    found = zxingcpp.read_barcodes(
        picture,
        formats=BarcodeFormats(kinds),
        text_mode=zxingcpp.TextMode.Plain,
        binarizer=binarizer,
    )
    return [code.text for code in found if code.text]


def _texts_of_lines(picture: Image.Image) -> list[str]:
    """The texts of Code 128 at any angle."""
    texts: list[str] = []
    for degrees in STRIPS_ANGLES:
        found = zxingcpp.read_barcodes(
            _turned(picture, degrees),
            formats=BarcodeFormats((BarcodeFormat.Code128,)),
            text_mode=zxingcpp.TextMode.Plain,
            try_rotate=False,
            try_downscale=False,
            try_invert=False,
        )
        texts += [code.text for code in found if code.text]
    return texts


def _turned(picture: Image.Image, degrees: float) -> Image.Image:
    """The picture turned about its middle, of whose rows each STRIPS_ROW-th is drawn."""
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    width = abs(picture.width * cosine) + abs(picture.height * sine)
    height = abs(picture.width * sine) + abs(picture.height * cosine)
    return picture.transform(
        (round(width), max(1, round(height / STRIPS_ROW))),
        Image.Transform.AFFINE,
        (
            cosine,
            -sine * STRIPS_ROW,
            (picture.width - cosine * width + sine * height) / 2,
            sine,
            cosine * STRIPS_ROW,
            (picture.height - sine * width - cosine * height) / 2,
        ),
        Image.Resampling.BICUBIC,
        fillcolor=128,
    )
