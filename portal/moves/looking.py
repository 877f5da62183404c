"""Reading with the super key whose a hub is: when an agent asks, and after a re-claim.

Nothing else of the portal reads a hub that is somebody else's with that key. No network call
happens inside a database transaction.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from portal.audit.record import record
from portal.core.leasing import Lease, given_back
from portal.gateway import gate
from portal.gateway.gate import Held
from portal.hubs import calls, status
from portal.hubs.calls import CallOutcome, Reading
from portal.hubs.models import Binding
from portal.moves import outcome
from portal.moves.models import MoveRequest, State, Trouble
from portal.moves.outcome import LOOKS
from portal.orgs.models import Organisation

MOST_TRIES: Final = 10
AGAIN: Final = timedelta(seconds=20)
AGAIN_LATER: Final = timedelta(minutes=10)
# For so long it is tried to learn what became of a re-claim.
LONGEST_UNCLEAR: Final = timedelta(days=3)
TROUBLES: Final = {
    CallOutcome.BAD_CREDENTIALS: Trouble.KEY,
    CallOutcome.FORBIDDEN: Trouble.FORBIDDEN,
}


def look(lease: Lease[MoveRequest], asked: MoveRequest) -> None:
    """Find out for an agent whose the hub is."""
    reading = _read(asked)
    if isinstance(reading, Trouble):
        _stop(lease, reading)
    elif isinstance(reading, Held):
        _try_again(lease, asked, reading.seconds)
    elif reading.outcome in TROUBLES:
        _stop(lease, TROUBLES[reading.outcome])
    elif reading.hub is None and reading.outcome != CallOutcome.NOT_FOUND:
        _try_again(lease, asked, reading.held_for)
    else:
        _note(lease, asked, reading)


def look_again(lease: Lease[MoveRequest], asked: MoveRequest) -> None:
    """Find out whether a re-claim took effect of which nobody knows the end."""
    reading, now = _read(asked), timezone.now()
    if isinstance(reading, Reading) and _is_there(asked, reading):
        _end(lease, asked, State.MOVED, late_effect_at=now)
        return
    is_known = isinstance(reading, Reading) and reading.hub is not None
    tries = asked.tries + 1 if is_known else asked.tries
    since = (asked.action.finished_at if asked.action else None) or now
    if tries >= len(LOOKS) or now - since > LONGEST_UNCLEAR:
        _end(lease, asked, State.NOT_MOVED)
        return
    at = since + LOOKS[tries] if is_known else now + AGAIN_LATER
    _rest(lease, max(at, now + AGAIN), tries=tries)


def _read(asked: MoveRequest) -> Reading | Held | Trouble:
    """Read the hub with the super key of the support that deals with it, and with no other."""
    try:
        credential = gate.usable(_support(asked), is_super=True)
    except gate.NoUsableKeyError:
        return Trouble.KEY
    client = gate.ask(credential)
    if isinstance(client, Held):
        return client
    reading = calls.read(client, asked.hub, asked_at=timezone.now())
    if reading.outcome != CallOutcome.FORBIDDEN:
        calls.remember(asked.hub, reading)
    return reading


def _support(asked: MoveRequest) -> Organisation:
    if asked.support_organisation is None:
        raise ValueError("nobody's super key reads a hub")
    return asked.support_organisation


def _is_there(asked: MoveRequest, reading: Reading) -> bool:
    wanted = (asked.organisation.spkey_org_id, asked.site.spkey_site_id)
    return reading.hub is not None and (reading.hub.org_id, reading.hub.site_id) == wanted


@transaction.atomic
def _note(lease: Lease[MoveRequest], asked: MoveRequest, reading: Reading) -> None:
    """Write down whose the hub is; where there is nothing left to ask, the request ends."""
    hub = reading.hub
    binding = (
        Binding.MISSING if hub is None else status.binding_of(hub, asked.organisation.spkey_org_id)
    )
    found: dict[str, Any] = {"found": binding, "looked_at": reading.asked_at, "trouble": ""}
    if hub is None or binding != Binding.OTHER:
        _end(lease, asked, State.NOT_NEEDED, **found)
        return
    holder = Organisation.objects.filter(spkey_org_id=hub.org_id).first()
    found |= {"found_org_id": hub.org_id[:128], "found_status": hub.status[:32], "holder": holder}
    _rest(lease, None, **found)
    if holder is not None and asked.agent is not None:
        # Of an action on their hub they learn, and not who asked.
        record(
            "support.looked_up",
            actor=asked.agent,
            organisation_id=holder.pk,
            acting_organisation_id=asked.support_organisation_id,
            hub=asked.hub_id_text,
        )


def _try_again(lease: Lease[MoveRequest], asked: MoveRequest, seconds: float) -> None:
    if asked.tries + 1 >= MOST_TRIES:
        _stop(lease, Trouble.UNREACHABLE)
        return
    at = timezone.now() + max(AGAIN, timedelta(seconds=seconds))
    _rest(lease, at, trouble=Trouble.UNREACHABLE, tries=asked.tries + 1)


def _stop(lease: Lease[MoveRequest], trouble: Trouble) -> None:
    _rest(lease, None, trouble=trouble)


def _rest(lease: Lease[MoveRequest], at: datetime | None, **fields: Any) -> None:
    lease.write(version=F("version") + 1, **fields, **given_back(at))


@transaction.atomic
def _end(lease: Lease[MoveRequest], asked: MoveRequest, state: State, **more: Any) -> None:
    # First that the lease still holds: who has it lost writes nothing, and tells nobody.
    lease.write(lease_until=None)
    outcome.end(asked, state, **more)
