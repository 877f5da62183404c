"""Many rows ask the database as often as a few, and a quiet tray hardly at all."""

import json

from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from zeal import zeal_context

from portal.claims.models import Claim
from portal.core.web import bodies
from portal.hubs.models import Hub
from portal.sandbox import world
from portal.tray import schema
from portal.tray.sync import MOST_READ
from tests.tray.conftest import HUB


def asked(tablet, rows) -> list[str]:
    """The statements that one call sends."""
    with CaptureQueriesContext(connection) as queries, zeal_context():
        tablet.sync(*rows)
    return [query["sql"] for query in queries]


def writes(statements: list[str]) -> list[str]:
    return [each for each in statements if each.startswith(("INSERT", "UPDATE", "DELETE"))]


def scanned(tablet, site, first: int, number: int, **fields: object):
    return [tablet.row(world.hub_id(first + n), site, **fields) for n in range(number)]


def test_lookups_of_fifty_hubs_take_as_many_statements_as_of_five(tablet, mill_court):
    # The first lookup of an hour also forgets the counts of hours long past.
    tablet.sync(tablet.row(world.hub_id(90), mill_court))
    few, many = (scanned(tablet, mill_court, *part) for part in ((0, 5), (10, 50)))
    counts = [len(asked(tablet, rows)) for rows in (few, many)]
    quiet = asked(tablet, many)

    assert counts[0] == counts[1] <= 19
    assert len(quiet) <= 10
    assert writes(quiet) == []


def test_news_of_twenty_claims_takes_as_many_statements_as_of_three(
    tablet, mill_court, orchard_rise, ada
):
    few, many = (scanned(tablet, mill_court, *part, claim=True) for part in ((0, 3), (10, 20)))
    for rows in (few, many):
        tablet.sync(*rows)
    over = {"finished_at": timezone.now(), "due_at": None}
    Claim.objects.update(state="conflict", reason="another_site", **over)
    Hub.objects.update(spkey_site_id="orchard-rise", binding="ours", version=2)
    counts = [len(asked(tablet, rows)) for rows in (few, many)]

    assert counts[0] == counts[1] <= 8
    assert "SmartphoneKey has it at Orchard Rise." in tablet.latest[many[-1]["id"]]["text"]

    # An administrator rejected them all.
    decided = {"cancel_requested_by": ada, "cancel_requested_at": timezone.now(), "version": 9}
    Claim.objects.update(state="cancelled", reason="", **decided)
    rejected = [len(asked(tablet, rows)) for rows in (few, many)]

    assert rejected[0] == rejected[1] <= 8
    assert "Ada Admin" in str(tablet.latest[many[-1]["id"]])


def test_repeating_rows_takes_no_statement_for_each_row(tablet, mill_court):
    rows = scanned(tablet, mill_court, 0, 20, claim=True)
    repeat = [dict(row) for row in rows]
    tablet.sync(*rows)
    statements = asked(tablet, repeat)

    assert len(statements) <= 8
    assert writes(statements) == []


def test_the_longest_request_of_a_tray_fits(tablet):
    longest = "\u202e" * MOST_READ
    rows = [tablet.row(f"{HUB}{longest}"[:MOST_READ]) for _ in range(schema.MOST_ROWS)]
    size = len(json.dumps(tablet.body(*rows)))

    assert tablet.send(tablet.body(*rows)).status_code == 200
    assert size < schema.MOST_BYTES < bodies.ORDINARY < settings.DATA_UPLOAD_MAX_MEMORY_SIZE
