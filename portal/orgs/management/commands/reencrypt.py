"""`manage.py reencrypt`: every stored secret under the newest encryption key."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.orgs import reencryption
from portal.orgs.reencryption import Outcome


class Command(BaseCommand):
    """Encrypts again, prints what became of how many, and fails where something is left."""

    help = "Encrypt every stored secret with the first of PORTAL_ENCRYPTION_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        left = 0
        for column in reencryption.columns():
            counts = dict.fromkeys(Outcome, 0)
            for pk, outcome in reencryption.run(column):
                counts[outcome] += 1
                if outcome in {Outcome.UNREADABLE, Outcome.BUSY}:
                    left += 1
                    self.stderr.write(f"{column} of {pk}: {outcome.value}")
            told = ", ".join(f"{count} {outcome.value}" for outcome, count in counts.items())
            self.stdout.write(f"{column}: {told}")
        if left:
            raise CommandError(f"{left} left as they were: keep the older encryption keys.")
