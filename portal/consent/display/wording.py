"""What people read of support's access: what it is, where it holds, and how long."""

from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from portal.audit.display.details import YES_AND_NO
from portal.consent.models import AccessRequest, Grant
from portal.consent.rights import Why
from portal.core.ui import Chip, Text

HOURS: Final[dict[int, Text]] = {
    1: _("1 hour"),
    24: _("24 hours"),
    7 * 24: _("7 days"),
    30 * 24: _("30 days"),
}
"""How long access can be given for."""
FOR: Final[dict[int, Text]] = {
    1: _("For 1 hour."),
    24: _("For 24 hours."),
    7 * 24: _("For 7 days."),
    30 * 24: _("For 30 days."),
}
MOVE_TOO, CLAIM_ONLY = YES_AND_NO["may_move"]
STANDS: Final = Chip("good", "check", _("In force"))
REVOKED: Final = Chip("quiet", "stop", _("Taken back"))
ENDED: Final = Chip("quiet", "clock", _("Over"))
GLASS: Final = Chip("attention", "alert", _("Break glass"))
ALLOWED: Final = Chip("good", "check", _("Access given"))
DECLINED: Final = Chip("stop", "stop", _("Declined"))
WAITING: Final = Chip("working", "clock", _("Not answered yet"))
UNANSWERED: Final = Chip("quiet", "clock", _("Not answered"))

WHY_NOT: Final[dict[str, Text]] = {
    Why.NONE: _("There is no access to this organisation."),
    Why.ENDED: _("This access is over. Nothing was sent."),
    Why.REVOKED: _("The organisation has taken this access back. Nothing was sent."),
    Why.SITE: _("This access does not hold at that site. Nothing was sent."),
    Why.MOVE: _("This access is for claims, and not for moves. Nothing was sent."),
}
"""Why an agent may not act: see `rights.Why`."""

# What an agent reads of a claim that is not made.
NO_REASON: Final = _("Say why you claim for them.")
# The same words for any such claim: where it is and who made it is the organisation's affair.
ALREADY_CLAIMING: Final = _(
    "The organisation already has a claim of this hub, under way or just done. Nothing was sent."
)
TOO_MANY: Final = _(
    "You have done as much for others as one agent may for now. Nothing was sent, and your leads "
    "are told."
)


def chip(grant: Grant) -> Chip:
    """Return the grant's state at a glance."""
    if grant.stands:
        return GLASS if grant.is_break_glass else STANDS
    return REVOKED if grant.revoked_at else ENDED


def request_chip(asked: AccessRequest) -> Chip:
    """Return what came of a request, for the agent who asked; of access that is over, that."""
    if asked.grant is not None:
        return ALLOWED if asked.grant.stands else chip(asked.grant)
    if asked.declined:
        return DECLINED
    return WAITING if asked.is_waiting else UNANSWERED


def kind(grant: Grant) -> str:
    """Return what the grant is: whose consent, or break glass."""
    if grant.granted_by is None:
        return gettext("Break glass, ticket %(ticket)s") % {"ticket": grant.ticket}
    person = grant.granted_by.display_name
    return gettext("Consent of %(person)s") % {"person": person}


def where(grant: Grant) -> str:
    """Return at which sites the grant holds."""
    if grant.all_sites:
        return gettext("All sites")
    return ", ".join(sorted(site.shown_name for site in grant.sites.all()))


def what(*, may_move: bool) -> Text:
    """Return what is allowed."""
    return MOVE_TOO if may_move else CLAIM_ONLY


def done(claims: int, moves: int) -> str:
    """Return what was asked for under a grant, each in its words; "" for nothing."""
    words = [
        ngettext("%(number)d claim", "%(number)d claims", claims) % {"number": claims},
        ngettext("%(number)d move", "%(number)d moves", moves) % {"number": moves},
    ]
    return ", ".join(said for said, number in zip(words, (claims, moves), strict=True) if number)


def for_how_long(hours: int) -> Text:
    """Return for how long somebody asks."""
    return FOR.get(hours, "")


def how_long(hours: int) -> Text:
    """Return how long that is."""
    return HOURS.get(hours, "")


def moment(at: datetime) -> str:
    """Return a moment with its day, by the reader's clock."""
    return date_format(timezone.localtime(at), "j M Y, H:i")


def time_left(at: datetime) -> str:
    """Return how long it still lasts, in its largest unit."""
    left = max(at - timezone.now(), timedelta(0))
    minutes = -(-int(left.total_seconds()) // 60)
    if minutes < 120:
        words = ngettext("%(number)d minute left", "%(number)d minutes left", minutes)
        return words % {"number": minutes}
    hours = minutes // 60
    if hours < 48:
        return ngettext("%(number)d hour left", "%(number)d hours left", hours) % {"number": hours}
    days = hours // 24
    return ngettext("%(number)d day left", "%(number)d days left", days) % {"number": days}
