"""What the inventory is filtered by, and what people say of a hub."""

from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.core.web.days import BEFORE_FIRST_DAY
from portal.core.web.long_choices import LongSelect
from portal.hubs import inventory
from portal.hubs.display import wording
from portal.hubs.models import LEFT, Hub, HubQuerySet
from portal.jobs import rights
from portal.orgs.models import Membership
from portal.sites.models import SiteQuerySet
from portal.sites.queries import sites_of

NO_SITE: Final = "none"
SIZES: Final = (25, 50, 100, 200)
DEFAULT_ORDER: Final = "-since"


class InventoryFilter(forms.Form):
    """The filters of the inventory, and its order. What is not filled in narrows nothing."""

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

    def __init__(self, *args: Any, member: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._member = member
        sites, firmwares, people = _choices(member)
        states = [(name, chip.word) for name, chip in wording.STATES.items()]
        self._choose("site", _("Any site"), [*sites, (NO_SITE, _("No site in the portal"))])
        self._choose("state", _("Any state"), states)
        self._choose("firmware", _("Any firmware"), [(each, each) for each in firmwares])
        self._choose("person", _("Anybody"), [(each, each) for each in people])

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
    def is_filled_beyond(self) -> bool:
        """Whether anything was asked for by the filters that are folded."""
        return any(self.data.get(name) for name in ("firmware", "person", "since", "until"))

    def found(self) -> HubQuerySet:
        """Return the hubs that the member may see and that meet the filters."""
        asked, hubs = self.cleaned_data, rights.hubs_of(self._member).select_related("site")
        is_left = asked["state"] == LEFT
        hubs = hubs.filter(health="") if is_left else hubs.own()
        if asked["state"] and not is_left:
            hubs = hubs.filter(health=asked["state"])
        if asked["site"]:
            hubs = hubs.filter(site=None if asked["site"] == NO_SITE else asked["site"])
        if asked["firmware"]:
            hubs = hubs.filter(firmware=asked["firmware"])
        if asked["person"]:
            hubs = hubs.filter(claimed_by_name=asked["person"])
        if asked["since"]:
            hubs = hubs.filter(claimed_at__gte=_start_of(asked["since"]))
        if asked["until"]:
            hubs = hubs.filter(claimed_at__lt=_start_of(asked["until"] + timedelta(days=1)))
        return inventory.with_text(hubs, self._member.organisation, asked["q"])

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


class HubWordsForm(forms.ModelForm[Hub]):
    """Where a hub is in the building, and what is to be known of it."""

    class Meta:
        model = Hub
        fields = ("place", "note")
        labels = {"place": _("Place"), "note": _("Note")}
        help_texts = {"place": _("Such as: Flat 12, riser")}
        error_messages = {
            "place": {"max_length": _("At most 80 characters fit.")},
            "note": {"max_length": _("At most 1,000 characters fit.")},
        }
        widgets = {"note": forms.Textarea(attrs={"rows": 3})}

    def clean_place(self) -> str:
        """Take out what is between the words beyond one space."""
        return " ".join(self.cleaned_data["place"].split())


def _choices(member: Membership) -> tuple[list[tuple[str, str]], list[str], list[str]]:
    """Return the sites, firmwares and claimers among the hubs that the member may see."""
    if member.all_sites:
        organisation = member.organisation
        people = inventory.claimers(organisation)
        return _sites(sites_of(member)), inventory.firmwares(organisation), people
    hubs = list(rights.hubs_of(member).values_list("site", "firmware", "claimed_by_name"))
    sites = sites_of(member).filter(pk__in={site for site, _, _ in hubs if site})
    firmwares = sorted({firmware for _, firmware, _ in hubs if firmware})
    return _sites(sites), firmwares, sorted({name for _, _, name in hubs if name})


def _sites(sites: SiteQuerySet) -> list[tuple[str, str]]:
    """Return the sites by name, those that are called the same told apart."""
    return [(str(site.pk), site.shown_name) for site in sites.order_by("name", "pk")]


def _start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
