"""What people say of a hub: where it is in the building, and what is to be known of it."""

from django.db import transaction
from django.db.models import F

from portal.audit.record import record
from portal.hubs.models import Hub
from portal.orgs.models import User

SAID = ("place", "note")


@transaction.atomic
def describe(hub: Hub, actor: User) -> bool:
    """Save what the hub's `place` and `note` say now, and record it. Return whether that is new."""
    row = Hub.objects.filter(pk=hub.pk)
    before = row.values(*SAID).get()
    changed = {name: getattr(hub, name) for name in SAID if getattr(hub, name) != before[name]}
    if not changed:
        return False
    row.update(**changed, version=F("version") + 1)
    record(
        "hub.described",
        actor=actor,
        organisation_id=hub.organisation_id,
        subject=hub,
        hub=str(hub.hub_id),
        changes={name: [before[name], value] for name, value in changed.items()},
    )
    return True
