"""How often a page asks the database: a fixed number of times, however much there is to show."""

from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from zeal import zeal_context

from portal.claims.models import Claim
from portal.hubs.models import Hub
from portal.moves.models import MoveRequest
from portal.sites.models import Site
from tests.claims.web.test_claim_list import many
from tests.conftest import make_person, work
from tests.forms import FRAGMENT
from tests.people_with_factor import has_used_factor


def asked(client, address: str, **headers: str) -> list[str]:
    """The statements that one GET sends, the session's first write left out."""
    client.get(address, headers=headers)
    with CaptureQueriesContext(connection) as queries, zeal_context():
        answer = client.get(address, headers=headers)
    assert answer.status_code in {200, 204}
    return [query["sql"] for query in queries]


def live_address(client, claim: Claim) -> str:
    page = client.get(f"/claims/{claim.pk}/").content.decode()
    return page.partition('hx-get="')[2].partition('"')[0]


@pytest.fixture
def old(claim) -> Claim:
    """A claim whose page polls at its slowest, so that time alone brings no news."""
    Claim.objects.update(created_at=timezone.now() - timedelta(minutes=5))
    return Claim.objects.get()


def test_an_unchanged_poll_takes_three_queries_and_writes_nothing(as_person, ira, old):
    client = as_person(ira)
    statements = asked(client, live_address(client, old), **FRAGMENT)

    assert len(statements) <= 3
    assert all(statement.startswith("SELECT") for statement in statements)


def test_an_unchanged_poll_of_an_awaited_hub_takes_no_more_queries(as_person, ira, old, sandbox):
    work(old)
    Hub.objects.update(binding=Hub.Binding.OURS)
    Claim.objects.update(finished_at=timezone.now() - timedelta(minutes=5))
    client = as_person(ira)
    statements = asked(client, live_address(client, old), **FRAGMENT)

    assert Hub.objects.get().watched_until is not None
    assert len(statements) <= 3
    assert all(statement.startswith("SELECT") for statement in statements)


def test_an_unchanged_poll_of_the_key_takes_four_queries(as_person, ada):
    client = as_person(ada)
    client.post("/organisation/key/check/")
    page = client.get("/organisation/key/").content.decode()
    live = unescape(page.partition('hx-get="')[2].partition('"')[0])
    statements = asked(client, live, **FRAGMENT)

    # The session, the person with their place and key, and the key that may replace it.
    assert len(statements) <= 4
    assert all(statement.startswith("SELECT") for statement in statements)


# Which rows a list shows is one query, what belongs to them another; how many sites there are, too.
# Home of a new organisation looks at its first steps as well; sites, at how old their numbers are.
PAGES = {"/": 29, "/claims/": 9, "/claims/new/": 9, "/sites/": 10, "/search/?q=acme": 18}


@pytest.mark.parametrize("address", PAGES)
def test_a_page_takes_as_many_queries_for_fifty_things_as_for_five(address, as_person, ada, acme):
    client = as_person(ada)
    counts = []
    for round_ in range(2):
        for number in range(5 if round_ == 0 else 45):
            name = f"{round_} {number}"
            site = Site.objects.create(organisation=acme, name=name, spkey_site_id=name)
            many(make_person(f"p{round_}.{number}@acme.example", name), site, 1)
        counts.append(len(asked(client, address)))

    assert counts[0] == counts[1]
    assert counts[1] <= PAGES[address]


def test_a_claim_page_takes_a_fixed_number_of_queries(as_person, ira, claim):
    assert len(asked(as_person(ira), f"/claims/{claim.pk}/")) <= 6


def test_the_list_has_no_query_for_each_row(as_person, ada, ira, mill_court):
    many(ira, mill_court, 25)
    statements = asked(as_person(ada), "/claims/")

    assert len([s for s in statements if '"claims_claim"."hub_id_text"' in s]) == 1


def test_supports_list_of_move_requests_takes_as_many_queries_for_fifty_as_for_five(
    as_person, sam, ira, mill_court
):
    client = has_used_factor(as_person(sam), sam)
    counts = []
    for more in (5, 45):
        for state in ("asked", "not_needed"):
            for _ in range(more):
                hub = Hub.objects.create(
                    organisation=mill_court.organisation, hub_id=uuid4(), binding="other"
                )
                MoveRequest.objects.create(
                    organisation=mill_court.organisation,
                    asked_by=ira,
                    hub=hub,
                    hub_id_text=str(hub.hub_id),
                    site=mill_court,
                    why="The building changed hands",
                    state=state,
                    ended_at=timezone.now() if state == "not_needed" else None,
                )
        counts.append(len(asked(client, "/support/moves/")))

    assert counts[0] == counts[1]
    assert counts[1] <= 13
