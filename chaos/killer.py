"""Ends workers, web processes and the database, by their ids, and starts them again.

And puts the clock forward and back.
"""

import random
import time

from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from chaos import postgres
from chaos.clock import STEP_SECONDS
from chaos.ledger import DATABASES_ENDED, Ledger
from chaos.options import RunOptions
from chaos.processes import Process
from portal.claims.models import Claim, State

KILLED, ASKED, WEBS = "workers killed (SIGKILL)", "workers asked to end (SIGTERM)", "webs killed"
LIFE = (3.0, 12.0)
GAP = (0.0, 4.0)
WEB_LIFE = (12.0, 40.0)
# However quick the run: a start takes about as long itself.
LEAST_WEB_LIFE = 1.5
FINISH_SECONDS = 45.0
DATABASES_KILLED = "databases killed (SIGKILL)"
DATABASE_LIFE = (10.0, 30.0)
DATABASE_GAP = (0.0, 6.0)
# However quick the run: all processes have to find it again.
LEAST_DATABASE_LIFE = 3.0
SEND_WITHIN_SECONDS = 4.0
CLOCK_STEPS = "clock put forward or back"
CLOCK_RESTS = (8.0, 20.0)
# However quick the run: the portal corrects what it has planned at a heartbeat.
LEAST_CLOCK_REST = 2.0


def kill_worker_repeatedly(worker: Process, ledger: Ledger, options: RunOptions) -> None:
    """Let the worker live for some seconds, again and again, until the faults are over.

    Leaves one that runs.
    """
    chance = random.Random(f"{options.seed} {worker.name}")
    while not options.rest(chance.uniform(*LIFE)):
        if chance.random() < 0.8:
            if chance.random() < 0.6:
                _await_a_send(options)
            worker.kill()
            ledger.count(KILLED)
        else:
            worker.stop(options.seconds(FINISH_SECONDS))
            ledger.count(ASKED)
        options.rest(chance.uniform(*GAP))
        worker.start()
        worker.wait()


def _await_a_send(options: RunOptions) -> None:
    """Wait a little for a claim that is being sent: the worst moment for a worker to die."""
    gives_up_at = time.monotonic() + options.seconds(SEND_WITHIN_SECONDS)
    while time.monotonic() < gives_up_at:
        if _is_sending():
            return
        time.sleep(0.01)


def _is_sending() -> bool:
    try:
        return Claim.objects.filter(state=State.SENDING, lease_until__gt=timezone.now()).exists()
    except (DatabaseError, InterfaceError):
        connection.close()
        return False


def kill_webs_repeatedly(webs: list[Process], ledger: Ledger, options: RunOptions) -> None:
    """Kill one web process after the other, until the faults are over. Leaves all running."""
    chance = random.Random(f"{options.seed} webs")
    while not options.over.wait(max(LEAST_WEB_LIFE, options.seconds(chance.uniform(*WEB_LIFE)))):
        web = chance.choice(webs)
        web.kill()
        ledger.count(WEBS)
        web.start()
        web.wait()


def end_database_repeatedly(server: postgres.Server, ledger: Ledger, options: RunOptions) -> None:
    """Kill the database, or restart it, until the faults are over. Leaves it running."""
    chance = random.Random(f"{options.seed} database")
    while not options.over.wait(
        max(LEAST_DATABASE_LIFE, options.seconds(chance.uniform(*DATABASE_LIFE)))
    ):
        if chance.random() < 0.5:
            server.kill()
            ledger.count(DATABASES_KILLED)
        else:
            server.stop()
        ledger.count(DATABASES_ENDED)
        options.rest(chance.uniform(*DATABASE_GAP))
        server.start()


def step_clock_repeatedly(ledger: Ledger, options: RunOptions) -> None:
    """Put the clock forward and back, until the faults are over. Leaves it right."""
    chance, ahead = random.Random(f"{options.seed} clock"), 0.0
    while not options.over.wait(
        max(LEAST_CLOCK_REST, options.seconds(chance.uniform(*CLOCK_RESTS)))
    ):
        ahead = chance.choice(sorted({-STEP_SECONDS, 0.0, STEP_SECONDS} - {ahead}))
        ledger.clock.put(ahead)
        ledger.count(CLOCK_STEPS)
    ledger.clock.put(0.0)
