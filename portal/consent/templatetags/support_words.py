"""Words of support's access, for pages and e-mails."""

import math
from datetime import datetime

from django import template
from django.utils import timezone

from portal.consent.display import wording
from portal.consent.models import AccessRequest, Grant
from portal.core.ui import Chip, Text

register = template.Library()


@register.filter
def moment(at: datetime | str) -> str:
    """Return a moment, or its ISO text, as people say it."""
    if not at:
        return ""
    return wording.moment(datetime.fromisoformat(at) if isinstance(at, str) else at)


@register.filter
def request_chip(asked: AccessRequest) -> Chip:
    """Return what came of a request, for the agent who asked."""
    return wording.request_chip(asked)


@register.filter
def for_how_long(hours: int) -> Text:
    """Return for how long somebody asks."""
    return wording.for_how_long(hours)


@register.filter
def how_long(hours: int) -> Text:
    """Return how long that is."""
    return wording.how_long(hours)


@register.filter
def time_left(at: datetime) -> str:
    """Return how long it still lasts."""
    return wording.time_left(at)


@register.filter
def seconds_left(at: datetime) -> int:
    """Return how many seconds it still lasts."""
    return max(0, math.ceil((at - timezone.now()).total_seconds()))


@register.filter
def grant_chip(grant: Grant) -> Chip:
    """Return the grant's state at a glance."""
    return wording.chip(grant)


@register.filter
def grant_kind(grant: Grant) -> str:
    """Return what the grant is: whose consent, or break glass."""
    return wording.kind(grant)


@register.filter
def grant_where(grant: Grant) -> str:
    """Return at which sites it holds."""
    return wording.where(grant)


@register.filter
def grant_what(grant: Grant) -> Text:
    """Return what it allows."""
    return wording.what(may_move=grant.may_move)
