"""A message to the vendor's support about a hub, ready to be sent or copied."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.hubs.display.support_message import NAMES, Wish, message
from portal.hubs.queries import actions_on
from portal.hubs.web.actions import managed_hub


@require_safe
def support_message(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Show the message for what was picked; a release, where nothing was."""
    hub, _ = managed_hub(request, pk)
    picked = request.GET.get("wish", "")
    wish = Wish(picked) if picked in list(Wish) else Wish.RELEASE
    newest = [action.reference for action in actions_on(hub, 1)]
    context = {
        "hub": hub,
        "wish": wish,
        "wishes": NAMES.items(),
        "message": message(hub, wish, reference="".join(newest), replaced_by=hub.replaced_by),
    }
    return render(request, "hubs/support_message.html", context)
