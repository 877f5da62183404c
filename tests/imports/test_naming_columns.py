"""A file whose columns are not clear is kept, and somebody says what they hold."""

import io
from datetime import timedelta
from uuid import uuid4

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from portal.core import worker
from portal.core.leasing import due_at
from portal.imports.models import Import, Piece
from portal.sandbox import world
from tests.imports.conftest import work

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
