"""Words for the tray's scripts that the portal says as well."""

from django import template

from portal.claims.display.wording import Words
from portal.core.ui import Text
from portal.hubs.display import label_wording
from portal.hubs.labels.parse import Kind
from portal.tray.display import wording

register = template.Library()


@register.simple_tag
def label_problem(kind: Kind) -> Text:
    """Return what is wrong with a text that is no hub label."""
    return label_wording.SENTENCES[kind]


@register.simple_tag
def label_miscount() -> Text:
    """Return what is wrong with so many digits and letters, with `{}` for their number."""
    return label_wording.MISCOUNT


@register.simple_tag
def label_gaps() -> Text:
    """Return what is wrong with as many digits as an id has, in other groups."""
    return label_wording.GAPS


@register.simple_tag
def not_looked_up() -> Words:
    """Return the words for a hub that the device cannot ask the portal about."""
    return wording.NOT_LOOKED_UP


@register.simple_tag
def looking_up() -> Words:
    """Return the words for a hub that is being looked up."""
    return wording.LOOKING
