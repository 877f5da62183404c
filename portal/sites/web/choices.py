"""Fields in which a site is chosen: there may be hundreds, so no rows are made for the choices."""

from collections.abc import Iterator
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
        for pk, words in cast("SiteQuerySet", self.queryset).worded():
            # A row that was not made says what is asked of it.
            yield ModelChoiceIteratorValue(pk, cast("Site", words)), words.shown_name


class SiteField(forms.ModelChoiceField[Site]):
    """One of some sites."""

    iterator = SiteChoices


class SitesField(forms.ModelMultipleChoiceField[Site]):
    """Some of them."""

    iterator = SiteChoices
