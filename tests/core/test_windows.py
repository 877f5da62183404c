"""The first rows of a list, found by the index of their order."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.claims.engine import actions
from portal.claims.models import Claim
from portal.claims.queries import claims_of
from portal.core.windows import first_of
from portal.orgs.models import Membership
from portal.sandbox import world
from tests.conftest import claim_request


@pytest.fixture
def claims(ira, mill_court):
    hubs = [world.hub_id(number) for number in range(5)]
    return [actions.submit(claim_request(ira, mill_court, hub)) for hub in hubs]


def test_the_first_rows_come_in_their_order_with_what_belongs_to_them(claims, ira):
    newest = Claim.objects.with_details().order_by("-created_at", "-pk")

    found = first_of(newest, 3)

    assert found == claims[:1:-1]
    with CaptureQueriesContext(connection) as captured:
        assert [each.site.name for each in found] == ["Mill Court"] * 3
    assert len(captured) == 0


def test_no_rows_are_no_rows(ira):
    assert first_of(Claim.objects.order_by("-created_at"), 3) == []


def test_which_they_are_is_read_off_the_index(claims, ada):
    admin = Membership.objects.get(user=ada)
    with CaptureQueriesContext(connection) as captured:
        first_of(claims_of(admin).with_details().order_by("-created_at", "-id"), 3)
    which = captured[0]["sql"]
    assert "JOIN" not in which
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {which}")
            plan = [line for *_, line in cursor.fetchall()]
        assert plan == ["SEARCH claims_claim USING COVERING INDEX claim_newest (organisation_id=?)"]
