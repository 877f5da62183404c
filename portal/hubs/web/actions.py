"""What administrators do to a hub: a page that asks, one that shows what came of it, live."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from portal.core.throttle import Limit
from portal.core.ui import Text
from portal.core.web.posted import posted
from portal.hubs import watching
from portal.hubs.actions import asking, direct
from portal.hubs.actions.asking import ActionRequest, AnotherActionError
from portal.hubs.actions.models import HubAction, Kind
from portal.hubs.actions.rules import out_of_use
from portal.hubs.display import action_history, action_wording
from portal.hubs.models import Hub
from portal.hubs.queries import actions_of_people, actions_on, hubs_of_people
from portal.hubs.web.action_forms import ActionForm
from portal.hubs.web.action_pages import ACTION_PAGES, ActionPage
from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import Membership

JOINER = "\N{WORD JOINER}"
# How many a hub's own page shows.
FEW = 3
AN_HOUR = Limit("actions on hubs", most=300, seconds=3600)


@require_safe
def page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Show what can be done to a hub, what is under way, and what has been done."""
    hub, _ = managed_hub(request, pk)
    watching.watch(hub)
    context = part(hub) | {
        "pages": pages_of(hub),
        "hindrance": action_wording.hindrance(hub),
        "site": _site(hub),
    }
    return render(request, "hubs/actions.html", context)


def pages_of(hub: Hub) -> list[tuple[ActionPage, str]]:
    """Return what can be done to the hub, each with the address of its page."""
    if out_of_use(hub.status):
        return []
    is_so = "primary" if hub.is_primary else "secondary"
    possible = [(what, page) for what, page in ACTION_PAGES.items() if what != is_so]
    # What cannot be taken back comes last.
    possible.sort(key=lambda each: each[1].is_dangerous)
    return [(page, reverse(f"hub-actions:{what}", args=(hub.pk,))) for what, page in possible]


def on_hub_page(hub: Hub) -> dict[str, object]:
    """Return what the hub's own page shows: what was done last, and what its menu leads to."""
    pages = pages_of(hub)
    moves = [url for page, url in pages if page.kind == Kind.MOVE]
    more = [(page, url) for page, url in pages if page.kind != Kind.MOVE]
    return part(hub, FEW) | {"move_url": "".join(moves), "more_pages": more}


@require_GET
def live(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Show the hub's actions as they are now; nothing (204) when the page knows them already."""
    hub, _ = managed_hub(request, pk)
    asked = request.GET.get("most", "")
    context = part(hub, FEW) if asked == str(FEW) else part(hub)
    if request.GET.get("seen") == context["seen"]:
        return HttpResponse(status=204)
    return render(request, "hubs/parts/actions.html", context)


def part(hub: Hub, most: int = action_history.MOST) -> dict[str, object]:
    """Return what `hubs/parts/actions.html` shows of a hub, on whatever page, and its pace."""
    found = actions_on(hub, most + 1)
    actions = found[:most]
    return {
        "hub": hub,
        "actions": [action_history.item(action) for action in actions],
        "has_more": len(found) > most,
        "most": most if most < action_history.MOST else None,
        "seen": action_history.seen(actions),
        "pace": action_history.pace(actions),
        "page_url": page_of(hub),
        "live_url": reverse("hub-actions:live", args=(hub.pk,)),
    }


@sensitive_post_parameters("ssid", "credentials", "code")
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, pk: uuid.UUID, what: str) -> HttpResponse:
    """Ask whether to do this to the hub, saying what follows, and have it done."""
    hub, member = managed_hub(request, pk)
    if why := action_wording.hindrance(hub):
        return _refuse(request, hub, what, why)
    proposed = {"site": request.GET.get("site", "")}
    form = ACTION_PAGES[what].form(member, hub, posted(request), initial=proposed)
    if request.method != "POST" or not form.is_valid():
        return _ask(request, hub, what, form, status=422 if form.is_bound else 200)
    AN_HOUR.take(str(member.organisation_id))
    try:
        action = _submit(what, form)
    except AnotherActionError as other:
        words = gettext("Something else is being done to this hub: %(what)s. Wait until it ends.")
        form.add_error(None, words % {"what": action_wording.title(other.action)})
        return _ask(request, hub, what, form, status=422)
    return redirect(page_of(action.hub))


def _submit(what: str, form: ActionForm) -> HubAction:
    page = ACTION_PAGES[what]
    request = ActionRequest(
        user=form.member.user,
        hub=form.hub,
        kind=page.kind,
        # A browser that went back may send an old token with something else.
        submission=uuid.uuid5(form.cleaned_data["submission"], f"{form.hub.pk} {what}"),
        **page.more,
        **form.fields_of_request(),
    )
    confidential = form.confidential()
    return asking.submit(request) if confidential is None else direct.submit(request, confidential)


def _ask(
    request: HttpRequest, hub: Hub, what: str, form: ActionForm, *, status: int
) -> HttpResponse:
    page, tail = ACTION_PAGES[what], str(hub.hub_id)[-4:].upper()
    context = {
        "hub": hub,
        "page": page,
        # No line ends between the dots and the number.
        "question": str(page.question) % {"tail": f"{JOINER}{tail}"},
        "address": reverse(f"hub-actions:{what}", args=(hub.pk,)),
        "form": form,
        "site": _site(hub),
    }
    return render(request, "hubs/act.html", context, status=status)


def _refuse(request: HttpRequest, hub: Hub, what: str, why: Text) -> HttpResponse:
    """Say why it cannot be done to the hub, and have that read again."""
    watching.watch(hub)
    context = {"hub": hub, "page": ACTION_PAGES[what], "hindrance": why, "site": _site(hub)}
    status = 422 if request.method == "POST" else 200
    return render(request, "hubs/act.html", context, status=status)


def _site(hub: Hub) -> str:
    return hub.organisation.sites.name_of(hub.spkey_site_id)


@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Stop an action that is under way."""
    person = access.person(request)
    action = get_object_or_404(actions_of_people(person), pk=pk)
    access.require(person, action.organisation_id, Ability.MANAGE_HUBS)
    if request.method == "POST" and asking.can_stop(action):
        if asking.stop(action, person):
            messages.success(request, action_wording.STOPPED)
        else:
            messages.info(request, action_wording.TOO_LATE)
    return redirect(page_of(action.hub))


def page_of(hub: Hub) -> str:
    """Return where the hub's actions are shown."""
    return reverse("hub-actions:page", args=(hub.pk,))


def managed_hub(request: HttpRequest, pk: uuid.UUID) -> tuple[Hub, Membership]:
    """Return a hub of one of the person's organisations, and their right to manage it.

    Raises Http404 for a hub of nobody's or of others, PermissionDenied without the right.
    """
    person = access.person(request)
    hub = get_object_or_404(hubs_of_people(person), pk=pk)
    return hub, access.require(person, hub.organisation_id, Ability.MANAGE_HUBS)
