"""The clock of a run: what the processes go by, and what the run makes of what they wrote."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chaos import clock
from chaos.clock import STEP_SECONDS, Clock

ROOT = Path(__file__).resolve().parents[2]
BEGAN = datetime(2026, 5, 4, 12, tzinfo=UTC)
PROGRAM = """
from chaos import clock
import time
true = time.time()
clock.install()
from django.utils import timezone
from django.utils.timezone import now
print(time.time() - true, timezone.now().timestamp() - true)
"""


@pytest.fixture
def prepared(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv(clock.NAME, "")
    clock.prepare(tmp_path)
    return tmp_path


def test_a_process_goes_by_the_clock_as_it_is_put(prepared):
    for ahead in (0.0, STEP_SECONDS, -STEP_SECONDS):
        clock.step(ahead)
        said = subprocess.run(
            [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, cwd=ROOT
        )
        assert all(abs(float(each) - ahead) < 60 for each in said.stdout.split())


def test_without_a_clock_of_its_own_a_process_has_the_machines(monkeypatch):
    monkeypatch.delenv(clock.NAME, raising=False)
    assert clock.ahead() == 0


@pytest.fixture
def stepped(prepared, time_machine) -> Clock:
    """Put ahead a minute after the beginning, then as far back, then right again."""
    time_machine.move_to(BEGAN, tick=False)
    kept = Clock()
    for minute, ahead in ((1, STEP_SECONDS), (2, -STEP_SECONDS), (3, 0.0)):
        time_machine.move_to(BEGAN + timedelta(minutes=minute), tick=False)
        kept.put(ahead)
        assert clock.ahead() == ahead
    return kept


@pytest.mark.parametrize(
    ("true", "ahead"),
    [
        (30, 0),
        (59, 0),
        (60, STEP_SECONDS),
        (61, STEP_SECONDS),
        (119, STEP_SECONDS),
        (120, -STEP_SECONDS),
        (179, -STEP_SECONDS),
        (180, 0),
        (1260, 0),
    ],
)
def test_what_the_clock_said_is_brought_back_to_the_true_time(true, ahead, stepped):
    truly = BEGAN + timedelta(seconds=true)
    assert stepped.truly(truly + timedelta(seconds=ahead)) == truly


def test_what_it_never_said_stays_as_it_is(stepped):
    never = BEGAN + timedelta(seconds=150)
    assert stepped.truly(never) == never
