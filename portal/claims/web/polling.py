"""How a claim's page polls: what it has seen, how soon it asks again, and what it is answered.

The page says with `?seen=` what it shows (`templates/claims/detail.html`). While that is still so
it is answered 204, else with the fragment as it is now, which brings its own `seen` and pace. Once
nothing more is going to change by itself, the fragment asks no more.

So many polls come that the queries for them are prepared. Who may see what is decided by
`visible_to`, in the database; only the time that it compares with the end of a membership is a
second old at most. Who was just told "nothing new" is told so again without that for some seconds:
see `core/web/poll_tickets.py`.
"""

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model, QuerySet, UUIDField
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_GET

from portal.claims import beyond_access, permissions, sent_hubs, telling
from portal.claims.display import answer_wording, list_item, reader_wording, timeline
from portal.claims.engine import actions
from portal.claims.models import SUCCEEDED, Claim, ClaimQuerySet, Reason, State
from portal.claims.queries import claims_of_anybody, claims_visible_to
from portal.claims.web import moves, support_gate
from portal.core import logs
from portal.core.prepared import Prepared
from portal.core.web.poll_tickets import repeated_while
from portal.hubs import watching
from portal.hubs.models import Hub
from portal.moves import asking
from portal.moves import queries as requests
from portal.moves.display import wording as moves_wording
from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import User
from portal.orgs.web.context import workspace_of

SITE_STAYS_FOR: Final = timedelta(hours=4)


def is_still_so(request: HttpRequest, pk: uuid.UUID) -> bool:
    """Say whether a claim is as the page shows it, whoever asks.

    Of support's claims nothing is said: whether they may be watched depends on who asks.
    """
    claim = state_of(pk)
    if claim is None or claim.by_support or request.GET.get("seen") != seen(claim):
        return False
    if claim.state in SUCCEEDED:
        watching.watch(claim.hub)
    return True


