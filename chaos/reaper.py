"""Ends workers and web processes, by their ids, and starts others in their place."""

import random
import time

from django.utils import timezone

from chaos.ledger import Ledger
from chaos.pace import Pace
from chaos.parts import Part
from portal.claims.models import Claim, State

KILLED, ASKED, WEBS = "workers killed (SIGKILL)", "workers asked to end (SIGTERM)", "webs killed"
LIFE = (3.0, 12.0)
GAP = (0.0, 4.0)
WEB_LIFE = (12.0, 40.0)
# However quick the run: a start takes about as long itself.
LEAST_WEB_LIFE = 1.5
FINISH_SECONDS = 45.0
SEND_WITHIN_SECONDS = 4.0


def reap_worker(worker: Part, ledger: Ledger, pace: Pace) -> None:
    """Let the worker live for some seconds, again and again, until the storm is over.

    Leaves one that runs.
    """
    chance = random.Random(f"{pace.seed} {worker.name}")
    while not pace.rest(chance.uniform(*LIFE)):
        if chance.random() < 0.8:
            if chance.random() < 0.6:
                _await_a_send(pace)
            worker.kill()
            ledger.count(KILLED)
        else:
            worker.stop(pace.seconds(FINISH_SECONDS))
            ledger.count(ASKED)
        pace.rest(chance.uniform(*GAP))
        worker.start()
        worker.wait()


def _await_a_send(pace: Pace) -> None:
    """Wait a little for a claim that is being sent: the worst moment for a worker to die."""
    gives_up_at = time.monotonic() + pace.seconds(SEND_WITHIN_SECONDS)
    while time.monotonic() < gives_up_at:
        if Claim.objects.filter(state=State.SENDING, lease_until__gt=timezone.now()).exists():
            return
        time.sleep(0.01)


def reap_web(webs: list[Part], ledger: Ledger, pace: Pace) -> None:
    """Kill one web process after the other, until the storm is over. Leaves all running."""
    chance = random.Random(f"{pace.seed} webs")
    while not pace.over.wait(max(LEAST_WEB_LIFE, pace.seconds(chance.uniform(*WEB_LIFE)))):
        web = chance.choice(webs)
        web.kill()
        ledger.count(WEBS)
        web.start()
        web.wait()
