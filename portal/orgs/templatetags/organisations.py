"""Addresses that say for which organisation they are, and days as people write them."""

from datetime import date
from typing import Any

from django import template
from django.core.exceptions import PermissionDenied
from django.template import Context
from django.urls import reverse
from django.utils.formats import date_format

from portal.orgs import members
from portal.orgs.access import ADDRESS_ORGANISATION

register = template.Library()


@register.simple_tag(takes_context=True)
def organisation_url(context: Context, name: str, **query: Any) -> str:
    """Return the address of this name for the organisation that the page is of.

    For forms that act on the organisation one works in: `access.current` compares the two. Raises
    PermissionDenied where the reader's last membership has ended while the page was made.
    """
    organisation = context["workspace"].organisation
    if organisation is None:
        raise PermissionDenied
    return reverse(name, query={ADDRESS_ORGANISATION: organisation.pk, **query})


@register.simple_tag(takes_context=True)
def former_organisation(context: Context) -> str:
    """Return the name of the organisation that the reader, who belongs to none, was in last."""
    request = context.get("request")
    if request is None or not request.user.is_authenticated:
        return ""
    former = members.former_organisation(request.user)
    return former.name if former else ""


@register.filter
def day(text: str) -> str:
    """Return a day, which is given in ISO 8601, as people write it."""
    return date_format(date.fromisoformat(text), "j E Y")
