"""A file whose columns are not clear is kept, and somebody says what they hold."""

import io
from datetime import timedelta
from uuid import uuid4

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from portal.audit.models import Entry
from portal.core import worker
from portal.core.leasing import due_at
from portal.imports import conduct
from portal.imports.models import Import, Piece
from portal.sandbox import world
from tests.imports.conftest import give, work

HUBS = [world.hub_id(number) for number in range(3)]
BADLY_NAMED = {
    "unknown": ["Hub id;Site;Key", f"{HUBS[0]};Mill Court;x1"],
    "misspelt": ["Hub iid;Siet", f"{HUBS[0]};Mill Court"],
    "twice": ["Hub id;Hub;Site", f"{HUBS[0]};{HUBS[0]};Mill Court"],
    "no hubs": ["Floor;Site", f"{HUBS[0]};Mill Court"],
    "no names": [f"{HUBS[0]};Mill Court;Roof;x", f"{HUBS[1]};Mill Court;Attic;y"],
}


def workbook(lines: list[str]) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for line in lines:
        book.active.append(line.split(";"))
    book.save(out)
    return out.getvalue()


def give_file(client, lines, kind="csv"):
    """Give the file, and have it read. Return its import."""
    data = workbook(lines) if kind == "xlsx" else "\n".join(lines).encode()
    file = SimpleUploadedFile(f"hubs.{kind}", data)
    form = {"kind": "claim", "text": "", "submission": str(uuid4()), "file": file}
    answer = client.post(reverse("imports:new"), form)
    assert answer.status_code == 302, answer.text
    return work(Import.objects.latest("created_at"))


def page_of(client, plan):
    return client.get(reverse("imports:detail", args=(plan.pk,)))


def name(client, plan, *columns):
    form = {f"column-{number}": column for number, column in enumerate(columns)}
    return client.post(reverse("imports:columns", args=(plan.pk,)), form)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("lines", BADLY_NAMED.values(), ids=BADLY_NAMED)
def test_a_file_is_kept_and_read_once_its_columns_are_named(
    lines, kind, sandbox, ada, mill_court, as_person
):
    client = as_person(ada)
    plan = give_file(client, lines, kind)
    page = page_of(client, plan)
    assert plan.state == "refused"
    assert HUBS[0] in page.text
    assert "As the label says it." in page.text
    where = {"Site": "site", "Mill Court": "site", "Siet": "site"}
    heads = lines[0].split(";")
    said = ["passed_over"] * len(heads)
    for number, cell in enumerate(lines[1].split(";")):
        said[number] = where.get(cell, said[number])
    said[0] = "hub"

    answer = name(client, plan, *said)
    assert answer.status_code == 302
    plan = work(plan, 3)
    assert plan.state == "ready"
    assert not Piece.objects.exists()
    expected = 2 if heads[0] == HUBS[0] else 1
    rows = list(plan.rows.order_by("line"))
    assert len(rows) == expected
    assert (str(rows[0].hub_id), rows[0].site, rows[0].verdict) == (HUBS[0], mill_court, "free")


def test_what_is_known_is_chosen_already_and_of_two_alike_the_first(ada, mill_court, as_person):
    client = as_person(ada)
    lines = ["Hub iid;Siet;Site id;Floor;Hub", f"{HUBS[0]};Mill Court;mill-court;2;{HUBS[1]}"]
    form = page_of(client, give_file(client, lines)).context["naming"]
    assert [field.initial for field, _below in form.lines] == ["hub", "site", "", "", ""]
    assert [list(below) for _field, below in form.lines][3] == ["2"]


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (["site", "passed_over", "passed_over"], "Say which one column has the hub ids."),
        (["hub", "hub", "passed_over"], "Say which one column has the hub ids."),
        (["hub", "site", "site"], "Two columns cannot hold the same."),
        (["hub", "site", ""], "This field is required."),
        (["hub", "site", "secret"], "secret is not one of the available choices."),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_lost(said, sentence, ada, mill_court, as_person):
    client = as_person(ada)
    plan = give_file(client, BADLY_NAMED["unknown"])
    answer = name(client, plan, *said)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert Import.objects.get(pk=plan.pk).state == "refused"
    assert Piece.objects.exists()


