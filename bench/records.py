"""A record of years: a million entries in minutes, since the database makes them by itself."""

from datetime import timedelta
from typing import Final

from django.db import connection

from portal.audit.models import Entry
from portal.claims.models import Claim
from portal.orgs.models import Organisation

# What an organisation's record tells of beside its claims, each verb with its kind.
VERBS: Final = (
    ("claim.ended", "claims"),
    ("hub.described", "hubs"),
    ("hub.move_asked", "hubs"),
    ("site.changed", "sites"),
    ("job.changed", "jobs"),
    ("membership.changed", "people"),
    ("key.checked", "key"),
    ("session.began", "sign_in"),
    ("notice.told", "other"),
)
_VENDORS: Final = {
    "sqlite": {
        "uuid": "lower(hex(randomblob(16)))",
        "at": "strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now', (-CAST({} AS integer)) || ' seconds')",
    },
    "postgresql": {
        "uuid": "gen_random_uuid()",
        "at": "now() - CAST({} AS integer) * interval '1 second'",
    },
}
_ENTRIES: Final = """
    WITH RECURSIVE series(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM series WHERE n + 1 < %s),
    verbs(n, verb, kind) AS (VALUES {verbs}),
    people AS MATERIALIZED (
        SELECT row_number() OVER (ORDER BY id) - 1 AS n, id, email, name FROM orgs_user
        WHERE id IN ({people})
    ),
    theirs AS MATERIALIZED (
        SELECT row_number() OVER (ORDER BY id) - 1 AS n, hub_id, spkey_site_id FROM hubs_hub
        WHERE organisation_id = %s
    )
    INSERT INTO audit_entry (
        id, at, verb, kind, actor_id, actor_label, actor_name, actor_role, organisation_id,
        object_type, object_id, object_label, hub, site, address, request, result, detail
    )
    SELECT
        {uuid}, {at}, verb, kind, people.id, email, name, 'installer', %s,
        '', CAST({uuid} AS text), '', CASE WHEN kind IN ('claims', 'hubs') THEN theirs.hub_id END,
        spkey_site_id, '192.0.2.1', CAST({uuid} AS text), '', '{{}}'
    FROM series
    JOIN verbs ON verbs.n = series.n %% (SELECT count(*) FROM verbs)
    JOIN people ON people.n = series.n / 7 %% (SELECT count(*) FROM people)
    JOIN theirs ON theirs.n = series.n / 9 %% (SELECT count(*) FROM theirs)
"""


def make_entries(
    organisation: Organisation, count: int, *, newest: timedelta, oldest: timedelta
) -> None:
    """Make so many entries of the organisation, by its claimers and about its hubs.

    They are spread evenly from the newest to the oldest, which are so long ago.
    """
    if not count:
        return
    first, span = newest.total_seconds(), (oldest - newest).total_seconds()
    vendor = _VENDORS[connection.vendor]
    claimers = Claim.objects.filter(organisation=organisation).order_by()
    people = sorted({str(pk) for pk in claimers.values_list("submitted_by", flat=True).distinct()})
    key = Entry._meta.get_field("organisation_id").get_db_prep_value(organisation.pk, connection)
    statement = _ENTRIES.format(
        verbs=", ".join(f"({n}, '{verb}', '{kind}')" for n, (verb, kind) in enumerate(VERBS)),
        people=", ".join(["%s"] * len(people)),
        uuid=vendor["uuid"],
        at=vendor["at"].format(f"({first} + series.n * {span / count})"),
    )
    ids = [pk.replace("-", "") if connection.vendor == "sqlite" else pk for pk in people]
    with connection.cursor() as cursor:
        cursor.execute(statement, [count, *ids, key, key])
