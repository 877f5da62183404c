"""What the database writes by itself, in the statement that changes a hub's row.

Whoever changes the row, and however many at once, these stay true:

- `site` of a hub of the organisation's own is the site of this organisation that has the hub's
  SpKey site id, also when that is added later;
- `health_since` is when its state last changed, as far as anybody knows: of a hub that went
  offline, when SpKey last saw it; `left_at` is when it turned out not to be the organisation's;
- `found_at` is when the portal came to know that, and `placed_at` at which site it is: what
  somebody put away is told again by these, however long ago SpKey saw the hub last;
- `place_site_id` is at which site of SpKey's its place is: that at which the hub was when somebody
  said it, unless they said of which it is; of what was said before that was known, the first one;
- its spells are its states one after the other, the last of them open;
- the counts are those of the rows, which `rounds` looks at once a night.

They are triggers, in SQLite and in PostgreSQL. A migration that makes SQLite build the table of
hubs or that of sites anew loses them: it has to make them again. A test says so.

A transaction that changes several hubs one after the other may meet another that does so in another
order, as with any rows: change one in a transaction, or all in one statement.
"""

from collections.abc import Iterator
from typing import Final

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from portal.hubs.models import LEFT, Health

_COUNTED: Final = tuple(Health.values)

# In these, `{now}`, `{later}` (the later of two) and `{new_count}` differ between the databases.
_SITE: Final = """
    UPDATE hubs_hub SET version = version + 1, site_id = (
        SELECT id FROM sites_site
        WHERE organisation_id = NEW.organisation_id AND spkey_site_id = NEW.spkey_site_id
    ) WHERE id = NEW.id AND site_id IS DISTINCT FROM (
        SELECT id FROM sites_site
        WHERE organisation_id = NEW.organisation_id AND spkey_site_id = NEW.spkey_site_id
    );
"""
_NEW_SITE: Final = """
    UPDATE hubs_hub SET version = version + 1, site_id = NEW.id
    WHERE organisation_id = NEW.organisation_id AND spkey_site_id = NEW.spkey_site_id
    AND health <> '';
"""
_SINCE: Final = """
    UPDATE hubs_hub SET health_since = CASE
        {returned}
        WHEN {given}health_since IS NOT NULL THEN health_since
        WHEN health = 'offline' AND last_seen < COALESCE(read_at, {now})
        THEN {later}(last_seen, COALESCE(health_since, last_seen))
        WHEN health = 'replaced' AND replaced_at > COALESCE(health_since, created_at)
        THEN replaced_at
        ELSE COALESCE(read_at, {now}) END
    WHERE id = NEW.id;
    UPDATE hubs_hub SET left_at = CASE WHEN health = '' THEN health_since END,
        found_at = {clock} WHERE id = NEW.id;
"""
# It is in use again from now on, whenever it was read last: that somebody said so came first.
_RETURNED: Final = """
        WHEN OLD.health = 'replaced' AND replaced_at IS NULL THEN {clock}"""
_PLACED: Final = """
    UPDATE hubs_hub SET placed_at = {clock},
        place_site_id = CASE place_site_id WHEN '' THEN spkey_site_id ELSE place_site_id END
    WHERE id = NEW.id;
"""
_PUT: Final = "UPDATE hubs_hub SET place_site_id = spkey_site_id WHERE id = NEW.id;"
_END: Final = """
    UPDATE hubs_spell SET
        ended_at = {later}(started_at, (SELECT health_since FROM hubs_hub WHERE id = NEW.id)),
        tell_from = NULL,
        back_from = CASE WHEN news <> '' AND NEW.health = 'online'
            THEN (SELECT health_since FROM hubs_hub WHERE id = NEW.id) END
    WHERE hub_id = NEW.id AND ended_at IS NULL;
"""
# Of a hub that is brought in offline nobody is told: it did not go offline. Nor of one that was
# replaced and leaves.
_BEGIN: Final = """
    INSERT INTO hubs_spell (hub_id, health, started_at, news, tell_from)
    SELECT id, CASE health WHEN '' THEN '{left}' ELSE health END, health_since, '', {tell}
    FROM hubs_hub WHERE id = NEW.id;
"""
_IF_IT_WENT: Final = (
    "CASE WHEN (health = '' AND OLD.health <> 'replaced') "
    "OR (health = 'offline' AND OLD.health IN ('online', 'unknown')) "
    "THEN health_since END"
)
_ADD: Final = """
    {new_count}
    UPDATE hubs_count_table SET hubs = hubs {sign} 1, {columns}
    WHERE organisation_id = {row}.organisation_id AND site_id IS NOT DISTINCT FROM {row}.site_id
    AND {row}.health <> '';
"""
# Of hubs that move there and back at once, each would hold what the other waits for. Also where the
# site follows from the same statement, which is known only after its first count.
_LOCK: Final = {
    "sqlite": "",
    "postgresql": """PERFORM 1 FROM hubs_hubcount
        WHERE organisation_id IN (OLD.organisation_id, NEW.organisation_id) AND (
            site_id IS NOT DISTINCT FROM OLD.site_id OR site_id IS NOT DISTINCT FROM NEW.site_id
            OR site_id = (SELECT id FROM sites_site WHERE organisation_id = NEW.organisation_id
                AND spkey_site_id = NEW.spkey_site_id)
        ) ORDER BY site_id, id FOR UPDATE;""",
}
_NEW_COUNT: Final = {
    "sqlite": """INSERT INTO hubs_hubcount
        (organisation_id, site_id,
        hubs, online, offline, unknown, suspended, decommissioned, replaced)
        SELECT NEW.organisation_id, NEW.site_id, 0, 0, 0, 0, 0, 0, 0
        WHERE NEW.health <> '' AND NOT EXISTS (SELECT 1 FROM hubs_hubcount
        WHERE organisation_id = NEW.organisation_id AND site_id IS NEW.site_id);""",
    "postgresql": """INSERT INTO hubs_hubcount
        (organisation_id, site_id,
        hubs, online, offline, unknown, suspended, decommissioned, replaced)
        SELECT NEW.organisation_id, NEW.site_id, 0, 0, 0, 0, 0, 0, 0
        WHERE NEW.health <> '' ON CONFLICT DO NOTHING;""",
}
_NOW_ON_SQLITE: Final = "strftime('%Y-%m-%d %H:%M:%f', 'now')"
# The clock: not when the transaction began, before which somebody may have put a line away.
_WORDS: Final = {
    "sqlite": {"now": _NOW_ON_SQLITE, "clock": _NOW_ON_SQLITE, "later": "MAX"},
    "postgresql": {"now": "now()", "clock": "clock_timestamp()", "later": "GREATEST"},
}


