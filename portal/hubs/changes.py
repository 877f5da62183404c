"""What people say of a hub: its place and note, and that it is in use after all."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import F

from portal.audit.record import record
from portal.hubs.models import Hub
from portal.orgs.models import User

SAID = ("place", "note")


class ChangedMeanwhileError(Exception):
    """Somebody else has changed the same since it was shown; `now` is what it says."""

    def __init__(self, now: Mapping[str, str]) -> None:
        super().__init__(", ".join(now))
        self.now = now


@transaction.atomic
def describe(
    hub: Hub, said: Mapping[str, str], actor: User, shown: Mapping[str, str], **beside: Any
) -> bool:
    """Save what is `said` of the hub, some of SAID, and record it. Return whether that is new.

    `beside` is what else the record is to know.

    Raises ChangedMeanwhileError where it differs from what was `shown` to who says it.
    """
    row = Hub.objects.filter(pk=hub.pk)
    before = row.select_for_update(of=("self",)).values(*SAID).get()
    changed = {name: text for name, text in said.items() if text != before[name]}
    if not changed:
        return False
    meanwhile = {
        name: before[name]
        for name in changed
        if name in shown and shown[name].split() != before[name].split()
    }
    if meanwhile:
        raise ChangedMeanwhileError(meanwhile)
    row.update(**changed, version=F("version") + 1)
    record(
        "hub.described",
        actor=actor,
        organisation_id=hub.organisation_id,
        subject=hub,
        hub=str(hub.hub_id),
        changes={name: [before[name], value] for name, value in changed.items()},
        **beside,
    )
    return True


@transaction.atomic
def put_back_in_use(hub: Hub, actor: User) -> bool:
    """Forget that another hub took this one's place, and record it. Return whether that is new.

    For a hub that was said to be replaced by mistake: neither its claim nor the other hub changes.
    """
    replaced = Hub.objects.filter(pk=hub.pk, replaced_at__isnull=False)
    if not replaced.update(replaced_at=None, replaced_by=None, version=F("version") + 1):
        return False
    by = str(hub.replaced_by.hub_id) if hub.replaced_by else ""
    record(
        "hub.put_back",
        actor=actor,
        organisation_id=hub.organisation_id,
        subject=hub,
        hub=str(hub.hub_id),
        site=hub.spkey_site_id,
        replaced_by=by,
    )
    return True
