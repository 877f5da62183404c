"""The inventory's page: what it finds, in which order, a page at a time, and as files."""

import csv
import io
import re
from datetime import timedelta
from itertools import product
from uuid import UUID

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.audit.models import Entry
from portal.hubs import changes, inventory
from portal.hubs.models import Hub
from portal.jobs import rights
from tests.hubs.own_hubs import make_own_hub
from tests.plans import as_of_a_large_table

A_DAY = timedelta(days=1)
SHOWN = re.compile(r'class="inventory-place">([^<]*)<')


@pytest.fixture
def hubs(acme, mill_court, orchard_rise, lighthouse, ada):
    """Five hubs of Acme's, and one of Harbour's."""
    now = timezone.now()
    ids = (UUID(int=number << 64) for number in range(9))
    made = [
        make_own_hub(mill_court, hub_id=next(ids), place="A", serial="SK-1111", firmware="1.4.2"),
        make_own_hub(mill_court, hub_id=next(ids), place="B", online=False, claimed_by_name="Ada"),
        make_own_hub(orchard_rise, hub_id=next(ids), place="C", claimed_at=now - 3 * A_DAY),
        make_own_hub(acme, hub_id=next(ids), place="D", online=None, read_at=now - A_DAY),
        make_own_hub(orchard_rise, hub_id=next(ids), place="Στοά E"),
        make_own_hub(lighthouse, hub_id=next(ids), place="Harbour's"),
    ]
    Hub.objects.filter(pk=made[4].pk).update(binding="other", status="")
    return made


@pytest.fixture
def listed(as_person, ada):
    """Return the places that the page shows to Ada, in order."""

    def listed(**query):
        page = as_person(ada).get("/hubs/", query)
        assert page.status_code == 200
        return [place[:1] if place != "Στοά E" else "E" for place in SHOWN.findall(page.text)]

    return listed


def test_filters_are_addresses_and_those_that_left_stand_apart(hubs, mill_court, listed):
    today = timezone.localdate()
    assert sorted(listed()) == ["A", "B", "C", "D"]
    assert listed(state="offline") == ["B"]
    assert listed(state="left") == ["E"]
    assert sorted(listed(site=mill_court.pk)) == ["A", "B"]
    assert listed(site="none") == ["D"]
    assert listed(firmware="1.4.2") == ["A"]
    assert listed(person="Ada") == ["B"]
    assert listed(since=today - 4 * A_DAY, until=today - 2 * A_DAY) == ["C"]
    assert listed(site=mill_court.pk, state="online") == ["A"]


def test_hubs_are_found_by_id_serial_and_place(hubs, listed):
    assert listed(q="sk 1111") == listed(q=str(hubs[0].hub_id)) == listed(q="a") == ["A"]
    assert listed(q="ΣΤΟΆ", state="left") == ["E"]
    assert listed(q="nothing like it") == []


def test_of_what_most_places_have_the_others_are_left_out(hubs, listed):
    for hub, place in zip(hubs, ("A, hall", "B, Hall", "C, HALL", "Depot", ""), strict=False):
        Hub.objects.filter(pk=hub.pk).update(place=place)

    assert sorted(listed(q="hall")) == ["A", "B", "C"]


def test_all_of_many_are_found_by_their_place_and_sent(as_person, ada, acme, mill_court):
    many = 2_050
    hubs = (
        {"hub_id": UUID(int=n), "place": f"Flat {n}", "binding": "ours", "online": True}
        for n in range(many)
    )
    Hub.objects.bulk_create(Hub(organisation=acme, **hub) for hub in hubs)
    make_own_hub(mill_court, place="Riser")
    seen = rights.hubs_of(ada.memberships.get())

    assert inventory.with_text(seen, "FLAT").count() == many
    assert inventory.with_text(seen, "flat 204").count() == 11
    assert inventory.with_text(seen, "49").count() == 41
    sent_lines = sent(as_person(ada), "csv", {"q": "flat"}).decode().splitlines()
    assert len(sent_lines) == 1 + many


def test_a_place_is_found_as_it_is_called_now(hubs, ada, listed):
    changes.describe(hubs[0], {"place": "Σοφίτα"}, ada, shown={})
    assert listed(q="σοφιτα") == ["Σ"]
    Hub.objects.filter(pk=hubs[0].pk).update(place="Riser")
    assert (listed(q="σοφιτα"), listed(q="riser")) == ([], ["R"])


def test_a_file_has_each_hub_once_whatever_changes_meanwhile(hubs, ada):
    seen = rights.hubs_of(ada.memberships.get()).own()
    lines = inventory.everything(seen, inventory.ORDERS["place"], falling=False, at_a_time=1)
    first = next(lines)
    Hub.objects.filter(pk=hubs[3].pk).update(place="0", online=False)

    assert [first.place, *(hub.place for hub in lines)] == ["A", "B", "C", "0"]


@pytest.mark.parametrize(
    "stale",
    [{"firmware": "0.9"}, {"person": "Zoe"}, {"site": str(UUID(int=5))}, {"site": "nonsense"}],
)
def test_an_address_of_before_finds_nothing_where_its_filter_is_gone(as_person, ada, hubs, stale):
    page = as_person(ada).get("/hubs/", stale)
    assert (page.status_code, SHOWN.findall(page.text)) == (200, [])
    (asked,) = stale.values()
    assert f'value="{asked}" selected' in page.text
    assert len(sent(as_person(ada), "csv", stale).splitlines()) == 1


def test_a_file_of_filters_that_are_none_leads_to_the_page_that_says_so(as_person, ada, hubs):
    answer = as_person(ada).post("/hubs/export.csv", {"state": "upside down", "q": "a"})
    assert answer["Location"] == "/hubs/?q=a&state=upside+down"


