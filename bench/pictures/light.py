"""What light and a hand do to a view: a bright spot, a lens out of focus, a hand that moves."""

import math

from PIL import Image, ImageChops, ImageFilter

from bench.pictures.lens import PHOTO, Pose, pixels_a_millimetre


def glare(view: Image.Image, pose: Pose, at: tuple[float, float], radius: float) -> Image.Image:
    """With a lamp's reflection beside the label's middle: `at` and `radius` in millimetres.

    Within the radius everything is white, and around it fades to nothing.
    """
    scale = pixels_a_millimetre(pose.distance)
    x = PHOTO[0] / 2 * (1 + pose.x) + at[0] * scale
    y = PHOTO[1] / 2 * (1 + pose.y) + at[1] * scale
    # `radial_gradient` has 0 in its middle and 255 at 128 pixels from it.
    spot = Image.radial_gradient("L").point(
        lambda value: round(max(0, 1 - value / 255) ** 1.5 * 650)
    )
    side = round(4 * radius * scale)
    lamp = Image.new("L", view.size)
    lamp.paste(
        spot.resize((side, side), Image.Resampling.BILINEAR),
        (round(x - side / 2), round(y - side / 2)),
    )
    return ImageChops.add(view, lamp)


def defocused(view: Image.Image, pixels: float) -> Image.Image:
    """Out of focus by a blur of that deviation."""
    return view.filter(ImageFilter.GaussianBlur(pixels))


def moved(view: Image.Image, pixels: float, degrees: float) -> Image.Image:
    """Smeared along a line of so many pixels."""
    dx, dy = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    steps = max(2, math.ceil(pixels / 2))
    smeared = view
    for n in range(1, steps):
        shift = pixels * n / (steps - 1)
        there = ImageChops.offset(view, round(shift * dx), round(shift * dy))
        smeared = Image.blend(smeared, there, 1 / (n + 1))
    return smeared


def dimmed(view: Image.Image, share: float) -> Image.Image:
    """With that share of the light, above the sensor's black."""
    return view.point(lambda value: round(12 + value * share))
