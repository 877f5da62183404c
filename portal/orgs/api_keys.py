"""Putting an organisation's key in place, saying when it ends, and asking for a check of it.

A key that is to replace another is checked first: see `key_candidates`.
"""

from datetime import date

from django.db import transaction
from django.db.models import Case, F, Value, When
from django.utils import timezone

from portal.audit.record import record
from portal.core.leasing import due_at, taken_away
from portal.orgs.encryption import Secret
from portal.orgs.models import ApiCredential, KeyReminder, Organisation, User

REPLACED = (
    "key",
    "bearer_token",
    "sent",
    "sent_since",
    "accepted",
    "fingerprint",
    "masked_key",
    "expires_on",
    "state",
    "checked_at",
    "due_at",
    "timed_at",
    "lease_until",
    "paused_until",
    "doubted_at",
    "replaced_at",
    "replaced_by",
    "version",
)


@transaction.atomic
def replace(
    organisation: Organisation,
    actor: User | None,
    key: Secret,
    bearer_token: Secret | None,
    *,
    sent: str | None = None,
    expires_on: date | None = None,
    accepted: dict[str, str | None] | None = None,
) -> ApiCredential:
    """Store a key in place of the one before, due for a check, and return the credential.

    With `accepted` it has just been checked, and works: these are the ways of sending it that
    SpKey takes. The bearer token goes with the key: None removes one that was stored, and the key
    is sent alone again. `sent` None leaves the way as it is. The kind stays what it was; only
    the portal's operators make a key a super key.
    """
    Organisation.objects.hold(organisation)
    stored = ApiCredential.objects.filter(organisation=organisation).first()
    credential = stored or ApiCredential(organisation=organisation)
    before = credential.masked_key
    credential.set_key(key, bearer_token)
    credential.sent = sent or credential.sent if bearer_token else ApiCredential.Sent.KEY
    credential.expires_on = expires_on
    _set_checked(credential, accepted)
    # Not before the check: a page tells by it which keys have taken over just now.
    credential.sent_since = credential.replaced_at = timezone.now()
    credential.replaced_by = actor
    if stored:
        credential.version = F("version") + 1
    # The rest of a stored row belongs to others: the kind to operators, the lease to workers.
    credential.save(update_fields=REPLACED if stored else None)
    _plan_reminders(credential)
    record(
        "key.replaced",
        actor=actor,
        organisation_id=organisation.pk,
        subject=credential,
        before=before,
        after=credential.masked_key,
        bearer_token=bearer_token is not None,
        expires_on=expires_on and expires_on.isoformat(),
    )
    return credential


def _set_checked(credential: ApiCredential, accepted: dict[str, str | None] | None) -> None:
    """Set, unsaved, what is known of a key just put in place: that it works, or nothing."""
    now, states = timezone.now(), ApiCredential.State
    credential.accepted = accepted or {}
    credential.state = states.UNCHECKED if accepted is None else states.WORKING
    credential.checked_at = None if accepted is None else now
    credential.due_at = now if accepted is None else None
    credential.timed_at = now
    credential.lease_until = credential.paused_until = credential.doubted_at = None


def set_expiry(credential: ApiCredential, actor: User, expires_on: date | None) -> bool:
    """Remember the last day on which SpKey takes the key in use; None where there is none.

    Return False, and change nothing, where it is that day already, or another key in its place.
    """
    with transaction.atomic():
        known = ApiCredential.objects.filter(
            pk=credential.pk,
            fingerprint=credential.fingerprint,
            expires_on=credential.expires_on,
        )
        if expires_on == credential.expires_on or not known.update(
            expires_on=expires_on, version=F("version") + 1
        ):
            return False
        before, credential.expires_on = credential.expires_on, expires_on
        _plan_reminders(credential)
        record(
            "key.expiry_set",
            actor=actor,
            organisation_id=credential.organisation_id,
            subject=credential,
            before=before and before.isoformat(),
            after=expires_on and expires_on.isoformat(),
        )
    return True


def _plan_reminders(credential: ApiCredential) -> None:
    """Have somebody look at once whether the key's end is to be told: see `gateway.key_expiry`."""
    KeyReminder.objects.filter(credential=credential).delete()
    if credential.expires_on is not None:
        KeyReminder.objects.create(credential=credential, **due_at(timezone.now()))


def choose_sent(credential: ApiCredential, actor: User, sent: str) -> bool:
    """Send the key, its token or both from now on, and have that checked.

    Return False, and change nothing, where no token is stored or it is sent so already.
    """
    with transaction.atomic():
        others = ApiCredential.objects.filter(pk=credential.pk).exclude(sent=sent)
        if sent != ApiCredential.Sent.KEY:
            others = others.exclude(bearer_token=None)
        chosen = others.update(
            sent=sent,
            # It stays another organisation's, however it is sent.
            state=Case(
                When(state=ApiCredential.State.MISMATCH, then=F("state")),
                default=Value(ApiCredential.State.UNCHECKED),
            ),
            doubted_at=None,
            # As good as another key: what was answered to the way before says nothing of this one.
            sent_since=timezone.now(),
            **taken_away(),
            **due_at(timezone.now()),
            version=F("version") + 1,
        )
        if chosen:
            record(
                "key.sent_chosen",
                actor=actor,
                organisation_id=credential.organisation_id,
                subject=credential,
                before=credential.sent,
                after=sent,
            )
    return bool(chosen)


def ask_for_check(credential: ApiCredential, actor: User) -> None:
    """Make the key due for a check by the worker, and say who asked."""
    with transaction.atomic():
        asked = ApiCredential.objects.filter(pk=credential.pk, due_at=None).update(
            **due_at(timezone.now()), version=F("version") + 1
        )
        if asked:
            record(
                "key.check_asked",
                actor=actor,
                organisation_id=credential.organisation_id,
                subject=credential,
            )