@pytest.mark.parametrize(
    "days", [{"until": "9999-12-31"}, {"since": "0001-01-01"}, {"until": "0001-01-01"}]
)
def test_days_far_off_are_days(as_person, ada, hubs, days):
    assert as_person(ada).get("/hubs/", days).status_code == 200


@pytest.mark.parametrize("name", inventory.ORDERS)
@pytest.mark.parametrize("falling", [False, True])
def test_pages_of_every_order_have_each_hub_once_there_and_back(hubs, ada, name, falling):
    order = inventory.ORDERS[name]
    seen = rights.hubs_of(ada.memberships.get()).select_related("site")
    every = inventory.in_order(seen, order, falling=falling, limit=9)
    assert len(every) == 5
    values = [order.value_of(hub) for hub in every]
    present = [value for value in values if value is not None]
    assert present == sorted(present, reverse=falling)
    assert values[len(present) :] == [None] * (5 - len(present))

    def step(hub, *, backwards):
        position = inventory.position_of(hub, order)
        read = inventory.read_position(str(position), order)
        found = inventory.in_order(
            seen, order, falling=falling, limit=1, position=read, backwards=backwards
        )
        return found[0] if found else None

    assert [step(hub, backwards=False) for hub in every] == [*every[1:], None]
    assert [step(hub, backwards=True) for hub in every] == [None, *every[:-1]]


def test_a_page_leads_to_the_next_and_back(as_person, ada, mill_court):
    for number in range(30):
        make_own_hub(mill_court, place=f"{number:02}")
    client = as_person(ada)
    first = client.get("/hubs/", {"order": "place", "rows": "25"}).text
    link = re.search(r'rel="next" href="([^"]+)"', first)
    second = client.get("/hubs/" + link[1].replace("&amp;", "&")).text
    back = re.search(r'rel="prev" href="([^"]+)"', second)

    assert SHOWN.findall(second) == [f"{number:02}" for number in range(25, 30)]
    assert SHOWN.findall(client.get("/hubs/" + back[1].replace("&amp;", "&")).text) == (
        SHOWN.findall(first)
    )


@pytest.mark.parametrize(
    "position",
    [
        "x",
        "x_y",
        f"{UUID(int=1)}_nonsense",
        "_",
        f"{UUID(int=1)}_",
        f"{UUID(int=1)}_0001-01-01T00:00:00+14:00",
        f"{UUID(int=1)}_9999-12-31T23:59:59-14:00",
    ],
)
def test_a_position_that_is_none_is_the_beginning(hubs, listed, position):
    assert len(listed(after=position, order="-claimed")) == 4


def test_a_filter_that_is_none_is_refused_in_words(as_person, ada, hubs):
    answer = as_person(ada).get("/hubs/", {"state": "upside down"})
    assert answer.status_code == 422


def test_files_have_the_filters_of_the_page_and_are_recorded(as_person, ada, acme, hubs):
    client = as_person(ada)
    Hub.objects.filter(pk=hubs[1].pk).update(place="=HYPERLINK(1)")
    query = {"order": "hub"}
    rows = list(csv.reader(io.StringIO(sent(client, "csv", query).decode("utf-8-sig"))))
    assert [row[1] for row in rows[1:]] == ["A", "'=HYPERLINK(1)", "C", "D"]
    assert rows[1][0] == str(hubs[0].hub_id)
    book = openpyxl.load_workbook(io.BytesIO(sent(client, "xlsx", query)))
    cells = [[cell.value for cell in row] for row in book.active.iter_rows()]
    assert [row[1] for row in cells[1:]] == ["A", "=HYPERLINK(1)", "C", "D"]
    assert book.active["B3"].data_type == "s"

    only = sent(client, "csv", {"state": "offline"}).decode("utf-8-sig")
    assert [row[4] for row in csv.reader(io.StringIO(only))][1:] == ["Offline"]
    assert Entry.objects.filter(verb="hub.exported", organisation_id=acme.pk).count() == 3


def test_of_chosen_rows_only_ones_own_are_sent(as_person, ada, hubs):
    chosen = {"hub": [str(hubs[0].pk), str(hubs[5].pk), "nonsense"]}
    rows = list(csv.reader(io.StringIO(sent(as_person(ada), "csv", chosen).decode("utf-8-sig"))))

    assert [row[1] for row in rows[1:]] == ["A"]


@pytest.mark.parametrize("posted", [{"chosen": "alone"}, {"hub": "nonsense"}])
def test_where_hubs_were_to_be_chosen_and_none_was_no_file_is_sent(as_person, ada, hubs, posted):
    answer = as_person(ada).post("/hubs/export.csv", posted, follow=True)

    assert answer.redirect_chain
    assert "Choose the hubs first." in answer.content.decode()
    assert not Entry.objects.filter(verb="hub.exported").exists()


def sent(client, kind, query):
    answer = client.post(f"/hubs/export.{kind}", query)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def test_a_page_reads_through_no_table(hubs, ada, as_person):
    client = as_person(ada)
    client.get("/hubs/")
    as_of_a_large_table(Hub)
    scan = "Seq Scan on hubs_" if connection.vendor == "postgresql" else "SCAN hubs_"
    explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    for order, wanted in product(inventory.ORDERS, ("sk-1", "flat 1")):
        with CaptureQueriesContext(connection) as queries:
            client.get("/hubs/", {"order": order, "q": wanted, "after": f"{UUID(int=1)}"})
        for sql in (query["sql"] for query in queries if "hubs_" in query["sql"]):
            with connection.cursor() as cursor:
                cursor.execute(f"{explain} {sql}")
                plan = [str(line[-1]) for line in cursor.fetchall()]
            assert not [line for line in plan if scan in line and "VIRTUAL" not in line], sql
