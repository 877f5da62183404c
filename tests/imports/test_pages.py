"""The pages of imports: giving a file, the plan, the piles, and what goes out again."""

import csv
import io
from datetime import timedelta
from html import unescape
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from portal.hubs import watching
from portal.hubs.actions import asking
from portal.hubs.actions.asking import ActionRequest
from portal.hubs.actions.models import HubAction, Kind
from portal.hubs.models import Hub
from portal.imports import old_rows
from portal.imports.models import Import, Row
from portal.imports.reading.faults import FileFault, FileProblem
from portal.sandbox import world
from portal.sites.models import Site
from tests.hubs.own_hubs import make_own_hub
from tests.imports.conftest import give, verdicts, work


def post(client, **fields):
    data = {"kind": "claim", "text": "", "submission": str(uuid4()), **fields}
    return client.post(reverse("imports:new"), data)


def begin(client, plan, token=None):
    """Press the button of the plan's page as it is now, or as it was."""
    token = token or Import.objects.get(pk=plan.pk).token
    return client.post(reverse("imports:run", args=(plan.pk,)), {"token": token}, follow=True)


def lines_of(answer) -> list[dict[str, str]]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_a_file_becomes_a_plan_that_is_carried_out_and_told_of(sandbox, ada, mill_court, as_person):
    client = as_person(ada)
    file = SimpleUploadedFile(
        "Hubs.xlsx", f"hub;site\n{world.hub_id(0)};Mill Court\nxyz;Mill Court\n".encode()
    )
    answer = post(client, file=file)
    plan = Import.objects.get()
    assert answer["Location"] == reverse("imports:detail", args=(plan.pk,))
    assert plan.name == "Hubs.xlsx"
    assert "Reading the file" in client.get(answer["Location"]).text

    work(plan, 3)
    page = client.get(answer["Location"]).text
    assert "Claim 1 hub" in page
    assert "Not a hub id" in page
    begin(client, plan)
    begin(client, plan)  # A double tap begins it once.
    work(plan, 4)
    page = client.get(answer["Location"]).text

    assert "1 hub is claimed. 1 was not done." in page
    assert "Try these again" in page


def test_the_form_says_what_is_wrong_and_keeps_what_was_pasted(ada, mill_court, as_person):
    client = as_person(ada)
    answer = post(client, text="Hub idd;Sitte\nx;y\n")
    assert answer.status_code == 422
    assert "The column “Sitte” is not known. Did you mean “site”?" in answer.text
    assert "Hub idd;Sitte" in answer.text
    assert not Import.objects.exists()
    assert "Choose a file, or paste hub ids." in post(client).text


def test_ten_thousand_rows_can_be_pasted(ada, mill_court, as_person):
    text = "hub;place\n" + "".join(f"{n:032x};Flat {n}, riser on the left\n" for n in range(10_000))
    assert post(as_person(ada), text=text).status_code == 302


def test_a_double_tap_and_the_same_file_lead_to_one_import(ada, mill_court, as_person):
    client, token = as_person(ada), str(uuid4())
    for each in (token, token, str(uuid4())):
        post(client, text=world.hub_id(0), submission=each)
    assert Import.objects.count() == 1


def test_a_file_refused_later_says_why_and_what_to_do(ada, mill_court, as_person):
    plan = give(ada, f"hub\n{'x\n' * 40_000}")
    work(plan)
    page = as_person(ada).get(reverse("imports:detail", args=(plan.pk,))).text
    assert "There are more than 10,000 rows. Split the file at line 10002." in page
    assert "Nothing was taken from this file." in page
    assert not Row.objects.exists()


def test_success_is_not_said_of_an_import_that_did_nothing(sandbox, ada, mill_court, as_person):
    """Its one hub has gone to somebody else meanwhile."""
    plan = work(give(ada, f"hub;site\n{world.hub_id(0)};Mill Court"), 3)
    hub = sandbox.state.hubs[world.hub_id(0)]
    hub.org_id, hub.status = "someone-else", "Claimed"
    client = as_person(ada)
    begin(client, plan)
    work(plan, 4)

    page = client.get(reverse("imports:detail", args=(plan.pk,))).text
    assert "Nothing was done. Each row says why." in page
    assert "Someone else’s" in page
    assert "Finished" not in page + client.get(reverse("imports:list")).text


