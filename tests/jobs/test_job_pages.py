# ruff: noqa: RUF001 - Greek words
"""The pages of jobs: the list, the form, and the job's own page, live."""

import re
from datetime import timedelta
from html import unescape
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from portal.claims import job_progress
from portal.claims.engine import actions
from portal.claims.models import Claim, Reason, State
from portal.core import text_index
from portal.hubs.models import Hub
from portal.jobs import planning, requests
from portal.jobs.expected import Expected
from portal.jobs.models import Job
from portal.jobs.web import actions as web_actions
from portal.sandbox import world
from portal.sites.models import Site
from tests.conftest import claim_request, work
from tests.forms import FRAGMENT
from tests.jobs.conftest import DAY, make
from tests.jobs.handed_over import complete
from tests.jobs.test_access import window


@pytest.fixture
def admin(as_person, ada):
    return as_person(ada)


ID = "[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}"


def text_of(answer) -> str:
    return unescape(answer.content.decode())


def block(*numbers: int) -> None:
    """Let these claims wait for an administrator, as the worker does when a right is gone."""
    hubs = [world.hub_id(number) for number in numbers]
    blocked = Claim.objects.filter(hub_id_text__in=hubs)
    assert blocked.update(state=State.BLOCKED, reason=Reason.RIGHT_GONE, due_at=None) == len(hubs)


def claim_at(job, person, number: int, **fields) -> Claim:
    return actions.submit(claim_request(person, job.site, world.hub_id(number), **fields))


@pytest.mark.parametrize(
    ("group", "names"),
    [
        ("", ["overdue", "today", "coming"]),
        ("today", ["today"]),
        ("overdue", ["overdue"]),
        ("coming", ["coming"]),
        ("over", ["called off", "done"]),
        ("nonsense", ["overdue", "today", "coming"]),
    ],
)
def test_the_list_has_groups(group, names, admin, ada, mill_court):
    make(mill_court, ada, first=5, last=9, reference="coming")
    make(mill_court, ada, reference="today")
    make(mill_court, ada, first=-9, last=-2, reference="overdue")
    done = make(mill_court, ada, reference="done")
    Job.objects.filter(pk=done.pk).update(completed_at=timezone.now())
    planning.cancel(make(mill_court, ada, reference="called off"), ada)
    answer = admin.get("/jobs/", {"state": group} if group else {})

    assert [job.reference for job, _ in answer.context["rows"]] == names


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("mill", [1]),
        ("ΜΎΛΟΣ", [2]),
        ("μυλοσ", [2]),
        ("wo-17", [1]),
        ("#2", [2]),
        ("2", [2]),
        ("IRA INST", [1]),
        ("zzz", []),
    ],
)
def test_a_job_is_found_by_site_reference_number_and_person(
    text, found, job, admin, ada, orchard_rise
):
    orchard_rise.name = "Μύλος"
    orchard_rise.save()
    make(orchard_rise, ada)
    rows = admin.get("/jobs/", {"q": text}).context["rows"]

    assert [each.number for each, _ in rows] == found


def test_a_job_that_is_over_is_found_by_who_worked_on_it_and_left(job, admin, ada, monkeypatch):
    Job.objects.filter(pk=job.pk).update(reference="ΎΔΡΑ/47-Α")
    planning.cancel(job, ada)
    job.people.all().delete()
    for text in ("IRA INST", "Ύδρα/4", "ύδρα/47", "υδρα", "ΥΔΡΑ/47-", "47-α", "#1", "mill co"):
        for many in (text_index.MANY, 1):
            monkeypatch.setattr(text_index, "MANY", many)
            found = admin.get("/jobs/", {"state": "over", "q": text}).context["rows"]
            assert [each.number for each, _ in found] == [1], (text, many)
    assert not admin.get("/jobs/", {"q": "Ύδρα/4"}).context["rows"]

    planning.reopen(job, ada)

    assert not admin.get("/jobs/", {"q": "Ira Inst"}).context["rows"]


def test_a_job_is_found_by_its_reference_however_it_was_saved(job, admin, ada, mill_court):
    days = {"starts_on": job.starts_on, "ends_on": job.ends_on, "organisation": job.organisation}
    Job.objects.create(number=8, site=mill_court, reference="Στοά 8", **days)
    Job.objects.bulk_create([Job(number=9, site=mill_court, reference="Στοά 9", **days)])
    Job.objects.filter(number=1).update(reference="Στοά 1", expected_count=4)

    found = admin.get("/jobs/", {"q": "στοα"}).context["rows"]

    assert [each.number for each, _ in found] == [1, 8, 9]
    assert not admin.get("/jobs/", {"q": "wo-17"}).context["rows"]


