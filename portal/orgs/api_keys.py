"""Putting an organisation's key in place, and asking for a check of it."""

from django.db import transaction
from django.db.models import Case, F, Value, When
from django.utils import timezone

from portal.audit.record import record
from portal.core.leasing import due_at, taken_away
from portal.orgs.encryption import Secret
from portal.orgs.models import ApiCredential, Organisation, User

REPLACED = (
    "key",
    "bearer_token",
    "sent",
    "sent_since",
    "accepted",
    "fingerprint",
    "masked_key",
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
    organisation: Organisation, actor: User | None, key: Secret, bearer_token: Secret | None
) -> ApiCredential:
    """Store a key in place of the one before, due for a check, and return the credential.

    The bearer token goes with the key: None removes one that was stored, and the key is sent alone
    again. The kind stays what it was; only the portal's operators make a key a super key.
    """
    Organisation.objects.hold(organisation)
    stored = ApiCredential.objects.filter(organisation=organisation).first()
    credential = stored or ApiCredential(organisation=organisation)
    before = credential.masked_key
    credential.set_key(key, bearer_token)
    if bearer_token is None:
        credential.sent = ApiCredential.Sent.KEY
    credential.accepted = {}
    credential.state = ApiCredential.State.UNCHECKED
    credential.checked_at = credential.lease_until = None
    credential.paused_until = credential.doubted_at = None
    credential.due_at = credential.timed_at = timezone.now()
    credential.sent_since = credential.replaced_at = timezone.now()
    credential.replaced_by = actor
    if stored:
        credential.version = F("version") + 1
    # The rest of a stored row belongs to others: the kind to operators, the lease to workers.
    credential.save(update_fields=REPLACED if stored else None)
    record(
        "key.replaced",
        actor=actor,
        organisation_id=organisation.pk,
        subject=credential,
        before=before,
        after=credential.masked_key,
        bearer_token=bearer_token is not None,
    )
    return credential


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
