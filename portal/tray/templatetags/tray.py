"""Words for the tray's scripts that the portal says as well."""

from django import template

from portal.claims.words import Text, Words
from portal.hubs import hub_ids
from portal.tray.display import wording

register = template.Library()


@register.simple_tag
def label_problem(kind: str) -> Text:
    """Return what is wrong with a text that is no hub label."""
    return hub_ids.SENTENCES[kind]


@register.simple_tag
def looking_up() -> Words:
    """Return the words for a hub that is being looked up."""
    return wording.LOOKING
