"""Finding jobs by any part of their reference, or of the names of who worked on them, by an index.

PostgreSQL has one on every three characters of a text (pg_trgm), SQLite a table of its own for that
(FTS5), which triggers fill: as for hubs, see `portal/hubs/search.py`. Names count once a job is
over; until then people are found by their membership.

A migration that makes SQLite build the table of jobs anew loses the triggers: it has to make them
again. A test says so.
"""

from collections.abc import Iterable
from typing import Final

from django.apps.registry import Apps
from django.db import connection
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Q
from django.db.models.expressions import RawSQL

from portal.core.folding import folded

SHORTEST: Final = 3
# Of more jobs than that, anybody's, the newest of the list are found sooner by looking at them.
MANY: Final = 1_000
_COUNT = "SELECT count(*) FROM (SELECT 1 FROM jobs_search WHERE words MATCH %s LIMIT %s)"

_ON_POSTGRESQL = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX job_search ON jobs_job USING gin (search_text gin_trgm_ops)",
)
_ON_SQLITE = (
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


def make_index(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Make the index that `containing` uses: a migration's step."""
    on_postgresql = editor.connection.vendor == "postgresql"
    for statement in _ON_POSTGRESQL if on_postgresql else _ON_SQLITE:
        editor.execute(statement, params=None)


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
    found = Q(search_text__contains=wanted)
    if connection.vendor == "sqlite" and not _is_common(wanted):
        indexed = RawSQL("SELECT job FROM jobs_search WHERE words MATCH %s", (_phrase(wanted),))
        found &= Q(pk__in=indexed)
    return found


def _is_common(wanted: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, (_phrase(wanted), MANY))
        return bool(cursor.fetchone()[0] == MANY)


def _phrase(wanted: str) -> str:
    return '"{}"'.format(wanted.replace('"', '""'))
