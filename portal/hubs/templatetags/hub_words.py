"""Words of hubs, for pages and e-mails."""

from datetime import datetime

from django import template

from portal.hubs.display import wording

register = template.Library()


@register.filter
def moment(at: datetime | str) -> str:
    """Return a moment, or its ISO text, as people say it."""
    return wording.moment(datetime.fromisoformat(at) if isinstance(at, str) else at) if at else ""
