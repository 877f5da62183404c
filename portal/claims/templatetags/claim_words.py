"""The words for a claim, for e-mails."""

from django import template

from portal.claims.display import name_wording
from portal.core.ui import Text

register = template.Library()


@register.simple_tag
def claim_word(kind: str) -> Text:
    """Return what the claim's page calls what an e-mail of this kind (`Notice.Kind`) is about."""
    return name_wording.IN_EMAILS[kind]
