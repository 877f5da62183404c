"""Where a line may break that is longer than its place."""

from typing import Final

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()

_AT: Final = format_html("{}<wbr>", "@")


@register.filter
def after_at_signs(text: str) -> SafeString:
    """Return a text in which an address breaks after its @ before it breaks within a word."""
    return format_html_join(_AT, "{}", ((part,) for part in text.split("@")))
