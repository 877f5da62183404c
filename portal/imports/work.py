"""The kinds of due work of imports: conducting one, and looking at a batch of its rows."""

from portal.core.worker import WorkKind
from portal.imports import conduct, looking
from portal.imports.models import Batch, Import

PLANS = WorkKind(
    name="imports",
    model=Import,
    is_due=conduct.some_due,
    take=conduct.take_due,
    work=conduct.conduct,
    longest=conduct.longest,
    priority=1,
)
BATCHES = WorkKind(
    name="rows of imports",
    model=Batch,
    is_due=looking.some_due,
    take=looking.take_due,
    work=looking.look,
    longest=looking.longest,
    priority=2,
)
