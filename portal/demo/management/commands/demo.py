"""`manage.py demo`: some weeks of history to try the portal with, against the sandbox."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.demo import history, people
from portal.sandbox import lived_in


class Command(BaseCommand):
    """Makes the demo's data where it is missing, and prints the sign-ins."""

    help = "Make demo organisations with some weeks of history, and print the sign-ins."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        if not settings.DEBUG:
            raise CommandError("Demo sign-ins are public: they are made only with PORTAL_DEBUG.")
        history.make()
        self.stdout.write(f"Sign in with the password {people.PASSWORD} as")
        for person in people.PEOPLE:
            self.stdout.write(f"  {person.email:<25} {person.what}")
        self.stdout.write(f"The key of Quay Homes, for its first steps: {lived_in.QUAY_KEY}")
