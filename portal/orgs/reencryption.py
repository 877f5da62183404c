"""Encrypting all stored secrets again, so that an older encryption key can be taken away.

It runs beside everything else: a value is written only where it still is what was read, and what
somebody stores meanwhile stays. What is done already is passed over, so it may be stopped, and
started again, at any moment.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db.models import Model

from portal.orgs.encryption import EncryptedField, StoredSecret, UnreadableSecretError, renewed

AT_A_TIME: Final = 200
# A value that changes so often while it is encrypted again is left to the next run.
TRIES: Final = 3
# Where the sign-in library keeps what `MfaAdapter` has encrypted for it.
IN_FACTORS: Final = ("secret", "seed", "migrated_codes")


class Outcome(Enum):
    """What became of one stored value."""

    RENEWED = "encrypted again"
    KEPT = "under the newest key already"
    UNREADABLE = "unreadable"
    BUSY = "changed meanwhile"


@dataclass(frozen=True, slots=True)
class Column:
    """A column with secrets.

    `renew` returns the value that takes a value's place, or None where its secrets are under the
    newest key already. It raises UnreadableSecretError where no key opens them.
    """

    model: type[Model]
    name: str
    renew: Callable[[Any], Any]

    def __str__(self) -> str:
        return f"{self.model._meta.label}.{self.name}"


def columns() -> list[Column]:
    """Return every column in which the portal stores secrets."""
    encrypted = [
        Column(model, field.name, _renew_secret)
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, EncryptedField)
    ]
    return [*encrypted, Column(Authenticator, "data", _renew_factor)]


def run(column: Column) -> Iterator[tuple[object, Outcome]]:
    """Encrypt the column's values again, row by row; tell of each what became of it."""
    rows = column.model._base_manager.order_by("pk").filter(**{f"{column.name}__isnull": False})
    after = rows
    while batch := list(after.values_list("pk", column.name)[:AT_A_TIME]):
        for pk, value in batch:
            yield pk, _renew(column, pk, value)
        after = rows.filter(pk__gt=batch[-1][0])


def _renew(column: Column, pk: object, value: Any) -> Outcome:
    row = column.model._base_manager.filter(pk=pk)
    for _ in range(TRIES):
        try:
            new = None if value is None else column.renew(value)
        except UnreadableSecretError:
            return Outcome.UNREADABLE
        if new is None:
            return Outcome.KEPT
        if row.filter(**{column.name: value}).update(**{column.name: new}):
            return Outcome.RENEWED
        value = row.values_list(column.name, flat=True).first()
    return Outcome.BUSY


def _renew_secret(secret: StoredSecret) -> StoredSecret | None:
    token = renewed(secret.token)
    return None if token is None else StoredSecret(token)


def _renew_factor(data: dict[str, Any]) -> dict[str, Any] | None:
    new = data | {name: _renew_tokens(data[name]) for name in IN_FACTORS if name in data}
    return None if new == data else new


def _renew_tokens(tokens: str | list[str]) -> str | list[str]:
    if isinstance(tokens, str):
        return renewed(tokens) or tokens
    return [renewed(token) or token for token in tokens]
