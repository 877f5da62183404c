"""A key's health: refused, another organisation's, checked; and who is told of it."""

import logging
import uuid
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.utils import timezone

from portal import spkey
from portal.audit.record import record
from portal.core import leasing
from portal.core.leasing import Lease, due_at, taken_away
from portal.gateway import gate
from portal.gateway.gate import Held, stored
from portal.notices import outbox
from portal.orgs.models import ApiCredential
from portal.orgs.models.keys import ApiKey

logger = logging.getLogger(__name__)

# An id that no hub can have (the nil UUID of RFC 9562): a key that works is answered 404.
NO_HUB = uuid.UUID(int=0)


class Refusal(StrEnum):
    """What a 401 says of the key it was asked with.

    DOUBTED: nothing yet, for SpKey's own trouble looks the same, so it is asked once more.
    PROVEN: that SpKey refuses it, which it has said twice.
    REPLACED: nothing, another is in its place by now.
    """

    DOUBTED = "doubted"
    PROVEN = "proven"
    REPLACED = "replaced"


def mark_refused(credential: ApiCredential) -> bool:
    """Remember that SpKey refused this very key, which it has said twice.

    Return False, and leave it unharmed, when another was put in its place meanwhile.
    """
    return _mark(credential, ApiCredential.State.REFUSED)


def take_refusal(credential: ApiCredential, *, is_second: bool = False) -> Refusal:
    """Take note of a 401 that a call with this key was answered.

    The first has the key checked in a minute, and every other call with it held back until then.
    `is_second` says that the caller met one before that check, which found nothing wrong: a key
    that reads, and may command nothing.
    """
    if is_second:
        return _take_second(credential)
    now = timezone.now()
    with transaction.atomic():
        unknown = stored(credential).exclude(state=ApiCredential.State.REFUSED)
        unknown.filter(doubted_at=None).update(
            doubted_at=now, **due_at(now + ApiCredential.DOUBT), version=F("version") + 1
        )
        doubted_or_known = stored(credential).values_list("state", flat=True).first()
    if doubted_or_known is None:
        return Refusal.REPLACED
    is_proven = doubted_or_known == ApiCredential.State.REFUSED
    return Refusal.PROVEN if is_proven else Refusal.DOUBTED


@transaction.atomic
def _take_second(credential: ApiCredential) -> Refusal:
    """Refuse the key; a check of it that is due, or under way, is to take nothing back."""
    if not mark_refused(credential):
        return Refusal.REPLACED
    stored(credential).update(
        doubted_at=None, **due_at(None), **taken_away(), version=F("version") + 1
    )
    return Refusal.PROVEN


def mark_mismatch(credential: ApiCredential) -> bool:
    """Remember that the key belongs to another organisation than the one that stores it.

    Return False, and leave it unharmed, when another was put in its place meanwhile.
    """
    return _mark(credential, ApiCredential.State.MISMATCH)


def _mark(credential: ApiCredential, state: str) -> bool:
    with transaction.atomic():
        marked = (
            stored(credential)
            .exclude(state=state)
            .update(state=state, checked_at=timezone.now(), version=F("version") + 1)
        )
        if marked:
            record(
                f"key.{state}",
                actor=None,
                organisation_id=credential.organisation_id,
                subject=credential,
                key=credential.masked_key,
            )
            _notify_admins(credential, state)
    return bool(marked) or stored(credential).exists()


def _notify_admins(credential: ApiCredential, state: str) -> None:
    """Tell those who can renew the key. Each time that it ceases to work has a version of its own.

    Support's claims wait for a super key: its holder's administrators renew it.
    """
    version, kind = stored(credential).values_list("version", "kind").get()
    outbox.notify(
        credential.organisation_id,
        f"key_{state}",
        about=f"{credential.pk}/{version}",
        support=kind == ApiCredential.Kind.SUPER,
    )


def _due_checks() -> QuerySet[ApiCredential]:
    rested = Q(paused_until=None) | Q(paused_until__lte=timezone.now())
    return leasing.due(ApiCredential.objects.filter(rested))


def some_check_due() -> bool:
    """Say whether somebody wants a key checked: a read, where leasing is a write."""
    return _due_checks().exists()


def take_due_checks(limit: int) -> list[Lease[ApiCredential]]:
    """Lease at most `limit` keys that somebody wants checked."""
    return leasing.take(_due_checks(), limit)


def check(lease: Lease[ApiCredential]) -> ApiCredential | None:
    """Ask SpKey about a leased key and remember the verdict.

    Return the credential if claims may go on with it: not when it is refused, or another
    organisation's, and None as well when the lease is lost.
    Where SpKey did not answer the check, the claims themselves find out. While SpKey is not to
    be called, or asks to wait, the check stays due, and is made afterwards; so it is after a first
    401, and while nothing was heard of a key that is in doubt: for LONGEST_DOUBT, whatever it was
    that kept SpKey from answering.
    """
    credential = lease.row().select_related("organisation").first()
    if credential is None:
        return None
    asked_at = timezone.now()
    verdict = ask_about(credential)
    if isinstance(verdict, str) and _leaves_doubt(credential, verdict, asked_at):
        if verdict == ApiCredential.State.REFUSED:
            take_refusal(credential)
        verdict = ApiCredential.DOUBT
    wait = _wait(credential, verdict, asked_at)
    if wait > timedelta(0):
        (lease.row() & stored(credential)).update(
            **leasing.given_back(timezone.now() + wait), version=F("version") + 1
        )
        return None
    usable_states = (ApiCredential.State.WORKING, ApiCredential.State.UNREACHABLE)
    is_kept = _remember(lease, credential, *_found(credential, verdict))
    return stored(credential).filter(state__in=usable_states).first() if is_kept else None


