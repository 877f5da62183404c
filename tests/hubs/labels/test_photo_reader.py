"""A stranger's photo is read apart, briefly, one a person: no picture holds up anybody else."""

import io
import subprocess
import sys
import time
from datetime import timedelta
from uuid import UUID

import pytest
from PIL import Image, ImageDraw

from portal.core.models import Slot
from portal.core.throttle import alone
from portal.hubs.labels import photo_reader, photos
from tests.hubs.labels.test_photos import HUB, desk, file, label

IRA, ADA = UUID(int=1), UUID(int=2)

pytestmark = pytest.mark.django_db


def finder_patterns(side: int = 1600) -> io.BytesIO:
    """A picture of few bytes that holds the corner of a QR code tens of thousands of times."""
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
    return file(whole, "PNG")


def problem_with(upload: io.BytesIO, person: UUID = IRA) -> str:
    with pytest.raises(photos.PhotoProblem) as caught:
        photo_reader.read_label(upload, person)
    return caught.value.kind


def test_a_photo_is_read_and_leaves_nothing_behind():
    assert photo_reader.read_label(file(desk(label())), IRA) == HUB
    assert not Slot.objects.exists()


def test_what_is_wrong_with_a_photo_is_told():
    assert problem_with(file(desk())) == "no_code"
    assert problem_with(io.BytesIO(b"just words")) == "not_a_photo"


def test_a_picture_made_to_be_slow_is_given_up_and_the_next_is_read(settings):
    patience, settings.PHOTO_SECONDS = settings.PHOTO_SECONDS, 1
    slow = finder_patterns()
    assert len(slow.getvalue()) < 50_000
    began = time.monotonic()
    assert problem_with(slow) == "too_slow"
    assert time.monotonic() - began < 10

    settings.PHOTO_SECONDS = patience
    assert photo_reader.read_label(file(desk(label())), IRA) == HUB


def test_a_photo_that_nobody_waits_for_ends_by_itself(settings):
    reader = (sys.executable, "-m", "portal.hubs.labels.read_photo", "1")
    slow = finder_patterns().getvalue()
    done = subprocess.run(reader, cwd=settings.BASE_DIR, input=slow, check=False)
    assert done.returncode < 0


def test_a_picture_that_takes_too_much_memory_is_a_problem_and_not_a_crash(settings):
    content = file(Image.new("RGBA", (5000, 4900)), "PNG").getvalue()
    limited = (
        "from portal.hubs.labels import read_photo; read_photo.BYTES = 200 << 20; "
        "read_photo.main(30)"
    )
    reader = (sys.executable, "-c", limited)
    done = subprocess.run(
        reader, cwd=settings.BASE_DIR, input=content, stdout=subprocess.PIPE, check=False
    )
    assert done.stdout == b'{"problem": "too_big"}'


def test_a_second_photo_of_the_same_person_is_refused_while_one_is_read(settings):
    a_while = timedelta(seconds=settings.PHOTO_SECONDS)
    with alone("photo of a person", str(IRA), at_most=a_while):
        assert problem_with(file(desk(label())), IRA) == "busy"
        assert photo_reader.read_label(file(desk(label())), ADA) == HUB


def test_no_photo_waits_where_as_many_are_read_as_may_be(monkeypatch):
    monkeypatch.setattr(photo_reader, "AT_ONCE", 0)
    assert problem_with(file(desk(label()))) == "busy"


def test_no_secret_of_the_portal_is_at_hand_where_a_photo_is_read(monkeypatch):
    given = {}

    def run(_command, **options):
        given.update(options)
        return subprocess.CompletedProcess((), 0, b'{"text": "read"}')

    monkeypatch.setattr(photo_reader.subprocess, "run", run)
    assert photo_reader.read_label(file(desk(label())), IRA) == "read"
    assert given["env"] == {}
