"""Finding hubs by any part of their id or serial, or of their place, through an index."""

from typing import Any, Final
from uuid import UUID

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Q, QuerySet

from portal.core.folding import folded
from portal.core.text_index import SHORTEST, TextIndex

_ON_POSTGRESQL: Final = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX hub_search ON hubs_hub USING gin (search_text gin_trgm_ops)",
    "CREATE INDEX hub_place_search ON hubs_hub USING gin (place_text gin_trgm_ops)",
)
_ON_SQLITE: Final = (
    "CREATE VIRTUAL TABLE hubs_search USING fts5(hub UNINDEXED, words, tokenize='trigram')",
    """CREATE TRIGGER hubs_search_made AFTER INSERT ON hubs_hub BEGIN
        INSERT INTO hubs_search(hub, words)
        VALUES (NEW.id, NEW.search_text || char(10) || NEW.place_text); END""",
    # What it was called before stays beside it: to look that up would mean to read all.
    """CREATE TRIGGER hubs_search_renamed AFTER UPDATE OF hub_id, serial, place_text ON hubs_hub
        WHEN OLD.search_text <> NEW.search_text OR OLD.place_text <> NEW.place_text BEGIN
        INSERT INTO hubs_search(hub, words)
        VALUES (NEW.id, NEW.search_text || char(10) || NEW.place_text); END""",
    # By its words, under which all that it was called stands: `hub` has no index.
    """CREATE TRIGGER hubs_search_gone AFTER DELETE ON hubs_hub BEGIN
        DELETE FROM hubs_search
        WHERE words MATCH '"' || OLD.hub_id || '"' AND hub = OLD.id; END""",
)


_INDEX: Final = TextIndex("hubs_search", "hub", _ON_POSTGRESQL, _ON_SQLITE)


def make_index(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Make the index that `matching` uses: a migration's step."""
    _INDEX.make(editor)


def containing(text: str) -> Q:
    """Return the condition on hubs that the text is part of their id or serial, without the index.

    Hyphens, spaces and capitals do not matter.
    """
    return Q(search_text__contains=_wanted(text))


def _wanted(text: str) -> str:
    return "".join(text.replace("-", "").split()).lower()


def matching(text: str) -> Q | None:
    """Return the same condition by the index; None for fewer than three characters."""
    wanted = _wanted(text)
    if len(wanted) < SHORTEST:
        return None
    return _INDEX.matching(wanted)


def is_common(text: str) -> bool:
    """Whether so many hubs have the text that it takes long to name them: MANY, of anybody's."""
    return _INDEX.is_common(_wanted(text))


def with_place(text: str) -> Q:
    """Return the condition on hubs that the text is part of their id, serial or place.

    Places are compared folded. Fewer than three characters are looked for in places alone.
    """
    ids, place = _wanted(text), folded(text)
    in_place = Q(place_text__contains=place) if place else Q(pk__in=[])
    if len(ids) < SHORTEST:
        return _INDEX.matching(place, "place_text") if _is_rare(place) else in_place
    if _is_rare(ids) and _is_rare(place):
        return _INDEX.matching(ids) | _INDEX.matching(place, "place_text")
    # One that no index serves has all of them looked at in any case.
    return containing(text) | in_place


def _is_rare(wanted: str) -> bool:
    return len(wanted) >= SHORTEST and not _INDEX.is_common(wanted)


def some(hubs: QuerySet[Any], text: str, most: int) -> list[UUID]:
    """Return the ids of at most so many of these hubs that have the text: see `matching`."""
    found = matching(text)
    if found is None:
        return []
    return list(hubs.filter(found).order_by().values_list("pk", flat=True)[:most])
