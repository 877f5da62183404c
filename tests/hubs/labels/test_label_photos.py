"""Photos of labels of each kind, in the states in which installers find them.

How often labels are read that are hard to read is a matter of `make bench ARGS=labels`.
"""

import io
import random

import pytest
from PIL import Image

from bench.pictures import conditions, prints, wear
from bench.pictures.lens import Pose
from portal.hubs.labels import parse, photos

HUB = "3f2a9c1e-7b54-4d0e-9a61-0c3d77f01a2b"
PIXELS_A_MILLIMETRE = 8

STATES = {
    "clean": lambda label: label.picture,
    "turned by 15 degrees": lambda label: turned(label, 15),
    "turned by 45 degrees": lambda label: turned(label, 45),
    "light on dark": lambda label: wear.inverted(label).picture,
    "grey on grey": lambda label: wear.greyed(label, 150, 110).picture,
}


def turned(label: prints.Print, degrees: float) -> Image.Image:
    return label.picture.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=150)


def photo(picture: Image.Image) -> io.BytesIO:
    desk = Image.new("L", (picture.width + 200, picture.height + 400), 150)
    desk.paste(picture, (100, 200))
    written = io.BytesIO()
    desk.save(written, "JPEG")
    return written


def read(upload: io.BytesIO) -> str:
    return photos.read_label(photos.content_of(upload))


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("symbology", prints.SYMBOLOGIES)
def test_a_label_is_read(symbology, state):
    label = prints.label(HUB, symbology, PIXELS_A_MILLIMETRE)
    assert read(photo(STATES[state](label))) == HUB


@pytest.mark.parametrize("symbology", prints.SYMBOLOGIES)
def test_a_label_is_read_in_whichever_form_it_holds_the_id(symbology):
    for text in prints.texts(HUB, symbology):
        found = read(photo(prints.label(text, symbology, PIXELS_A_MILLIMETRE).picture))
        assert found == text
        assert str(parse.parse(found)) == HUB


def test_the_same_seed_draws_the_same_picture():
    def draw():
        sitting = conditions.Sitting(random.Random("a seed"), "Data Matrix", 1)
        label = sitting.label(Pose(distance=600))
        return sitting.hub_id, wear.scratched(label, sitting.chance, 0.1).picture.tobytes()

    assert draw() == draw()
