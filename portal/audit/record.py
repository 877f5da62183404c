"""Writing to the audit trail."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Protocol

from django.db import models
from django.utils import timezone

from portal.audit.kinds import kind_of
from portal.audit.models import Entry
from portal.core import logs


class Role(StrEnum):
    """In which role somebody acts who acts in none of an organisation's."""

    PORTAL = "portal"
    SUPPORT = "support"
    OPERATOR = "operator"


HIDDEN_ROLES: Final = (Role.SUPPORT, Role.OPERATOR)
"""Of whom organisations learn the role, and not who they are."""


class Actor(Protocol):
    """Who acts: all that the trail needs to know of them."""

    pk: Any
    email: str
    name: str


def record(
    verb: str,
    *,
    actor: Actor | None,
    organisation_id: uuid.UUID | None,
    subject: models.Model | None = None,
    acting_organisation_id: uuid.UUID | None = None,
    acting_as: str = "",
    outcome: str = "",
    moment: datetime | None = None,
    **detail: Any,
) -> Entry:
    """Append one row, inside the caller's transaction, and return it.

    `verb` is the subject and what became of it, such as `claim.submitted`; its sentence stands in
    `display/wording.py`. `actor` is None when the portal itself acts. In which role, from where and
    by which request is known of the request that is being answered; `acting_as` says the role
    where it is not. `outcome` is "failed" or "refused" where nothing came of it. `detail` must
    serialise as JSON and must hold no secret.
    """
    made = entry(
        verb,
        actor=actor,
        organisation_id=organisation_id,
        subject=subject,
        acting_organisation_id=acting_organisation_id,
        acting_as=acting_as,
        outcome=outcome,
        moment=moment,
        **detail,
    )
    made.save(force_insert=True)
    return made


def entry(
    verb: str,
    *,
    actor: Actor | None,
    organisation_id: uuid.UUID | None,
    subject: models.Model | None = None,
    acting_organisation_id: uuid.UUID | None = None,
    acting_as: str = "",
    outcome: str = "",
    moment: datetime | None = None,
    **detail: Any,
) -> Entry:
    """Return a row as `record` appends it, for who appends many together: with `append`."""
    origin = logs.current()
    return Entry(
        at=moment or timezone.now(),
        verb=verb,
        kind=kind_of(verb),
        actor_id=actor.pk if actor else None,
        actor_label=actor.email if actor else "",
        actor_name=actor.name if actor else "",
        actor_role=acting_as or _role(origin, actor, organisation_id, acting_organisation_id),
        organisation_id=organisation_id,
        acting_organisation_id=acting_organisation_id,
        object_type=subject._meta.label_lower if subject else "",
        object_id=str(subject.pk) if subject else "",
        object_label=_label(subject),
        hub=_hub(detail.get("hub") or getattr(subject, "hub_id_text", None)),
        site=str(detail.get("site") or getattr(subject, "spkey_site_id", None) or "")[:128],
        address=logs.printable(origin.address)[:64] if origin else "",
        request=origin.request[:64] if origin else "",
        result=outcome,
        detail=detail,
    )


def append(entries: Iterable[Entry]) -> None:
    """Append these rows, inside the caller's transaction."""
    Entry.objects.bulk_create(entries)


def _role(
    origin: logs.Origin | None,
    actor: Actor | None,
    organisation_id: uuid.UUID | None,
    acting_organisation_id: uuid.UUID | None,
) -> str:
    if actor is None:
        # What a stranger brings about is not done by the portal.
        return Role.PORTAL if origin is None or origin.person else ""
    if acting_organisation_id is not None:
        return Role.SUPPORT
    if origin is not None and origin.person == actor.pk:
        role = origin.role if origin.organisation == organisation_id else ""
        if role or origin.role == Role.OPERATOR:
            return role or Role.OPERATOR
    # Whoever operates the portal and acts in no organisation's role acts as an operator there.
    is_operator = organisation_id is not None and getattr(actor, "is_staff", False)
    return Role.OPERATOR if is_operator else ""


def _label(subject: models.Model | None) -> str:
    """Return what people call the thing: its `record_label`, or what it is called elsewhere."""
    if subject is None:
        return ""
    return str(getattr(subject, "record_label", "") or subject)[:200]


def _hub(text: Any) -> uuid.UUID | None:
    try:
        return uuid.UUID(str(text)) if text else None
    except ValueError:
        return None
