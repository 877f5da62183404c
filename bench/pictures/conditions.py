"""What may be the matter with a label or its picture, and the set of pictures that has all of it.

Sizes and distances are those of installers at work: a QR or Data Matrix label of 3 cm at 18 to
24 cm; Code 128, 11 cm wide, at 13 to 15 cm, where it fills most of the picture. `tiny` is a matrix
label of 2 cm at 30 cm. Code 128 cannot be that small with 36 characters in it: there it is the
narrowest that a 203 dpi printer makes (one dot a line, 5.6 cm), as near as a tablet focuses, 11 cm.
"""

import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

from PIL import Image

from bench.pictures import lens, light, prints, sensor, wear
from bench.pictures.lens import Pose
from bench.pictures.prints import Print

SEED: Final = "labels 1"
FORMS = 3
FOREIGN: Final = (
    "https://maker.example/manual/4711",
    "WIFI:S=guest;T=WPA;P=welcome;;",
    "4006381333931",
)


@dataclass(frozen=True, slots=True)
class Picture:
    """A view with the labels in it: `hub_id` is the one id to be found, or "" where none is;
    `texts` is everything that its codes say. The deviations of noise are those of a pixel, of 255.
    """

    condition: str
    symbology: str
    hub_id: str
    texts: frozenset[str]
    view: Image.Image
    seed: str
    noise: float = 2.0
    film_noise: float = 4.0
    quality: int = 88

    def photo(self) -> bytes:
        """As a 12-megapixel photo, a JPEG file."""
        return sensor.photo(self.view, Random(self.seed), self.noise, self.quality)

    def frame(self, n: int) -> Image.Image:
        """As the n-th frame of a film."""
        return sensor.frame(self.view, Random(f"{self.seed} {n}"), self.film_noise)


@dataclass(slots=True)
class Sitting:
    """One label that waits to be pictured: chance, the label's kind, and its number of the kind."""

    chance: Random
    symbology: str
    number: int
    hub_id: str = ""
    texts: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.hub_id = str(uuid.UUID(int=self.chance.getrandbits(128), version=4))

    @property
    def is_lines(self) -> bool:
        """Whether the code is of lines."""
        return self.symbology == "Code 128"

    def pose(self, **how: float) -> Pose:
        """As a person holds it: nearly straight, nearly in the middle."""
        some = self.chance.uniform
        near, far = (130, 150) if self.is_lines else (180, 240)
        usual = {"distance": some(near, far), "roll": some(-4, 4), "tilt": some(-6, 6)}
        usual |= {"pan": some(-6, 6), "x": some(-0.04, 0.04), "y": some(-0.1, 0.1)}
        return Pose(**{**usual, **how})

    def label(self, pose: Pose, side: float = prints.MATRIX_SIDE, form: int | None = None) -> Print:
        """The hub's label, fine enough for that pose."""
        forms = prints.texts(self.hub_id, self.symbology)
        text = forms[(self.number if form is None else form) % FORMS]
        return self.code(text, self.symbology, pose, side)

    def code(
        self, text: str, symbology: str, pose: Pose, side: float = prints.MATRIX_SIDE
    ) -> Print:
        """A label with any code."""
        self.texts.add(text)
        return prints.label(text, symbology, 2 * lens.pixels_a_millimetre(pose.distance), side)

    def seen(self, label: Print, pose: Pose) -> Image.Image:
        """The view with that one label in it."""
        view = lens.desk(self.chance)
        lens.hold(view, label, pose)
        return view


type Taken = tuple[Image.Image, dict[str, float]]


def clean(sitting: Sitting) -> Taken:
    """Held as it should be."""
    pose = sitting.pose()
    return sitting.seen(sitting.label(pose), pose), {}


def rotated(sitting: Sitting) -> Taken:
    """Turned by 15, 45, 90, 180 or any number of degrees."""
    angles = (15, 45, 90, 180, sitting.chance.uniform(0, 360))
    pose = sitting.pose(roll=angles[sitting.number % len(angles)])
    if sitting.is_lines:  # Upright it fits into a film's frame only from further away.
        pose = sitting.pose(roll=pose.roll, distance=220, y=0.0)
    return sitting.seen(sitting.label(pose), pose), {}


def slanted(sitting: Sitting) -> Taken:
    """Seen from the side, by 30 to 50 degrees, in perspective."""
    some = sitting.chance
    lean = some.uniform(30, 50) * some.choice((-1, 1))
    pose = sitting.pose(**{some.choice(("tilt", "pan")): lean})
    return sitting.seen(sitting.label(pose), pose), {}


def damaged(sitting: Sitting) -> Taken:
    """Scratched, torn or soiled, over 5 to 20 percent."""
    pose = sitting.pose()
    share = (0.05, 0.1, 0.15, 0.2)[sitting.number % 4]
    spoil = (wear.scratched, wear.torn, wear.soiled)[sitting.number % 3]
    # Some of it cannot be repaired: a torn corner takes a QR's mark with it three times of four.
    label = spoil(sitting.label(pose), sitting.chance, share)
    return sitting.seen(label, pose), {}


