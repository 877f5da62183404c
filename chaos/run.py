"""One run from its start to its verdict: settle, inject faults, drain, reconcile."""

import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from django.db import connection

from bench import place
from chaos import (
    accounts,
    clock,
    drain,
    killer,
    plan,
    postgres,
    processes,
    reconcile,
    report,
    tenants,
)
from chaos.administrators import Administrators
from chaos.api import Api
from chaos.faults import FaultInjector
from chaos.ledger import Ledger
from chaos.options import RunOptions, show_progress
from chaos.people import People
from chaos.processes import Process
from chaos.scenario import Scenario
from portal.sandbox import world

PEOPLE_THREADS = 8
# Of each organisation, beyond the first two.
CLAIMS_PER_INSTALLER = 200
# So long may the killing of workers be waited for, beyond the time of faults.
KILLS_WITHIN_SECONDS = 60.0


@dataclass(slots=True)
class Processes:
    """The processes of one run."""

    sandbox: Process
    webs: list[Process]
    workers: list[Process]

    def addresses(self) -> list[str]:
        """Return where the web processes are that run."""
        return [web.url for web in self.webs if web.is_up] or [self.webs[0].url]


def run(options: RunOptions, database: postgres.Server | None = None) -> int:
    """Inject faults while people use the portal. Return 0 when all accounts agree in the end.

    The database, where there is a server for it, goes away again and again as well.
    """
    with started_processes(options) as started:
        scenario = _scenario(started, options)
        planned = plan.make(
            scenario.api, scenario.people, scenario.tenants, options.claims, options.seed
        )
        show_progress(f"{options.claims} claims, seed {options.seed}: the faults begin")
        _inject_faults(started, scenario, planned, database)
        # What was connected before the database ended last is not any more.
        connection.close()
        planned.bring_online(scenario.api)
        show_progress("the faults are over; what is under way ends now")
        drained = drain.until_quiet(scenario)
        found = scenario.accounts()
    return _print_verdict(found, drained)


@contextmanager
def started_processes(options: RunOptions) -> Iterator[Processes]:
    """Start every process; end them all, whatever happens."""
    clock.prepare(place.folder())
    sandbox = processes.sandbox(world.DEFAULT_SEED, options.faster)
    started = Processes(sandbox, [], [])
    try:
        sandbox.start()
        started.webs += [processes.web(f"web{n}", sandbox.url) for n in (1, 2)]
        names = [f"worker{n}" for n in (1, 2)]
        started.workers += [processes.worker(name, sandbox.url, options.faster) for name in names]
        children = [*started.webs, *started.workers]
        for process in children:
            process.start()
        for process in (sandbox, *children):
            process.wait()
        yield started
    finally:
        options.over.set()
        for process in (*started.workers, *started.webs, sandbox):
            process.kill()


def _scenario(started: Processes, options: RunOptions) -> Scenario:
    """Let everybody settle down, and sign in."""
    ledger, api = Ledger(), Api(started.sandbox.url)
    settled = tenants.settle(api, started.addresses, 2 + options.claims // CLAIMS_PER_INSTALLER)
    people = People(ledger, options, random.Random(options.seed + 3))
    administrators = Administrators(api, ledger, options, settled)
    return Scenario(options, ledger, api, settled, people, administrators)


def _inject_faults(
    started: Processes,
    scenario: Scenario,
    planned: plan.Plan,
    database: postgres.Server | None,
) -> None:
    """Let everything happen at the same time, for as long as the faults last."""
    options, ledger = scenario.options, scenario.ledger
    injector = FaultInjector(
        scenario.api, ledger, options, [tenant.key for tenant in scenario.tenants]
    )
    actions: list[Callable[[], object]] = [
        injector.run,
        scenario.administrators.run,
        partial(killer.kill_webs_repeatedly, started.webs, ledger, options),
        partial(killer.step_clock_repeatedly, ledger, options),
        *(
            partial(killer.kill_worker_repeatedly, worker, ledger, options)
            for worker in started.workers
        ),
    ]
    if database is not None:
        actions.append(partial(killer.end_database_repeatedly, database, ledger, options))
    with (
        ThreadPoolExecutor(len(actions)) as fault_threads,
        ThreadPoolExecutor(PEOPLE_THREADS) as people_threads,
    ):
        # Whoever ends this at any moment has the threads end: nobody leaves before they have.
        try:
            running = [fault_threads.submit(_in_thread, action) for action in actions]
            tasks = _schedule(planned, options, people_threads)
            _watch([*running, *tasks], options, ledger, tasks)
        finally:
            options.over.set()
    for action in (*running, *tasks):
        action.result()


def _schedule(
    planned: plan.Plan, options: RunOptions, people_threads: ThreadPoolExecutor
) -> list[Future[object]]:
    """Give people their tasks, spread over the time of faults."""
    started, each = time.monotonic(), options.fault_seconds * 0.85 / max(1, len(planned.tasks))
    given = []
    for number, task in enumerate(planned.tasks):
        options.over.wait(max(0.0, started + number * each - time.monotonic()))
        given.append(people_threads.submit(_in_thread, task))
    return given


def _watch(
    everything: list[Future[object]],
    options: RunOptions,
    ledger: Ledger,
    tasks: list[Future[object]],
) -> None:
    """Wait for the end of the faults: its time is up, all tasks are done, enough workers killed."""
    ends_at = time.monotonic() + options.fault_seconds * 0.15
    gives_up_at = ends_at + KILLS_WITHIN_SECONDS
    while time.monotonic() < gives_up_at:
        if any(one.done() and one.exception() for one in everything):
            return
        enough = ledger.counts[killer.KILLED] >= options.kills
        if time.monotonic() > ends_at and enough and all(one.done() for one in tasks):
            return
        time.sleep(0.1)


def _in_thread(action: Callable[[], object]) -> object:
    try:
        return action()
    finally:
        connection.close()


def _print_verdict(found: accounts.Accounts, drained: bool) -> int:
    """Print the numbers and the verdict. Return the exit code."""
    print(report.table(report.numbers(found)))
    differences = reconcile.reconcile(found)
    print()
    print(report.table({check: len(ones) for check, ones in differences.items()}))
    for line in report.call_records(found, differences):
        print(line)
    wrong = sum(map(len, differences.values()))
    if not drained:
        print("\nNot everything that was under way has ended within its time.")
    print(f"\n{'All accounts agree.' if not wrong else f'{wrong} differences.'}")
    return int(bool(wrong))
