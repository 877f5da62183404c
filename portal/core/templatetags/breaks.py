"""Where a line may break that is longer than its place."""

import re

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.filter
def after_at_signs(text: str) -> SafeString:
    """Let an address break after its @ before it breaks within a word. What is in tags stays."""
    said = re.sub(r"@(?![^<]*>)", "@<wbr>", conditional_escape(text))
    return mark_safe(said)  # noqa: S308  # escaped