def test_what_goes_out_is_no_formula_and_can_be_given_again(sandbox, ada, acme, as_person):
    Site.objects.create(organisation=acme, name="=cmd|'/c calc'!A1", spkey_site_id="calc")
    text = f"hub;site;place\n{world.hub_id(0)};=cmd|'/c calc'!A1;+1 floor\nxyz;;@here\n"
    plan = work(give(ada, text), 3)
    answer = as_person(ada).get(reverse("imports:export", args=(plan.pk,)))
    first, second = lines_of(answer)

    assert (first["Site"], first["Place"]) == ("'=cmd|'/c calc'!A1", "'+1 floor")
    assert (second["Place"], second["Result"]) == ("'@here", "Not a hub id")
    answer = as_person(ada).get(reverse("imports:export", args=(plan.pk,)))
    again = work(give(ada, b"".join(answer.streaming_content)), 3)
    assert list(again.rows.values_list("site_text", "place")) == [
        ("=cmd|'/c calc'!A1", "+1 floor"),
        ("", "@here"),
    ]


def test_those_not_done_alone_are_downloaded_and_tried_again(sandbox, ada, mill_court, as_person):
    client = as_person(ada)
    plan = work(give(ada, f"hub;site\n{world.hub_id(0)};Mill Court\nxyz;Mill Court\n"), 3)
    begin(client, plan)
    work(plan, 4)
    odd = client.get(reverse("imports:export", args=(plan.pk,)), {"show": 'a"\r\nx: y'})
    assert odd["Content-Disposition"] == f'attachment; filename="import-{plan.number}.csv"'
    answer = client.get(reverse("imports:export", args=(plan.pk,)), {"show": "not_done"})
    assert [line["Hub id"] for line in lines_of(answer)] == ["xyz"]
    everything = client.get(reverse("imports:export", args=(plan.pk,)), {"show": ""})
    assert everything["Content-Disposition"] == f'attachment; filename="import-{plan.number}.csv"'
    page = client.get(reverse("imports:detail", args=(plan.pk,))).content.decode()
    copied = unescape(page.partition('data-copy="')[2].partition('"')[0])
    pasted = work(give(ada, copied), 3)
    assert list(pasted.rows.values_list("hub_text", "site_text")) == [("xyz", "Mill Court")]

    answer = client.post(reverse("imports:retry", args=(plan.pk,)))
    again = Import.objects.get(retry_of=plan)
    assert answer["Location"] == reverse("imports:detail", args=(again.pk,))
    assert list(work(again, 3).rows.values_list("hub_text", "verdict")) == [("xyz", "not_an_id")]


def test_rows_are_shown_a_page_at_a_time_and_by_verdict(ada, mill_court, as_person):
    lines = "".join(f"hub {n};Mill Court\n" for n in range(120))
    plan = work(give(ada, f"hub;site\n{lines}"), 2)
    client, address = as_person(ada), reverse("imports:detail", args=(plan.pk,))
    first = client.get(address, {"show": "not_an_id"})
    assert [row.line for row in first.context["rows"]] == list(range(2, 52))
    second = client.get(address + first.context["later_url"])
    third = client.get(address + second.context["later_url"])
    assert [row.line for row in third.context["rows"]] == list(range(102, 122))
    assert third.context["later_url"] == ""
    back = client.get(address + third.context["earlier_url"])
    assert [row.line for row in back.context["rows"]] == list(range(52, 102))


def test_a_site_is_added_with_the_id_that_was_shown(sandbox, ada, mill_court, as_person):
    plan = work(give(ada, f"hub;site\n{world.hub_id(0)};Quay 3"), 3)
    client, address = as_person(ada), reverse("imports:detail", args=(plan.pk,))
    [offer] = client.get(address).context["offers"]
    assert (offer["text"], offer["number"], offer["spkey_site_id"]) == ("Quay 3", 1, "quay-3")

    data = {"text": "Quay 3", "name": "Quay 3", "spkey_site_id": "quay-3"}
    client.post(reverse("imports:add-site", args=(plan.pk,)), data)
    work(plan, 3)
    assert verdicts(plan) == {2: "free"}


