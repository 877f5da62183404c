"""`manage.py invite_operator`: a link by which a second factor is set up."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from portal.orgs import factor_invitations
from portal.orgs.models import User


class Command(BaseCommand):
    """Prints the link, which is good once and for a week."""

    help = (
        "Print a link by which this operator, or support agent, sets up a second factor. "
        "It works once, for 7 days."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the person's e-mail address."""
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        try:
            person = User.objects.get_by_natural_key(options["email"])
        except User.DoesNotExist:
            message = "Nobody has this address. `createsuperuser` makes an operator."
            raise CommandError(message) from None
        try:
            token = factor_invitations.invite(person, actor=None)
        except factor_invitations.NotInvitableError:
            raise CommandError(
                "This is no operator or support agent who may sign in, "
                "or one who has a second factor already."
            ) from None
        self.stdout.write(settings.PORTAL_URL + reverse("factor-invitation", args=(token,)))
