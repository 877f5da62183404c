"""The place of a hub that is moved: it stays behind with the building, and another may be named."""

from django.db.models import F

from portal.hubs.actions.models import HubAction, Kind, State
from portal.hubs.models import Hub


def follow(action: HubAction, state: str) -> dict[str, list[str]]:
    """Give a hub that was moved its new place, "" where none was said; return what has changed.

    In the transaction of the end. What somebody has said of its place meanwhile stays, where the
    move says nothing of it; so does the place of a hub that was there already.
    """
    if action.kind != Kind.MOVE or state not in {State.DONE, State.WAS_SO}:
        return {}
    row = Hub.objects.filter(pk=action.hub_id)
    before = row.values_list("place", flat=True).get()
    stays = not action.place and (state == State.WAS_SO or before != action.from_place)
    if stays or before == action.place:
        return {}
    row.update(place=action.place, version=F("version") + 1)
    return {"place": [before, action.place]}
