"""Addresses that say for which organisation they are."""

from typing import Any

from django import template
from django.template import Context
from django.urls import reverse

from portal.orgs.access import ADDRESS_ORGANISATION

register = template.Library()


@register.simple_tag(takes_context=True)
def organisation_url(context: Context, name: str, **query: Any) -> str:
    """Return the address of this name for the organisation that the page is of.

    For forms that act on the organisation one works in: `access.current` compares the two.
    """
    organisation = context["workspace"].organisation
    return reverse(name, query={ADDRESS_ORGANISATION: organisation.pk, **query})
