"""`manage.py demo`: people and sites to try the portal with, against the sandbox."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.demo import people


class Command(BaseCommand):
    """Makes the demo's data where it is missing, and prints the sign-ins."""

    help = "Make demo organisations, people and sites, and print the sign-ins."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        if not settings.DEBUG:
            raise CommandError("Demo sign-ins are public: they are made only with PORTAL_DEBUG.")
        people.make()
        self.stdout.write(f"Sign in with the password {people.PASSWORD} as")
        for person in people.PEOPLE:
            self.stdout.write(f"  {person.email:<25} {person.what}")
