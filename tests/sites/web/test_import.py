"""Many sites at once: a look first, with a sentence for each line that cannot be added."""

# ruff: noqa: RUF001 - Greek letters that look like Latin ones.

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from portal.audit.models import Entry
from portal.core.throttle import alone
from portal.sites import importing
from portal.sites.importing import Fault
from portal.sites.models import Site
from portal.sites.web import lists
from tests.imports.test_reading import workbook

ADDRESS = "/sites/import/"
LIST = """Name;Address;SpKey site id;Expected hubs
Κολωνάκι;Πλατεία 1;;12
Κολωνάκι;Πλατεία 2;;
Mill Court;;;
Quay;;mill-court;
;Nowhere 1;;
Canal;;c-1;x
Canal;;c-1;3
Wharf;;c-1;
"""


@pytest.fixture
def admin(as_person, ada):
    """Ada's browser."""
    return as_person(ada)


def add(client, looked):
    """Post what the page of a look posts."""
    form = {"sites": looked.context["text"], "shown": looked.context["plan"].shown}
    return client.post(ADDRESS, form)


def plan_of(organisation, text):
    return importing.plan(organisation, lists.rows_of(text))


def faults(plan) -> list[tuple[int, Fault]]:
    return [(line.number, line.fault) for line in plan.faulty]


def test_a_list_is_looked_at_and_then_added_without_its_faults(admin, mill_court):
    looked = admin.post(ADDRESS, {"sites": LIST})

    plan = looked.context["plan"]
    assert [line.site.spkey_site_id for line in plan.to_add] == ["kolonaki", "kolonaki-2", "c-1"]
    assert [line.number for line in plan.there] == [4]
    assert "<li>4: Mill Court" in looked.text
    assert faults(plan) == [
        (5, Fault.ID_OF_ANOTHER),
        (6, Fault.NO_NAME),
        (7, Fault.NOT_A_NUMBER),
        (9, Fault.ID_TWICE),
    ]
    assert Site.objects.count() == 1
    done = add(admin, looked)
    assert "3 sites are added." in done.text
    assert "4 lines were not added. Correct them here." in done.text
    assert Site.objects.filter(name="Κολωνάκι", usual_hubs=12, told_by="address").exists()
    assert Entry.objects.filter(verb="site.created").count() == 3
    again = add(admin, looked)
    assert "Meanwhile something has changed." in again.text
    assert Site.objects.count() == 4


def test_what_would_be_added_is_what_was_shown(admin, acme):
    looked = admin.post(ADDRESS, {"sites": "Canal"})
    Site.objects.create(organisation=acme, name="Other", spkey_site_id="canal")
    changed = add(admin, looked)

    assert Site.objects.count() == 1
    assert changed.context["plan"].to_add[0].site.spkey_site_id == "canal-2"
    assert add(admin, changed)["Location"] == "/sites/"


def test_a_name_without_an_address_is_refused_where_another_has_it(acme, mill_court):
    plan = plan_of(acme, "Mill Yard\nMill Yard\nMILL YARD,2 Mill\n\nMill Court,x")

    assert [line.site.address for line in plan.to_add] == ["", "2 Mill", "x"]
    assert faults(plan) == [(2, Fault.SITE_TWICE)]
    assert faults(plan_of(acme, "mill court,,m")) == [(1, Fault.ADDRESS_NEEDED)]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Paste a list, or choose a file."),
        ("name;adress\nQuay;1", "“adress” is no column we know. Do you mean “address”?"),
        ("name;name\nQuay;1", "The column “name” is there twice."),
        ("address;note\nQuay;1", "No column is called “name”."),
        ("Quay, 1, q, and more", "has more parts than columns"),
        ("a\n" * 501, "At most 500 sites at once."),
    ],
)
def test_a_list_that_cannot_be_used_says_why(text, sentence, admin):
    answer = admin.post(ADDRESS, {"sites": text})

    assert answer.status_code == 422
    assert sentence.lower() in answer.text.lower()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1253"])
def test_a_file_is_read_as_a_greek_windows_writes_it(encoding, admin):
    file = SimpleUploadedFile("sites.csv", "όνομα;διεύθυνση\nΛουτράκι;Οδός 1".encode(encoding))
    looked = admin.post(ADDRESS, {"file": file})
    add(admin, looked)

    assert Site.objects.get().spkey_site_id == "loutraki"


def test_a_workbook_is_read_and_what_is_added_is_what_was_shown(admin, acme):
    rows = [["Όνομα", "Διεύθυνση", "Αναμενόμενα hub"], ["Quay; the old one", "1, Pier", 12], []]
    rows += [["Κολωνάκι", "", ""], ["", "Nowhere", ""]]
    file = SimpleUploadedFile("sites.csv", workbook(rows, more=["Old"]))
    looked = admin.post(ADDRESS, {"file": file})

    assert [line.number for line in looked.context["plan"].to_add] == [2, 4]
    assert faults(looked.context["plan"]) == [(5, Fault.NO_NAME)]
    assert "Read from the sheet “Hubs”. 1 other sheet was left out." in looked.text
    assert "1 line was not added." in add(admin, looked).text
    quay = acme.sites.get(name="Quay; the old one")
    assert (quay.address, quay.usual_hubs) == ("1, Pier", 12)
    assert acme.sites.filter(spkey_site_id="kolonaki").exists()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"%PDF-1.7", "This is not a table, whatever its name says."),
        (b"PK\x03\x04 and nothing", "This workbook is damaged."),
        (workbook([["name"], [date(2026, 4, 3)]]), "Line 2: Became a date. Excel made a date of"),
        (workbook([["name"], *[["x" * 30_000]] * 8]), "The list cannot be read, or is too long."),
        (workbook([["name"]], far=["A1048576"]), "The list cannot be read, or is too long."),
        (b'name;address\nQuay;"1 Pier\nCanal;2', "From line 2 on, the quotation marks do not"),
        (b"  ", "Paste a list, or choose a file."),
    ],
)
def test_a_file_that_is_no_list_is_refused_with_what_to_do(data, sentence, admin):
    answer = admin.post(ADDRESS, {"file": SimpleUploadedFile("sites.xlsx", data)})

    assert answer.status_code == 422
    assert sentence in answer.text


def test_one_workbook_of_an_organisation_is_read_at_a_time(admin, acme):
    def answer() -> str:
        file = SimpleUploadedFile("sites.xlsx", workbook([["name"], ["Quay"]]))
        return admin.post(ADDRESS, {"file": file}).text

    with alone("workbook of sites", str(acme.pk), at_most=timedelta(seconds=15)):
        assert "Another file of yours is being read. Try again in a moment." in answer()
    assert "1 to add" in answer()
