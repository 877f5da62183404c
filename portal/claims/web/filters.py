"""The filters of the claims' list."""

from functools import cached_property, reduce
from operator import attrgetter, or_
from typing import Any, Final

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from portal.claims import by_hub
from portal.claims.display import name_wording
from portal.claims.groups import (
    BY_HUB,
    GROUPS,
    OFFERED,
    RECENT,
    WITHIN_STATES,
    claims_in,
)
from portal.claims.models import Claim
from portal.claims.queries import claimers
from portal.core.ui import Text
from portal.core.web.long_choices import LongSelect
from portal.orgs.models import Membership, User
from portal.sites.queries import sites_of

SUPPORT: Final = "support"


def _offered() -> list[tuple[str, Text]]:
    return [(name, name_wording.GROUPS[name]) for name in OFFERED]


def _known() -> list[tuple[str, Text]]:
    """Return all that an address may ask for: see `groups.py`, and each chip by itself."""
    others = {**dict(name_wording.chip_choices()), **name_wording.GROUPS}
    return [*_offered(), *((name, word) for name, word in others.items() if name not in OFFERED)]


class ClaimFilter(django_filters.FilterSet):  # type: ignore[misc]  # it has no types
    """The list's filters: state, site, person and free text."""

    state = django_filters.ChoiceFilter(
        label=_("State"),
        empty_label=_("Any state"),
        choices=_known,
        method="in_state",
    )
    site = django_filters.ModelChoiceFilter(
        label=_("Site"), empty_label=_("Any site"), queryset=None, widget=LongSelect
    )
    person = django_filters.ModelChoiceFilter(
        label=_("Person"),
        empty_label=_("Anybody"),
        queryset=None,
        null_label=_("SpKey support"),
        null_value=SUPPORT,
        method="of_person",
        widget=LongSelect,
    )
    # Looked up by `claims.search`, which the page asks for conditions.
    q = django_filters.CharFilter(label=_("Find"), method="with_any_text")

    class Meta:
        model = Claim
        fields = ("state", "site", "person", "q")

    def __init__(self, *args: Any, member: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._member = member
        self.filters["site"].queryset = sites_of(member)
        self.filters["person"].queryset = claimers(member)
        state = self.form.fields["state"]
        # Known is more than what is offered.
        state.widget.choices = [("", state.empty_label), *_offered()]
        self.form.fields["person"].label_from_instance = attrgetter("display_name")

    def of_person(self, claims: QuerySet[Claim], _name: str, value: User | str) -> QuerySet[Claim]:
        """Return the claims that the person made, or support: of that, nobody is told apart."""
        if isinstance(value, User):
            return claims.filter(submitted_by=value, acting_organisation=None)
        return claims.filter(acting_organisation__isnull=False)

    def in_state(self, claims: QuerySet[Claim], _name: str, value: str) -> QuerySet[Claim]:
        """Return the claims in a group, or those whose chip says this."""
        if value in BY_HUB:
            return claims.filter(reduce(or_, self.any_of))
        if value in RECENT:
            # In the list's order, the database would read through the history to find them.
            recent = claims.order_by().filter(claims_in(value))
            return claims.filter(pk__in=list(recent.values_list("pk", flat=True)))
        return claims.filter(claims_in(value) if value in GROUPS else _with_chip(value))

    @cached_property
    def any_of(self) -> list[Q]:
        """Conditions of which each claim meets one, for each of which there is an index."""
        name = self.data.get("state", "")
        if name in BY_HUB:
            return by_hub.conditions(self._member, name)
        return [Q(state=state) for state in WITHIN_STATES.get(name, ())] or [Q()]

    @property
    def narrower(self) -> Text:
        """What the address asks for that the list does not offer, in words; "" for nothing."""
        name = self.data.get("state", "")
        return "" if name in OFFERED else dict(_known()).get(name, "")

    def with_any_text(self, claims: QuerySet[Claim], _name: str, _value: str) -> QuerySet[Claim]:
        """Return the claims as they are."""
        return claims


def _with_chip(name: str) -> Q:
    """Return which claims have the chip of that name in `name_wording.chips()`."""
    chips = name_wording.chips()
    found = Q()
    for state, reason in chips[name]:
        if reason:
            found |= Q(state=state, reason=reason)
        else:
            others = [pair for other in chips.keys() - {name} for pair in chips[other]]
            found |= Q(state=state) & ~Q(reason__in=[r for s, r in others if s == state])
    return found
