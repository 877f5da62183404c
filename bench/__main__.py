"""Measure what the portal claims about speed.

Usage: python -m bench [--quick] [--on sqlite|postgresql] [PART ...]

Everything runs on this machine, in a temporary folder, against the sandbox. The exit code is
1 when a target is missed.
"""

import argparse
import sys
import tempfile
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path

import django
from django.core.management import call_command

from bench import place, report, signals
from chaos import postgres

PARTS = (
    *("polls", "submits", "crowd", "fair", "flood", "photos", "weight", "tells", "rounds"),
    "history",
)
# Measured only when they are named: they take minutes, and some of them need a browser.
BY_NAME = ("imports", "load", "labels", "tray", "lighthouse")


def main() -> int:
    """Measure the parts that were asked for, and print their table."""
    options = _options()
    signals.end_on_signals()
    with ExitStack() as ending:
        folder = ending.enter_context(tempfile.TemporaryDirectory(prefix="portal-bench-"))
        database = ending.enter_context(postgres.server()) if options.on == "postgresql" else ""
        place.enter(Path(folder), database=database)
        django.setup()
        call_command("migrate", verbosity=0)
        figures = [
            figure
            for part in options.parts or PARTS
            for figure in _measure(part, quick=options.quick)
        ]
    print(report.table(figures, judged=not options.quick))
    return int(not options.quick and not all(figure.met for figure in figures))


def _measure(part: str, *, quick: bool) -> list[report.Figure]:
    print(f"measuring {part} ...", file=sys.stderr, flush=True)
    # The parts import models, which is possible only once Django is set up.
    figures: list[report.Figure] = import_module(f"bench.{part}").measure(quick=quick)
    return figures


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "parts", nargs="*", metavar="PART", help=f"any of: {', '.join(PARTS + BY_NAME)}"
    )
    parser.add_argument("--on", choices=("sqlite", "postgresql"), default="sqlite", help="database")
    parser.add_argument("--quick", action="store_true", help="try every part, and judge nothing")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS + BY_NAME):
        parser.error(f"there is no part called {', '.join(sorted(unknown))}")
    return options


if __name__ == "__main__":
    sys.exit(main())
