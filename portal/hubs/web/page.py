"""A hub's page, live: how it is, where, what is known of it, and all that happened to it."""

import uuid
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST, require_safe

from portal.claims.display import list_item
from portal.claims.queries import claims_of
from portal.core.moments import read_moment
from portal.core.web.poll_tickets import repeated_while
from portal.core.web.posted import posted
from portal.hubs import changes, queries, watching
from portal.hubs.display import history as drawing
from portal.hubs.display import wording
from portal.hubs.display.rows import row_of
from portal.hubs.models import Hub
from portal.hubs.web import actions, history, photos
from portal.hubs.web.forms import HubWordsForm
from portal.jobs import rights
from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import Membership

# Seconds between two polls: until it was read, and from then on.
PACE_SOON: Final = 3
PACE: Final = 10
# What was read so lately is what is so now.
FRESH: Final = timedelta(seconds=60)
CLAIMS: Final = 10


@require_safe
def detail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Show a hub. Its id as SmartphoneKey has it leads there as well as its row's."""
    hub, member = visible_hub(request, pk)
    if hub.pk != pk:
        return redirect("hubs:detail", hub.pk)
    return _page(request, hub, member)


def is_still_so(request: HttpRequest, pk: uuid.UUID) -> bool:
    """Say whether a hub is as the page shows it, whoever asks."""
    hub = queries.as_polled(pk)
    if hub is None or request.GET.get("seen") != _seen(hub):
        return False
    watching.watch(hub)
    return True


@repeated_while(is_still_so)
@require_GET
def live(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Show how the hub is now; nothing (204) when the page knows it already."""
    hub, member = visible_hub(request, pk)
    watching.watch(hub)
    if request.GET.get("seen") == _seen(hub):
        return HttpResponse(status=204)
    return render(request, "hubs/detail.html#live", _live(hub, member))


@require_POST
def describe(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Save where the hub is, and what is to be known of it."""
    hub, member = visible_hub(request, pk)
    if not _may_describe(member):
        raise PermissionDenied
    form = HubWordsForm(posted(request), initial=_said(hub))
    if not form.is_valid():
        return _page(request, hub, member, form)
    try:
        changes.describe(hub, form.said, member.user, shown=form.shown)
    except changes.ChangedMeanwhileError as error:
        form.tell_of(error.now)
        return _page(request, hub, member, form)
    messages.success(request, gettext("Saved."))
    return redirect("hubs:detail", hub.pk)


@require_POST
def put_back(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Have a hub that was replaced by mistake in use again."""
    hub, member = visible_hub(request, pk)
    access.require(member.user, hub.organisation_id, Ability.MANAGE_HUBS)
    if changes.put_back_in_use(hub, member.user):
        messages.success(request, gettext("The hub is in use again."))
        for other in queries.at_place_of(hub)[:1]:
            words = gettext(
                "Hub …%(tail)s hangs at %(place)s too. Change the place of one of them."
            )
            tail = str(other.hub_id)[-4:].upper()
            messages.warning(request, words % {"tail": tail, "place": hub.place})
    return redirect("hubs:detail", hub.pk)


def visible_hub(request: HttpRequest, pk: uuid.UUID) -> tuple[Hub, Membership]:
    """Return a hub that the person may see, by its row or its own id, and their membership there.

    Raises Http404 where there is none.
    """
    person = access.person(request)
    seen = rights.hubs_visible_to(person).select_related("site", "organisation", "replaced_by")
    found = list(seen.filter(Q(pk=pk) | Q(hub_id=pk))[:10])
    if not found:
        raise Http404
    here = access.choose(request, access.memberships(person))
    # Two of their organisations may know of it.
    hub = min(found, key=lambda each: (each.pk != pk, each.organisation_id != _of(here)))
    return hub, access.require(person, hub.organisation_id, Ability.VIEW)


def _of(member: Membership | None) -> uuid.UUID | None:
    return member.organisation_id if member else None


def _said(hub: Hub) -> dict[str, str]:
    return {name: getattr(hub, name) for name in changes.SAID}


def _may_describe(member: Membership) -> bool:
    return bool({Ability.CLAIM, Ability.MANAGE_SITES} & access.abilities(member))


def _may_act(hub: Hub, member: Membership) -> bool:
    is_ours = hub.binding == Hub.Binding.OURS
    return is_ours and Ability.MANAGE_HUBS in access.abilities(member)


def _page(
    request: HttpRequest, hub: Hub, member: Membership, form: HubWordsForm | None = None
) -> HttpResponse:
    watching.watch(hub)
    before = read_moment(request.GET.get("before", "")) or timezone.now() + timedelta(days=1)
    events, has_more = history.history_of(member, hub, before)
    claims = claims_of(member).with_details().filter(hub=hub).order_by("-created_at", "-pk")
    context = (
        photos.context(hub, member)
        | _live(hub, member)
        | {
            "form": form or HubWordsForm(initial=_said(hub)),
            "may_describe": _may_describe(member),
            # Of a hub that left, no site is kept beside its id.
            "was_at": hub.organisation.sites.name_of(hub.spkey_site_id) if hub.left_at else "",
            "hub_actions": actions.on_hub_page(hub) if _may_act(hub, member) else None,
            "can_ask_for": hub.left_at is not None
            and hub.binding == Hub.Binding.OTHER
            and Ability.CLAIM in access.abilities(member),
            "drawing": drawing.drawing_of(queries.drawn_spells(hub)),
            "events": events,
            "older_url": _older(history.second_of(events[-1])) if has_more else "",
            "newer_url": "." if "before" in request.GET else "",
            "claims": [list_item.of(claim) for claim in claims[:CLAIMS]],
        }
    )
    return render(request, "hubs/detail.html", context, status=422 if form else 200)


def _older(at: datetime) -> str:
    return "?" + urlencode({"before": at.isoformat()}) + "#history"


def _live(hub: Hub, member: Membership) -> dict[str, Any]:
    is_fresh = _is_fresh(hub)
    return {
        "hub": hub,
        "row": row_of(hub),
        "may_ask_support": _may_act(hub, member),
        "meaning": wording.MEANINGS.get(wording.state_of(hub), ""),
        "is_fresh": is_fresh,
        "uptime": wording.length(timedelta(seconds=hub.uptime_seconds))
        if hub.is_own and hub.uptime_seconds is not None and hub.online
        else "",
        "seen": _seen(hub),
        "pace": PACE if is_fresh else PACE_SOON,
    }


def _seen(hub: Hub) -> str:
    """Return what a page must show to be up to date: the row, and whether it is fresh."""
    return f"{hub.version}.{int(_is_fresh(hub))}"


def _is_fresh(hub: Hub) -> bool:
    return hub.read_at is not None and timezone.now() - hub.read_at < FRESH