def test_a_page_that_has_seen_all_is_told_nothing_and_one_that_has_not_is_told_all(
    sandbox, ada, mill_court, as_person
):
    plan = give(ada, f"hub;site\n{world.hub_id(0)};Mill Court")
    client = as_person(ada)
    seen = client.get(reverse("imports:detail", args=(plan.pk,))).context["seen"]
    live = reverse("imports:live", args=(plan.pk,))
    assert client.get(live, {"seen": seen}).status_code == 204

    work(plan, 3)
    answer = client.get(live, {"seen": seen})
    assert (answer.status_code, answer["HX-Refresh"]) == (200, "true")


def test_a_worker_that_does_not_run_is_said(ada, mill_court, as_person):
    plan = give(ada, world.hub_id(0))
    page = as_person(ada).get(reverse("imports:detail", args=(plan.pk,))).text
    assert "The portal’s worker is not running." in page


@pytest.mark.parametrize("kind", ["claim", "bring_in", "move"])
def test_who_may_not_move_hubs_is_not_offered_it(ira, mill_court, as_person, kind):
    answer = post(as_person(ira), kind=kind, text=world.hub_id(0), site=str(mill_court.pk))
    assert answer.status_code == (422 if kind == "move" else 302)


def test_rows_that_are_for_another_kind_of_import_become_a_plan_of_that_kind(
    sandbox, ada, mill_court, as_person
):
    plan = work(give(ada, f"hub;site\n{world.MAGIC['other_site'].id};Mill Court\nx;"), 3)
    client, address = as_person(ada), reverse("imports:detail", args=(plan.pk,))
    [other] = client.get(address).context["others"]
    assert other == {"kind": "move", "words": "Plan to move 1 hub"}

    client.post(reverse("imports:retry", args=(plan.pk,)), {"kind": "move"})
    made = work(Import.objects.get(retry_of=plan), 3)
    assert list(made.rows.values_list("site_text", "verdict")) == [("Mill Court", "other_site")]


def test_the_navigation_leads_to_imports_whoever_may_import(ira, mill_court, as_person):
    """That is also who claims at all sites; not who is limited to jobs."""
    link = f'href="{reverse("imports:list")}"'
    found = [link in as_person(ira).get(reverse("hubs:list")).text]
    ira.memberships.update(all_sites=False)
    found.append(link in as_person(ira).get(reverse("hubs:list")).text)
    assert found == [True, False]


def test_the_page_says_why_a_plan_is_not_begun(sandbox, ada, mill_court, as_person):
    plan = work(give(ada, f"hub;site\n{world.hub_id(0)};Mill Court"), 3)
    client = as_person(ada)
    assert (
        f'name="token" value="{plan.token}"'
        in client.get(reverse("imports:detail", args=(plan.pk,))).text
    )
    for token in ("an older one", " "):
        assert (
            "This plan has changed meanwhile. Nothing was begun" in begin(client, plan, token).text
        )
    assert Import.objects.get().state == "ready"


def test_a_plan_of_a_week_ago_is_too_old_and_says_so(sandbox, ada, mill_court, as_person, clock):
    plan = work(give(ada, f"hub;site\n{world.hub_id(0)};Mill Court"), 3)
    clock.shift(old_rows.PLAN_KEPT.total_seconds() - 60)
    old_rows.remove()
    assert Import.objects.get().state == "ready"

    clock.shift(61)
    page = begin(as_person(ada), plan).text
    assert "This plan is too old. Nothing was begun." in page
    assert "Plans are kept for 7 days, and this one is too old." in page
    assert Import.objects.get().state == "discarded"