def test_a_paste_stays_in_the_form_and_can_be_kept_to_name_its_columns(
    sandbox, ada, mill_court, as_person
):
    client, text = as_person(ada), "\n".join(BADLY_NAMED["unknown"])
    form = {"kind": "claim", "text": text, "submission": str(uuid4())}
    answer = client.post(reverse("imports:new"), form)
    assert answer.status_code == 422
    assert "Say what the columns hold" in answer.text
    assert HUBS[0] in answer.text
    answer = client.post(reverse("imports:new"), form | {"name-columns": "1"})
    plan = work(Import.objects.get())
    assert answer["Location"] == reverse("imports:detail", args=(plan.pk,))
    name(client, plan, "hub", "site", "note")
    plan = work(plan, 3)
    assert plan.rows.get().note == "x1"


@pytest.mark.parametrize(
    "text", [f"{HUBS[0]}\n", "", "%PDF-1.7", "hub;site\n", '"hub;site\nx'], ids=str.__len__
)
def test_what_no_columns_help_is_refused_as_before(text, ada, mill_court, as_person):
    form = {"kind": "claim", "text": text, "submission": str(uuid4()), "name-columns": "1"}
    as_person(ada).post(reverse("imports:new"), form)
    for plan in Import.objects.all():
        assert not work(plan).asks_for_columns


def test_a_file_that_nobody_names_is_forgotten_after_a_week(ada, mill_court, as_person, clock):
    client = as_person(ada)
    plan = give_file(client, BADLY_NAMED["unknown"])
    worker.run_once()
    assert Piece.objects.exists()
    clock.shift(timedelta(days=7, minutes=1))
    worker.run_once()
    plan.refresh_from_db()
    assert (plan.state, plan.due_at, plan.asks_for_columns) == ("refused", None, False)
    assert not Piece.objects.exists()
    assert name(client, plan, "hub", "site", "note").status_code == 302
    plan.refresh_from_db()
    assert plan.state == "refused"


def test_the_same_file_that_is_open_meanwhile_is_the_import(ada, mill_court, as_person):
    client = as_person(ada)
    plan = give_file(client, BADLY_NAMED["unknown"])
    again = give_file(client, BADLY_NAMED["unknown"])
    assert again != plan
    name(client, again, "hub", "site", "note")
    answer = name(client, plan, "hub", "site", "note")
    assert answer["Location"] == reverse("imports:detail", args=(again.pk,))


def test_another_tenant_names_nothing(ada, hal, mill_court, as_person):
    plan = give_file(as_person(ada), BADLY_NAMED["unknown"])
    assert name(as_person(hal), plan, "hub", "site", "note").status_code == 404
    Import.objects.filter(pk=plan.pk).update(**due_at(timezone.now() + timedelta(days=1)))
    assert page_of(as_person(hal), plan).status_code == 404


