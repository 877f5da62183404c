"""The words for a claim, for e-mails."""

from django import template

from portal.claims.display import name_wording
from portal.claims.display.reader_wording import for_administrator
from portal.core.ui import Text

register = template.Library()


@register.simple_tag
def claim_word(kind: str) -> Text:
    """Return what the claim's page calls what an e-mail of this kind (`Notice.Kind`) is about."""
    return name_wording.IN_EMAILS[kind]


@register.simple_tag
def refusal_title(state: str, reason: str) -> Text:
    """Return why a hub cannot be claimed, in the words for administrators."""
    return for_administrator(state, reason, "").title
