"""What the inventory is filtered by, and what people say of a hub."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.core.folding import has_words
from portal.core.moments import end_of, start_of
from portal.core.text_index import SHORTEST
from portal.core.web.days import BEFORE_FIRST_DAY
from portal.core.web.long_choices import LongSelect
from portal.hubs import inventory
from portal.hubs.display import wording
from portal.hubs.models import LEFT, HubQuerySet
from portal.jobs import rights
from portal.orgs.models import Membership
from portal.sites.models import SiteQuerySet
from portal.sites.queries import sites_of

NO_SITE: Final = "none"
SIZES: Final = (25, 50, 100, 200)
DEFAULT_ORDER: Final = "-since"


type Choices = tuple[list[tuple[str, str]], list[str], list[str]]
"""The sites, firmwares and claimers that can be chosen."""


class HubFilter(forms.Form):
    """Filters of hubs, and their order. What is not filled in narrows nothing."""

    q = forms.CharField(label=_("Find"), required=False, max_length=128)
    site = forms.ChoiceField(label=_("Site"), required=False, widget=LongSelect)
    state = forms.ChoiceField(label=_("State"), required=False)
    firmware = forms.ChoiceField(label=_("Firmware"), required=False, widget=LongSelect)
    person = forms.ChoiceField(label=_("Claimed by"), required=False, widget=LongSelect)
    since = forms.DateField(
        label=_("Claimed from"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=_("Claimed until"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, hubs: HubQuerySet, choices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._hubs = hubs
        sites, firmwares, people = choices
        self._sites = sites
        states = [(name, chip.word) for name, chip in wording.STATES.items()]
        self._choose("site", _("Any site"), [*sites, (NO_SITE, _("No site in the portal"))])
        self._choose("state", _("Any state"), states)
        self._choose("firmware", _("Any firmware"), [(each, each) for each in firmwares])
        self._choose("person", _("Anybody"), [(each, each) for each in people])
        for name in ("site", "firmware", "person"):
            self._keep(name)

    def _keep(self, name: str) -> None:
        """Let an address of before choose what is not there any more: it finds nothing."""
        asked = self.data.get(name)
        choices = self.fields[name].choices  # type: ignore[attr-defined]
        if asked and asked not in {value for value, _label in choices}:
            label = _("A site that is not there any more") if name == "site" else asked
            self._choose(name, choices[0][1], [*choices[1:], (asked, label)])

    def _choose(self, name: str, nothing: Any, choices: list[Any]) -> None:
        self.fields[name].choices = [("", nothing), *choices]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse a time that ends before it begins."""
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", BEFORE_FIRST_DAY)
        return cleaned

    @property
    def is_filled(self) -> bool:
        """Whether anything was asked for."""
        return any(self.data.get(name) for name in self.fields)

    @property
    def narrowed_by(self) -> str:
        """What was asked for as a query, the same whatever the order and the page."""
        return urlencode([(name, self.data[name]) for name in self.fields if self.data.get(name)])

    @property
    def is_filled_beyond(self) -> bool:
        """Whether anything was asked for by the filters that are folded."""
        return any(self.data.get(name) for name in ("firmware", "person", "since", "until"))

    def found(self) -> HubQuerySet:
        """Return those of the hubs that meet the filters."""
        asked, hubs = self.cleaned_data, self._hubs.select_related("site")
        is_left = asked["state"] == LEFT
        hubs = hubs.filter(health="") if is_left else hubs.own()
        if asked["state"] and not is_left:
            hubs = hubs.filter(health=asked["state"])
        if asked["site"]:
            hubs = hubs.filter(_at(asked["site"]))
        if asked["firmware"]:
            hubs = hubs.filter(firmware=asked["firmware"])
        if asked["person"]:
            hubs = hubs.filter(claimed_by_name=asked["person"])
        if asked["since"]:
            hubs = hubs.filter(claimed_at__gte=start_of(asked["since"]))
        if asked["until"]:
            hubs = hubs.filter(claimed_at__lt=end_of(asked["until"]))
        return inventory.with_text(hubs, asked["q"], self._sites_called(asked["q"]))

    def _sites_called(self, text: str) -> list[UUID]:
        """Return the sites that have each of these words in their name: not of a letter or two."""
        if len(text.strip()) < SHORTEST:
            return []
        return [UUID(pk) for pk, name in self._sites if has_words(text, name)]

    @property
    def order(self) -> tuple[str, bool]:
        """The name of the column that the hubs are sorted by, and whether it falls."""
        asked = self.data.get("order") or DEFAULT_ORDER
        name = asked.removeprefix("-")
        return (name, asked != name) if name in inventory.ORDERS else ("since", True)

    @property
    def size(self) -> int:
        """How many rows a page has."""
        asked = self.data.get("rows") or ""
        return next((size for size in SIZES if str(size) == asked), SIZES[0])


