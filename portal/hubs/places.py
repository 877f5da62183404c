"""Where in a building a hub hangs. That belongs to the site: it stays behind when the hub goes.

The database keeps with each place of which site it was said: see `bookkeeping`.
"""

from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from portal.audit.record import record
from portal.hubs.actions.models import BRINGS, HubAction
from portal.hubs.models import Hub
from portal.sites.models import Site

STAYED_BEHIND = Q(place_site_id__gt="", spkey_site_id__gt="") & ~Q(place_site_id=F("spkey_site_id"))
"""Of which hubs the place is at another site than they are."""


def put(hub_pk: UUID, place: str, spkey_site_id: str) -> None:
    """Keep at which place of this site the hub hangs, unless it is at another by now."""
    hub = Hub.objects.filter(pk=hub_pk).exclude(place=place, place_site_id=spkey_site_id)
    there = hub.filter(spkey_site_id__in=("", spkey_site_id))
    there.update(place=place, place_site_id=spkey_site_id, version=F("version") + 1)


def leave_behind(hub: Hub) -> None:
    """Forget the hub's place where that is at another site than the hub, and record it.

    To be called whenever SpKey has said where the hub is. What the portal brings there itself says
    at its end what becomes of the place.
    """
    brought = HubAction.objects.active().filter(hub=hub.pk, kind__in=BRINGS)
    left = Hub.objects.own().filter(STAYED_BEHIND, pk=hub.pk).exclude(place="")
    with transaction.atomic():
        row = left.select_for_update(of=("self",)).select_related("site").first()
        if row is None or brought.filter(spkey_site_id=row.spkey_site_id).exists():
            return
        Hub.objects.filter(pk=row.pk).update(place="", version=F("version") + 1)
        sites = Site.objects.filter(organisation=row.organisation_id)
        record(
            "hub.place_left",
            actor=None,
            organisation_id=row.organisation_id,
            subject=row.site,
            hub=str(row.hub_id),
            site=row.spkey_site_id,
            before=sites.name_of(row.place_site_id),
            changes={"place": [row.place, ""]},
        )