def test_the_index_holds_no_job_that_is_gone(job):
    Job.objects.all().delete()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            assert not cursor.execute("SELECT job FROM jobs_search").fetchall()


def test_the_list_comes_in_pages(admin, ada, mill_court):
    for _ in range(27):
        make(mill_court, ada)
    first, second = admin.get("/jobs/"), admin.get("/jobs/?page=2")

    assert [len(page.context["rows"]) for page in (first, second)] == [25, 2]
    assert first.context["older_url"] == "?page=2"
    assert admin.get("/jobs/?page=999999999999").status_code == 200


def test_a_new_organisation_is_led_to_its_first_site_and_job(admin, ada, acme, mill_court):
    assert "No job yet" in text_of(admin.get("/jobs/"))
    mill_court.delete()
    assert "Add the site first" in text_of(admin.get("/jobs/new/"))


def test_a_job_is_planned_with_people_and_a_file(admin, iras, mill_court):
    file = SimpleUploadedFile("places.csv", "Θέση;Hub id\r\nΙσόγειο;\r\n".encode("cp1253"))
    data = {
        "site": str(mill_court.pk),
        "people": [str(iras.pk)],
        "reference": "WO-1",
        "expected_file": file,
        **window(),
    }
    answer = admin.post("/jobs/new/", data)
    job = Job.objects.get()

    assert answer["Location"] == f"/jobs/{job.pk}/"
    assert planning.expectation(job) == [Expected("Ισόγειο")]
    assert [*job.people.all()] == [iras]


def test_a_list_with_wrong_lines_is_refused_by_line_and_shown_again(admin, mill_court):
    pasted = "place;hub id\nLoft;nonsense\nLoft;\nLOFT;\n"
    data = {"site": str(mill_court.pk), "expected_list": pasted, **window()}
    answer = admin.post("/jobs/new/", data)

    assert answer.status_code == 422
    assert "Line 2: “nonsense” is not a hub id." in text_of(answer)
    assert "Line 4: “LOFT” is on line 3 already." in text_of(answer)
    assert "Loft;nonsense" in text_of(answer)
    assert not Job.objects.exists()


def test_a_refused_form_opens_at_its_first_fault(admin, mill_court):
    data = {"site": str(mill_court.pk), "expected_list": "Loft;1A2B", **window()}
    page = text_of(admin.post("/jobs/new/", data))

    assert re.findall(r'name="(\w+)"[^>]*autofocus', page) == ["expected_list"]


def test_the_first_fault_is_the_uppermost_and_each_wrong_address_is_named(admin, mill_court):
    over = {**window(), "ends_on": "2020-01-01", "invite": "kit@acme.example\nkit@\nira"}
    page = text_of(admin.post("/jobs/new/", {"site": str(mill_court.pk), **over}))

    assert re.findall(r'name="(\w+)"[^>]*autofocus', page) == ["ends_on"]
    for wrong in ("kit@", "ira"):
        assert f"“{wrong}” is not an e-mail address." in page


def test_the_only_site_is_picked_already(admin, mill_court):
    assert admin.get("/jobs/new/").context["form"]["site"].initial == mill_court.pk
    Site.objects.create(
        organisation=mill_court.organisation, name="Another", spkey_site_id="another"
    )
    assert admin.get("/jobs/new/").context["form"]["site"].initial is None


def test_a_job_offers_what_comes_next_and_the_rest_behind_one_button(admin, job):
    page = text_of(admin.get(f"/jobs/{job.pk}/"))
    head, menu = page.partition('class="head-actions"')[2].split('id="job-menu" popover', 1)

    assert len(re.findall(r'class="button', head)) == 3
    for address in ("edit/", "people/", "cancel/"):
        assert f"/jobs/{job.pk}/{address}" in menu.partition("</div>")[0]


def test_a_copy_has_the_places_and_days_and_not_the_hubs(admin, job, ada):
    today = timezone.localdate()
    planning.change(
        job,
        job.version,
        planning.Plan(
            job.site, today - 3 * DAY, today - DAY, expected=[Expected("Loft", UUID(int=5))]
        ),
        ada,
    )
    initial = admin.get(f"/jobs/new/?copy={job.pk}").context["form"].initial

    assert (initial["starts_on"], initial["ends_on"]) == (today, today + 2 * DAY)
    assert initial["expected_list"] == "Loft\n"


