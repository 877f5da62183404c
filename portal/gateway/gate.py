"""The gate: every call to SpKey goes through it, and a 429 is dealt with here alone.

`usable` says with which key an organisation calls, `ask` whether it may be used now. SpKey counts
its limit per key, so a 429 to any call holds back all calls with that key, for a time that is
written here. The caller learns from the error's `held_for` how long that is.
"""

import logging
import random
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import partial
from typing import Final

from django.db import DatabaseError, InterfaceError
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from portal import spkey
from portal.gateway import circuit, clients
from portal.orgs.models import ApiCredential, Organisation
from portal.orgs.models.keys import ApiKey

logger = logging.getLogger(__name__)

# Seconds that a 429 is obeyed for.
RETRY_AFTER_LEAST: Final = 1.0
RETRY_AFTER_MOST: Final = 900.0
RETRY_AFTER_UNKNOWN: Final = 30.0
RETRY_AFTER_SPREAD: Final = 5.0

# Of a key that serves the organisation itself and is super, or the other way round.
WRONG_KIND: Final = "kind"

_random = random.SystemRandom()


class NoUsableKeyError(Exception):
    """The organisation has no key, or one that SpKey refuses, or one not meant for this use."""


class HeldReason(StrEnum):
    """Why SpKey is not to be called now."""

    RATE_LIMITED = "rate limited"
    CIRCUIT_OPEN = "circuit open"
    KEY_DOUBTED = "key doubted"


@dataclass(frozen=True, slots=True)
class Held:
    """That SpKey is not to be called for so many seconds, and why."""

    seconds: float
    reason: HeldReason


def usable(organisation: Organisation, *, is_super: bool = False) -> ApiCredential:
    """Return the organisation's key. Raises NoUsableKeyError when it cannot be used.

    `is_super`: what is to be called needs its super key, which nothing else is ever called with.
    """
    credential: ApiCredential | None = getattr(organisation, "credential", None)
    if credential is None:
        raise NoUsableKeyError("missing")
    if credential.state in {ApiCredential.State.REFUSED, ApiCredential.State.MISMATCH}:
        raise NoUsableKeyError(credential.state)
    if not credential.is_readable:
        raise NoUsableKeyError("unreadable")
    if credential.is_super != is_super:
        raise NoUsableKeyError(WRONG_KIND)
    return credential


def is_usable(organisation: Organisation) -> bool:
    """Say whether the organisation's own hubs can be read and claimed with its key."""
    with suppress(NoUsableKeyError):
        return usable(organisation) is not None
    return False


def ask(
    credential: ApiKey, *, settles_doubt: bool = False, sent: str | None = None
) -> spkey.Client | Held:
    """Return a client that may call SpKey with this key now, or for how long it may not.

    To be asked right before a read, which may be followed by more calls. While the circuit is
    open, one reader at a time gets a client: `circuit.is_probing` says so until its next call.
    A key that SpKey refused once serves only the check that `settles_doubt`. `sent` is another of
    `ApiCredential.Sent` than the chosen one, to be tried.
    """
    if paused := credential.paused_for:
        return Held(paused, HeldReason.RATE_LIMITED)
    if not settles_doubt and (doubted := credential.doubted_for):
        # Only looked at: the circuit's one prober is the check, which ends the doubt as well.
        is_away = circuit.is_open(credential.organisation_id)
        return Held(doubted, HeldReason.CIRCUIT_OPEN if is_away else HeldReason.KEY_DOUBTED)
    if silent := circuit.retry_in(credential.organisation_id):
        return Held(silent, HeldReason.CIRCUIT_OPEN)
    ended = partial(_record_end, credential)
    return clients.client_for(credential, sent or credential.sent, ended)


def held_reason(credential: ApiKey) -> HeldReason | None:
    """Return why calls with this key are held back, None when they are not.

    For pages: it only reads, and makes nobody the prober of an open circuit.
    """
    if circuit.is_open(credential.organisation_id):
        return HeldReason.CIRCUIT_OPEN
    if credential.paused_for:
        return HeldReason.RATE_LIMITED
    return HeldReason.KEY_DOUBTED if credential.doubted_for else None


def wait_of(retry_after: float | None) -> float:
    """Return how long a 429 or a 503 is obeyed: what SpKey asked for, within bounds, and a spread.

    `retry_after` is None where it asked for nothing that could be understood.
    """
    asked = RETRY_AFTER_UNKNOWN if retry_after is None else retry_after
    bounded = min(max(asked, RETRY_AFTER_LEAST), RETRY_AFTER_MOST)
    return bounded + _random.uniform(0, RETRY_AFTER_SPREAD)


def hold(credential: ApiKey, seconds: float) -> None:
    """Hold back every call with this key for so long, unless it is held for longer already.

    A key that was put in its place meanwhile is left alone.
    """
    until = timezone.now() + timedelta(seconds=seconds)
    stored(credential).filter(Q(paused_until=None) | Q(paused_until__lt=until)).update(
        paused_until=until, version=F("version") + 1
    )


def stored[Row: ApiKey](credential: Row) -> QuerySet[Row]:
    """Return the key's row while it holds this very key and token, sent as now."""
    return type(credential)._default_manager.filter(
        pk=credential.pk,
        fingerprint=credential.fingerprint,
        sent_since=credential.sent_since,
    )


def _record_end(credential: ApiKey, hub: str, error: spkey.SpkeyError | None) -> None:
    """Take note of how a call with this key, about this hub, ended. Never raises."""
    circuit.record_result(credential.organisation_id, hub, error)
    if isinstance(error, spkey.Unreachable) and error.retry_after is not None:
        error.held_for = wait_of(error.retry_after)
    if not isinstance(error, spkey.RateLimited):
        return
    error.held_for = wait_of(error.retry_after)
    try:
        hold(credential, error.held_for)
    except (DatabaseError, InterfaceError) as problem:
        # The call itself has ended, and what it said must not be lost over this.
        logger.warning("a key could not be held back: %s", type(problem).__name__)
