"""A key that is to replace the one in use: stored beside it, and in its place once it works.

A wrong key changes nothing so. `gateway/candidate_checks.py` asks SpKey about it.
"""

import uuid
from datetime import date
from typing import Any, cast

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from portal.audit.record import record
from portal.core.leasing import due_at, taken_away
from portal.orgs import api_keys
from portal.orgs.encryption import Secret
from portal.orgs.models import ApiCredential, KeyCandidate, Organisation, User

# In these it may still turn out to work; in the others SpKey has spoken.
UNDECIDED = frozenset({KeyCandidate.State.CHECKING, KeyCandidate.State.UNREACHABLE})


@transaction.atomic
def offer(
    organisation: Organisation,
    actor: User,
    key: Secret,
    bearer_token: Secret | None = None,
    *,
    sent: str | None = None,
    expires_on: date | None = None,
) -> ApiCredential | KeyCandidate:
    """Store a key that is to be the organisation's, and return where it stands.

    The first is in place at once. Another waits beside the one in use until its check, in
    place of one that waited before; `sent` None sends it as the one in use.
    """
    Organisation.objects.hold(organisation)
    present = ApiCredential.objects.filter(organisation=organisation).first()
    if present is None:
        return api_keys.replace(
            organisation, actor, key, bearer_token, sent=sent, expires_on=expires_on
        )
    # Whoever still checks the one before has lost its row with that.
    KeyCandidate.objects.filter(organisation=organisation).delete()
    candidate = KeyCandidate(organisation=organisation, stored_by=actor, expires_on=expires_on)
    candidate.set_key(key, bearer_token)
    candidate.sent = sent or present.sent if bearer_token else KeyCandidate.Sent.KEY
    candidate.due_at = timezone.now()
    candidate.save()
    _record("key.candidate_stored", candidate, actor, bearer_token=bearer_token is not None)
    return candidate


@transaction.atomic
def discard(organisation: Organisation, actor: User, candidate_id: uuid.UUID) -> bool:
    """Forget a key that waits. Return False where it is not there any more."""
    candidate = _held(organisation, candidate_id)
    if candidate is None:
        return False
    _record("key.candidate_discarded", candidate, actor)
    candidate.delete()
    return True


@transaction.atomic
def check_again(organisation: Organisation, actor: User, candidate_id: uuid.UUID) -> bool:
    """Have a key that waits checked now, whatever the last check came to."""
    candidate = _held(organisation, candidate_id)
    if candidate is None:
        return False
    rows(candidate).update(
        state=KeyCandidate.State.CHECKING,
        doubted_at=None,
        tries=0,
        **taken_away(),
        **due_at(timezone.now()),
        version=F("version") + 1,
    )
    _record("key.candidate_check_asked", candidate, actor)
    return True


@transaction.atomic
def use_unchecked(organisation: Organisation, actor: User, candidate_id: uuid.UUID) -> bool:
    """Put a key that waits in place without its check, where claims wait for one anyway.

    Return False, and change nothing, where that is not so: see `may_use_unchecked`.
    """
    candidate = _held(organisation, candidate_id)
    present = ApiCredential.objects.filter(organisation=organisation).first()
    if candidate is None or not may_use_unchecked(present, candidate):
        return False
    _record("key.used_unchecked", candidate, actor)
    candidate.delete()
    _put_in_place(candidate, accepted=None)
    return True


def may_use_unchecked(present: ApiCredential | None, candidate: KeyCandidate) -> bool:
    """Say whether the key in use serves no claim, and SpKey has not spoken of the other."""
    serves = present is not None and present.can_serve
    return not serves and candidate.state in UNDECIDED and candidate.is_readable


@transaction.atomic
def take_over(
    leased: QuerySet[KeyCandidate], candidate: KeyCandidate, accepted: dict[str, str | None]
) -> ApiCredential | None:
    """Put a key in place that SpKey has accepted, and return the credential.

    `leased` is its row while the check of it counts: None where it does not any more.
    """
    Organisation.objects.hold(candidate.organisation)
    if not leased.filter(pk=candidate.pk).delete()[0]:
        return None
    return _put_in_place(candidate, accepted)


def rows(candidate: KeyCandidate) -> QuerySet[KeyCandidate]:
    """Return the key's row, to write to."""
    return KeyCandidate.objects.filter(pk=candidate.pk)


def _held(organisation: Organisation, candidate_id: uuid.UUID) -> KeyCandidate | None:
    """Return the organisation's key that waits, if it is this one, kept from others till the end.

    Its administrator saw it on a page: another may have been stored since.
    """
    Organisation.objects.hold(organisation)
    return KeyCandidate.objects.filter(organisation=organisation, pk=candidate_id).first()


def _put_in_place(candidate: KeyCandidate, accepted: dict[str, str | None] | None) -> ApiCredential:
    # Still encrypted: only a check has to read them.
    return api_keys.replace(
        candidate.organisation,
        candidate.stored_by,
        cast("Secret", candidate.key),
        candidate.bearer_token,
        sent=candidate.sent,
        expires_on=candidate.expires_on,
        accepted=accepted,
    )


def _record(verb: str, candidate: KeyCandidate, actor: User, **detail: Any) -> None:
    record(
        verb,
        actor=actor,
        organisation_id=candidate.organisation_id,
        subject=candidate,
        key=candidate.masked_key,
        **detail,
    )
