"""Few threads do slow work at a time; who finds no place is told so, and does not wait for long."""

from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

import pytest

from portal.core.turns import BusyError, Turns


def try_turn(turns: Turns) -> None:
    with turns.turn():
        pass


@pytest.mark.parametrize("waiting", [0, 1])
def test_who_finds_no_turn_within_the_time_is_refused(waiting):
    turns = Turns(at_once=1, waiting=waiting, seconds=0.01)
    with ThreadPoolExecutor(1) as other, turns.turn(), pytest.raises(BusyError):
        other.submit(try_turn, turns).result()

    try_turn(turns)


def test_who_waits_has_the_turn_when_it_is_free():
    turns = Turns(at_once=1, waiting=1, seconds=5)
    with ThreadPoolExecutor(1) as other:
        with turns.turn():
            waiting = other.submit(try_turn, turns)
        waiting.result()


def test_no_more_wait_than_may():
    turns = Turns(at_once=1, waiting=1, seconds=60)
    with ThreadPoolExecutor(2) as others:
        with turns.turn():
            both = [others.submit(try_turn, turns) for _ in range(2)]
            (refused,), (waiting,) = wait(both, return_when=FIRST_COMPLETED)
            assert isinstance(refused.exception(), BusyError)
        assert waiting.exception() is None


def test_a_thread_that_has_a_turn_needs_no_other():
    turns = Turns(at_once=1, waiting=0, seconds=0)
    with turns.turn(), turns.turn():
        pass
    try_turn(turns)
