"""Checking a key that is to replace the one in use, and putting it in place where it works."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from portal import spkey
from portal.audit.record import record
from portal.core import leasing
from portal.core.leasing import Lease, given_back
from portal.gateway import gate, key_health
from portal.gateway.gate import Held, stored
from portal.orgs import key_candidates
from portal.orgs.models import ApiCredential, KeyCandidate, Organisation
from portal.orgs.models.keys import ApiKey

type HubsOf = Callable[[Organisation], Iterable[str]]

State = KeyCandidate.State
HUBS_ASKED: Final = 2
FIRST_BACKOFF: Final = timedelta(seconds=10)
LONGEST_BACKOFF: Final = timedelta(minutes=5)


def some_due() -> bool:
    """Say whether a key waits for its check: a read, where leasing is a write."""
    return leasing.due(KeyCandidate.objects.all()).exists()


def take_due(limit: int) -> list[Lease[KeyCandidate]]:
    """Lease at most `limit` keys that wait for their check."""
    return leasing.take(leasing.due(KeyCandidate.objects.all()), limit)


def check(
    lease: Lease[KeyCandidate],
    hubs_of: HubsOf,
    taken_over: Callable[[ApiCredential], object],
) -> None:
    """Ask SpKey about a leased key; put it in place where it works, else remember the verdict.

    `hubs_of` gives ids of hubs that were the organisation's when they were last read, by which
    another's key shows. `taken_over` is told of the credential in the same transaction.
    """
    candidate = lease.row().select_related("organisation__credential", "stored_by").first()
    if candidate is None:
        return
    asked_at, verdict = timezone.now(), _verdict(candidate, hubs_of)
    if isinstance(verdict, timedelta) or verdict != ApiCredential.State.WORKING:
        _remember(lease, candidate, verdict, asked_at)
        return
    accepted = key_health.accepted_ways(candidate, verdict)
    with transaction.atomic():
        mine = lease.row() & stored(candidate)
        if credential := key_candidates.take_over(mine, candidate, accepted):
            taken_over(credential)


def _verdict(candidate: KeyCandidate, hubs_of: HubsOf) -> str | timedelta:
    verdict = key_health.ask_about(candidate)
    if verdict != ApiCredential.State.WORKING:
        return verdict
    hubs = list(hubs_of(candidate.organisation))[:HUBS_ASKED]
    return State.MISMATCH if _is_of_another(candidate, hubs) else verdict


def _remember(
    lease: Lease[KeyCandidate],
    candidate: KeyCandidate,
    verdict: str | timedelta,
    asked_at: datetime,
) -> None:
    """Write down what the check came to: the key in use stays, and this one waits or is out."""
    news = _news(candidate, verdict, asked_at)
    with transaction.atomic():
        mine = lease.row() & stored(candidate)
        kept = mine.update(**news, checked_at=asked_at, version=F("version") + 1)
        if kept and news["due_at"] is None:
            record(
                f"key.candidate_{news['state']}",
                actor=None,
                organisation_id=candidate.organisation_id,
                subject=candidate,
                key=candidate.masked_key,
            )


def _news(candidate: KeyCandidate, verdict: str | timedelta, asked_at: datetime) -> dict[str, Any]:
    """Return the fields of a key whose check came to this verdict."""
    if isinstance(verdict, timedelta):
        return {"state": candidate.state, **given_back(timezone.now() + verdict)}
    if verdict == State.MISMATCH:
        return {"state": State.MISMATCH, "doubted_at": None, **given_back(None)}
    if verdict == ApiCredential.State.REFUSED:
        return _refused(candidate, asked_at)
    wait = min(LONGEST_BACKOFF, FIRST_BACKOFF * (1 << min(candidate.tries, 16)))
    return {
        "state": State.UNREACHABLE,
        "tries": F("tries") + 1,
        **given_back(timezone.now() + wait),
    }


def _refused(candidate: KeyCandidate, asked_at: datetime) -> dict[str, Any]:
    """Return the fields after a 401: the first doubts, one a while later proves."""
    since = min(candidate.doubted_at or asked_at, asked_at)
    if asked_at - since >= KeyCandidate.DOUBT:
        return {"state": State.REFUSED, "doubted_at": None, **given_back(None)}
    again = given_back(max(since + KeyCandidate.DOUBT, asked_at))
    return {"state": State.CHECKING, "doubted_at": since, **again}


def _is_of_another(candidate: KeyCandidate, hubs: list[str]) -> bool:
    """Say whether SpKey shows the key none of these hubs, which it shows the organisation.

    Hubs that the key in use may not see any more have gone, and prove nothing.
    """
    present = candidate.organisation.stored_credential
    if not hubs or present is None or present.is_super:
        return False
    if not all(_is_forbidden(candidate, hub) for hub in hubs):
        return False
    return not (present.can_serve and all(_is_forbidden(present, hub) for hub in hubs))


def _is_forbidden(key: ApiKey, hub: str) -> bool:
    """Say whether SpKey answers that the key may not see the hub."""
    client = gate.ask(key, settles_doubt=isinstance(key, KeyCandidate))
    if isinstance(client, Held):
        return False
    try:
        client.hub_status(hub)
    except spkey.Forbidden as error:
        return error.from_api
    except spkey.SpkeyError:
        return False
    return False
