"""Words of hubs, for pages and e-mails."""

from datetime import datetime
from uuid import UUID

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

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


@register.simple_tag
def hub_id(shown: UUID | str) -> SafeString:
    """Return a hub id in its own groups, as parts/hub_id.html shows it: tables have many."""
    text = str(shown)
    groups = (text[:9], text[9:14], text[14:19], text[19:24], text[24:-4])
    return format_html(
        '<span class="hub-id"><span class="visually-hidden">{}</span><span aria-hidden="true">'
        "{}<wbr>{}<wbr>{}<wbr>{}<wbr>{}<b>{}</b></span></span>",
        gettext("Hub id ending in %(tail)s: %(id)s") % {"tail": text[-4:], "id": text},
        *groups,
        text[-4:],
    )