MEANT = {
    "id before name": (
        ["Hub id;Site id;Site;Key", f"{HUBS[0]};mill-court;Mill Court;x"],
        ["hub", "", "site", ""],
    ),
    "number before name": (
        ["Site number;Site name;Hub id;Key", f"17;Mill Court;{HUBS[0]};x"],
        [None, "site", "hub", ""],
    ),
    "name after name of hub": (
        ["Hub;Hub name;Site;Key", f"{HUBS[0]};Lobby;Mill Court;x"],
        ["hub", "", "site", ""],
    ),
    "names under hub": (
        ["Hub;Hub number;Site", f"Lobby;{HUBS[0]};Mill Court", f"Attic;{HUBS[1]};Mill Court"],
        [None, "hub", "site"],
    ),
    "two of hubs, one of names": (
        ["Hub;Hub id;Site", f"Lobby;{HUBS[0]};Mill Court"],
        ["", "hub", "site"],
    ),
    "only the id is known": (
        ["Site;Site id;Hub id;Key", f"North wing;mill-court;{HUBS[0]};x"],
        ["", "site", "hub", ""],
    ),
    "two of sites": (
        ["Building;Site;Hub id", f"North wing;Mill Court;{HUBS[0]}"],
        ["", "site", "hub"],
    ),
    "neither is known yet": (
        ["Site id;Site;Hub id;Key", f"77;New Court;{HUBS[0]};x"],
        ["", "site", "hub", ""],
    ),
    "headings mixed up": (
        ["Site;Hub;Key", f"{HUBS[0]};Mill Court;x"],
        ["hub", "site", ""],
    ),
    "a hub in a note": (
        ["Note;Hub id;Key", f"{HUBS[1]};{HUBS[0]};x"],
        ["note", "hub", ""],
    ),
    "no headings": (
        [f"x;Mill Court;{HUBS[0]};1", f"y;mill-court;{HUBS[1]};2"],
        ["", "site", "hub", ""],
    ),
    "one of three is misspelt": (
        [
            "Hub;Hub number;Site;Previous",
            f"Lobby;{HUBS[0]};Mill Court;{HUBS[2]}",
            f"Attic;{HUBS[1]};Mill Cuort;{HUBS[2]}",
            f"Roof;{HUBS[2][:-1]};Mill Court;-",
        ],
        ["", "hub", "site", ""],
    ),
    "a hub id that is misspelt beside an older one": (
        [
            "Hub id;Replaces;Site",
            f"{HUBS[0]};{HUBS[2]};Mill Court",
            f"{HUBS[1]};{HUBS[2]};Mill Court",
            f"{HUBS[2][:-1]};{HUBS[2]};Mill Court",
        ],
        ["hub", "", "site"],
    ),
    "Greek, number before name": (
        ["Αριθμός χώρου;Όνομα χώρου;Κωδικός hub;Κλειδί", f"17;Mill Court;{HUBS[0]};x"],
        [None, "site", "hub", ""],
    ),
    "Greek, id before name": (
        ["Κωδικός χώρου;Χώρος;Hub;Κλειδί", f"mill-court;Mill Court;{HUBS[0]};x"],
        ["", "site", "hub", ""],
    ),
    "Greek, two codes": (
        ["Κωδικός;Κωδικός hub;Κτίριο", f"17;{HUBS[0]};Mill Court"],
        ["", "hub", "site"],
    ),
    "Greek, name of the hub": (
        ["Hub;Όνομα hub;Κτίριο;Κλειδί", f"{HUBS[0]};Lobby;Mill Court;x"],
        ["hub", "", "site", ""],
    ),
}


@pytest.mark.parametrize(("lines", "expected"), MEANT.values(), ids=MEANT)
def test_proposed_is_the_column_that_holds_it(lines, expected, ada, mill_court, as_person):
    client = as_person(ada)
    form = page_of(client, give_file(client, lines)).context["naming"]
    found = [field.initial for field, _below in form.lines]
    assert len(found) == len(expected)
    # None: it may be left out, or chosen, but is neither the hub nor the site.
    for said, wanted in zip(found, expected, strict=True):
        assert said == wanted or (wanted is None and said in {"", "passed_over"}), found


ADVICE = ("Take it away", "Take one of them away", "Call it", "Write them into", "Import it again")


@pytest.mark.parametrize("lines", BADLY_NAMED.values(), ids=BADLY_NAMED)
def test_what_waits_for_names_says_one_thing(lines, ada, mill_court, as_person):
    client = as_person(ada)
    page = page_of(client, give_file(client, lines)).text
    assert "say what its columns hold" in page
    assert not [words for words in (*ADVICE, "Give another file") if words in page]


def test_what_no_name_helps_still_says_what_to_do(ada, mill_court, as_person, clock):
    client = as_person(ada)
    plan = give_file(client, BADLY_NAMED["twice"])
    clock.shift(timedelta(days=7, minutes=1))
    worker.run_once()
    assert "Take one of them away" in page_of(as_person(ada), plan).text


