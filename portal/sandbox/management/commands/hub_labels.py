"""`manage.py hub_labels`: a sheet of QR labels for the sandbox's hubs."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.sandbox import world
from portal.sandbox.labels import labels, sheet


class Command(BaseCommand):
    """Writes the sheet as one HTML file."""

    help = "Write a printable sheet of QR labels for the sandbox's hubs."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Where the sheet goes, and what is on it."""
        parser.add_argument("--out", type=Path, default=Path("labels.html"), help="the HTML file")
        parser.add_argument("--count", type=int, default=24, help="how many ordinary hubs")
        parser.add_argument("--seed", type=int, default=world.DEFAULT_SEED, help="which world")

    def handle(self, *_: Any, **options: Any) -> None:
        """Write the sheet and say where it is."""
        out: Path = options["out"]
        try:
            chosen = list(labels(options["count"], options["seed"]))
            out.write_text(sheet(chosen), encoding="utf-8")
        except ValueError as problem:
            raise CommandError(str(problem)) from None
        except OSError as problem:
            raise CommandError(f"Cannot write {out}: {problem.strerror}.") from None
        self.stdout.write(f"{len(chosen)} labels are in {out}. Open it in a browser and print it.")
