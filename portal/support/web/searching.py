"""Finding for support: one search, and the story of a hub across organisations."""

import uuid
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.claims import beyond_access, limits
from portal.claims.display import list_item
from portal.claims.display.list_item import ListItem
from portal.claims.models import Claim
from portal.consent import giving
from portal.consent.models import Grant
from portal.consent.rights import Authority
from portal.core.moments import read_moment
from portal.hubs.display import action_history
from portal.hubs.display.action_history import Item
from portal.orgs.models import Membership
from portal.support import finding, hub_story, search, seen
from portal.support.display import hub_story as story
from portal.support.search import Found
from portal.support.web.access import agents_only, note_use

LONGEST = 254


@require_safe
@agents_only
def find(request: HttpRequest, agent: Membership) -> HttpResponse:
    """Find what is of organisations that let the agent in, and show the ways into others."""
    text = request.GET.get("q", "").strip()[:LONGEST]
    grants = finding.let_in(agent, text)
    found = search.find(agent, text, is_known=bool(grants)) if text else []
    _note_use(request, agent, (here.grant for here in found), text)
    context = {
        "q": text,
        "grants": grants,
        "found": [
            {
                "grant": here.grant,
                "hubs": [(each.hub_id, story.meta(each)) for each in here.hubs],
                "people": here.people,
                "actions": _actions(here),
                "rows": [_row(claim) for claim in beyond_access.as_seen_by(agent, here.claims)],
            }
            for here in found
        ],
    }
    return render(request, "support/find.html", context)


@require_safe
@agents_only
def hub(request: HttpRequest, agent: Membership, pk: uuid.UUID) -> HttpResponse:
    """Tell the story of a hub, as far as organisations let the agent in.

    Of a hub that is only others' the same is said as of one that does not exist (404).
    """
    limits.mind_unknown(agent.user)
    chapters = hub_story.chapters(agent, pk)
    if not chapters:
        limits.count_unknown(agent.user, agent.organisation, {str(pk)})
        return render(request, "support/hub.html", {"hub_id": str(pk)}, status=404)
    _note_use(request, agent, (chapter.grant for chapter in chapters), str(pk))
    before = read_moment(request.GET.get("before", "")) or timezone.now() + timedelta(days=1)
    lines, has_more = story.lines(agent, chapters, before)
    older = "?" + urlencode({"before": lines[-1].at.isoformat()}) if has_more else ""
    context = {
        "hub_id": str(pk),
        "chapters": [(each, story.meta_of(each)) for each in chapters],
        "lines": lines,
        "older_url": older,
        "newer_url": "." if "before" in request.GET else "",
    }
    return render(request, "support/hub.html", context)


def _row(claim: Claim) -> ListItem:
    # Of others' claims the agent has no page: the story of the hub has them all.
    story_url = reverse("support:hub", args=(claim.hub_id_text,))
    return replace(list_item.of(claim, for_support=claim.by_support), url=story_url)


def _actions(here: Found) -> list[tuple[Item, str]]:
    """Return what was done to hubs, each with where its hub is seen by the grant."""
    open_to_moves = seen.movable(here.grant, [each.hub_id for each in here.actions])
    return [
        (
            action_history.for_agent(each, ""),
            reverse("support:move-hub", args=(here.grant.pk, each.hub_id))
            if each.hub_id in open_to_moves
            else reverse("support:hub", args=(each.hub_id_text,)),
        )
        for each in here.actions
    ]


def _note_use(request: HttpRequest, agent: Membership, grants: Iterable[Grant], what: str) -> None:
    for grant in grants:
        note_use(request, Authority(agent, grant))
        giving.record_look(grant, agent, what)
