"""What home counts is found by an index, however many claims an organisation has had."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.claims import queries
from portal.claims.display.home_items import COUNTED
from portal.claims.engine import actions
from portal.claims.groups import claims_in
from portal.claims.models import Claim, State
from portal.claims.numbers import fresh
from portal.orgs.models import Membership
from portal.sandbox import world
from tests.conftest import claim_request


@pytest.fixture
def history(ira, mill_court):
    """A hundred refused claims of years ago, and one of today."""
    claim = actions.submit(claim_request(ira, mill_court, world.hub_id(0)))
    ended = {"state": State.REJECTED, "due_at": None, "finished_at": timezone.now()}
    Claim.objects.filter(pk=claim.pk).update(**ended)
    old = Claim.objects.get(pk=claim.pk)
    old.finished_at = timezone.now() - timedelta(days=1000)
    rows = []
    for _ in range(100):
        old.pk, old.submission, old.number = uuid4(), uuid4(), fresh()
        rows.append(Claim(**{field.attname: getattr(old, field.attname) for field in fields()}))
    Claim.objects.bulk_create(rows)
    return claim


def fields():
    return Claim._meta.concrete_fields


def numbers(ada):
    admin = Membership.objects.get(user=ada)
    return queries.numbers(admin, {name: claims_in(name) for name in COUNTED})


def test_what_ended_years_ago_is_not_counted(history, ada):
    assert numbers(ada)["refused"] == 1


def test_a_claim_that_was_tried_again_is_not_counted(history, ira, ada):
    actions.submit(actions.retry(Claim.objects.get(pk=history.pk), ira))

    assert numbers(ada)["refused"] == 0
    assert Claim.objects.get(pk=history.pk).retried


def test_counting_reads_by_indexes_alone(history, ada):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        numbers(ada)
    [query] = [each["sql"] for each in captured if "COUNT" in each["sql"]]
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
            cursor.execute(f"EXPLAIN QUERY PLAN {query}")
            plan = [line for *_, line in cursor.fetchall()]
        assert not [line for line in plan if line.startswith("SCAN")], plan
        assert "claim_ended" in " ".join(plan)