def test_who_may_not_move_hubs_changes_no_plan_to_move_them(
    sandbox, ada, ira, mill_court, as_person
):
    plan = work(
        give(ada, f"hub;site\n{world.MAGIC['other_site'].id};Mill Court\nx;Quay", "move"), 3
    )
    client = as_person(ira)
    page = client.get(reverse("imports:detail", args=(plan.pk,)))
    assert "Move 1 hub" not in page.text
    assert f'action="/import/{plan.pk}/' not in page.text
    for name in ("run", "check-again", "stop", "retry", "add-site"):
        answer = client.post(reverse(f"imports:{name}", args=(plan.pk,)), {"token": plan.token})
        assert (name, answer.status_code) == (name, 403)
    assert Import.objects.get().state == "ready"


def test_rows_without_a_claim_lead_to_their_hub(sandbox, ada, acme, mill_court, as_person):
    hub = make_own_hub(acme, hub_id=world.MAGIC["other_site"].id)
    plan = work(give(ada, f"hub;site\n{hub.hub_id};Mill Court\nx;Mill Court", "move"), 3)
    page = as_person(ada).get(reverse("imports:detail", args=(plan.pk,)))
    assert [row.url for row in page.context["rows"]] == [
        reverse("hubs:detail", args=(hub.pk,)),
        "",
    ]
    assert "Hub of line 2:" in page.text


def test_what_an_address_asks_to_be_shown_is_no_part_of_a_header(ada, mill_court, as_person):
    plan = work(give(ada, "hub;site\nx;Mill Court"), 2)
    client = as_person(ada)
    for show in ("a\r\nSet-Cookie: b=c", 'a"; filename="b', "x" * 5_000):
        answer = client.get(reverse("imports:export", args=(plan.pk,)), {"show": show})
        assert answer["Content-Disposition"] == 'attachment; filename="import-1.csv"'
        assert lines_of(answer) == []


def test_a_plan_says_where_hubs_are_being_taken_and_which_of_them_wait(
    sandbox, ada, acme, mill_court, orchard_rise, as_person
):
    moving, offline = (sandbox.state.hubs[world.hub_id(n)] for n in range(2))
    for hub in (moving, offline):
        hub.org_id, hub.site_id, hub.status = world.ACME_ORG_ID, "mill-court", "Claimed"
        hub.online = False
    hub = watching.hub_to_claim(acme, UUID(moving.hub_id))
    asking.submit(ActionRequest(ada, hub, Kind.MOVE, uuid4(), site=orchard_rise))
    HubAction.objects.update(due_at=timezone.now() + timedelta(hours=1))
    lines = f"{moving.hub_id};Mill Court\n{offline.hub_id};Orchard Rise\n"

    plan = work(give(ada, f"hub;site\n{lines}", "move"), 3)
    page = as_person(ada).get(reverse("imports:detail", args=(plan.pk,))).text

    assert "being moved to Orchard Rise" in page
    assert page.count("It is offline: this waits until it is back.") == 1


def test_a_plan_to_move_says_which_places_are_cleared(
    sandbox, ada, acme, mill_court, orchard_rise, as_person
):
    left, named, there = (sandbox.state.hubs[world.hub_id(n)] for n in range(3))
    for hub, site in ((left, "mill-court"), (named, "mill-court"), (there, "orchard-rise")):
        hub.org_id, hub.site_id, hub.status = world.ACME_ORG_ID, site, "Claimed"
        row = watching.hub_for(acme, UUID(hub.hub_id))
        Hub.objects.filter(pk=row.pk).update(
            place=f"Flat {hub.hub_id[-1]}", binding="ours", spkey_site_id=site, kept_until=None
        )
    lines = f"{left.hub_id};Orchard Rise;\n{named.hub_id};Orchard Rise;Attic\n"
    lines += f"{there.hub_id};Orchard Rise;\n"
    plan = work(give(ada, f"hub;site;place\n{lines}", "move"), 3)
    client, url = as_person(ada), reverse("imports:detail", args=(plan.pk,))
    places = [item.place_left or item.place for item in client.get(url).context["rows"]]
    of = {hub.hub_id: f"Flat {hub.hub_id[-1]}" for hub in (left, named, there)}

    assert places == [f"{of[left.hub_id]} is cleared", "Attic", of[there.hub_id]]
    assert "A hub leaves its place behind" in client.get(url).text

    begin(client, plan)
    plan = work(plan, 2)
    HubAction.objects.active().update(due_at=timezone.now())
    plan = work(plan, 3)
    places = [item.place_left or item.place for item in client.get(url).context["rows"]]

    assert places == [f"{of[left.hub_id]} was cleared", "Attic", of[there.hub_id]]
    kept = [Hub.objects.get(hub_id=hub.hub_id).place for hub in (left, named, there)]
    assert kept == ["", "Attic", of[there.hub_id]]
    page = client.get(reverse("hubs:detail", args=(Hub.objects.get(hub_id=left.hub_id).pk,)))
    assert f"{of[left.hub_id]} → –" in page.text


