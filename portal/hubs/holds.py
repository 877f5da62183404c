"""A hub is held while something is being sent to it: one command of an organisation at a time.

Claims and actions take the same hold, in the transaction in which they commit that they are about
to send, and give it back with what came of it. That of a worker which was killed runs out.
"""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from portal.core.leasing import CLOCKS_APART
from portal.hubs.models import Hub

# Longer than a command may take, from its intent to its answer.
LONGEST = timedelta(seconds=40)


class HubHeldError(Exception):
    """Something else is being sent to the hub at this moment."""


def take(hub: Hub, holder: str) -> None:
    """Hold the hub for this holder. Raises HubHeldError while it is another's.

    To be called in the transaction of an intent, which is then not to be committed.
    """
    now = timezone.now()
    free = Q(held_until=None) | Q(held_until__lte=now) | Q(held_by=holder)
    # Further ahead than a hold lasts, the clock was put back.
    free |= Q(held_until__gt=now + LONGEST + CLOCKS_APART)
    held = Hub.objects.filter(free, pk=hub.pk).update(held_by=holder, held_until=now + LONGEST)
    if not held:
        raise HubHeldError


def give_back(hub: Hub, holder: str) -> None:
    """Let others have the hub, where the hold is still this holder's."""
    Hub.objects.filter(pk=hub.pk, held_by=holder).update(held_by="", held_until=None)