class InventoryFilter(HubFilter):
    """The filters of the hubs that the member may see."""

    def __init__(self, *args: Any, member: Membership, **kwargs: Any) -> None:
        seen, choices = rights.hubs_of(member), _choices(member)
        super().__init__(*args, hubs=seen, choices=choices, **kwargs)


class HubWordsForm(forms.Form):
    """Where a hub is in the building, and what is to be known of it.

    It sends what it showed as well: who changes the one does not put the other back.
    """

    place = forms.CharField(
        label=_("Place"),
        help_text=_("Such as: Flat 12, riser"),
        required=False,
        max_length=80,
        show_hidden_initial=True,
        error_messages={"max_length": wording.PLACE_TOO_LONG},
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        show_hidden_initial=True,
        error_messages={"max_length": wording.NOTE_TOO_LONG},
    )

    def clean_place(self) -> str:
        """Take out what is between the words beyond one space."""
        return " ".join(self.cleaned_data["place"].split())

    @property
    def said(self) -> dict[str, str]:
        """What was changed in the form."""
        return {name: self.cleaned_data[name] for name in self.changed_data}

    @property
    def shown(self) -> dict[str, str]:
        """What the form showed before that, as far as it says so."""
        names = {name: self[name].html_initial_name for name in self.fields}
        return {name: self.data[sent] for name, sent in names.items() if sent in self.data}

    def tell_of(self, now: Mapping[str, str]) -> None:
        """Say what somebody wrote meanwhile; sent again, the form replaces that."""
        sent = {name: self.data[name] for name in self.data}
        self.data = sent | {self[name].html_initial_name: text for name, text in now.items()}
        for name, text in now.items():
            words = gettext("Somebody wrote “%(text)s” here meanwhile. Save again to replace it.")
            emptied = gettext("Somebody emptied this meanwhile. Save again to put yours here.")
            self.add_error(name, words % {"text": text} if text else emptied)


def _choices(member: Membership) -> Choices:
    """Return the sites, firmwares and claimers among the hubs that the member may see."""
    if member.all_sites:
        organisation = member.organisation
        people = inventory.claimers(organisation)
        return sites_of(member).choices(), inventory.firmwares(organisation), people
    return choices_among(rights.hubs_of(member), sites_of(member))


def choices_among(hubs: HubQuerySet, sites: SiteQuerySet) -> Choices:
    """Return the sites, firmwares and claimers among a few hubs."""
    seen = list(hubs.order_by().values_list("site", "firmware", "claimed_by_name").distinct())
    found = sites.filter(pk__in={site for site, _, _ in seen if site})
    firmwares = sorted({firmware for _, firmware, _ in seen if firmware})
    return found.choices(), firmwares, sorted({name for _, _, name in seen if name})


def _at(site: str) -> Q:
    """Return the condition that a hub is at this site; of none that there is, that no hub meets."""
    if site == NO_SITE:
        return Q(site=None)
    try:
        return Q(site=UUID(site))
    except ValueError:
        return Q(pk__in=[])
