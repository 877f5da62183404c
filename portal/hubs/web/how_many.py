"""How many hubs the filters of a page find, and which of them the page shows.

By the counts that are kept where these have the number, else counted as far as MOST.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext

from portal.hubs import counts
from portal.hubs.models import LEFT
from portal.hubs.web.forms import NO_SITE, HubFilter
from portal.orgs.models import Organisation

MOST: Final = 1_000


@dataclass(frozen=True, slots=True)
class HowMany:
    """A number of hubs, or that there are more than that."""

    number: int
    is_more: bool = False


def found_by(form: HubFilter, every: counts.Numbers, kept: Organisation | None) -> HowMany:
    """Return how many hubs a valid form finds.

    `every` are the numbers of all whom the reader sees. With `kept`, they see all of that
    organisation's, of which the number at each site is kept too.
    """
    asked = {name: value for name, value in form.cleaned_data.items() if value}
    state = asked.pop("state", "hubs")
    if state in counts.NAMES and not asked:
        return HowMany(getattr(every, state))
    if state in counts.NAMES and asked.keys() == {"site"} and kept is not None:
        return HowMany(getattr(_at_site(kept, asked["site"]), state))
    number = form.found().order_by()[: MOST + 1].count()
    return HowMany(min(number, MOST), number > MOST)


def _at_site(organisation: Organisation, site: str) -> counts.Numbers:
    if site == NO_SITE:
        return counts.by_site(organisation).get(None, counts.Numbers())
    try:
        pk = UUID(site)
    except ValueError:
        return counts.Numbers()
    return counts.by_site(organisation, [pk]).get(pk, counts.Numbers())


def of_all(form: HubFilter, found: HowMany, every: counts.Numbers) -> str:
    """Say how many of all hubs the filters find; of those that left, all are not."""
    number = _grouped(found.number)
    if form.cleaned_data["state"] == LEFT:
        if found.is_more:
            return gettext("More than %(number)s hubs") % {"number": number}
        sentence = ngettext("%(number)s hub", "%(number)s hubs", found.number)
        return sentence % {"number": number}
    words = {"number": number, "whole": _grouped(every.hubs)}
    if found.is_more:
        return gettext("More than %(number)s of %(whole)s hubs") % words
    return ngettext("%(number)s of %(whole)s hub", "%(number)s of %(whole)s hubs", every.hubs) % (
        words
    )


def that_match(form: HubFilter, found: HowMany) -> str:
    """Say all of the hubs that are found, as what can be chosen at once."""
    words = {"number": _grouped(found.number)}
    if found.is_more:
        return gettext("All that match: more than %(number)s") % words
    if form.is_filled:
        return gettext("All %(number)s that match") % words
    return gettext("All %(number)s hubs") % words


def in_short(found: HowMany) -> str:
    """Return the number of the hubs that are found, as it stands in a sentence."""
    number = _grouped(found.number)
    return gettext("more than %(number)s") % {"number": number} if found.is_more else number


def shown(first: int, rows: Sequence[object], found: HowMany, *, is_last: bool) -> str:
    """Say which of the hubs that are found these rows are; "" where the first is not known."""
    if is_last and not found.is_more:
        # Whatever came or went since the page before.
        first = max(1, found.number - len(rows) + 1)
    if not first or not rows:
        return ""
    last = first + len(rows) - 1
    whole = max(found.number, last)
    words = {"first": _grouped(first), "last": _grouped(last), "whole": _grouped(whole)}
    if found.is_more:
        words["whole"] = _grouped(found.number)
        return gettext("%(first)s–%(last)s of more than %(whole)s") % words
    return gettext("%(first)s–%(last)s of %(whole)s") % words


def _grouped(number: int) -> str:
    return number_format(number, use_l10n=True, force_grouping=True)
