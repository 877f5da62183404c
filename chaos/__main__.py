"""Let everything fail at once around the portal, and count what became of every claim.

Usage: python -m chaos [--only sqlite|postgresql] [--claims N] [--fault-seconds SECONDS]
                       [--faster N] [--seed N] [--kills N] [--no-late-effects] [--storm]

Real parts on this machine only, in a temporary folder: the sandbox with its faults, two web
servers, two workers that are killed, people at the web forms; PostgreSQL itself is killed and
restarted, too. With --storm, SpKey's events storm instead: 10,000 in a minute, half of them twice.
Without --only: SQLite, then PostgreSQL. The exit code is 1 when any two accounts differ, 2 when it
could not be tried.
"""

import argparse
import contextlib
import random
import subprocess
import sys
import tempfile
from importlib import import_module
from pathlib import Path

import django
from django.core.management import call_command

from bench import place, signals
from chaos import postgres
from chaos.options import RunOptions

DATABASES = ("sqlite", "postgresql")
FAULT_SECONDS = 240.0


def main() -> int:
    """Run on the databases that were asked for, one after the other."""
    options = _options()
    signals.end_on_signals()
    try:
        if options.only != "sqlite":
            postgres.programs()
    except postgres.NotInstalledError as missing:
        print(missing, file=sys.stderr)
        return 2
    if options.only:
        return _run(options)
    return max(_apart(name, options.seed) for name in DATABASES)


def _apart(database: str, seed: int) -> int:
    """Run on one database in a process of its own: Django is set up for one."""
    print(f"\n=== {database} ===", flush=True)
    command = [sys.executable, "-m", "chaos", *sys.argv[1:], f"--seed={seed}", f"--only={database}"]
    with subprocess.Popen(command) as child:
        try:
            return child.wait()
        except BaseException:
            # Ctrl-C has reached it as well; anything else has not.
            child.terminate()
            raise


def _run(options: argparse.Namespace) -> int:
    with contextlib.ExitStack() as ending:
        folder = ending.enter_context(tempfile.TemporaryDirectory(prefix="portal-chaos-"))
        server = None if options.only == "sqlite" else ending.enter_context(postgres.running())
        place.enter(Path(folder), "chaos.settings", server.address if server else "")
        django.setup()
        call_command("migrate", verbosity=0)
        # It imports models, which is possible only once Django is set up.
        if options.storm:
            return int(import_module("chaos.storm").run(_run_options(options)))
        return int(import_module("chaos.run").run(_run_options(options), server))


def _run_options(options: argparse.Namespace) -> RunOptions:
    return RunOptions(
        claims=options.claims,
        fault_seconds=options.fault_seconds or FAULT_SECONDS / options.faster,
        faster=options.faster,
        kills=options.kills,
        seed=options.seed,
        late_effects=not options.no_late_effects,
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m chaos",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--only", choices=DATABASES, help="one database instead of both")
    parser.add_argument("--claims", type=int, default=400, help="how many, about (400)")
    parser.add_argument("--fault-seconds", type=float, help="seconds of faults (240 / faster)")
    parser.add_argument("--faster", type=float, default=1, help="divide the portal's times (1)")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6), help="of all chance")
    parser.add_argument("--kills", type=int, default=10, help="workers killed at least (10)")
    parser.add_argument(
        "--no-late-effects", action="store_true", help="no refusals of what is carried out"
    )
    parser.add_argument("--storm", action="store_true", help="a storm of events, and no faults")
    options = parser.parse_args()
    if options.claims < 1 or options.faster < 1 or options.kills < 0:
        parser.error("claims and faster are 1 or more, kills 0 or more")
    return options


if __name__ == "__main__":
    sys.exit(main())
