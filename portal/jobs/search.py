"""Finding jobs by any part of their reference, or of the names of who worked on them, by an index.

Names count once a job is over; until then people are found by their membership.
"""

from collections.abc import Iterable
from typing import Final

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Q

from portal.core.folding import folded
from portal.core.text_index import SHORTEST, TextIndex

_ON_POSTGRESQL: Final = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX job_search ON jobs_job USING gin (search_text gin_trgm_ops)",
)
_ON_SQLITE: Final = (
    "CREATE VIRTUAL TABLE jobs_search USING fts5(job UNINDEXED, words, tokenize='trigram')",
    """CREATE TRIGGER jobs_search_made AFTER INSERT ON jobs_job WHEN NEW.search_text <> '' BEGIN
        INSERT INTO jobs_search(job, words) VALUES (NEW.id, NEW.search_text); END""",
    # What it was called before stays beside it: to look that up would mean to read all.
    """CREATE TRIGGER jobs_search_renamed AFTER UPDATE OF search_text ON jobs_job
        WHEN OLD.search_text <> NEW.search_text BEGIN
        INSERT INTO jobs_search(job, words) VALUES (NEW.id, NEW.search_text); END""",
    # Reads all; jobs go with their organisation alone, and then no name may stay.
    """CREATE TRIGGER jobs_search_gone AFTER DELETE ON jobs_job BEGIN
        DELETE FROM jobs_search WHERE job = OLD.id; END""",
)


_INDEX: Final = TextIndex("jobs_search", "job", _ON_POSTGRESQL, _ON_SQLITE)


def make_index(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Make the index that `containing` uses: a migration's step."""
    _INDEX.make(editor)


def text_of(reference: str, crew: Iterable[str] = ()) -> str:
    """Return what a job is found by, a line each; no text that people type goes over two lines."""
    return "\n".join(folded(each) for each in (reference, *crew) if each)


def containing(text: str) -> Q:
    """Return the condition on jobs that the text is part of their reference, or of a name.

    A text of less than three characters is a whole reference.
    """
    wanted = folded(text)
    if len(wanted) < SHORTEST:
        return Q(reference__in=sorted({text, text.upper(), text.lower()}))
    is_common = _INDEX.is_common(wanted)
    return Q(search_text__contains=wanted) if is_common else _INDEX.matching(wanted)
