"""What the record is filtered by."""

import uuid
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from portal.audit import queries
from portal.audit.display import wording
from portal.audit.models import Entry
from portal.audit.web import finding
from portal.core.moments import end_of, start_of
from portal.core.web.days import BEFORE_FIRST_DAY, DayField
from portal.core.web.long_choices import LongSelect
from portal.orgs.models import Membership
from portal.orgs.queries import members_of
from portal.sites.queries import sites_of


class RecordFilter(forms.Form):
    """The filters of an organisation's record. What is not filled in narrows nothing."""

    kind = forms.ChoiceField(label=_("About"), required=False)
    person = forms.TypedChoiceField(
        label=_("Person"), required=False, coerce=uuid.UUID, empty_value=None, widget=LongSelect
    )
    site = forms.ChoiceField(label=_("Site"), required=False, widget=LongSelect)
    since = DayField(label=_("From"), required=False)
    until = DayField(label=_("To"), required=False)
    q = forms.CharField(label=_("Find"), required=False, max_length=128)

    def __init__(self, *args: Any, member: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.member = member
        self.fields["kind"].choices = [("", _("Anything")), *wording.KINDS.items()]  # type: ignore[attr-defined]
        self._actors = _people(member)
        self.fields["person"].choices = [("", _("Anybody")), *self._actors]  # type: ignore[attr-defined]
        self.fields["site"].choices = [("", _("Any site")), *_sites(member)]  # type: ignore[attr-defined]

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

    def found(self, entries: QuerySet[Entry]) -> QuerySet[Entry]:
        """Return the entries that meet the filters, but for the words: see `any_of`."""
        asked = self.cleaned_data
        if asked["kind"]:
            entries = entries.filter(kind=asked["kind"])
        if asked["person"]:
            entries = queries.done_by(entries, asked["person"], self.member)
        if asked["site"]:
            entries = entries.filter(site=asked["site"])
        if asked["since"]:
            entries = entries.filter(at__gte=start_of(asked["since"]))
        if asked["until"]:
            entries = entries.filter(at__lt=end_of(asked["until"]))
        return entries

    @cached_property
    def any_of(self) -> list[Q]:
        """Return conditions of which an entry meets one, for each of which there is an index."""
        text = self.cleaned_data["q"]
        return finding.conditions(self.member, text, self._actors) if text else [Q()]

    @property
    def asked(self) -> dict[str, str]:
        """What was asked for, as the record tells of it."""
        return {name: str(value) for name, value in self.cleaned_data.items() if value}


def _people(member: Membership) -> list[tuple[str, str]]:
    """Return those who have acted in the organisation, who are members or are not any more."""
    actors = queries.actors_of(member)
    names = {each.user_id: each.user.display_name for each in members_of(member)}
    names |= queries.names_of(member, (pk for pk in actors if pk not in names))
    named = [(str(pk), names[pk]) for pk in actors if pk in names]
    return sorted(named, key=lambda pair: pair[1].casefold())


def _sites(member: Membership) -> list[tuple[str, str]]:
    sites = sites_of(member).order_by("name", "pk")
    return list(sites.values_list("spkey_site_id", "name"))
