"""A long run of the state machine with random seeds: `make soak MINUTES=10`.

It stops by itself, and prints what it covered; at the first failure the steps that led there.
"""

import os
import random
import time

import hypothesis
from hypothesis import HealthCheck, Phase
from hypothesis.stateful import run_state_machine_as_test

from tests.machine.machine import Machine

EXAMPLES = 20
STEPS = 50
# Not the clock that the machine holds.
_now = time.perf_counter


def test_soak(environment, capfd):
    """Let the machine run for as many minutes as MINUTES says."""
    ends_at = _now() + 60 * float(os.environ.get("MINUTES", "10"))
    seeds = random.SystemRandom()
    while True:
        seed = int(os.environ.get("SEED") or seeds.getrandbits(32))
        with capfd.disabled():
            print(f"seed {seed}: {environment.coverage.figures['steps']} steps so far", flush=True)  # noqa: T201
        _run(environment, seed)
        if _now() > ends_at or "SEED" in os.environ:
            break
    with capfd.disabled():
        print("\n" + "\n".join(environment.coverage.lines()))  # noqa: T201


def _run(environment, seed):
    settings = hypothesis.settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        database=None,
        deadline=None,
        report_multiple_bugs=False,
        phases=[Phase.generate, Phase.shrink] if "SHRINK" in os.environ else [Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    machine = hypothesis.seed(seed)(lambda: Machine(environment))
    run_state_machine_as_test(machine, settings=settings)
