"""Words of handovers, for pages."""

from django import template

from portal.core.ui import Chip
from portal.jobs.display import handover_wording
from portal.jobs.models import HandoverHub

register = template.Library()


@register.filter
def handover_chip(row: HandoverHub) -> Chip:
    """Return how far the hub had got, at a glance."""
    return handover_wording.chip(row)
