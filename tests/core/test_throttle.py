"""What may be done only so often is counted exactly, by any number of processes."""

import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from portal.core.models import Throttle
from portal.core.throttle import KEPT_SECONDS, Brake, Limit, LimitReachedError, alone

THREADS = 8
EACH = 10


@pytest.fixture(autouse=True)
def _counts_begin_with_the_first():
    """Here stretches of time begin as they do."""


@pytest.fixture
def at(time_machine):
    """Moves the clock to so many seconds after the first stretch began."""

    def move(seconds: float) -> None:
        time_machine.move_to(1_800_000_000 + seconds, tick=False)

    move(0)
    return move


@pytest.mark.django_db
def test_a_limit_allows_so_many_in_a_period_and_no_more(at):
    limit = Limit("scans", most=2, seconds=60)
    assert [limit.allows("ira") for _ in range(4)] == [True, True, False, False]
    at(59)
    assert not limit.allows("ira")
    at(60)
    assert limit.allows("ira")


@pytest.mark.django_db
def test_each_person_and_each_limit_is_counted_separately(at):
    scans, photos = (Limit(name, most=1, seconds=60) for name in ("scans", "photos"))
    assert scans.allows("ira")
    assert scans.allows("ada")
    assert photos.allows("ira")
    assert not scans.allows("ira")


@pytest.mark.django_db
def test_the_counts_do_not_reveal_for_whom_they_are(at):
    Limit("scans", most=1, seconds=60).allows("192.0.2.7")
    [row] = Throttle.objects.all()
    assert "192" not in row.key
    assert len(row.key) == 64


@pytest.mark.django_db
def test_a_clock_set_back_blocks_nobody(at):
    limit = Limit("scans", most=1, seconds=60)
    at(3600)
    assert limit.allows("ira")
    at(0)
    assert limit.allows("ira")


@pytest.mark.django_db
def test_old_counts_are_deleted_when_a_new_period_begins(at):
    limit = Limit("scans", most=1, seconds=60)
    limit.allows("ira")
    at(KEPT_SECONDS + 60)
    limit.allows("ada")
    assert Throttle.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_many_at_the_same_moment_are_counted_exactly():
    limit = Limit("scans", most=THREADS * EACH // 2, seconds=24 * 3600)
    allowed: list[bool] = []

    def count() -> None:
        try:
            allowed.extend(limit.allows("ira") for _ in range(EACH))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=count) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (allowed.count(True), len(allowed)) == (THREADS * EACH // 2, THREADS * EACH)
    assert Throttle.objects.get(since__lte=timezone.now().timestamp()).count == THREADS * EACH // 2


@pytest.mark.django_db
def test_one_at_a_time_has_a_slot(at):
    minute = timedelta(minutes=1)
    with alone("photo", "ira", at_most=minute) as first:
        with (
            alone("photo", "ira", at_most=minute) as second,
            alone("photo", "ada", at_most=minute) as other,
        ):
            assert (first, second, other) == (True, False, True)
        with alone("photo", "ira", at_most=minute) as third:
            assert not third
    with alone("photo", "ira", at_most=minute) as again:
        assert again


@pytest.mark.django_db
def test_a_slot_whose_holder_was_killed_is_free_after_a_while(at):
    minute = timedelta(minutes=1)
    with alone("photo", at_most=minute):
        at(60)
        with alone("photo", at_most=minute) as later:
            assert later
            # The first one's end takes nothing from the second.
    at(0)
    with alone("photo", at_most=minute):
        at(-3600)
        with alone("photo", at_most=minute) as earlier:
            assert earlier, "a clock set back blocks nobody"


def wait_at(brake: Brake, asker: str) -> int:
    try:
        brake.take("ira", asker)
    except LimitReachedError as limit:
        return limit.seconds
    return 0


@pytest.mark.django_db
def test_after_much_that_went_wrong_each_who_asks_waits_once_for_one_try(at):
    brake = Brake("guesses", free=2, longest=timedelta(seconds=60))
    assert [wait_at(brake, "one") for _ in range(3)] == [0, 0, 0]
    for _ in range(4):
        brake.count_wrong("ira")
    assert [wait_at(brake, who) for who in ("one", "one", "two")] == [8, 8, 8]
    at(8)
    assert [wait_at(brake, who) for who in ("one", "one", "two")] == [0, 8, 0]
    for _ in range(9):
        brake.count_wrong("ira")
    assert wait_at(brake, "two") == 60
    at(8 + 60 + brake.patience.total_seconds())
    assert wait_at(brake, "two") == 60
    at(3600)
    assert wait_at(brake, "two") == 0


@pytest.mark.django_db
def test_a_clock_set_back_keeps_nobody_waiting_for_longer(at):
    brake = Brake("guesses", free=0, longest=timedelta(seconds=60))
    at(1800)
    assert wait_at(brake, "one") == 2
    at(0)
    assert wait_at(brake, "one") == 2
