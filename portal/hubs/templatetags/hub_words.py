"""Words of hubs, for pages and e-mails."""

from datetime import datetime

from django import template

from portal.core.ui import Chip
from portal.hubs.display import wording
from portal.hubs.models import Hub

register = template.Library()


@register.filter
def moment(at: datetime | str) -> str:
    """Return a moment, or its ISO text, as people say it."""
    return wording.moment(datetime.fromisoformat(at) if isinstance(at, str) else at) if at else ""


@register.filter
def hub_chip(hub: Hub) -> Chip:
    """Return the hub's state at a glance."""
    return wording.chip(hub)
