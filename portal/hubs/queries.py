"""Hubs, as other rooms ask for them."""

from datetime import datetime

from django.db.models import Max

from portal.hubs.models import Hub
from portal.orgs.models import Organisation

FEW = 3


def lately_ours(organisation: Organisation) -> list[str]:
    """Return SpKey's ids of a few hubs that were the organisation's when they were last read."""
    ours = Hub.objects.filter(organisation=organisation, binding=Hub.Binding.OURS)
    return [hub.spkey_id for hub in ours.exclude(read_at=None).order_by("-read_at")[:FEW]]


def last_read(organisation: Organisation) -> datetime | None:
    """Return when SpKey last said something of one of the organisation's hubs."""
    read: datetime | None = Hub.objects.filter(organisation=organisation).aggregate(
        at=Max("read_at")
    )["at"]
    return read
