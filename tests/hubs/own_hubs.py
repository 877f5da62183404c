"""Hubs of an organisation's own, as they stand in its inventory."""

from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone

from portal.hubs.models import CLAIMED, Hub
from portal.orgs.models import Organisation
from portal.sites.models import Site


def make_own_hub(where: Site | Organisation, *, online: bool | None = True, **fields: Any) -> Hub:
    """Make a hub of the organisation's own, at a site or at none, read just now."""
    site = where if isinstance(where, Site) else None
    now = timezone.now()
    known: dict[str, Any] = {
        "organisation": where.organisation if isinstance(where, Site) else where,
        "hub_id": fields.pop("hub_id", None) or uuid4(),
        "binding": Hub.Binding.OURS,
        "status": CLAIMED,
        "spkey_site_id": site.spkey_site_id if site else "",
        "read_at": now,
        "asked_at": now,
    }
    if isinstance(known["hub_id"], str):
        known["hub_id"] = UUID(known["hub_id"])
    hub = Hub.objects.create(**known | {"online": online} | fields)
    hub.refresh_from_db()
    return hub
