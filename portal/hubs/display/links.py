"""Where hubs are shown."""

from django.urls import reverse


def hubs_where(**filters: object) -> str:
    """Return the address of the inventory, with the hubs that these filters find."""
    return reverse("hubs:list", query=filters or None)
