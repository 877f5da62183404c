"""Taking a delivery: as little as can be, at once; and forgetting old ones."""

from hashlib import sha256
from typing import Any, Final
from uuid import uuid4

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from portal import spkey
from portal.core.leasing import due_at
from portal.core.throttle import Limit
from portal.events import receivers
from portal.events.models import Delivery, Result
from portal.events.receivers import Door, KnownSecret
from portal.orgs.models import Membership

# Of one organisation from one address: whoever knows the secret address and floods it from theirs
# does not keep SpKey out at its own.
TAKEN: Final = Limit("events taken from an address", most=20_000, seconds=60)
REMOVED_AT_ONCE: Final = 5_000
MANY: Final = 1_000_000
SHOWN: Final = 20


def take(door: Door, body: bytes, *, address: str, opened_by: KnownSecret | None) -> None:
    """Remember a delivery, once; a worker does what it asks for.

    Raises LimitReachedError where too much comes from this address.
    """
    _store(door, _fields(door, body), address, opened_by)


def take_test(door: Door, *, address: str) -> None:
    """Remember that somebody has tried the address. Raises LimitReachedError."""
    _store(door, {"event_id": f"test {uuid4()}", "result": Result.TEST}, address, None)


def _store(door: Door, fields: dict[str, Any], address: str, opened_by: KnownSecret | None) -> None:
    whom = f"{door.organisation_id} {address}"
    if TAKEN.used(whom) >= TAKEN.most:
        TAKEN.refuse()
    with transaction.atomic():
        if opened_by is not None:
            receivers.note_use(opened_by)
        _keep(door, fields)
        # Last, for whoever counts keeps all others from it until what they wrote is stored.
        TAKEN.take(whom)


def _keep(door: Door, fields: dict[str, Any]) -> None:
    same = Delivery.objects.filter(receiver=door.organisation_id, event_id=fields["event_id"])
    if same.update(times=F("times") + 1):
        return
    # Of two copies at once, one is kept.
    made = Delivery(receiver_id=door.organisation_id, **fields)
    Delivery.objects.bulk_create([made], ignore_conflicts=True)


def _fields(door: Door, body: bytes) -> dict[str, Any]:
    try:
        hint = spkey.Hint.from_body(body)
    except spkey.Undocumented:
        return {"event_id": f"body {sha256(body).hexdigest()}", "result": Result.NO_EVENT}
    now = timezone.now()
    fields = {
        "event_id": hint.event_id,
        "type": hint.type[:64],
        "hub": hint.hub_id,
        "aggregate": hint.aggregate[:300],
        "version": hint.version,
        # What comes from ahead of the clock would overtake everything until then.
        "happened_at": hint.happened_at and min(hint.happened_at, now),
        "received_at": now,
        "names_us": not hint.organisations or door.spkey_org_id in hint.organisations,
    }
    if not hint.is_of_hub:
        return fields | {"result": Result.NOTHING}
    return fields | due_at(now)


def newest(member: Membership) -> list[Delivery]:
    """Return what came last to the member's organisation."""
    return list(Delivery.objects.of(member).order_by("-received_at", "-id")[:SHOWN])


def remove_old() -> int:
    """Forget some of what came so long ago that nothing more follows from it. Return how many.

    In a flood that is sooner: a copy that comes later still has a hub read once more, and no harm.
    """
    kept = Delivery.KEPT if _are_few() else Delivery.KEPT_IN_A_FLOOD
    old = Delivery.objects.filter(received_at__lt=timezone.now() - kept)
    pks = list(old.order_by("received_at").values_list("pk", flat=True)[:REMOVED_AT_ONCE])
    if pks:
        Delivery.objects.filter(pk__in=pks).delete()
    return len(pks)


def _are_few() -> bool:
    """Whether all organisations together have few deliveries, by the numbers they were given."""
    numbers = Delivery.objects.order_by("pk").values_list("pk", flat=True)
    oldest, newest = numbers.first(), numbers.last()
    return oldest is None or newest is None or newest - oldest < MANY
