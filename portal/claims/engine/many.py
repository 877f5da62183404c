"""Submitting many claims together: as `actions.submit` does one by one, in a few statements."""

from collections.abc import Collection, Sequence
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from portal.audit import record as audit
from portal.claims.engine import actions
from portal.claims.engine.actions import AnotherSiteError, ClaimRequest
from portal.claims.models import Claim, State
from portal.hubs import watching
from portal.hubs.models import Hub
from portal.jobs.models import Job

type Submitted = Claim | AnotherSiteError


def submit(requests: Sequence[ClaimRequest]) -> list[Submitted]:
    """Return for each request its claim, new or existing, or why there is none.

    All of one person, for one organisation, each of another hub; the caller has checked their
    right. A request that is made again finds the claim that it made.
    """
    if not requests:
        return []
    taken = _taken(requests)
    try:
        with transaction.atomic():
            made = _create([each for each in requests if each.hub_id not in taken])
    except IntegrityError:
        # Somebody was faster with one of them.
        made = {}
    return [made.get(each.hub_id) or _one(each) for each in requests]


def _one(request: ClaimRequest) -> Submitted:
    try:
        return actions.submit(request)
    except AnotherSiteError as elsewhere:
        return elsewhere


def _taken(requests: Collection[ClaimRequest]) -> set[UUID]:
    """Return the hubs of which there may be a claim that stands in place of a new one."""
    first = next(iter(requests))
    texts = {str(each.hub_id): each.hub_id for each in requests}
    of_hubs = Claim.objects.filter(organisation=first.organisation, hub_id_text__in=texts)
    standing = of_hubs.filter(Q(finished_at=None) | Q(state=State.CLAIMED))
    found = {texts[text] for text in standing.values_list("hub_id_text", flat=True)}
    mine = Claim.objects.filter(
        submitted_by=first.user, submission__in=[each.submission for each in requests]
    )
    submitted = set(mine.values_list("submission", flat=True))
    return found | {each.hub_id for each in requests if each.submission in submitted}


def _create(requests: Sequence[ClaimRequest]) -> dict[UUID, Claim]:
    if not requests:
        return {}
    hubs = _hubs(requests)
    jobs: dict[UUID | None, Job | None] = {}
    claims: dict[UUID, Claim] = {}
    for each in requests:
        site = each.site.pk if each.site else None
        if site not in jobs:
            jobs[site] = actions.job_of(each)
        claims[each.hub_id] = actions.new_claim(each, hubs[each.hub_id], jobs[site])
    Claim.objects.bulk_create(claims.values())
    audit.append(actions.entry_of(claims[each.hub_id], each) for each in requests)
    return claims


def _hubs(requests: Sequence[ClaimRequest]) -> dict[UUID, Hub]:
    """Return the hubs' rows, which stay from the caller's transaction on."""
    ids = [each.hub_id for each in requests]
    organisation = requests[0].organisation
    hubs = watching.hubs_for(organisation, ids)
    kept = Hub.objects.filter(pk__in=[hub.pk for hub in hubs.values()])
    if kept.update(kept_until=None) != len(ids):
        # Some were removed at this very moment: what is made anew is kept for a day.
        hubs = watching.hubs_for(organisation, ids)
        Hub.objects.filter(pk__in=[hub.pk for hub in hubs.values()]).update(kept_until=None)
    return hubs
