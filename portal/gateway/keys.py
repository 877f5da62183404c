"""Which key a call uses, the clients that carry it, and the key's health."""

import logging
import threading
import uuid
from collections import OrderedDict
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.utils import timezone

from portal import spkey
from portal.audit.record import record
from portal.core import leasing
from portal.core.leasing import Lease
from portal.gateway import circuit
from portal.notices import outbox
from portal.orgs.models import ApiCredential, Organisation

logger = logging.getLogger(__name__)

# An id that no hub can have (the nil UUID of RFC 9562): a key that works is answered 404.
NO_HUB = uuid.UUID(int=0)
CLIENTS_PER_THREAD = 8

_local = threading.local()


class NoUsableKeyError(Exception):
    """The organisation has no key, or one that SpKey refuses, or one not meant for this use."""


def usable(organisation: Organisation) -> ApiCredential:
    """Return the organisation's credential. Raises NoUsableKeyError when it cannot be used."""
    credential: ApiCredential | None = getattr(organisation, "credential", None)
    if credential is None:
        raise NoUsableKeyError("missing")
    if credential.state in {ApiCredential.State.REFUSED, ApiCredential.State.MISMATCH}:
        raise NoUsableKeyError(credential.state)
    if not credential.is_readable:
        raise NoUsableKeyError("unreadable")
    return credential


def client_for(credential: ApiCredential) -> spkey.Client:
    """Return this thread's client for the credential: one pooled session, kept while it is used.

    A replaced key, or a token replaced beside the same key, is another client.
    """
    clients: OrderedDict[tuple[object, ...], spkey.Client]
    clients = _local.__dict__.setdefault("clients", OrderedDict())
    name = (settings.SPKEY_BASE_URL, credential.pk, credential.fingerprint, credential.replaced_at)
    client = clients.pop(name, None) or _make_client(credential)
    clients[name] = client
    if len(clients) > CLIENTS_PER_THREAD:
        _, oldest = clients.popitem(last=False)
        oldest.close()
    return client


def _make_client(credential: ApiCredential) -> spkey.Client:
    if credential.key is None:
        raise NoUsableKeyError("missing")
    token = credential.bearer_token
    return spkey.Client(
        settings.SPKEY_BASE_URL,
        credential.key.reveal(),
        token.reveal() if token else None,
        ended=circuit.record_result,
    )


def stored(credential: ApiCredential) -> QuerySet[ApiCredential]:
    """Return the credential's row while it still holds this very key and token."""
    return ApiCredential.objects.filter(
        pk=credential.pk,
        fingerprint=credential.fingerprint,
        replaced_at=credential.replaced_at,
    )


def mark_refused(credential: ApiCredential) -> bool:
    """Remember that SpKey refused this very key.

    Return False, and leave it unharmed, when another was put in its place meanwhile.
    """
    return _mark(credential, ApiCredential.State.REFUSED)


def mark_mismatch(credential: ApiCredential) -> bool:
    """Remember that the key belongs to another organisation than the one it stands for.

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
            _tell_admins(credential, state)
    return bool(marked) or stored(credential).exists()


def _tell_admins(credential: ApiCredential, state: str) -> None:
    """Tell those who can renew the key. Each time that it ceases to work has a version of its own.

    Support's claims wait for a super key: its holder's administrators renew it.
    """
    version, kind = stored(credential).values_list("version", "kind").get()
    outbox.tell(
        credential.organisation_id,
        f"key_{state}",
        about=f"{credential.pk}/{version}",
        support=kind == ApiCredential.Kind.SUPER,
    )


def pause(credential: ApiCredential, seconds: float) -> None:
    """Hold every call with this key back for so long: SpKey counts its limit per key."""
    until = timezone.now() + min(timedelta(seconds=seconds), ApiCredential.LONGEST_PAUSE)
    stored(credential).filter(Q(paused_until=None) | Q(paused_until__lt=until)).update(
        paused_until=until
    )


def paused_for(credential: ApiCredential) -> float:
    """Return for how many more seconds the key is held back; 0.0 when it is not."""
    if credential.paused_until is None:
        return 0.0
    return max(0.0, (credential.paused_until - timezone.now()).total_seconds())


def _due_checks() -> QuerySet[ApiCredential]:
    rested = Q(paused_until=None) | Q(paused_until__lte=timezone.now())
    return leasing.due(ApiCredential.objects.filter(rested))


def some_check_due() -> bool:
    """Say whether somebody wants a key checked: a read, where leasing is a write."""
    return _due_checks().exists()


def take_due_checks(limit: int) -> list[Lease[ApiCredential]]:
    """Lease at most `limit` keys that somebody wants checked."""
    return leasing.take(_due_checks(), limit)


def check(credential: ApiCredential) -> bool:
    """Ask SpKey about a leased key and remember the verdict.

    Return whether claims may go on with it: unless it is refused, or another organisation's.
    Where SpKey did not answer the check, the claims themselves find out. While SpKey is not to
    be called, the check stays due, and is made afterwards.
    """
    if credential.is_readable and (held := circuit.retry_in()):
        _put_off(credential, held)
        return False
    state = _verdict(credential)
    with transaction.atomic():
        if state == ApiCredential.State.REFUSED:
            _mark(credential, state)
        kept = (
            stored(credential)
            .filter(epoch=credential.epoch)
            .update(
                state=_unless_barred(state),
                checked_at=timezone.now(),
                **leasing.given_back(None),
                version=F("version") + 1,
            )
        )
        if kept:
            record(
                "key.checked",
                actor=None,
                organisation_id=credential.organisation_id,
                subject=credential,
                verdict=state,
            )
    usable_states = (ApiCredential.State.WORKING, ApiCredential.State.UNREACHABLE)
    return bool(kept) and stored(credential).filter(state__in=usable_states).exists()


def _unless_barred(verdict: str) -> Case:
    """Return the state after a check: what it cannot disprove stands.

    A key of another organisation works, for that one; and silence takes no refusal back.
    """
    stands = Q(state=ApiCredential.State.MISMATCH)
    if verdict == ApiCredential.State.UNREACHABLE:
        stands |= Q(state=ApiCredential.State.REFUSED)
    return Case(When(stands, then=F("state")), default=Value(verdict))


def _put_off(credential: ApiCredential, seconds: float) -> None:
    again_at = timezone.now() + timedelta(seconds=seconds)
    stored(credential).filter(epoch=credential.epoch).update(**leasing.given_back(again_at))


def _verdict(credential: ApiCredential) -> str:
    if not credential.is_readable:
        return ApiCredential.State.UNCHECKED
    try:
        client_for(credential).hub_status(NO_HUB)
    except spkey.SpkeyError as error:
        return _verdict_of(error)
    return ApiCredential.State.WORKING


def _verdict_of(error: spkey.SpkeyError) -> str:
    """Say what an error tells of the key: a gateway's 403 or 404 comes with any key."""
    if isinstance(error, spkey.NotFound) and error.from_api:
        return ApiCredential.State.WORKING
    if isinstance(error, spkey.BadCredentials) or (
        isinstance(error, spkey.Forbidden) and error.from_api
    ):
        return ApiCredential.State.REFUSED
    logger.info("key check: %s", type(error).__name__)
    return ApiCredential.State.UNREACHABLE
