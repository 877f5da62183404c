"""An organisation's receiving address and its secrets: made, replaced, removed, and recognised."""

import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import CharField, F
from django.utils import timezone

from portal.audit.record import record
from portal.core.prepared import FOR_LONG, Prepared
from portal.core.throttle import Limit
from portal.events.models import Receiver, ReceiverSecret, SecretQuerySet
from portal.orgs.encryption import Secret, UnreadableSecretError
from portal.orgs.models import Membership, Organisation, User

BYTES: Final = 32
# Of an attacker's flood only so many are counted: counting is a write.
COUNTED: Final = Limit("refused deliveries that are counted", most=60, seconds=60)
USED_TO_THE: Final = timedelta(minutes=1)


class TooManySecretsError(Exception):
    """There are as many secrets as there may be: one goes before another is made."""


class KnownSecret(NamedTuple):
    """A secret that opens a receiver, by its digest."""

    pk: UUID
    digest: str
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Door:
    """A receiver, as a delivery finds it. Without secrets it stands open."""

    organisation_id: UUID
    spkey_org_id: str
    secrets: tuple[KnownSecret, ...]

    def opened_by(self, given: Iterable[str]) -> KnownSecret | None:
        """Return the secret that is among those given.

        Each is compared with all of them, so that the time tells nothing.
        """
        digests = [_digest(each) for each in given]
        found = None
        for secret in self.secrets:
            for each in digests:
                if hmac.compare_digest(secret.digest, each):
                    found = secret
        return found


_found = Prepared(
    lambda digest: Receiver.objects.filter(digest=digest).values_list(
        "organisation_id",
        "organisation__spkey_org_id",
        "secrets__pk",
        "secrets__digest",
        "secrets__used_at",
    ),
    kept_for=FOR_LONG,
    digest=CharField(),
)


def find(key: str) -> Door | None:
    """Return whose address ends with this key. One query, whether there is any or not."""
    found = _found.rows(digest=_digest(key))
    if not found:
        return None
    organisation_id, spkey_org_id, *_ = found[0]
    known = tuple(
        KnownSecret(pk, digest, used_at)
        for _, _, pk, digest, used_at in found
        if pk is not None and digest is not None
    )
    return Door(organisation_id, spkey_org_id, known)


def count_refusal(organisation_id: UUID) -> None:
    """Count a delivery without a valid secret."""
    whom = str(organisation_id)
    # The look costs less than the count.
    if COUNTED.used(whom) < COUNTED.most and COUNTED.allows(whom):
        Receiver.objects.filter(pk=organisation_id).update(
            refused=F("refused") + 1, refused_at=timezone.now()
        )


def note_use(secret: KnownSecret) -> None:
    """Remember that a secret was used, at most once a minute."""
    now = timezone.now()
    if secret.used_at is None or now - secret.used_at > USED_TO_THE:
        ReceiverSecret.objects.filter(pk=secret.pk).update(used_at=now)


def receiver_of(organisation: Organisation) -> Receiver | None:
    """Return the organisation's receiver, or None while it has none."""
    return Receiver.objects.filter(pk=organisation.pk).first()


def key_of(receiver: Receiver) -> str:
    """Return the key with which the address ends, "" where the encryption keys do not open it."""
    try:
        return receiver.key.reveal() if receiver.key else ""
    except UnreadableSecretError:
        return ""


def secrets_of(member: Membership) -> list[ReceiverSecret]:
    """Return the secrets of the member's organisation, the oldest first."""
    return list(ReceiverSecret.objects.of(member).select_related("made_by"))


def secrets_visible_to(user: User) -> SecretQuerySet:
    """Return the secrets of the person's organisations."""
    return ReceiverSecret.objects.visible_to(user)


def others_than(secret: ReceiverSecret) -> int:
    """Return how many secrets open the same address beside this one."""
    same = ReceiverSecret.objects.filter(receiver=secret.receiver_id)
    return same.exclude(pk=secret.pk).count()


@transaction.atomic
def replace(organisation: Organisation, actor: User | None, key: str = "") -> Receiver:
    """Give the organisation an address, in place of the one that it may have had.

    Its secrets stay, and what was refused at the old address is forgotten. `key` is for the demo.
    """
    Organisation.objects.hold(organisation)
    text = key or secrets.token_urlsafe(BYTES)
    receiver, is_new = Receiver.objects.update_or_create(
        organisation=organisation,
        defaults={
            "key": Secret(text),
            "digest": _digest(text),
            "made_at": timezone.now(),
            "made_by": actor,
            "refused": 0,
            "refused_at": None,
        },
    )
    verb = "webhook.made" if is_new else "webhook.replaced"
    record(verb, actor=actor, organisation_id=organisation.pk)
    return receiver


@transaction.atomic
def add_secret(receiver: Receiver, actor: User | None, text: str = "") -> Secret:
    """Make a secret, beside those there are, and return it: it is written down nowhere.

    Raises TooManySecretsError.
    """
    Receiver.objects.select_for_update().get(pk=receiver.pk)
    if ReceiverSecret.objects.filter(receiver=receiver).count() >= ReceiverSecret.MOST:
        raise TooManySecretsError
    made = text or secrets.token_urlsafe(BYTES)
    stored = ReceiverSecret.objects.create(
        receiver=receiver, digest=_digest(made), tail=made[-4:], made_by=actor
    )
    record("webhook.secret_made", actor=actor, organisation_id=receiver.pk, tail=stored.tail)
    return Secret(made)


@transaction.atomic
def remove_secret(secret: ReceiverSecret, actor: User) -> bool:
    """Let the secret open nothing any more; say whether it did."""
    if not ReceiverSecret.objects.filter(pk=secret.pk).delete()[0]:
        return False
    record(
        "webhook.secret_removed",
        actor=actor,
        organisation_id=secret.receiver_id,
        tail=secret.tail,
    )
    return True


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
