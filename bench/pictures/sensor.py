"""How a view is recorded: as a photo in a JPEG file, or as the frames of a film."""

import io
from functools import cache
from random import Random
from typing import Final

from PIL import Image, ImageChops, ImageFilter

from bench.pictures.lens import PHOTO

FILM: Final = (1920, 1080)
SHARPNESS = 0.8  # Pixels of a photo that lens and sensor smear at their best.
TILE = 512


def photo(view: Image.Image, chance: Random, noise: float, quality: int) -> bytes:
    """The view as a JPEG file; `noise` is the deviation of a pixel, of 255."""
    taken = _noisy(view.filter(ImageFilter.GaussianBlur(SHARPNESS)), chance, noise)
    written = io.BytesIO()
    taken.save(written, "JPEG", quality=quality)
    return written.getvalue()


def frame(view: Image.Image, chance: Random, noise: float) -> Image.Image:
    """One frame of a film, by a hand that trembles: half a percent of the picture each way."""
    tremble = PHOTO[0] * 0.005
    left = tremble + chance.uniform(-tremble, tremble)
    top = (PHOTO[1] - PHOTO[0] * FILM[1] / FILM[0]) / 2 + chance.uniform(-tremble, tremble)
    width = PHOTO[0] - 2 * tremble - chance.uniform(0, tremble)
    box = (left, top, left + width, top + width * FILM[1] / FILM[0])
    small = view.resize(FILM, Image.Resampling.HAMMING, box=box)
    return _noisy(small, chance, noise)


def _noisy(picture: Image.Image, chance: Random, deviation: float) -> Image.Image:
    tile = _grain().point(lambda value: round(128 + (value - 128) * deviation / 37))
    grain = Image.new("L", picture.size)
    for left in range(-chance.randrange(TILE), picture.width, TILE):
        for top in range(-chance.randrange(TILE), picture.height, TILE):
            grain.paste(tile, (left, top))
    return ImageChops.add(picture, grain, 1, -128)


@cache
def _grain() -> Image.Image:
    """Noise around 128 of deviation 37: the mean of four even ones, which is nearly normal."""
    chance = Random(1)
    even = [Image.frombytes("L", (TILE, TILE), chance.randbytes(TILE * TILE)) for _ in range(4)]
    pairs = [Image.blend(even[0], even[1], 0.5), Image.blend(even[2], even[3], 0.5)]
    return Image.blend(*pairs, 0.5)
