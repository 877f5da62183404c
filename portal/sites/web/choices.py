"""Fields in which a site is chosen: there may be hundreds, so no rows are made for the choices."""

from collections.abc import Iterable, Iterator
from typing import Any, cast

from django import forms
from django.forms.models import ModelChoiceIterator, ModelChoiceIteratorValue

from portal.sites.models import Site, SiteQuerySet


class SiteChoices(ModelChoiceIterator[Site]):
    """The choice of none, if there is one, then each site by its shown name, with its address."""

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        """Yield them, in the order of the field's sites."""
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        yield from self._sites(cast("SiteQuerySet", self.queryset))

    def _sites(self, sites: SiteQuerySet) -> Iterable[tuple[Any, str]]:
        for pk, words in sites.worded():
            # A row that was not made says what is asked of it.
            yield ModelChoiceIteratorValue(pk, cast("Site", words)), words.shown_name


class AddressedChoices(SiteChoices):
    """The same, with the address in the name."""

    def _sites(self, sites: SiteQuerySet) -> Iterable[tuple[Any, str]]:
        return sites.addressed_choices()


class SiteField(forms.ModelChoiceField[Site]):
    """One of some sites."""

    iterator = SiteChoices


class SitesField(forms.ModelMultipleChoiceField[Site]):
    """Some of them."""

    iterator = SiteChoices
