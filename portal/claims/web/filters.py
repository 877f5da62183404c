"""The filters of the claims' list."""

from operator import attrgetter
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from portal.claims.display import wording
from portal.claims.groups import GROUPS, claims_in
from portal.claims.models import Claim
from portal.claims.queries import claimers
from portal.orgs.models import Membership
from portal.sites.queries import sites_of


class ClaimFilter(django_filters.FilterSet):  # type: ignore[misc]  # it has no types
    """The list's filters: state, site, person and free text."""

    state = django_filters.ChoiceFilter(
        label=_("State"),
        empty_label=_("Any state"),
        choices=lambda: [
            (_("Together"), [*wording.GROUPS.items()]),
            (_("One state"), wording.chip_choices()),
        ],
        method="in_state",
    )
    site = django_filters.ModelChoiceFilter(
        label=_("Site"), empty_label=_("Any site"), queryset=None
    )
    person = django_filters.ModelChoiceFilter(
        label=_("Person"),
        empty_label=_("Anybody"),
        queryset=None,
        field_name="submitted_by",
    )
    q = django_filters.CharFilter(label=_("Find"), method="containing")

    class Meta:
        model = Claim
        fields = ("state", "site", "person", "q")

    def __init__(self, *args: Any, member: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["site"].queryset = sites_of(member)
        self.filters["person"].queryset = claimers(member)
        self.form.fields["person"].label_from_instance = attrgetter("display_name")

    def in_state(self, claims: QuerySet[Claim], _name: str, value: str) -> QuerySet[Claim]:
        """Return the claims in a group of states, or those whose chip says this."""
        return claims.filter(claims_in(value) if value in GROUPS else _with_chip(value))

    def containing(self, claims: QuerySet[Claim], _name: str, value: str) -> QuerySet[Claim]:
        """Return the claims whose hub, site, serial, person or reference has the text."""
        text = value.strip()
        return claims.filter(
            Q(hub_id_text__icontains=text)
            | Q(hub_id_text__icontains=text.replace(" ", ""))
            | Q(hub__serial__icontains=text)
            | Q(site__name__icontains=text)
            | Q(spkey_site_id__icontains=text)
            | Q(submitted_by__email__icontains=text)
            | Q(submitted_by__name__icontains=text)
            | Q(reference__iexact=text)
            | Q(pk__istartswith=text)
        )


def _with_chip(name: str) -> Q:
    """Return which claims have the chip of that name in `wording.chips()`."""
    chips = wording.chips()
    found = Q()
    for state, reason in chips[name]:
        if reason:
            found |= Q(state=state, reason=reason)
        else:
            others = [pair for other in chips.keys() - {name} for pair in chips[other]]
            found |= Q(state=state) & ~Q(reason__in=[r for s, r in others if s == state])
    return found
