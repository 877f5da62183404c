"""The house's symbols, all of them in one file that a page loads once."""

from django import template
from django.contrib.staticfiles.storage import staticfiles_storage
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """Return the symbol of this name in `icons.svg`, which says nothing to who cannot see it.

    Pages hold dozens: an include would take six times as long for each.
    """
    return format_html(
        '\n<svg class="icon icon-{0}" aria-hidden="true" focusable="false">\n'
        '  <use href="{1}#{0}"></use>\n</svg>\n',
        name,
        staticfiles_storage.url("icons.svg"),
    )