KNOWN = "As the label says it. The one column that must be there."


@pytest.mark.parametrize("heads", ["hub;Key", "Floor;hub", "Name;Floor"])
def test_who_is_told_of_a_column_sees_which_names_are_known(heads, ada, mill_court, as_person):
    client = as_person(ada)
    fold = '<details class="fold"{}>'

    answer = post(client, text=f"{heads}\n{world.hub_id(0)};x\n")

    assert answer.status_code == 422
    assert fold.format(" open") in answer.text
    assert fold.format("") in client.get(reverse("imports:new")).text


@pytest.mark.parametrize(
    ("fault", "is_told"),
    [
        (FileFault.UNKNOWN_COLUMN, True),
        (FileFault.NO_HUB_COLUMN, True),
        (FileFault.NO_HEADINGS, True),
        (FileFault.DAMAGED, False),
        (FileFault.TOO_MANY_ROWS, False),
    ],
)
def test_a_workbook_refused_for_its_columns_is_told_with_the_known_names(
    fault, is_told, ada, mill_court, as_person
):
    plan = give(ada, world.hub_id(0))
    problems = [FileProblem(fault, "Key", 1).as_json()]
    Import.objects.filter(pk=plan.pk).update(state="refused", problems=problems)
    page = as_person(ada).get(reverse("imports:detail", args=(plan.pk,))).text

    assert (KNOWN in page) is is_told


def test_a_plan_with_nothing_to_do_says_so_in_the_list(sandbox, ada, mill_court, as_person):
    for text, kind in (
        (f"hub;site\n{world.hub_id(0)};Mill Court\n", "claim"),
        (f"hub;site\n{world.hub_id(1)};Mill Court\n", "move"),
        ("hub;site\nxyz;Mill Court\n", "claim"),
    ):
        work(give(ada, text, kind), 3)
    page = as_person(ada).get(reverse("imports:list"))

    words = [str(chip.word) for _, chip in page.context["rows"]]
    assert words == ["Nothing to do", "Nothing to do", "Ready to start"]


def test_after_the_run_the_rows_not_done_are_still_told_apart(sandbox, ada, mill_court, as_person):
    lines = f"{world.hub_id(0)};Mill Court\nxyz;Mill Court\nabc;Mill Court\n"
    lines += f"{world.hub_id(1)};Nowhere\n"
    plan = work(give(ada, f"hub;site\n{lines}"), 3)
    client = as_person(ada)
    begin(client, plan)
    work(plan, 4)
    url = reverse("imports:detail", args=(plan.pk,))
    tabs = {tab.name: tab.number for tab in client.get(url).context["tabs"]}

    names = ("not_done", "not_done-not_an_id", "not_done-site_unknown")
    assert [tabs[name] for name in names] == [3, 2, 1]
    # What was wrong stands apart from the piles.
    piles, causes = (
        client.get(url).text.partition(f'<nav class="{name}"')[2].partition("</nav>")[0]
        for name in ("tabs", "causes")
    )
    assert piles.count("<a ") == 4
    assert causes.count("<a ") == 2
    shown = client.get(url, {"show": "not_done-not_an_id"})
    assert [row.line for row in shown.context["rows"]] == [3, 4]
    export = reverse("imports:export", args=(plan.pk,))
    answer = client.get(export, {"show": "not_done-not_an_id"})
    assert len(lines_of(answer)) == 2
    assert "not_done-not_an_id.csv" in answer["Content-Disposition"]
