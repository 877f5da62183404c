"""What people are told of what they asked for: on forms, on the claim's page and in the tray."""

import math

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from portal.claims.display.reader_wording import claimer
from portal.claims.models import Claim
from portal.claims.telling import Telling
from portal.core.ui import Text

# Of a form that the database did not take: it was busy for too long, or away.
NOT_SAVED = _("Not saved yet: try again. Nothing was lost; sending it twice makes one claim.")
TOO_OFTEN = _("These are too many at once. They are kept here, and go on by themselves in a while.")
_TELLING: dict[Telling, Text] = {
    Telling.TOLD: _("Your administrators are told of it."),
    Telling.NOBODY: _("Nobody administers your organisation at the moment. Tell whoever runs it."),
    Telling.ENOUGH: _("You have sent them many hubs today. You can send this one tomorrow."),
}
PICK_SITE = _("Pick the site first.")


def claimed_elsewhere(claim: Claim) -> str:
    """Say that this claim, of the same organisation, has the hub at another site."""
    if claim.is_final:
        sentence = gettext(
            "This hub was just claimed at %(site)s, by %(person)s. A hub can be at one site only."
        )
    else:
        sentence = gettext("This hub is being claimed at %(site)s, by %(person)s.")
    return sentence % {"site": claim.site_name, "person": claimer(claim)}


def telling(found: Telling) -> str:
    """Say whether administrators are told of a hub that cannot be claimed, or why they are not."""
    return str(_TELLING.get(found, ""))


def too_often(seconds: int) -> str:
    """Say that somebody did something too often, and how long to wait."""
    minutes = math.ceil(seconds / 60)
    sentence = ngettext(
        "That was tried too often. Try again in %(minutes)s minute.",
        "That was tried too often. Try again in %(minutes)s minutes.",
        minutes,
    )
    return sentence % {"minutes": minutes}


def known_at(site: str) -> str:
    """Say where SpKey has a hub that is the organisation's already."""
    return gettext("SmartphoneKey has it at %(elsewhere)s.") % {"elsewhere": site}


_FIELDS: dict[str, Text] = {
    "siteId": _("SpKey site id"),
    "userId": _("SpKey user id"),
    "orgId": _("SpKey organisation id"),
    "hubId": _("Hub id"),
}


def problem(field: str, message: str) -> str:
    """Say which field SpKey found wrong, and what it said of it, which may be either alone."""
    name = str(_FIELDS.get(field.rpartition(".")[2], field))
    said = gettext("SmartphoneKey says “%(words)s”") % {"words": message} if message else ""
    return ": ".join(part for part in (name, said) if part)
