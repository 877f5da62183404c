"""`manage.py demo_code`: the second factor of the demo's agent and operator."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.demo import people


class Command(BaseCommand):
    """Prints the code that their authenticator apps would show."""

    help = "Print the current sign-in code of the demo's support agent and operator."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        if not settings.DEBUG:
            raise CommandError("The demo's agent exists only with PORTAL_DEBUG.")
        self.stdout.write(people.code())