def install(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Have the database keep the books: a migration's step."""
    vendor = editor.connection.vendor
    write = _sqlite if vendor == "sqlite" else _postgresql
    for trigger in _triggers(vendor):
        for statement in write(*trigger):
            editor.execute(statement, params=None)


def _triggers(vendor: str) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield each trigger's name, event, table, condition and what it does."""
    words = _WORDS[vendor]
    # Who makes a row may know it; who changes one tells of a new state.
    since_given = _SINCE.format(given="", returned="", **words)
    since = _SINCE.format(given="FALSE AND ", returned=_RETURNED.format(**words), **words)
    end = _END.format(**words)
    begun, went = (_BEGIN.format(left=LEFT, tell=tell) for tell in ("NULL", _IF_IT_WENT))
    added = _count("NEW", "+", _NEW_COUNT[vendor])
    taken = _count("OLD", "-")
    changes = "UPDATE OF binding, status, online, replaced_at"
    is_own = "NEW.health <> ''"
    yield "hub_came", "INSERT", "hubs_hub", is_own, since_given + begun
    yield (
        "hub_changed",
        changes,
        "hubs_hub",
        "NEW.health <> OLD.health",
        since + end + went,
    )
    placed = _PLACED.format(**words)
    yield "hub_placed", "INSERT", "hubs_hub", is_own, _SITE + placed
    yield (
        "hub_placed_anew",
        "UPDATE OF binding, spkey_site_id",
        "hubs_hub",
        f"{is_own} AND (NEW.spkey_site_id <> OLD.spkey_site_id OR OLD.health = '')",
        placed,
    )
    yield (
        "hub_put",
        "UPDATE OF place",
        "hubs_hub",
        "NEW.place <> OLD.place AND NEW.place_site_id = OLD.place_site_id",
        _PUT,
    )
    yield (
        "hub_moved",
        "UPDATE OF binding, spkey_site_id",
        "hubs_hub",
        (
            f"{is_own} AND (NEW.spkey_site_id <> OLD.spkey_site_id OR NEW.health <> OLD.health"
            " OR (NEW.site_id IS NULL AND NEW.spkey_site_id <> ''))"
        ),
        _SITE,
    )
    yield "hub_site_added", "INSERT", "sites_site", "", _NEW_SITE
    yield "hub_counted", "INSERT", "hubs_hub", is_own, added
    yield "hub_uncounted", "DELETE", "hubs_hub", "OLD.health <> ''", taken
    yield (
        "hub_counted_anew",
        f"{changes}, site_id, organisation_id",
        "hubs_hub",
        (
            "NEW.health <> OLD.health OR NEW.site_id IS DISTINCT FROM OLD.site_id"
            " OR NEW.organisation_id <> OLD.organisation_id"
        ),
        _NEW_COUNT[vendor] + _LOCK[vendor] + taken + added,
    )


def _count(row: str, sign: str, new_count: str = "") -> str:
    columns = ", ".join(
        f"{each} = {each} {sign} CAST({row}.health = '{each}' AS integer)" for each in _COUNTED
    )
    added = _ADD.format(row=row, sign=sign, columns=columns, new_count=new_count)
    return added.replace("hubs_count_table", "hubs_hubcount")


def _sqlite(name: str, event: str, table: str, condition: str, does: str) -> Iterator[str]:
    when = f"WHEN {condition}" if condition else ""
    yield f"CREATE TRIGGER {name} AFTER {event} ON {table} {when} BEGIN {does} END"


def _postgresql(name: str, event: str, table: str, condition: str, does: str) -> Iterator[str]:
    when = f"WHEN ({condition})" if condition else ""
    yield (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {does} RETURN NULL; END $$"
    )
    yield (
        f"CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW {when} "
        f"EXECUTE FUNCTION {name}()"
    )
