"""One run from its start to its verdict: settle, storm, drain, reckon."""

import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from django.db import connection

from chaos import books, drain, parts, plan, reaper, reckoning, report, tenants
from chaos.administrators import Administrators
from chaos.api import Api
from chaos.ledger import Ledger
from chaos.pace import Pace, say
from chaos.parts import Part
from chaos.people import People
from chaos.scene import Scene
from chaos.weather import Weather
from portal.sandbox import world

HANDS = 8
# Of each organisation, beyond the first two.
CLAIMS_PER_INSTALLER = 200
# So long may the killing of workers be waited for, beyond the storm.
KILLS_WITHIN_SECONDS = 60.0


@dataclass(slots=True)
class Stage:
    """The processes of one run."""

    sandbox: Part
    webs: list[Part]
    workers: list[Part]

    def addresses(self) -> list[str]:
        """Return where the web processes are that run."""
        return [web.url for web in self.webs if web.is_up] or [self.webs[0].url]


def run(pace: Pace) -> int:
    """Let the storm pass over the portal. Return 0 when all accounts agree in the end."""
    with _stage(pace) as stage:
        scene = _scene(stage, pace)
        planned = plan.make(scene.api, scene.people, scene.tenants, pace.claims, pace.seed)
        say(f"{pace.claims} claims, seed {pace.seed}: the storm begins")
        _storm(stage, scene, planned)
        planned.plug_in(scene.api)
        say("the storm is over; what is under way ends now")
        drained = drain.until_quiet(scene)
        found = scene.books()
    return _tell(found, drained)


@contextmanager
def _stage(pace: Pace) -> Iterator[Stage]:
    """Start every process; end them all, whatever happens."""
    sandbox = parts.sandbox(world.DEFAULT_SEED, pace.faster)
    stage = Stage(sandbox, [], [])
    try:
        sandbox.start()
        stage.webs += [parts.web(f"web{n}", sandbox.url) for n in (1, 2)]
        names = [f"worker{n}" for n in (1, 2)]
        stage.workers += [parts.worker(name, sandbox.url, pace.faster) for name in names]
        started = [*stage.webs, *stage.workers]
        for part in started:
            part.start()
        for part in (sandbox, *started):
            part.wait()
        yield stage
    finally:
        pace.over.set()
        for part in (*stage.workers, *stage.webs, sandbox):
            part.kill()


def _scene(stage: Stage, pace: Pace) -> Scene:
    """Let everybody settle down, and sign in."""
    ledger, api = Ledger(), Api(stage.sandbox.url)
    settled = tenants.settle(api, stage.addresses, 2 + pace.claims // CLAIMS_PER_INSTALLER)
    people = People(ledger, pace, random.Random(pace.seed + 3))
    administrators = Administrators(api, ledger, pace, settled)
    return Scene(pace, ledger, api, settled, people, administrators)


def _storm(stage: Stage, scene: Scene, planned: plan.Plan) -> None:
    """Let everything happen at the same time, for as long as the storm lasts."""
    pace, ledger = scene.pace, scene.ledger
    weather = Weather(scene.api, ledger, pace, [tenant.key for tenant in scene.tenants])
    deeds: list[Callable[[], object]] = [
        weather.run,
        scene.administrators.run,
        partial(reaper.reap_web, stage.webs, ledger, pace),
        *(partial(reaper.reap_worker, worker, ledger, pace) for worker in stage.workers),
    ]
    with ThreadPoolExecutor(len(deeds)) as forces, ThreadPoolExecutor(HANDS) as hands:
        running = [forces.submit(_in_thread, deed) for deed in deeds]
        try:
            errands = _hand_out(planned, pace, hands)
            _watch([*running, *errands], pace, ledger, errands)
        finally:
            pace.over.set()
    for deed in (*running, *errands):
        deed.result()


def _hand_out(planned: plan.Plan, pace: Pace, hands: ThreadPoolExecutor) -> list[Future[object]]:
    """Give people their errands, spread over the storm."""
    started, each = time.monotonic(), pace.storm * 0.85 / max(1, len(planned.errands))
    given = []
    for number, errand in enumerate(planned.errands):
        pace.over.wait(max(0.0, started + number * each - time.monotonic()))
        given.append(hands.submit(_in_thread, errand))
    return given


def _watch(
    everything: list[Future[object]], pace: Pace, ledger: Ledger, errands: list[Future[object]]
) -> None:
    """Wait for the storm's end: its time is up, all errands are done, enough workers killed."""
    ends_at = time.monotonic() + pace.storm * 0.15
    gives_up_at = ends_at + KILLS_WITHIN_SECONDS
    while time.monotonic() < gives_up_at:
        if any(one.done() and one.exception() for one in everything):
            return
        enough = ledger.counts[reaper.KILLED] >= pace.kills
        if time.monotonic() > ends_at and enough and all(one.done() for one in errands):
            return
        time.sleep(0.1)


def _in_thread(deed: Callable[[], object]) -> object:
    try:
        return deed()
    finally:
        connection.close()


def _tell(found: books.Books, drained: bool) -> int:
    """Print the numbers and the verdict. Return the exit code."""
    print(report.table(report.numbers(found)))
    differences = reckoning.reckon(found)
    print()
    print(report.table({check: len(ones) for check, ones in differences.items()}))
    for line in report.journals(found, differences):
        print(line)
    wrong = sum(map(len, differences.values()))
    if not drained:
        print("\nNot everything that was under way has ended within its time.")
    print(f"\n{'All accounts agree.' if not wrong else f'{wrong} differences.'}")
    return int(bool(wrong))
