"""Something may have happened to hubs, as SpKey said by itself: what waits for them goes on.

Nothing that was said is believed: a claim is tried, or looked at again, a little sooner.
"""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from portal.claims.engine import recheck
from portal.claims.models import Claim, State
from portal.core import leasing
from portal.core.leasing import due_at
from portal.hubs import watching
from portal.hubs.models import Hub
from portal.orgs.models import Organisation


def move(organisation: Organisation, hubs: Collection[UUID]) -> set[UUID]:
    """Make the claims of these hubs, by their keys, due now; and what is to be looked at again.

    One that was tried a few seconds ago is due when these are over, however many hints come.
    Return of which hubs an attempt is under way, that may have read the hub before.
    """
    now = timezone.now()
    of_hubs = Claim.objects.filter(organisation=organisation, hub__in=hubs)
    resting = of_hubs.filter(state__in=(State.QUEUED, State.WAITING, State.VERIFYING, State.REVIEW))
    apart = timedelta(seconds=settings.TRY_NOW_SECONDS)
    rested = Q(contacted_at=None) | Q(contacted_at__lte=now - apart)
    resting.filter(rested, due_at__gt=now).update(**due_at(now))
    resting.exclude(rested).filter(due_at__gt=now + apart).update(**due_at(now + apart))
    for which, at in watching.when_to_read(now):
        lately = Hub.objects.filter(which, pk__in=hubs)
        recheck.bring_forward(of_hubs.filter(hub__in=lately.values("pk")), at)
    return set(leasing.under_way(of_hubs.active()).values_list("hub_id", flat=True))
