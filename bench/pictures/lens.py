"""A tablet's back camera, and labels held before it.

Assumed: a lens that sees 65° along the picture's long side, as main cameras of 27 mm equivalent
do; photos of 12 megapixels; a film of 1920×1080 out of the middle of the same sensor. At 30 cm
that is 10.5 pixels a millimetre in a photo and 5 in a film: a QR label of 2 cm with a bare hub id
has 5.7 pixels a module in a photo, and 2.7 in a film.
"""

import math
from dataclasses import dataclass
from random import Random
from typing import Final

from PIL import Image, ImageDraw, ImageFilter

from bench.pictures.prints import Print

FIELD_DEGREES: Final = 65.0
PHOTO: Final = (4000, 3000)
FOCAL: Final = PHOTO[0] / 2 / math.tan(math.radians(FIELD_DEGREES / 2))
FINER = 2  # The label is drawn so many times finer, and then gathered into pixels.

type Matrix = tuple[tuple[float, float, float], ...]


@dataclass(frozen=True, slots=True)
class Pose:
    """How a label is held: millimetres from the lens, degrees turned in the picture's plane
    (`roll`) and out of it (`tilt`, `pan`), and the place of its middle, in shares of half the
    picture from the picture's middle."""

    distance: float
    roll: float = 0.0
    tilt: float = 0.0
    pan: float = 0.0
    x: float = 0.0
    y: float = 0.0


def pixels_a_millimetre(distance: float) -> float:
    """How large a photo shows what is so many millimetres away."""
    return FOCAL / distance


def desk(chance: Random) -> Image.Image:
    """What is behind labels: a surface in uneven light, with edges, lines and letters on it."""
    small = Image.new("L", (PHOTO[0] // 16, PHOTO[1] // 16), chance.randrange(90, 170))
    pen = ImageDraw.Draw(small)
    for _ in range(14):
        x, y = chance.randrange(small.width), chance.randrange(small.height)
        size = chance.randrange(8, 90)
        pen.rectangle((x, y, x + size, y + size // 2), chance.randrange(50, 210))
    for _ in range(8):
        line = [chance.randrange(small.width) for _ in range(4)]
        pen.line(line, chance.randrange(20, 220), chance.randrange(1, 4))
    surface = small.filter(ImageFilter.GaussianBlur(1)).resize(PHOTO, Image.Resampling.BICUBIC)
    pen = ImageDraw.Draw(surface)
    for _ in range(4):
        place = chance.randrange(PHOTO[0]), chance.randrange(PHOTO[1])
        pen.text(place, "230 V ~ 50 Hz  IP20  CAT 6", chance.choice((30, 210)), font_size=60)
    return surface


def hold(view: Image.Image, label: Print, pose: Pose) -> None:
    """Draw the label into the view of a photo."""
    plane = _plane(label, pose)
    corners = [
        _seen(plane, x, y) for x in (0, label.picture.width) for y in (0, label.picture.height)
    ]
    left, top = (max(0, math.floor(min(axis)) - 2) for axis in zip(*corners, strict=True))
    right = min(view.width, math.ceil(max(x for x, _ in corners)) + 2)
    bottom = min(view.height, math.ceil(max(y for _, y in corners)) + 2)
    size = right - left, bottom - top
    back = _inverse(_finer(plane, left, top))
    coefficients = [value / back[2][2] for row in back for value in row][:8]
    drawn, shape = (
        picture.transform(
            (size[0] * FINER, size[1] * FINER),
            Image.Transform.PERSPECTIVE,
            coefficients,
            Image.Resampling.BICUBIC,
        ).reduce(FINER)
        for picture in (label.picture, Image.new("L", label.picture.size, 255))
    )
    view.paste(drawn, (left, top), shape)


def _plane(label: Print, pose: Pose) -> Matrix:
    """The homography from the label's pixels to the photo's."""
    roll, tilt, pan = map(math.radians, (pose.roll, pose.tilt, pose.pan))
    (cr, sr), (ct, st), (cp, sp) = ((math.cos(a), math.sin(a)) for a in (roll, tilt, pan))
    # Columns of the rotation pan · tilt · roll that the label's own x and y go along.
    along = (cp * cr + sp * st * sr, ct * sr, -sp * cr + cp * st * sr)
    down = (-cp * sr + sp * st * cr, ct * cr, sp * sr + cp * st * cr)
    middle = (
        pose.x * PHOTO[0] / 2 / FOCAL * pose.distance,
        pose.y * PHOTO[1] / 2 / FOCAL * pose.distance,
        pose.distance,
    )
    width, height = label.size
    corner = [
        m - a * width / 2 - d * height / 2 for m, a, d in zip(middle, along, down, strict=True)
    ]
    space = tuple(
        (a / label.scale, d / label.scale, c) for a, d, c in zip(along, down, corner, strict=True)
    )
    camera = ((FOCAL, 0.0, PHOTO[0] / 2), (0.0, FOCAL, PHOTO[1] / 2), (0.0, 0.0, 1.0))
    return _product(camera, space)


def _finer(plane: Matrix, left: float, top: float) -> Matrix:
    place = ((FINER, 0.0, -FINER * left), (0.0, FINER, -FINER * top), (0.0, 0.0, 1.0))
    return _product(place, plane)


def _seen(plane: Matrix, x: float, y: float) -> tuple[float, float]:
    across, down, depth = (row[0] * x + row[1] * y + row[2] for row in plane)
    return across / depth, down / depth


def _product(one: Matrix, other: Matrix) -> Matrix:
    columns = tuple(zip(*other, strict=True))
    return tuple(
        tuple(sum(a * b for a, b in zip(row, column, strict=True)) for column in columns)
        for row in one
    )


def _inverse(matrix: Matrix) -> Matrix:
    """Up to a factor, which a homography does not see: the adjugate."""
    (a, b, c), (d, e, f), (g, h, i) = matrix
    return (
        (e * i - f * h, c * h - b * i, b * f - c * e),
        (f * g - d * i, a * i - c * g, c * d - a * f),
        (d * h - e * g, b * g - a * h, a * e - b * d),
    )
