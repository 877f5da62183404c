"""While all threads are at work, open pages are told to ask less often."""

import threading

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from portal.core.web import poll_pace
from portal.core.web.poll_pace import CALM_WINDOWS, SLOWEST, WINDOW_SECONDS, Pace, PollPace
from tests.sandbox.conftest import Clock

THREADS = 4


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pace(clock) -> Pace:
    return Pace(THREADS, clock)


def window(pace: Pace, clock: Clock, *, at_once: int, times: int = 10) -> int:
    """Have so many requests under way at a time, for a window. Return what is said after it."""
    for _ in range(times):
        for _ in range(at_once):
            pace.begin()
        for _ in range(at_once):
            pace.end()
    clock.now += WINDOW_SECONDS
    pace.begin()
    pace.end()
    return pace.slowness


def crowded(pace: Pace, clock: Clock) -> int:
    """Have all threads at work for a window, each request of which finds them so."""
    for _ in range(THREADS):
        pace.begin()
    said = window(pace, clock, at_once=1)
    for _ in range(THREADS):
        pace.end()
    return said


def test_pages_ask_as_usual_while_threads_are_free(pace, clock):
    assert [window(pace, clock, at_once=THREADS - 1) for _ in range(10)] == [1] * 10


def test_they_ask_less_often_step_by_step_while_none_is_free_and_never_less_than_that(pace, clock):
    said = [crowded(pace, clock) for _ in range(SLOWEST + 3)]
    assert said == [*range(2, SLOWEST + 1), *[SLOWEST] * 4]


def test_they_ask_more_often_again_once_it_has_been_calm_for_a_while(pace, clock):
    for _ in range(SLOWEST):
        crowded(pace, clock)
    said = [window(pace, clock, at_once=1) for _ in range(SLOWEST * CALM_WINDOWS)]
    assert said[-1] == 1
    assert said == sorted(said, reverse=True)
    assert said.count(SLOWEST - 1) == CALM_WINDOWS


def test_a_little_too_many_changes_nothing(pace, clock):
    crowded(pace, clock)
    # A quarter of them find all threads at work.
    assert [window(pace, clock, at_once=THREADS) for _ in range(10)] == [2] * 10


def test_a_process_that_nobody_asked_for_long_begins_anew(pace, clock):
    for _ in range(SLOWEST):
        crowded(pace, clock)
    clock.now += 3600
    assert window(pace, clock, at_once=1) == 1


@pytest.mark.parametrize("threads", [None, 1, 2, 3])
def test_where_that_says_nothing_nobody_is_told_to_wait(threads, clock):
    pace = Pace(threads, clock)
    assert [crowded(pace, clock) for _ in range(5)] == [1] * 5


def test_each_answer_says_it_and_only_then(monkeypatch):
    slow = Pace(THREADS)
    monkeypatch.setattr(poll_pace, "_of_process", slow)
    answer = PollPace(lambda _: HttpResponse())
    assert poll_pace.HEADER not in answer(RequestFactory().get("/"))
    slow.slowness = 3
    assert answer(RequestFactory().get("/"))[poll_pace.HEADER] == "3"


def test_a_view_that_fails_is_under_way_no_more(monkeypatch, clock):
    pace = Pace(THREADS, clock)
    monkeypatch.setattr(poll_pace, "_of_process", pace)

    def fail(_):
        raise RuntimeError

    for _ in range(5):
        with pytest.raises(RuntimeError):
            PollPace(fail)(RequestFactory().get("/"))
    assert pace._under_way == 0


def test_what_threads_count_together_adds_up(clock):
    pace = Pace(1000, clock)

    def ask() -> None:
        for _ in range(500):
            pace.begin()
            pace.end()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (pace._under_way, pace._asked) == (0, 4000)