def test_who_changes_what_somebody_else_has_changed_is_shown_that_first(admin, job, ada):
    stale = {"version": job.version, "reference": "mine", **window()}
    planning.extend(job, timezone.localdate() + 20 * DAY, ada)
    answer = admin.post(f"/jobs/{job.pk}/edit/", stale)

    assert answer.status_code == 409
    assert "Somebody else changed this job meanwhile" in text_of(answer)
    assert Job.objects.get().reference == "WO-17"
    fresh = answer.context["form"].initial["version"]
    assert admin.post(f"/jobs/{job.pk}/edit/", stale | {"version": fresh}).status_code == 302
    assert Job.objects.get().reference == "mine"


def test_a_job_page_shows_what_was_found_at_each_place(sandbox, admin, job, ada, ira):
    listed = [
        Expected("Flat 1", UUID(world.hub_id(0))),
        Expected("Flat 2"),
        Expected("Flat 3", UUID(world.hub_id(5))),
        Expected("Flat 4"),
    ]
    planning.change(
        job,
        job.version,
        planning.Plan(job.site, job.starts_on, job.ends_on, job.people.all(), expected=listed),
        ada,
    )
    first = claim_at(job, ira, 0)
    claim_at(job, ira, 1, place="Flat 2")
    claim_at(job, ira, 2, place="flat 3")
    claim_at(job, ira, 3, place="Cellar")
    work(first)
    page = admin.get(f"/jobs/{job.pk}/").context["page"]

    found = [(line.place, line.hub_id[-4:], str(line.note)) for line in page.expected]
    tails = [world.hub_id(number)[-4:] for number in range(4)]
    assert found == [
        ("Flat 1", tails[0], ""),
        ("Flat 2", tails[1], ""),
        ("Flat 3", tails[2], "Another hub than expected"),
        ("Flat 4", "", ""),
    ]
    assert [line.place for line in page.beside] == ["Cellar"]


@pytest.mark.parametrize("end", ["cancelled", "complete"])
def test_a_job_that_is_over_still_says_who_worked_on_it(end, admin, job, iras, ada):
    if end == "cancelled":
        planning.cancel(job, ada)
    else:
        complete(job, ada, "Nothing was there")
    iras.delete()
    page, listed = admin.get(f"/jobs/{job.pk}/"), admin.get("/jobs/?state=over")

    assert "Nobody" not in text_of(page)
    for answer in (page, listed):
        assert "Ira Installer" in text_of(answer)


def test_a_claim_that_failed_says_why_and_what_to_do(sandbox, admin, job, ira):
    claim_at(job, ira, 0)
    Claim.objects.update(state=State.NOT_FOUND, finished_at=timezone.now(), due_at=None, reason="")
    [each] = admin.get(f"/jobs/{job.pk}/").context["page"].exceptions

    assert str(each.words.text)


def live_address(client, job) -> str:
    page = client.get(f"/jobs/{job.pk}/").content.decode()
    return unescape(page.partition('hx-get="')[2].partition('"')[0])


def test_a_poll_is_answered_when_something_changed(admin, job, ira, ada, sandbox):
    address = live_address(admin, job)
    assert admin.get(address, headers=FRAGMENT).status_code == 204

    for change in (
        lambda: claim_at(job, ira, 0),
        lambda: work(Claim.objects.get()),
        lambda: Hub.objects.update(online=True, version=99),
        lambda: planning.assign(job, [], ada),
        lambda: requests.ask_for_time(job, ira.memberships.get()),
    ):
        change()
        answer = admin.get(address, headers=FRAGMENT)
        assert answer.status_code == 200
        address = live_address(admin, job)
        assert admin.get(address, headers=FRAGMENT).status_code == 204


def test_a_page_that_is_open_while_the_job_ends_is_loaded_again_for_its_head_and_once(
    admin, job, ira, ada
):
    address = live_address(admin, job)
    claim_at(job, ira, 0)
    assert "HX-Refresh" not in admin.get(address, headers=FRAGMENT)

    planning.cancel(job, ada)
    assert admin.get(address, headers=FRAGMENT)["HX-Refresh"] == "true"
    Claim.objects.update(version=99)
    assert "HX-Refresh" not in admin.get(live_address(admin, job), headers=FRAGMENT)


