"""The words for a claim, for e-mails and tables."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from portal.claims.display import name_wording
from portal.core.ui import Text

register = template.Library()


@register.simple_tag
def claim_word(kind: str) -> Text:
    """Return what the claim's page calls what an e-mail of this kind (`Notice.Kind`) is about."""
    return name_wording.IN_EMAILS[kind]


@register.filter
def unbroken(text: str) -> SafeString:
    """Return the text, of which no word breaks at its hyphens, as a serial number would."""
    words = text.split(" ")
    return format_html_join(
        " ",
        "{}",
        (
            (format_html('<span class="unbroken">{}</span>', each) if "-" in each else each,)
            for each in words
        ),
    )
