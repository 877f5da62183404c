"""The lines of a first page about hubs that are asked for."""

from django.urls import reverse
from django.utils.translation import gettext

from portal.claims.display.home_items import Need
from portal.hubs.display import wording as hub_wording
from portal.moves.models import MoveRequest


def to_answer(asked: MoveRequest) -> Need:
    """Return the line of a hub that the administrator's organisation may be asked to give up."""
    words = gettext("May hub …%(tail)s be moved to another organisation?")
    until = asked.holder_expires_at
    text = gettext("Support asks you. Answer until %(at)s.") % {
        "at": hub_wording.moment(until) if until else "–"
    }
    url = reverse("moves:held", args=(asked.pk,))
    title = words % {"tail": asked.tail}
    return Need("attention", "hub", title, text, url, gettext("Answer"))
