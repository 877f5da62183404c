"""A message to the vendor's support about a hub, ready to be sent or copied."""

import uuid
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from portal.claims.models import Claim
from portal.claims.queries import claims_of
from portal.hubs.actions.models import HubAction
from portal.hubs.display.support_message import NAMES, Wish, message
from portal.hubs.models import SUSPENDED, Hub
from portal.hubs.queries import actions_on, known_to_people
from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import Membership

NEWEST: Final = 5


@require_safe
def support_message(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Show the message for what was picked; else for what a hub like this one needs."""
    hub, member = _hub_to_ask_about(request, pk)
    picked, wishes = request.GET.get("wish", ""), _wishes(hub)
    wish = Wish(picked) if picked in wishes else wishes[0]
    context = {
        "hub": hub,
        "wish": wish,
        "wishes": [(each, NAMES[each]) for each in NAMES if each in wishes],
        "message": message(
            hub, wish, references=_references(hub, member), replaced_by=hub.replaced_by
        ),
    }
    return render(request, "hubs/support_message.html", context)


def _hub_to_ask_about(request: HttpRequest, pk: uuid.UUID) -> tuple[Hub, Membership]:
    """Return a hub of one of the person's organisations, or one that these could not claim.

    Raises Http404 where there is none, PermissionDenied without the right to manage hubs.
    """
    person = access.person(request)
    hub = get_object_or_404(known_to_people(person), pk=pk)
    return hub, access.require(person, hub.organisation_id, Ability.MANAGE_HUBS)


def _wishes(hub: Hub) -> list[Wish]:
    """Return what can be asked for of a hub like this one, first what it needs."""
    is_suspended = hub.status == SUSPENDED
    if not hub.is_own:
        return [Wish.RESUME, Wish.CLAIM] if is_suspended else [Wish.CLAIM]
    usual = [Wish.RELEASE, Wish.REPLACE, Wish.DECOMMISSION]
    return [Wish.RESUME, *usual] if is_suspended else [*usual, Wish.RESUME]


def _references(hub: Hub, member: Membership) -> list[str]:
    """Return how SmartphoneKey calls the last calls of the hub's actions and claims, newest first.

    A command that had none yet stands for nothing.
    """
    claims = claims_of(member).filter(hub=hub).order_by("-created_at", "-pk")[:NEWEST]
    asked: list[Claim | HubAction] = [*actions_on(hub, NEWEST), *claims]
    newest_first = sorted(asked, key=lambda each: each.created_at, reverse=True)
    given = dict.fromkeys(each.reference for each in newest_first if each.reference)
    return list(given)[:NEWEST]
