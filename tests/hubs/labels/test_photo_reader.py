"""A stranger's photo is read apart, briefly, one a person: no picture holds up anybody else."""

import contextlib
import io
import json
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import time_machine
from django.db import OperationalError, connection

from bench.pictures import hostile
from portal.core.models import Slot
from portal.core.throttle import alone
from portal.hubs.labels import photo_reader, photos
from tests.hubs.labels.test_photos import HUB, desk, file, label

IRA, ADA = UUID(int=1), UUID(int=2)
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def problem_with(upload: io.BytesIO, person: UUID = IRA) -> str:
    with pytest.raises(photos.PhotoProblem) as caught:
        photo_reader.read_label(upload, person)
    return caught.value.kind


def test_a_photo_is_read_and_leaves_nothing_behind():
    assert photo_reader.read_label(file(desk(label())), IRA) == HUB
    assert not Slot.objects.exists(), "no place is held"


@pytest.mark.slow
def test_what_is_wrong_with_a_photo_is_told():
    assert problem_with(file(desk())) == "no_code"
    assert problem_with(io.BytesIO(b"just words")) == "not_a_photo"


def test_a_picture_made_to_be_slow_is_given_up_and_the_next_is_read(settings):
    patience, settings.PHOTO_SECONDS = settings.PHOTO_SECONDS, 1
    slow = io.BytesIO(hostile.slow())
    assert len(slow.getvalue()) < 50_000
    began = time.monotonic()
    assert problem_with(slow) == "too_slow"
    assert time.monotonic() - began < 10

    settings.PHOTO_SECONDS = patience
    assert photo_reader.read_label(file(desk(label())), ADA) == HUB


@pytest.mark.slow
def test_a_photo_that_nobody_waits_for_ends_by_itself(settings):
    reader = (sys.executable, "-m", "portal.hubs.labels.read_photo", "1")
    slow = hostile.slow()
    done = subprocess.run(reader, cwd=settings.BASE_DIR, input=slow, check=False)
    assert done.returncode < 0


@pytest.mark.slow
def test_a_picture_that_takes_too_much_memory_is_a_problem_and_not_a_crash(settings):
    content = hostile.large("PNG")
    limited = (
        "from portal.hubs.labels import read_photo; read_photo.BYTES = 200 << 20; "
        "read_photo.main(30)"
    )
    reader = (sys.executable, "-c", limited)
    done = subprocess.run(
        reader, cwd=settings.BASE_DIR, input=content, stdout=subprocess.PIPE, check=False
    )
    assert json.loads(done.stdout)["problem"] == "too_big"


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
        return subprocess.CompletedProcess((), 0, b'{"text": "read", "seconds": 0.1}')

    monkeypatch.setattr(subprocess, "run", run)
    assert photo_reader.read_label(file(desk(label())), IRA) == "read"
    assert given["env"] == {}


@pytest.mark.parametrize("found", [{"problem": "too_slow"}, {"problem": "no_code"}, {"text": "x"}])
def test_whose_photo_took_long_leaves_room_for_others_whatever_it_was(found, monkeypatch):
    took = {"long": 2.8, "short": 0.2}
    monkeypatch.setattr(
        photo_reader,
        "_read_apart",
        lambda content, _wanted: {**found, "seconds": took[content.decode()]},
    )
    read = []

    def send(what: str, person: UUID = IRA) -> None:
        try:
            photo_reader.read_label(io.BytesIO(what.encode()), person)
        except photos.PhotoProblem as problem:
            if problem.kind == "busy":
                read.append(f"no {what}")
                return
        read.append(what)

    with time_machine.travel(NOON, tick=False) as clock:
        for what, later in [("short", 0), ("long", 0), ("long", 3), ("short", 2), ("long", 0)]:
            clock.shift(later)
            send(what)
        assert read == ["short", "long", "no long", "short", "long"]
        clock.shift(5)
        send("short")
        send("long", ADA)
        assert read[-2:] == ["no short", "long"], "the wait grows, and is this person's alone"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_who_sends_slow_pictures_without_pause_keeps_no_label_of_others_out(settings, monkeypatch):
    settings.PHOTO_SECONDS = 4
    monkeypatch.setattr(photo_reader, "AT_ONCE", 1)
    slow, good, ends = hostile.slow(), desk(label()), threading.Event()

    def send_without_pause() -> None:
        while not ends.is_set():
            with contextlib.suppress(photos.PhotoProblem, OperationalError):
                photo_reader.read_label(io.BytesIO(slow), IRA)
            time.sleep(0.05)
        connection.close()

    sender = threading.Thread(target=send_without_pause)
    sender.start()
    try:
        read = 0
        for _ in range(10):
            time.sleep(1)
            with contextlib.suppress(photos.PhotoProblem):
                read += photo_reader.read_label(file(good), ADA) == HUB
    finally:
        ends.set()
        sender.join()
    assert read >= 3
