"""Words of imports, for pages."""

from django import template

from portal.core.ui import Text
from portal.imports.display import wording
from portal.imports.models import Import

register = template.Library()


@register.filter
def import_kind(plan: Import) -> Text:
    """Return what is to be done with the hubs of an import."""
    return wording.KINDS[plan.kind]
