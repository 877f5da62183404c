"""Where hubs are shown."""

from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse


def hubs_where(**filters: object) -> str:
    """Return the address of the hubs that these filters find, "" while there is no such page."""
    try:
        address = reverse("hubs:list")
    except NoReverseMatch:
        return ""
    return f"{address}?{urlencode(filters)}" if filters else address
