"""How many hubs there are, and how many of them are in each state, as a strip of numbers."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from portal.core.ui import Text
from portal.hubs.counts import Numbers
from portal.hubs.display import wording
from portal.hubs.display.links import hubs_where
from portal.hubs.models import Health


@dataclass(frozen=True, slots=True)
class Number:
    """A number of hubs, and where they are listed. `since`: since when the first of them is so."""

    kind: str
    word: Text
    number: int
    url: str
    since: datetime | None = None


def strip(
    found: Numbers, *, offline_since: datetime | None = None, **filters: object
) -> list[Number]:
    """Return all hubs that these filters find, and each state that some are in: the whole first."""
    all_of_them = _("Hub") if found.hubs == 1 else _("Hubs")
    since = {str(Health.OFFLINE): offline_since}
    states = [
        Number(chip.kind, chip.word, number, hubs_where(**filters, state=name), since.get(name))
        for name, chip in wording.STATES.items()
        if (number := getattr(found, name, 0))
    ]
    return [Number("", all_of_them, found.hubs, hubs_where(**filters)), *states]
