"""What people read of invitations: a verdict for each address, and why a link leads nowhere."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from portal.core.ui import Chip, Text
from portal.orgs.invitations import State

INVITED = Chip("good", "check", _("Invited"))
NO_ADDRESS = Chip("stop", "stop", _("Not an e-mail address"))
MEMBER = Chip("quiet", "person", _("Belongs to the organisation already"))
ALREADY_INVITED = Chip("quiet", "clock", _("Invited already: send it again from the list"))
TOO_MANY = Chip("attention", "clock", _("Not invited: 50 invitations a day are the most"))


@dataclass(frozen=True, slots=True)
class DeadEnd:
    """Why a link leads nowhere, and what to do."""

    status: int
    what: Text
    do: Text


DEAD_ENDS: dict[str, DeadEnd] = {
    State.UNKNOWN: DeadEnd(
        404,
        _("This invitation is not known"),
        _(
            "The link may have been cut off, or a newer one was sent. "
            "Open the newest e-mail that you got, or ask for another invitation."
        ),
    ),
    State.EXPIRED: DeadEnd(
        410,
        _("This invitation is older than seven days"),
        _("Ask whoever invited you to send it again."),
    ),
    State.USED: DeadEnd(
        410,
        _("This invitation was used already"),
        _("An invitation works once. If it was you, sign in."),
    ),
    State.REVOKED: DeadEnd(
        410,
        _("This invitation was withdrawn"),
        _("Ask whoever invited you, if you think that it should not have been."),
    ),
}


def mail_state(tries: int | None, *, sent: bool, given_up: bool) -> Chip:
    """Return what became of an invitation's e-mail."""
    if sent:
        return Chip("good", "check", _("E-mail sent"))
    if given_up:
        return Chip("stop", "alert", _("E-mail not sent: send it again"))
    if tries:
        return Chip("attention", "clock", _("The mail server does not answer. We keep trying."))
    return Chip("working", "clock", _("E-mail on its way"))
