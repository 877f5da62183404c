"""Writing to the audit trail."""

import uuid
from typing import Any, Protocol

from django.db import models

from portal.audit.models import Entry


class Actor(Protocol):
    """Who acts: all that the trail needs to know of them."""

    pk: Any
    email: str


def record(
    verb: str,
    *,
    actor: Actor | None,
    organisation_id: uuid.UUID | None,
    subject: models.Model | None = None,
    acting_organisation_id: uuid.UUID | None = None,
    **detail: Any,
) -> Entry:
    """Append one row, inside the caller's transaction, and return it.

    `verb` is the subject and what became of it, such as `claim.submitted`. `actor` is None
    when the portal itself acts. `detail` must serialise as JSON and must hold no secret.
    """
    return Entry.objects.create(
        verb=verb,
        actor_id=actor.pk if actor else None,
        actor_label=actor.email if actor else "",
        organisation_id=organisation_id,
        acting_organisation_id=acting_organisation_id,
        object_type=subject._meta.label_lower if subject else "",
        object_id=str(subject.pk) if subject else "",
        detail=detail,
    )
