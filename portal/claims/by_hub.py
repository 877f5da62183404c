"""Claims by whether their hub was online when SpKey was last asked."""

from django.db.models import Exists, OuterRef, Q

from portal.claims.groups import BY_HUB, claims_in
from portal.claims.models import SUCCEEDED
from portal.claims.queries import claims_of
from portal.claims.search import FEW, MANY
from portal.hubs.models import Hub
from portal.orgs.models import Membership


def conditions(member: Membership, group: str) -> list[Q]:
    """Return conditions of which each claim of the group meets one, by an index of its own.

    What is offline: hubs that are claimed, and those whose claim waits until they are online.
    """
    online = BY_HUB[group]
    claimed = _claimed(member, online=online)
    if online:
        return claimed
    waiting = claims_of(member).filter(claims_in("hub_offline"), finished_at=None).order_by()
    return [*claimed, Q(pk__in=list(waiting.values_list("pk", flat=True)[:MANY]))]


def _claimed(member: Membership, *, online: bool) -> list[Q]:
    """Return the conditions that a claim succeeded whose hub was, or was not, online.

    Of few such hubs, the claims are looked up. Of many, the newest claims have them often.
    """
    hubs = Hub.objects.filter(organisation=member.organisation_id, online=online)
    ids = list(hubs.order_by().values_list("pk", flat=True)[: FEW + 1])
    if len(ids) <= FEW:
        claims = claims_of(member).filter(hub__in=ids, state__in=SUCCEEDED).order_by()
        found = list(claims.values_list("pk", flat=True)[: MANY + 1])
        if len(found) <= MANY:
            return [Q(pk__in=found)]
    is_so = Exists(Hub.objects.filter(pk=OuterRef("hub_id"), online=online))
    return [Q(is_so, state=state) for state in SUCCEEDED]