def inverted(sitting: Sitting) -> Taken:
    """Light on dark."""
    pose = sitting.pose()
    return sitting.seen(wear.inverted(sitting.label(pose)), pose), {}


def tiny(sitting: Sitting) -> Taken:
    """2 cm at 30 cm; Code 128 as narrow as it is printed."""
    side, distance = (prints.MATRIX_SIDE / 2, 110) if sitting.is_lines else (20.0, 300)
    pose = sitting.pose(distance=distance)
    return sitting.seen(sitting.label(pose, side, form=0), pose), {}


def glaring(sitting: Sitting) -> Taken:
    """With a lamp's reflection that makes a part of it white."""
    pose, some = sitting.pose(), sitting.chance.uniform
    label = sitting.label(pose)
    reach = min(label.size) / 2
    at = some(-reach, reach), some(-reach, reach)
    return light.glare(sitting.seen(label, pose), pose, at, some(0.1, 0.3) * reach), {}


def pale(sitting: Sitting) -> Taken:
    """Grey on grey, or faded as thermal paper fades."""
    pose = sitting.pose()
    label = sitting.label(pose)
    if sitting.number % 2:
        label = wear.faded(label, sitting.chance)
    else:
        ink = sitting.chance.randrange(70, 140)
        label = wear.greyed(label, ink + sitting.chance.randrange(25, 50), ink)
    return sitting.seen(label, pose), {}


def blurred(sitting: Sitting) -> Taken:
    """Out of focus, or moved, by some half or one of its modules."""
    pose, some = sitting.pose(), sitting.chance.uniform
    label = sitting.label(pose)
    view = sitting.seen(label, pose)
    module = label.module * lens.pixels_a_millimetre(pose.distance)
    if sitting.number % 2:
        return light.moved(view, some(0.5, 1.3) * module, some(0, 180)), {}
    return light.defocused(view, some(0.3, 0.6) * module), {}


def dark(sitting: Sitting) -> Taken:
    """In a basement: little light, much noise."""
    pose = sitting.pose()
    view = light.dimmed(sitting.seen(sitting.label(pose), pose), sitting.chance.uniform(0.2, 0.35))
    return view, {"noise": 12.0, "film_noise": 14.0}


def curved(sitting: Sitting) -> Taken:
    """Around a pipe, or the edge of a case."""
    pose, some = sitting.pose(), sitting.chance.uniform
    radius = some(60, 90) if sitting.is_lines else some(18, 40)
    return sitting.seen(wear.wrapped(sitting.label(pose), radius), pose), {}


def compressed(sitting: Sitting) -> Taken:
    """As a JPEG file of low quality; the film has no such thing, and shows it clean."""
    pose = sitting.pose()
    return sitting.seen(sitting.label(pose), pose), {"quality": sitting.chance.randrange(6, 20)}


def several(sitting: Sitting) -> Taken:
    """With a serial number in Code 128 below, and every other time a stranger's QR beside it."""
    pose = sitting.pose(distance=260 if sitting.is_lines else 230, x=-0.25, y=-0.25)
    view = sitting.seen(sitting.label(pose), pose)
    below = sitting.pose(distance=pose.distance, x=-0.25, y=0.4)
    lens.hold(view, sitting.code("SN-00417-B2", "Code 128", below), below)
    if sitting.number % 2:
        beside = sitting.pose(distance=pose.distance, x=0.5, y=0.4)
        lens.hold(view, sitting.code(FOREIGN[0], "QR", beside), beside)
    return view, {}


def foreign(sitting: Sitting) -> Taken:
    """Without a hub's label, and with somebody else's: nothing must be taken for a hub."""
    pose = sitting.pose()
    text = FOREIGN[sitting.number % len(FOREIGN)]
    taken = sitting.seen(sitting.code(text, sitting.symbology, pose), pose), {}
    sitting.hub_id = ""
    return taken


CONDITIONS: Final[dict[str, Callable[[Sitting], Taken]]] = {
    "clean": clean,
    "rotated": rotated,
    "slanted": slanted,
    "damaged 5-20 %": damaged,
    "inverted": inverted,
    "tiny": tiny,
    "glare": glaring,
    "low contrast": pale,
    "blur": blurred,
    "dark, noisy": dark,
    "curved": curved,
    "JPEG artefacts": compressed,
    "several codes": several,
    "foreign only": foreign,
}


def picture(condition: str, symbology: str, number: int) -> Picture:
    """One picture of the set: the same arguments give the same picture."""
    seed = f"{SEED} {condition} {symbology} {number}"
    sitting = Sitting(Random(seed), symbology, number)
    view, record = CONDITIONS[condition](sitting)
    return Picture(
        condition, symbology, sitting.hub_id, frozenset(sitting.texts), view, seed, **record
    )


def all_of(each: int, conditions: Sequence[str] = ()) -> Iterator[tuple[str, str, int]]:
    """The arguments of every picture: `each` for each condition and symbology."""
    for condition in conditions or CONDITIONS:
        for symbology in prints.SYMBOLOGIES:
            for number in range(each):
                yield condition, symbology, number
