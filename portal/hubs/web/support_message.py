"""A message to the vendor's support about a hub, ready to be sent or copied."""

import uuid
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.claims.models import Claim
from portal.claims.queries import claims_of
from portal.hubs.actions.models import HubAction
from portal.hubs.display.support_message import NAMES, Wish, message
from portal.hubs.models import SUSPENDED, Hub
from portal.hubs.queries import actions_on
from portal.hubs.web.actions import managed_hub
from portal.orgs.models import Membership

NEWEST: Final = 5


@require_safe
def support_message(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Show the message for what was picked; else for what a hub like this one needs."""
    hub, member = managed_hub(request, pk)
    picked = request.GET.get("wish", "")
    usual = Wish.RESUME if hub.status == SUSPENDED else Wish.RELEASE
    wish = Wish(picked) if picked in list(Wish) else usual
    context = {
        "hub": hub,
        "wish": wish,
        "wishes": NAMES.items(),
        "message": message(
            hub, wish, references=_references(hub, member), replaced_by=hub.replaced_by
        ),
    }
    return render(request, "hubs/support_message.html", context)


def _references(hub: Hub, member: Membership) -> list[str]:
    """Return how SmartphoneKey calls the last calls of the hub's actions and claims, newest first.

    A command that had none yet stands for nothing.
    """
    claims = claims_of(member).filter(hub=hub).order_by("-created_at", "-pk")[:NEWEST]
    asked: list[Claim | HubAction] = [*actions_on(hub, NEWEST), *claims]
    newest_first = sorted(asked, key=lambda each: each.created_at, reverse=True)
    given = dict.fromkeys(each.reference for each in newest_first if each.reference)
    return list(given)[:NEWEST]
