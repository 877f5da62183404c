"""What is told by e-mail of an import: that it has come to its end, once, with its numbers."""

from portal.imports import queries
from portal.imports.models import Import, RowState
from portal.notices import outbox
from portal.notices.models import Notice


def tell_of_end(plan: Import) -> None:
    """Tell administrators, and who had it carried out."""
    numbers = dict.fromkeys(RowState.values, 0)
    for (state, _), number in queries.counts(plan).items():
        numbers[state] += number
    outbox.notify(
        plan.organisation_id,
        Notice.Kind.IMPORT_FINISHED,
        about=str(plan.pk),
        and_to=[plan.run_by] if plan.run_by else [],
        plan=str(plan.pk),
        number=plan.number,
        done=numbers[RowState.DONE],
        already=numbers[RowState.ALREADY],
        not_done=numbers[RowState.NOT_DONE],
        waiting=numbers[RowState.WAITING],
    )
