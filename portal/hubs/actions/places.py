"""The place of a hub that is brought to a site: it gets the one that was named, or none."""

from django.db.models import F

from portal.hubs.actions.models import BRINGS, SUCCEEDED, HubAction
from portal.hubs.models import Hub


def follow(action: HubAction, state: str) -> dict[str, list[str]]:
    """Give a hub that was brought to a site its place there; return what has changed.

    In the transaction of the end. What somebody has said of its place meanwhile stays, where the
    action says nothing of it; so does a place of that very site.
    """
    if action.kind not in BRINGS or state not in SUCCEEDED:
        return {}
    row = Hub.objects.filter(pk=action.hub_id)
    before, at = row.select_for_update().values_list("place", "place_site_id").get()
    stays = at == action.spkey_site_id or before != action.from_place
    place = action.place or (before if stays else "")
    row.update(place=place, place_site_id=action.spkey_site_id, version=F("version") + 1)
    return {"place": [before, place]} if place != before else {}