def discard_page(plan):
    return reverse("imports:stop", args=(plan.pk,))


def test_a_kept_file_is_discarded_after_a_question_and_nothing_is_left(
    ada, mill_court, as_person, clock
):
    client = as_person(ada)
    plan = give_file(client, BADLY_NAMED["unknown"])
    address = discard_page(plan)
    assert f'href="{address}"' in page_of(client, plan).text

    question = client.get(address)
    assert question.status_code == 200
    assert "hubs.csv" in question.text
    assert Piece.objects.exists()
    assert client.post(address)["Location"] == reverse("imports:detail", args=(plan.pk,))
    plan.refresh_from_db()
    assert (plan.state, plan.head, plan.problems, plan.due_at) == ("discarded", [], [], None)
    assert not Piece.objects.exists()
    assert plan.finished_at is not None
    page = page_of(client, plan).text
    assert "Discarded" in page
    assert 'id="name-columns"' not in page
    assert "say what its columns hold" not in page
    assert Entry.objects.filter(verb="import.discarded", object_id=str(plan.pk)).count() == 1


def test_what_is_discarded_is_neither_named_nor_discarded_again(ada, mill_court, as_person):
    client = as_person(ada)
    plan = give_file(client, BADLY_NAMED["unknown"])
    client.post(discard_page(plan))
    client.post(discard_page(plan))
    assert name(client, plan, "hub", "site", "note").status_code == 302
    plan = work(plan)
    assert plan.state == "discarded"
    assert Entry.objects.filter(verb="import.discarded").count() == 1
    assert give_file(client, BADLY_NAMED["unknown"]) != plan


def test_a_worker_that_forgets_the_file_just_then_changes_nothing(ada, mill_court, as_person):
    client = as_person(ada)
    plan = give_file(client, BADLY_NAMED["unknown"])
    Import.objects.filter(pk=plan.pk).update(**due_at(timezone.now()))
    [lease] = conduct.take_due(1)
    client.post(discard_page(plan))
    conduct.conduct(lease)
    plan.refresh_from_db()
    assert (plan.state, plan.due_at) == ("discarded", None)


def test_what_is_refused_for_good_has_nothing_to_discard(ada, mill_court, as_person, clock):
    client = as_person(ada)
    plan = give_file(client, BADLY_NAMED["unknown"])
    clock.shift(timedelta(days=7, minutes=1))
    worker.run_once()
    client = as_person(ada)
    page = page_of(client, plan)
    assert page.status_code == 200
    assert discard_page(plan) not in page.text
    client.post(discard_page(plan))
    plan.refresh_from_db()
    assert plan.state == "refused"


@pytest.mark.parametrize("state", ["reading", "checking", "ready"])
def test_a_plan_is_discarded_after_a_question(state, ada, mill_court, as_person):
    client = as_person(ada)
    plan = give(ada, f"hub;site\n{HUBS[0]};Mill Court")
    Import.objects.filter(pk=plan.pk).update(state=state, total=1)
    assert f'href="{discard_page(plan)}"' in page_of(client, plan).text
    question = client.get(discard_page(plan))
    assert question.status_code == 200
    assert Import.objects.get(pk=plan.pk).state == state
    client.post(discard_page(plan))
    assert Import.objects.get(pk=plan.pk).state == "discarded"


@pytest.mark.parametrize("state", ["running", "finished", "discarded", "refused"])
def test_there_is_no_question_where_nothing_can_be_discarded(state, ada, mill_court, as_person):
    plan = give(ada, f"hub;site\n{HUBS[0]};Mill Court")
    Import.objects.filter(pk=plan.pk).update(state=state)
    answer = as_person(ada).get(discard_page(plan))
    assert answer["Location"] == reverse("imports:detail", args=(plan.pk,))
    assert Import.objects.get(pk=plan.pk).state == state
