"""The inventory's page: what it finds, in which order, a page at a time, and as files."""

import csv
import errno
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
from xlsxwriter.exceptions import FileCreateError

from portal.audit.models import Entry
from portal.hubs import changes, inventory
from portal.hubs.models import Hub
from portal.hubs.web import export, how_many
from portal.imports.reading.columns import Column
from portal.imports.reading.table import read as read_table
from portal.jobs import rights
from tests.conftest import join, make_person
from tests.hubs.own_hubs import make_own_hub
from tests.jobs.conftest import make
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


def found_words(client, **query) -> tuple[str, str]:
    """What the page says of how many it finds, and of which it shows."""
    context = client.get("/hubs/", query).context
    return context["found"], context["range"]


@pytest.fixture
def sixty(mill_court, orchard_rise):
    """Sixty hubs: ten of Mill Court's are offline, and twenty are at Orchard Rise."""
    for number in range(40):
        make_own_hub(mill_court, online=number >= 10, place=f"Flat {number}")
    for _number in range(20):
        make_own_hub(orchard_rise, firmware="1.4.2")


@pytest.mark.parametrize(
    ("query", "found", "shown"),
    [
        ({}, "", "1–25 of 60"),
        ({"state": "online"}, "50 of 60 hubs", "1–25 of 50"),
        ({"state": "offline"}, "10 of 60 hubs", "1–10 of 10"),
        ({"site": "mill"}, "40 of 60 hubs", "1–25 of 40"),
        ({"site": "mill", "state": "online"}, "30 of 60 hubs", "1–25 of 30"),
        ({"site": "none"}, "0 of 60 hubs", ""),
        ({"q": "flat"}, "40 of 60 hubs", "1–25 of 40"),
        ({"q": "flat 39"}, "1 of 60 hubs", "1–1 of 1"),
        ({"state": "left"}, "0 hubs", ""),
        ({"firmware": "1.4.2", "rows": "50"}, "20 of 60 hubs", "1–20 of 20"),
    ],
)
def test_the_page_says_how_many_are_found_and_which_it_shows(
    sixty, as_person, ada, mill_court, query, found, shown
):
    if query.get("site") == "mill":
        query = query | {"site": str(mill_court.pk)}
    assert found_words(as_person(ada), **query) == (found, shown)


def test_which_are_shown_is_so_on_every_page_there_and_back(sixty, as_person, ada):
    client = as_person(ada)
    page, said = client.get("/hubs/?q=flat"), []
    while True:
        said.append(page.context["range"])
        if not page.context["next_url"]:
            break
        page = client.get(f"/hubs/{page.context['next_url']}")
    assert said == ["1–25 of 40", "26–40 of 40"]
    assert client.get(f"/hubs/{page.context['previous_url']}").context["range"] == "1–25 of 40"
    # An address of before says nothing of where it is; a sort begins anew.
    bare = re.sub(r"&nth=\d+", "", client.get("/hubs/?q=flat").context["next_url"])
    assert client.get(f"/hubs/{bare}").context["range"] == "26–40 of 40"
    assert "nth" not in page.context["heads"][0].url


def test_a_page_in_the_middle_without_its_number_says_none(sixty, as_person, ada):
    client = as_person(ada)
    bare = re.sub(r"&nth=\d+", "", client.get("/hubs/").context["next_url"])
    assert client.get(f"/hubs/{bare}").context["range"] == ""


def test_beyond_a_bound_hubs_are_not_counted(sixty, as_person, ada, monkeypatch):
    monkeypatch.setattr(how_many, "MOST", 30)
    client = as_person(ada)
    assert found_words(client, q="flat") == ("More than 30 of 60 hubs", "1–25 of more than 30")
    with CaptureQueriesContext(connection) as queries:
        client.get("/hubs/", {"q": "flat"})
    [counted] = [each["sql"] for each in queries if "COUNT(*) FROM (SELECT" in each["sql"]]
    assert "LIMIT 31" in counted
    # What the counts have is told exactly, and counted by no row.
    for query in ({}, {"state": "online"}):
        with CaptureQueriesContext(connection) as queries:
            words = found_words(client, **query)[1]
        assert words == f"1–25 of {50 if query else 60}"
        assert not [each for each in queries if "COUNT(*)" in each["sql"] and "hubs_hub" in each]


def test_who_is_limited_to_jobs_is_told_of_what_they_see(hubs, as_person, acme, mill_court):
    ian = make_person("ian@acme.example", "Ian")
    make(mill_court, ian, join(ian, acme, all_sites=False))
    client = as_person(ian)
    assert found_words(client, site=str(mill_court.pk)) == ("2 of 2 hubs", "1–2 of 2")


@pytest.mark.parametrize(
    ("text", "places"),
    [("orchard", "C"), ("Mill", "AB"), ("court mill", "AB"), ("RISE", "C"), ("light", "")],
)
def test_hubs_are_found_by_the_name_of_their_site(hubs, listed, text, places):
    assert sorted(listed(q=text)) == sorted(places)


def test_a_site_with_a_greek_name_is_found_without_accents(hubs, listed, orchard_rise):
    orchard_rise.name = "Οδός Ερμού"
    orchard_rise.save()
    assert listed(q="ερμου") == ["C"]


def test_times_in_a_workbook_are_times_and_its_head_says_of_which_zone(as_person, ada, hubs):
    Hub.objects.filter(pk=hubs[0].pk).update(last_seen=hubs[0].read_at)
    book = openpyxl.load_workbook(
        io.BytesIO(sent(as_person(ada), "xlsx", {"order": "hub"})), data_only=True
    )
    heads = [cell.value for cell in book.active[1]]
    zone = str(timezone.get_current_timezone())
    assert [head for head in heads if "(" in head] == [
        f"{name} ({zone})" for name in ("Since", "Last seen", "Claimed", "Read")
    ]
    read = book.active.cell(2, heads.index(f"Read ({zone})") + 1)
    assert read.is_date
    exact = timezone.make_naive(hubs[0].read_at)
    assert abs(read.value - exact) < timedelta(seconds=1)
    assert book.active.cell(2, heads.index(f"Claimed ({zone})") + 1).value in (None, "")


@pytest.mark.parametrize(
    "trouble", [OSError(errno.ENOSPC, "No space left on device"), FileCreateError("read-only")]
)
def test_where_the_disk_is_full_the_page_says_so_and_offers_the_other_file(
    trouble, as_person, ada, hubs, monkeypatch, caplog
):
    def full(*_args: object) -> None:
        raise trouble

    monkeypatch.setattr(export, "_write_workbook", full)
    answer = as_person(ada).post("/hubs/export.xlsx", {"state": "offline"}, follow=True)
    assert answer.redirect_chain == [("/hubs/?state=offline", 302)]
    assert "The Excel file could not be made just now." in answer.content.decode()
    assert str(trouble) in caplog.text


@pytest.mark.parametrize("language", ["en", "el"])
def test_a_workbook_of_ours_can_be_imported(as_person, ada, hubs, language):
    client = as_person(ada)
    client.cookies["django_language"] = language
    table = read_table(sent(client, "xlsx", {"order": "hub"}))
    assert table.headings.at(Column.HUB) == 0
    assert len(table.lines) == 4