def _found(
    credential: ApiCredential, verdict: str | timedelta
) -> tuple[str, dict[str, str | None]]:
    """Return the state that a verdict means, and which ways of sending the key are accepted."""
    if isinstance(verdict, timedelta):  # SpKey still wants no call: the other ways are not asked.
        return ApiCredential.State.UNREACHABLE, credential.accepted
    return verdict, accepted_ways(credential, verdict)


def accepted_ways(credential: ApiKey, verdict: str) -> dict[str, str | None]:
    """Return what of the key and the token SpKey accepts: asked about where both are stored.

    `verdict` is of what is sent, and needs no second 401. What is not answered, or not asked
    about since SpKey is not to be called, is known as before.
    """
    if credential.bearer_token is None or not credential.is_readable:
        return {}
    known = dict(credential.accepted)
    if verdict == ApiCredential.State.REFUSED:
        known.pop(credential.sent, None)
    accepted = _with(known, credential.sent, verdict)
    for other in ApiCredential.Sent:
        if other == credential.sent:
            continue
        answer = ask_about(credential, other)
        if isinstance(answer, timedelta):
            break
        accepted = _with(accepted, other, answer)
    return accepted


def _with(accepted: dict[str, str | None], sent: str, verdict: str) -> dict[str, str | None]:
    """Return what is accepted after this verdict: a first 401 doubts, one a while later proves."""
    if verdict == ApiCredential.State.WORKING:
        return {**accepted, sent: None}
    if verdict != ApiCredential.State.REFUSED or sent not in accepted:
        return accepted
    now, doubt = timezone.now(), accepted[sent]
    # Doubted after now means doubted by another clock.
    since = min(datetime.fromisoformat(doubt), now) if doubt else now
    if now - since >= ApiCredential.DOUBT:
        return {each: accepted[each] for each in accepted if each != sent}
    return {**accepted, sent: since.isoformat()}


def _remember(
    lease: Lease[ApiCredential],
    credential: ApiCredential,
    verdict: str,
    accepted: dict[str, str | None],
) -> bool:
    """Write the verdict down; return False where another key is in place, or the lease lost."""
    with transaction.atomic():
        if verdict == ApiCredential.State.REFUSED:
            mark_refused(credential)
        kept = (lease.row() & stored(credential)).update(
            state=_unless_not_disproved(verdict),
            accepted=accepted,
            checked_at=timezone.now(),
            doubted_at=None,
            **leasing.given_back(None),
            version=F("version") + 1,
        )
        if kept:
            record(
                "key.checked",
                actor=None,
                organisation_id=credential.organisation_id,
                subject=credential,
                verdict=verdict,
            )
    return bool(kept)


def _unless_not_disproved(verdict: str) -> Case:
    """Return the state after a check: what it cannot disprove stays.

    A key of another organisation works, for that one; and silence takes no refusal back.
    """
    stays = Q(state=ApiCredential.State.MISMATCH)
    if verdict == ApiCredential.State.UNREACHABLE:
        stays |= Q(state=ApiCredential.State.REFUSED)
    return Case(When(stays, then=F("state")), default=Value(verdict))


def _leaves_doubt(credential: ApiCredential, verdict: str, asked_at: datetime) -> bool:
    """Say whether the key must be asked about again: only a second 401 a while later proves one."""
    since = credential.doubted_at
    if verdict == ApiCredential.State.REFUSED:
        if credential.state == ApiCredential.State.REFUSED:
            return False
        return since is None or asked_at - since < ApiCredential.DOUBT
    if since is None or verdict != ApiCredential.State.UNREACHABLE:
        return False
    return asked_at - since < ApiCredential.LONGEST_DOUBT


def _wait(credential: ApiCredential, verdict: str | timedelta, asked_at: datetime) -> timedelta:
    """Return how long the check rests before it is made again, where it found no state: else 0.

    No longer than a doubt of the key may last. The gate holds a key that SpKey limits all the same.
    """
    if not isinstance(verdict, timedelta):
        return timedelta(0)
    if credential.doubted_at is None:
        return verdict
    return min(verdict, credential.doubted_at + ApiCredential.LONGEST_DOUBT - asked_at)


def ask_about(credential: ApiKey, sent: str | None = None) -> str | timedelta:
    """Return the key's state as SpKey has it, or for how long SpKey is not to be asked.

    UNCHECKED is one that the portal cannot read.

    `sent` is another of `ApiCredential.Sent` than the chosen one.
    """
    if not credential.is_readable:
        return ApiCredential.State.UNCHECKED
    client = gate.ask(credential, settles_doubt=True, sent=sent)
    if isinstance(client, Held):
        return timedelta(seconds=client.seconds)
    try:
        client.hub_status(NO_HUB)
    except spkey.SpkeyError as error:
        # A 429, or a 503 that asks for time.
        return timedelta(seconds=error.held_for) if error.held_for else _verdict_of(error)
    return ApiCredential.State.WORKING


def _verdict_of(error: spkey.SpkeyError) -> str:
    """Say what an error tells of the key: a gateway's 403 or 404 comes with any key.

    That there is no such hub, or that its id is none, is answered only to a key that is accepted.
    """
    if isinstance(error, spkey.NotFound | spkey.Refused) and error.from_api:
        return ApiCredential.State.WORKING
    if isinstance(error, spkey.BadCredentials) or (
        isinstance(error, spkey.Forbidden) and error.from_api
    ):
        return ApiCredential.State.REFUSED
    logger.info("key check: %s", type(error).__name__)
    return ApiCredential.State.UNREACHABLE
