"""An import as somebody gives it, and a worker that does all that is due."""

from uuid import uuid4

from django.utils import timezone

from portal.core import worker
from portal.core.leasing import due_at
from portal.imports import making
from portal.imports.making import Given
from portal.imports.models import Import
from portal.orgs.models import User


def give(person: User, data: bytes | str, kind: str = "claim", **fields: object) -> Import:
    """Give this file, as the form would."""
    member = person.memberships.select_related("organisation__credential").get()
    raw = data.encode() if isinstance(data, str) else data
    plan, _is_new = making.make(member, Given(kind, raw, uuid4(), **fields))
    return plan


def work(plan: Import, rounds: int = 1) -> Import:
    """Let the worker do all that is due now, and the import's next steps, so many times."""
    for _ in range(rounds):
        due = Import.objects.filter(pk=plan.pk, due_at__isnull=False)
        due.update(**due_at(timezone.now()))
        worker.run_once()
    return Import.objects.get(pk=plan.pk)


def verdicts(plan: Import) -> dict[int, str]:
    return dict(plan.rows.values_list("line", "verdict"))


def piles(plan: Import) -> dict[int, str]:
    return dict(plan.rows.values_list("line", "state"))