def test_the_page_of_a_cancelled_job_asks_no_more_and_opens_it_again(admin, job, ada):
    planning.cancel(job, ada)
    page = text_of(admin.get(f"/jobs/{job.pk}/"))

    assert "hx-get" not in page
    assert "Open it again" in page
    admin.post(f"/jobs/{job.pk}/reopen/")
    assert Job.objects.get().cancelled_at is None


def test_cancelling_asks_and_counts_before(admin, job, ira):
    claim_at(job, ira, 0)
    page = text_of(admin.get(f"/jobs/{job.pk}/cancel/"))

    assert "1 person works on it" in page
    assert "1 claim is under way" in page
    assert Job.objects.get().cancelled_at is None
    admin.post(f"/jobs/{job.pk}/cancel/")
    assert Job.objects.get().cancelled_at is not None


@pytest.mark.parametrize("way", ["extend", "people", "reopen", "edit", "grant", "new"])
def test_waiting_claims_go_on_when_their_right_comes_back(way, admin, job, ira, iras, ada):
    claim_at(job, ira, 0)
    block(0)
    later = str(timezone.localdate() + 9 * DAY)
    if way == "reopen":
        planning.cancel(job, ada)
    if way == "people":
        planning.assign(job, [], ada)
    asked = requests.ask_for_time(job, iras)
    job.refresh_from_db()
    named = {"people": [str(iras.pk)]}
    address, data = {
        "extend": (f"/jobs/{job.pk}/extend/", {"ends_on": later}),
        "people": (f"/jobs/{job.pk}/people/", named),
        "reopen": (f"/jobs/{job.pk}/reopen/", {}),
        "edit": (f"/jobs/{job.pk}/edit/", {"version": job.version, **named, **window()}),
        "grant": (f"/jobs/requests/{asked.pk}/", {"decision": "grant", "ends_on": later}),
        "new": ("/jobs/new/", {"site": str(job.site_id), **named, **window()}),
    }[way]
    assert admin.post(address, data).status_code == 302

    assert Claim.objects.get().state == State.QUEUED


def test_claims_are_released_and_rejected_one_by_one_and_all_at_once(admin, job, ira, ada):
    claims = [claim_at(job, ira, number) for number in range(4)]
    block(0, 1, 2, 3)
    one, two, *rest = [str(claim.pk) for claim in claims]
    for claim, decision in ((one, "release"), (two, "reject")):
        answer = admin.post("/jobs/waiting/", {"claim": claim, "decision": decision, "job": job.pk})
        assert answer["Location"] == f"/jobs/{job.pk}/"
    answer = admin.post("/jobs/waiting/", {"claim": [one, two, *rest], "decision": "release"})

    assert answer["Location"] == "/"
    by_pk = {str(claim.pk): claim for claim in Claim.objects.select_related("released_by")}
    assert [by_pk[pk].state for pk in (one, two, *rest)] == [
        "queued",
        "cancelled",
        "queued",
        "queued",
    ]
    assert {by_pk[pk].released_by for pk in (one, *rest)} == {ada}


@pytest.mark.parametrize(("most", "words"), [(2, "Release the first 2"), (3, "Release all")])
def test_as_many_are_released_together_as_the_button_says(
    admin, job, ira, monkeypatch, most, words
):
    monkeypatch.setattr(job_progress, "MOST_WAITING", most)
    for number in range(3):
        claim_at(job, ira, number)
    block(0, 1, 2)
    page = admin.get(f"/jobs/{job.pk}/").content.decode()
    assert "3 hubs wait for you" in page
    _before, _, together = page.partition('<form class="actions"')
    assert f">{words}</button>" in together
    sent = re.findall(r'name="claim" value="([^"]+)"', together)
    admin.post("/jobs/waiting/", {"claim": sent, "decision": "release", "job": job.pk})

    assert Claim.objects.filter(state=State.BLOCKED).count() == 3 - most


def test_until_when_a_job_goes_on_is_asked_as_every_day_is(admin, job):
    page = admin.get(f"/jobs/{job.pk}/")

    field = str(page.context["extend"]["ends_on"])
    assert 'type="date"' in field
    assert field in page.content.decode()


