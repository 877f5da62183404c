"""`manage.py demo_code`: the second factor of the demo's support agent."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.demo import people


class Command(BaseCommand):
    """Prints the code that the agent's authenticator app would show."""

    help = "Print the current sign-in code of the demo's support agent."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        if not settings.DEBUG:
            raise CommandError("The demo's agent exists only with PORTAL_DEBUG.")
        self.stdout.write(people.code())
