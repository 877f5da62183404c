"""One search for support: hubs, claims and people of the organisations that let the agent in.

All is asked for within the agent's standing grants. What belongs to anybody else is found as
little, and as quickly, as what does not exist.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any, Final
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Upper
from django.db.models.lookups import Exact

from portal.claims import limits
from portal.claims.beyond_access import covers
from portal.claims.models import Attempt, Claim, ClaimQuerySet
from portal.claims.search import by_quote
from portal.consent import queries
from portal.consent.models import Grant
from portal.hubs import search as hub_search
from portal.hubs.actions.models import HubAction, HubActionAttempt, HubActionQuerySet, Kind
from portal.hubs.models import INVENTORY, Hub
from portal.orgs.models import Membership

MOST: Final = 20
MANY: Final = 500
NOTHING: Final = Q(pk__in=[])


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in one organisation, and by which grant the agent sees it."""

    grant: Grant
    hubs: list[Hub] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    actions: list[HubAction] = field(default_factory=list)
    people: list[Membership] = field(default_factory=list)


def standing(agent: Membership) -> list[Grant]:
    """Return by what the agent may look, consent before break glass."""
    return sorted(queries.standing_for(agent), key=lambda grant: grant.is_break_glass)


def within(grants: Iterable[Grant], *, site: str = "site") -> Q:
    """Return the condition that something is of an organisation, and at a site, of these grants."""
    return reduce(or_, (_of(grant, site) for grant in grants), NOTHING)


def find(agent: Membership, text: str, *, is_known: bool = False) -> list[Found]:
    """Return what the text finds: a hub's id or serial, a claim's number, a reference, an address.

    What finds nothing counts, whatever it is, unless the caller found something by it: who tries
    many is slowed, stopped and told of. Raises LimitReachedError.
    """
    limits.mind_unknown(agent.user)
    grants, text = standing(agent), text.strip()
    people = _people(grants, text)
    claims, actions = _claims(grants, text, people), _actions(grants, text)
    found = _by_organisation(grants, _hubs(grants, text), claims, people, actions)
    if not found and not is_known:
        limits.count_unknown(agent.user, agent.organisation, {text.lower()})
    return found


def _of(grant: Grant, site: str) -> Q:
    here = Q(organisation=grant.organisation_id)
    return here if grant.all_sites else here & Q(**{f"{site}__in": list(grant.sites.all())})


def _hubs(grants: Sequence[Grant], text: str) -> list[Hub]:
    theirs = Hub.objects.filter(within(grants), INVENTORY).filter(_named(text))
    return list(theirs.select_related("site").order_by("organisation", "pk")[:MOST])


def _named(text: str) -> Q:
    """Return the condition on a few organisations' hubs that they are named like this."""
    if hub_search.is_common(text):
        return hub_search.containing(text)
    named = hub_search.matching(text)
    return NOTHING if named is None else named


def _people(grants: Sequence[Grant], text: str) -> list[Membership]:
    organisations = {grant.organisation_id for grant in grants}
    members = Membership.objects.active().filter(organisation__in=organisations)
    return list(members.filter(user__email__iexact=text).select_related("user")[:MOST])


def _claims(grants: Sequence[Grant], text: str, people: Sequence[Membership]) -> list[Claim]:
    """Return the newest claims that are quoted like this, or that these people made."""
    calls = Attempt.objects.filter(reference=text).exclude(reference="")
    theirs = {each.user_id for each in people}
    quoted: Iterable[Q] = (
        *by_quote(text),
        Q(pk__in=calls.values("claim")),
        _of_unlisted_hub(grants, text),
    )
    conditions = (*quoted, Q(submitted_by__in=theirs, acting_organisation=None))
    claims: ClaimQuerySet = Claim.objects.filter(within(grants)).filter(reduce(or_, conditions))
    return list(claims.with_details().order_by("-created_at", "-pk")[:MOST])


def _of_unlisted_hub(grants: Sequence[Grant], text: str) -> Q:
    """Return the condition that it is of a hub found by this that is in no inventory of theirs.

    Such is a claim that was refused, or what was to bring it. Of all others the hub is found.
    """
    organisations = {grant.organisation_id for grant in grants}
    unlisted = Hub.objects.filter(organisation__in=organisations, health="", left_at=None)
    return Q(hub__in=unlisted.filter(_named(text)).order_by().values("pk"))


def seen_actions(grants: Sequence[Grant]) -> HubActionQuerySet:
    """Return what was done to the hubs that these grants show, and what brings one to their sites.

    A hub that is to be brought from elsewhere is not in the organisation's inventory yet, or never.
    """
    theirs = Hub.objects.filter(within(grants), INVENTORY).order_by()
    brought = within(grants) & Q(kind=Kind.RECLAIM, hub__health="", hub__left_at=None)
    return HubAction.objects.filter(Q(hub__in=theirs.values("pk")) | brought)


def _actions(grants: Sequence[Grant], text: str) -> list[HubAction]:
    """Return the newest actions on hubs that are quoted like this."""
    quoted = Q(pk__in=_quoted(text)) | _of_unlisted_hub(grants, text)
    found = seen_actions(grants).filter(quoted)
    return list(found.with_details().order_by("-created_at", "-pk")[:MOST])


def _quoted(text: str) -> set[UUID]:
    """Return the ids of actions that are quoted like this, the last: a reference is of a few.

    Asked together with whose they are, SQLite reads all actions.
    """
    quoted = HubAction.objects.filter(Exact(Upper("reference"), text.upper()))
    calls = HubActionAttempt.objects.filter(reference=text).exclude(reference="")
    found = (
        quoted.order_by("-created_at").values_list("pk", flat=True),
        calls.order_by("-started_at").values_list("action", flat=True),
    )
    return {pk for pks in found for pk in pks[:MANY]}


def _by_organisation(grants: Sequence[Grant], *rows: Sequence[Any]) -> list[Found]:
    found: dict[UUID, Found] = {}
    for number, kind in enumerate(("hubs", "claims", "people", "actions")):
        for row in rows[number]:
            grant = next(each for each in grants if _shows(each, row))
            here = found.setdefault(grant.organisation_id, Found(grant))
            getattr(here, kind).append(row)
    return sorted(found.values(), key=lambda here: here.grant.organisation.name)


def _shows(grant: Grant, row: Any) -> bool:
    if isinstance(row, Membership):
        return grant.organisation_id == row.organisation_id
    if isinstance(row, HubAction):
        # Of a hub that is not theirs, the site that it is to be brought to counts.
        at = row.hub.site_id if row.hub.health or row.hub.left_at else row.site_id
        return covers(grant, row.organisation_id, at)
    return covers(grant, row.organisation_id, row.site_id)