@pytest.mark.parametrize("decision", ["release", "reject"])
def test_claims_are_decided_in_one_order_for_everybody(admin, job, ira, decision):
    claims = [claim_at(job, ira, number) for number in range(5)]
    block(*range(5))
    held: list[UUID] = []

    def note(execute, sql, params, many, context):
        if sql.startswith('UPDATE "claims_claim"'):
            named = {UUID(hex=text) for text in map(str, params) if re.fullmatch(ID, text)}
            held.extend(named & {claim.pk for claim in claims} - set(held))
        return execute(sql, params, many, context)

    ids = [str(claim.pk) for claim in sorted(claims, key=lambda each: each.pk, reverse=True)]
    with connection.execute_wrapper(note):
        admin.post("/jobs/waiting/", {"claim": ids, "decision": decision})

    assert held == sorted(claim.pk for claim in claims)


def test_claims_whose_right_came_back_are_held_in_that_order_too(job, ira):
    for number in range(3):
        claim_at(job, ira, number)
    block(0, 1, 2)
    with CaptureQueriesContext(connection) as captured:
        assert actions.right_returned(Claim.objects.filter(job=job)) == 3

    first = next(each["sql"] for each in captured if '"claims_claim"' in each["sql"])
    assert first.partition(" FOR UPDATE")[0].endswith(" ORDER BY 1 ASC")
    if connection.vendor == "postgresql":
        assert "FOR UPDATE" in first


def test_a_claim_is_rejected_only_while_it_waits_and_what_was_sent_stays_open(
    admin, job, ira, ada, monkeypatch
):
    released, sent, other = (claim_at(job, ira, number) for number in range(3))
    block(0, 1, 2)
    Claim.objects.filter(pk=sent.pk).update(outcome_unknown_since=timezone.now(), sends=1)
    chosen = web_actions._chosen

    def released_between(*asked):
        found = chosen(*asked)
        actions.release(released, ada)
        return found

    monkeypatch.setattr(web_actions, "_chosen", released_between)
    ids = [str(claim.pk) for claim in (released, sent, other)]
    answer = admin.post("/jobs/waiting/", {"claim": ids, "decision": "reject"}, follow=True)

    states = dict(Claim.objects.values_list("pk", "state"))
    assert [states[claim.pk] for claim in (released, sent, other)] == [
        "queued",
        "blocked",
        "cancelled",
    ]
    said = [str(message) for message in answer.context["messages"]]
    assert said[0] == "1 claim is rejected. Nothing is sent."
    assert said[1].startswith("1 claim had been sent already.")
    again = admin.post(f"/claims/{released.pk}/stop/", {"decision": "reject"}, follow=True)
    assert "Somebody has decided about this already." in text_of(again)
    assert Claim.objects.get(pk=released.pk).state == "queued"


def test_a_request_is_answered_from_the_link_once(admin, job, iras):
    asked = requests.ask_for_time(job, iras)
    address = reverse("jobs:request", args=(asked.pk,))
    page = admin.get(address)
    until = page.context["form"].initial["ends_on"]
    assert Job.objects.get().ends_on < until == job.ends_on + timedelta(days=7)

    assert admin.post(address, {"decision": "grant", "ends_on": str(until)}).status_code == 302
    assert Job.objects.get().ends_on == until
    again = admin.post(address, {"decision": "refuse"})
    assert again.status_code == 200
    assert "You have allowed it." in text_of(again)


def test_a_request_says_when_the_job_ends_or_that_it_has(admin, job, iras):
    address = reverse("jobs:request", args=(requests.ask_for_time(job, iras).pk,))
    assert "Job 1 ends on" in text_of(admin.get(address))
    Job.objects.update(starts_on=job.starts_on - 30 * DAY, ends_on=job.ends_on - 30 * DAY)
    assert "Job 1 ended on" in text_of(admin.get(address))


def test_a_site_that_is_named_clearly_is_proposed(admin, iras, orchard_rise, mill_court):
    asked = requests.ask_for_site("orchard", iras)
    initial = admin.get(reverse("jobs:request", args=(asked.pk,))).context["form"].initial

    assert initial["site"] == orchard_rise.pk


def test_an_installer_asks_with_one_tap_and_sees_that_they_have(as_person, ira, job):
    Job.objects.update(ends_on=timezone.localdate())
    client = as_person(ira)
    assert "Ask for more time" in text_of(client.get("/"))

    client.post(f"/jobs/{job.pk}/ask/")
    client.post("/jobs/ask/", {"wanted": " Orchard  Rise "})
    page = text_of(client.get("/"))

    assert "You have asked for more time." in page
    assert "“Orchard Rise”" in page
    assert "Ask for more time" not in page