@repeated_while(is_still_so)
@require_GET
def live(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Show a claim as it is now; nothing (204) when the page knows it already."""
    claim, reader = visible_claim(request, pk), access.person(request)
    if request.GET.get("seen") != seen_by(reader, claim):
        return _news(request, claim)
    watch_hub(claim, reader)
    return HttpResponse(status=204)


def news(request: HttpRequest, pk: uuid.UUID, told: str) -> HttpResponse:
    """Return the fragment that shows the claim as it is now, and what came of a tap."""
    return _news(request, visible_claim(request, pk), told)


def _news(request: HttpRequest, claim: Claim, told: str = "") -> HttpResponse:
    if missing := support_gate.lack_to_see(request, claim):
        return support_gate.lead_to_factor(request, claim, missing)
    support_gate.note_page(request, claim, is_news=True)
    watch_hub(claim, access.person(request))
    context = story(request, claim) | {"told": told}
    return render(request, "claims/detail.html#live", context)


def seen(claim: Claim) -> str:
    """Return what a page must show to be up to date.

    The claim's version, its hub's, the pace, and whether what was read of the hub is fresh.
    """
    interval = 0 if timeline.is_settled(claim) else timeline.pace(claim)
    fresh = int(claim.state in SUCCEEDED and timeline.is_fresh(claim))
    return f"{claim.version}.{claim.hub.version}.{interval}.{fresh}"


def seen_by(reader: User, claim: Claim) -> str:
    """Return the same for this reader: of an agent, also by which access they look."""
    acting = support_gate.acting_by(reader, claim)
    return f"{seen(claim)}.{acting.pk}" if acting else seen(claim)


def _close(reader: User, claim: Claim) -> None:
    if support_gate.is_turned_out(reader, claim):
        beyond_access.forget_hub(claim)


def _with_story(claims: ClaimQuerySet, claim: uuid.UUID) -> ClaimQuerySet:
    # What few claims have, such as the person who released them, is asked for where it is shown:
    # the planner takes longer over each table that is joined than a query by its key.
    beside = ("organisation", "site", "hub", "submitted_by")
    return claims.filter(pk=claim).select_related(*beside).order_by()


_shown = Prepared(
    lambda person, claim: _with_story(claims_visible_to(person), claim),
    person=UUIDField(),
    claim=UUIDField(),
)


def visible_claim(request: HttpRequest, pk: uuid.UUID) -> Claim:
    """Return a claim that the person may see, with what its page shows, or raise Http404."""
    person = access.person(request)
    if person.lacks_required_factor:
        # What of theirs that hides, a statement for anybody does not say.
        found = list(_with_story(claims_visible_to(person), pk))
    else:
        found = _shown.instances(person=person.pk, claim=pk)
    for claim in found:
        logs.note(claim=claim.pk)
        _close(person, claim)
        return claim
    raise Http404


def watch_hub(claim: Claim, reader: User) -> None:
    """Have the hub of a claim that succeeded read again, whenever somebody looks who may."""
    if claim.state in SUCCEEDED and not support_gate.is_turned_out(reader, claim):
        watching.watch(claim.hub)


def story(request: HttpRequest, claim: Claim) -> dict[str, object]:
    """Return what the page shows of the claim, and how it polls from there."""
    elsewhere, reader = claim.site_in_the_way(), access.person(request)
    acting = support_gate.acting_by(reader, claim)
    is_outsider = support_gate.is_outsider(reader, claim)
    is_over = support_gate.is_turned_out(reader, claim)
    settled = timeline.is_settled(claim) or (is_over and claim.is_final)
    succeeded = claim.state in SUCCEEDED
    for_support = support_gate.is_colleague(reader, claim)
    # Asked only of what an administrator can put right.
    needs_admin = claim.state in {State.BLOCKED, State.CONFLICT, State.REJECTED}
    for_admin = needs_admin and permissions.may_release(reader, claim)
    support = _asking(claim, reader)
    steps = timeline.steps(
        claim, reader, for_support=for_support, for_admin=for_admin, is_access_over=is_over
    )
    if support.get("can_ask") or support.get("is_asked"):
        steps[-1] = replace(steps[-1], text=moves_wording.way_out(can_ask=support["can_ask"]))
    return {
        "claim": claim,
        "row": list_item.of(claim, for_support=for_support),
        "acting": acting,
        "is_outsider": is_outsider,
        "is_access_over": is_over,
        "steps": steps,
        "succeeded": succeeded,
        "took_effect": claim.state == State.CLAIMED or claim.late_effect_at is not None,
        "claimer": reader_wording.claimer(claim, for_support=for_support),
        "present": timeline.present(claim, reader, for_admin=for_admin, for_support=for_support),
        "seen": seen_by(reader, claim),
        "pace": None if settled else timeline.pace(claim),
        "as_of": claim.hub.read_at if settled and succeeded else None,
        "is_news": not settled and (not succeeded or timeline.is_fresh(claim)),
        "problems": [answer_wording.problem(*problem) for problem in claim.problems],
        "next_try": timeline.next_try(claim),
        "gives_up_at": timeline.gives_up_at(claim),
        "can_try_now": actions.can_try_now(claim),
        "is_being_tried": timeline.is_being_tried(claim),
        "tried": timeline.tried(claim),
        "can_confirm": timeline.waits_for_address_of(claim, reader),
        "can_stop": actions.can_stop(claim),
        "can_retry": actions.can_retry(claim),
        "retry_helps": timeline.retry_helps(claim),
        "waits_for_release": claim.waits_for_release,
        "can_release": claim.waits_for_release and for_admin,
        # What SpKey calls its calls is for those who look into them.
        "spkey_reference": claim.reference if for_support or reader.is_staff else "",
        "next_site": claim.site_id if _is_just_made(claim, reader) else None,
        "elsewhere": answer_wording.known_at(elsewhere) if elsewhere else "",
        "move": moves.offer(claim, reader, acting) if elsewhere else None,
        "access_url": _access_url(claim, reader, for_support=for_support),
        **_telling(claim, reader),
        **support,
        **_sent(claim, reader),
        "can_act": SimpleLazyObject(lambda: _can_act(request, claim)),
    }


def _telling(claim: Claim, reader: User) -> dict[str, object]:
    """Return whether administrators know of a claim that was refused, or can be told of it."""
    refusal = telling.of_claim(claim)
    member = access.membership_in(reader, claim.organisation) if refusal else None
    if refusal is None or member is None:
        return {}
    found = telling.Tellings(member, [refusal]).of(refusal)
    return {
        "can_tell": found is telling.Telling.OFFERED,
        "is_told": answer_wording.telling(found),
    }


def _sent(claim: Claim, reader: User) -> dict[str, object]:
    """Return who sent a refused claim to the administrators, for these, and whether to write on."""
    if telling.of_claim(claim) is None or not access.may(
        reader, claim.organisation, Ability.MANAGE_HUBS
    ):
        return {}
    # Of a hub that is somebody else's, support is asked by a request of its own.
    is_vendors = claim.reason != Reason.ANOTHER_ORGANISATION
    return {"sent": sent_hubs.newest_of(claim), "can_ask_vendor": is_vendors}


def _asking(claim: Claim, reader: User) -> dict[str, Any]:
    """Return whether the reader may ask for the hub of a claim that is bound elsewhere, or has."""
    if claim.reason != Reason.ANOTHER_ORGANISATION or claim.by_support:
        return {}
    member = access.membership_in(reader, claim.organisation)
    if member is None or Ability.CLAIM not in access.abilities(member):
        return {}
    asked = requests.newest_for(member, claim.hub)
    return {
        "move_request": asked,
        "request_words": moves_wording.in_tray(asked) if asked else "",
        "is_asked": asked is not None and not asked.is_final,
        "can_ask": asking.may_be_asked(claim.hub, asked),
        "is_with_support": asking.is_with_support(claim.hub, asked),
    }


def _is_just_made(claim: Claim, reader: User) -> bool:
    """Whether the reader made it so lately that they are still there, as the tray has it."""
    is_recent = timezone.now() - claim.created_at < SITE_STAYS_FOR
    return is_recent and claim.submitted_by_id == reader.pk


def _can_act(request: HttpRequest, claim: Claim) -> bool:
    if not permissions.may_act_on(workspace_of(request).memberships, claim):
        return False
    return not support_gate.lack_to_act(request, claim)


def _columns(model: type[Model], *names: str) -> tuple[str, ...]:
    """Return the columns in the model's own order, as `from_db` takes them."""
    return tuple(field.attname for field in model._meta.concrete_fields if field.attname in names)


OF_CLAIM = _columns(
    Claim,
    *("id", "hub_id", "state", "version", "created_at", "finished_at"),
    *("organisation_id", "acting_organisation_id", "site_id"),
)
OF_HUB = _columns(Hub, "id", "version", "binding", "online", "read_at", "watched_until")


def _state(claim: uuid.UUID) -> "QuerySet[Claim, tuple[object, ...]]":
    of_hub = (f"hub__{name}" for name in OF_HUB)
    return claims_of_anybody().filter(pk=claim).order_by().values_list(*OF_CLAIM, *of_hub)


_of_anybody = Prepared(_state, claim=UUIDField())


def state_of(pk: uuid.UUID) -> Claim | None:
    """Return the claim with its hub, whoever asks, or None when there is none.

    Columns other than OF_CLAIM and OF_HUB are read when somebody asks for them.
    """
    for row in _of_anybody.rows(claim=pk):
        claim = Claim.from_db(DEFAULT_DB_ALIAS, OF_CLAIM, row[: len(OF_CLAIM)])
        claim.hub = Hub.from_db(DEFAULT_DB_ALIAS, OF_HUB, row[len(OF_CLAIM) :])
        return claim
    return None


def _access_url(claim: Claim, reader: User, *, for_support: bool) -> str:
    """Return where the access is by which support made the claim; "" where it is not shown."""
    grant = claim.support_grant
    if grant is None:
        return ""
    if for_support:
        is_usable = grant.agent_id in {None, reader.pk}
        return reverse("support:organisation", args=(grant.pk,)) if is_usable else ""
    gives_access = access.may(reader, claim.organisation, Ability.MANAGE_PEOPLE)
    return reverse("consent:revoke", args=(grant.pk,)) if gives_access else ""
