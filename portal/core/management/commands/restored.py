"""`manage.py restored`: what comes first, and next, once a backup is in a database again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.core import restoring
from portal.core.models import Heartbeat


class Command(BaseCommand):
    """Holds what was under way in the backup; with `--go-on` lets it be read back, and go on."""

    help = "Hold what was under way in a restored backup, before any worker is started."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the option."""
        parser.add_argument("--go-on", action="store_true", help="let go on what is held")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        if options["go_on"]:
            self.stdout.write("\n".join(restoring.go_on()))
            return
        if Heartbeat.is_heard():
            raise CommandError(
                "A worker is at work with this database, or was a minute ago. Stop it first: "
                "this is for a backup that was just restored."
            )
        self.stdout.write("\n".join(restoring.hold_all()))
        self.stdout.write("Look at them; then: manage.py restored --go-on")
