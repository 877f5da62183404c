"""What happens to labels: they fade, are scratched, torn, soiled and wrapped around things."""

import math
from dataclasses import replace
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageOps

from bench.pictures.prints import INK, PAPER, Print


def inverted(label: Print) -> Print:
    """Light on dark."""
    return replace(label, picture=ImageOps.invert(label.picture))


def greyed(label: Print, paper: int, ink: int) -> Print:
    """With other greys for paper and ink: 0 is black, 255 white."""
    share = (paper - ink) / (PAPER - INK)
    return replace(label, picture=label.picture.point(lambda v: round(ink + (v - INK) * share)))


def faded(label: Print, chance: Random, least: int = 95) -> Print:
    """As thermal paper fades: the ink is grey, here more and there less, along the feed."""
    strip = Image.new("L", (24, 1))
    strip.putdata([chance.randrange(least, least + 75) for _ in range(24)])
    veil = strip.resize(label.picture.size, Image.Resampling.BICUBIC)
    return replace(label, picture=ImageChops.lighter(label.picture, veil))


def scratched(label: Print, chance: Random, share: float) -> Print:
    """With scratches of 0.15 to 0.4 mm, most of them down to the paper: one for each hundredth."""
    picture = label.picture.copy()
    pen, (width, height) = ImageDraw.Draw(picture), picture.size
    for _ in range(round(share * 100)):
        x, y, turn = (
            chance.uniform(0, width),
            chance.uniform(0, height),
            chance.uniform(0, math.tau),
        )
        length = chance.uniform(3, 15) * label.scale
        end = x + length * math.cos(turn), y + length * math.sin(turn)
        thick = max(1, round(chance.uniform(0.15, 0.4) * label.scale))
        pen.line((x, y, *end), chance.choice((PAPER, PAPER, INK)), thick)
    return replace(label, picture=picture)


def torn(label: Print, chance: Random, share: float) -> Print:
    """With a corner torn off: that share of the label shows the dark wall behind it."""
    picture = label.picture.copy()
    width, height = picture.size
    leg = math.sqrt(2 * share * width * height)
    x, y = chance.choice((0, width)), chance.choice((0, height))
    inner = x + math.copysign(leg, width / 2 - x), y + math.copysign(leg, height / 2 - y)
    ImageDraw.Draw(picture).polygon([(x, y), (inner[0], y), (x, inner[1])], 70)
    return replace(label, picture=picture)


def soiled(label: Print, chance: Random, share: float) -> Print:
    """With one to three drops of paint or mud, over that share of the label together."""
    picture = label.picture.copy()
    pen, (width, height) = ImageDraw.Draw(picture), picture.size
    drops = chance.randrange(1, 4)
    radius = math.sqrt(share * width * height / drops / math.pi)
    for _ in range(drops):
        x, y = chance.uniform(0, width), chance.uniform(0, height)
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), chance.choice((60, 90, 190)))
    return replace(label, picture=picture)


def wrapped(label: Print, radius: float) -> Print:
    """Around a pipe of that radius in millimetres, seen from straight ahead; darker at its sides.

    What lies beyond the edge of the pipe is out of sight.
    """
    width, height = label.picture.size
    around = radius * label.scale
    edge = min(width / 2, around * math.pi / 2 * 0.95)
    half = round(around * math.sin(edge / around))
    picture = Image.new("L", (2 * half, height))
    # Strips, each as wide as the eye takes for flat.
    step = max(1, half // 120)
    for left in range(-half, half, step):
        right = min(half, left + step)
        ends = [
            min(width, max(0, width / 2 + around * math.asin(x / around))) for x in (left, right)
        ]
        strip = label.picture.resize(
            (right - left, height), Image.Resampling.BILINEAR, box=(ends[0], 0, ends[1], height)
        )
        light = 0.45 + 0.55 * math.sqrt(1 - ((left + right) / 2 / around) ** 2)
        picture.paste(strip.point(lambda value, by=light: round(value * by)), (left + half, 0))
    return replace(label, picture=picture)
