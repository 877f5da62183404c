"""Home: an administrator sees how far today's jobs are and what waits, an installer their jobs."""

from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.claims.display import timeline
from portal.claims.engine import actions
from portal.claims.models import Claim, State
from portal.claims.web.home import PACE_OPEN, PACE_QUIET
from portal.hubs.models import Hub
from portal.jobs import planning, requests
from portal.jobs.models import Job, JobRequest
from portal.jobs.planning import Plan
from portal.sandbox import world
from tests.conftest import claim_request, join, make_person, work
from tests.forms import FRAGMENT, choose
from tests.jobs.conftest import DAY, make
from tests.jobs.test_job_pages import block, claim_at


def home(client) -> str:
    return unescape(client.get("/").content.decode())


@pytest.fixture
def admin(as_person, ada):
    return as_person(ada)


def test_an_administrator_sees_todays_jobs_with_their_numbers(sandbox, admin, job, ira, ada):
    make(job.site, ada, first=3, last=5)
    work(claim_at(job, ira, 0))
    page = admin.get("/")

    assert [each.pk for each, _ in page.context["jobs_today"]] == [job.pk]
    assert "3 expected, 1 claimed, 0 online" in page.content.decode().replace("\xa0", " ")


def test_what_waits_is_said_with_why_and_answered_from_home(admin, job, ira):
    claim_at(job, ira, 0)
    claim_at(job, ira, 1)
    block(0, 1)
    Job.objects.update(starts_on="2026-01-02", ends_on="2026-01-05")
    page = admin.get("/")

    sentence = "2 hubs wait: Ira Installer’s job at Mill Court ended on 5 January 2026"
    assert sentence in unescape(page.content.decode())
    assert not [need for need in page.context["needs"] if "needs you" in str(need.title)]
    [need] = [need for need in page.context["needs"] if need.waiting]
    ids = [str(claim.pk) for claim in need.waiting.claims]
    admin.post("/jobs/waiting/", {"claim": ids, "decision": "reject"})
    assert {claim.state for claim in Claim.objects.all()} == {State.CANCELLED}
    assert "hubs wait" not in home(admin)


def test_a_released_claim_that_waits_again_has_one_reason_for_each_reader(
    admin, job, ira, ada, acme
):
    abe = make_person("second@acme.example", "Abe Admin")
    for number in (0, 1):
        claim_at(job, ira, number)
    block(0, 1)
    planning.cancel(job, ada)
    Claim.objects.filter(hub_id_text=world.hub_id(1)).update(released_by=abe)
    claim = Claim.objects.get(released_by=abe)

    page = home(admin)
    assert "1 hub waits: Ira Installer’s job at Mill Court is over" in page
    again = "Abe Admin released it for Ira Installer and may not claim at Mill Court any more"
    assert f"1 hub waits: {again}" in page
    told = [timeline.present(claim), timeline.present(claim, ira)]
    told.append(timeline.present(claim, ada, for_admin=True))
    assert {str(words.title) for words in told} == {
        "Abe Admin released it and may not claim here any more"
    }
    assert "Your scan is saved: another administrator" in str(told[1].text)


def test_an_administrator_sees_what_is_asked_for(admin, job, iras):
    requests.ask_for_time(job, iras)
    requests.ask_for_site("Orchard", iras)

    assert "Ira Installer asks for more time at Mill Court" in home(admin)
    assert "Ira Installer asks to claim at “Orchard”" in home(admin)


def test_an_installers_home_is_their_jobs_todays_first(as_person, ira, iras, ada, mill_court, acme):
    coming = make(mill_court, ada, iras, first=1, last=3)
    today = make(mill_court, ada, iras)
    make(mill_court, ada, iras, first=20, last=21)
    make(mill_court, ada)
    planning.cancel(make(mill_court, ada, iras), ada)
    page = as_person(ira).get("/")

    own = [(each.job.pk, each.is_today, each.may_claim) for each in page.context["own_jobs"]]
    assert own == [(today.pk, True, True), (coming.pk, False, True)]
    assert f"/claims/new/?job={today.pk}" in page.content.decode()
    assert "scan-tile" not in page.content.decode()
    planning.cancel(today, ada)
    assert "scan-tile" in as_person(ira).get("/").content.decode()


def test_time_is_asked_for_on_the_last_day_and_after(as_person, ira, job):
    def may_ask() -> bool:
        [own] = as_person(ira).get("/").context["own_jobs"]
        return own.may_ask

    today = timezone.localdate()
    answers = []
    for last in (today + DAY, today, today - 2 * DAY):
        Job.objects.update(starts_on=today - 9 * DAY, ends_on=last)
        answers.append(may_ask())
    assert answers == [False, True, True]


def test_unfinished_claims_of_whatever_day_stand_on_home(as_person, ira, job):
    claim = claim_at(job, ira, 0)
    Claim.objects.update(created_at=timezone.now() - 5 * DAY)
    page = as_person(ira).get("/")

    assert [row.hub_id for row in page.context["unfinished"]] == [claim.hub_id_text]
    assert page.context["rows"] == []


def test_who_may_claim_nowhere_is_told_so_and_asks_with_one_tap(
    as_person, ira, iras, ada, job, orchard_rise
):
    client = as_person(ira)
    assert "No job is open for you" not in home(client)
    today = timezone.localdate()
    Job.objects.update(starts_on=today - 9 * DAY, ends_on=today - 5 * DAY)
    make(orchard_rise, ada, iras, first=30, last=33)
    planning.cancel(make(orchard_rise, ada, iras), ada)
    page = home(client)

    assert "No job is open for you" in page
    assert "scan-tile" not in page
    assert ">Scan a hub<" not in page
    assert 'name="wanted" value="Mill Court"' in page
    client.post("/jobs/ask/", {"wanted": "Mill Court"})
    assert JobRequest.objects.get().wanted == "Mill Court"
    page = home(client)
    assert "You have asked for “Mill Court”." in page
    assert 'name="wanted"' not in page
    assert "Ask for a site" in page


def test_who_waits_for_more_time_is_not_offered_to_ask_for_the_same_site(as_person, ira, iras, job):
    client, today = as_person(ira), timezone.localdate()
    Job.objects.update(starts_on=today - 9 * DAY, ends_on=today - 5 * DAY)
    assert 'name="wanted" value="Mill Court"' in home(client)
    client.post(f"/jobs/{job.pk}/ask/")

    assert 'name="wanted"' not in home(client)


def test_a_job_today_in_another_organisation_is_named_and_led_to(
    as_person, ira, harbour, lighthouse
):
    member, today = join(ira, harbour, "installer"), timezone.localdate()
    planning.make(Plan(lighthouse, today, today, people=(member,)), ira)
    client = as_person(ira)
    choose(client, ira.memberships.exclude(pk=member.pk).get().organisation)

    assert f"You have a job today at {harbour.name}, too" in home(client)
    client.post(reverse("organisation:switch"), {"organisation": str(harbour.pk)})
    assert "You have a job today at" not in home(client)
    assert lighthouse.name in home(client)


@pytest.mark.parametrize("state", [State.EXPIRED, State.CONFLICT, State.NOT_FOUND, State.REJECTED])
def test_what_came_to_nothing_yesterday_is_on_todays_home_until_it_is_tried_again(
    as_person, job, ira, ada, state
):
    claim = claim_at(job, ira, 0)
    other = claim_at(job, ada, 1)
    yesterday = timezone.now() - timedelta(days=1)
    ended = {"state": state, "created_at": yesterday, "finished_at": timezone.now(), "due_at": None}
    Claim.objects.filter(pk__in=(claim.pk, other.pk)).update(**ended)

    def failed():
        return [row.hub_id for row in as_person(ira).get("/").context["failed"]]

    assert failed() == [claim.hub_id_text]
    assert "Failed, not tried again" in home(as_person(ira))
    Claim.objects.filter(pk=claim.pk).update(retried=True)
    assert failed() == []


def test_what_came_to_nothing_is_over_once_the_hub_is_ours_or_a_week_has_passed(
    as_person, job, ira
):
    claims = [claim_at(job, ira, number) for number in range(3)]
    yesterday = timezone.now() - timedelta(days=1)
    ended = {"state": State.EXPIRED, "created_at": yesterday, "finished_at": yesterday}
    Claim.objects.update(**ended, due_at=None)
    Hub.objects.filter(pk=claims[0].hub_id).update(binding=Hub.Binding.OURS)
    long_ago = timezone.now() - timedelta(days=8)
    Claim.objects.filter(pk=claims[1].pk).update(created_at=long_ago, finished_at=long_ago)

    rows = as_person(ira).get("/").context["failed"]
    assert [row.hub_id for row in rows] == [claims[2].hub_id_text]


def claimed_yesterday(job, ira, **hub) -> Claim:
    """A claim of yesterday that succeeded, of a hub that was read like this since."""
    claim, at = claim_at(job, ira, 0), timezone.now() - DAY
    ended = {"state": "claimed", "claimed_at": at, "finished_at": at, "due_at": None}
    Claim.objects.filter(pk=claim.pk).update(created_at=at, **ended)
    Hub.objects.filter(pk=claim.hub_id).update(**{"binding": "ours", "status": "Claimed"} | hub)
    return claim


def unfinished(client) -> list[str]:
    return [row.hub_id for row in client.get("/").context["unfinished"]]


@pytest.mark.parametrize("online", [False, None])
def test_what_was_claimed_yesterday_and_never_came_online_is_unfinished(
    as_person, ira, job, online
):
    claim = claimed_yesterday(job, ira, online=online)

    assert unfinished(as_person(ira)) == [claim.hub_id_text]


@pytest.mark.parametrize(
    "hub",
    [
        {"online": True, "online_at": timezone.now()},
        {"online": False, "online_at": timezone.now()},
        {"online": False, "last_seen": timezone.now()},
        {"online": False, "binding": "other"},
        {"online": False, "status": "Decommissioned"},
        {"online": False, "replaced_at": timezone.now()},
    ],
)
def test_what_was_online_since_or_is_no_more_in_place_is_finished(as_person, ira, job, hub):
    claimed_yesterday(job, ira, **hub)

    assert unfinished(as_person(ira)) == []


def test_what_was_claimed_weeks_ago_is_no_news(as_person, ira, job):
    claimed_yesterday(job, ira, online=False)
    Claim.objects.update(created_at=timezone.now() - 20 * DAY)

    assert unfinished(as_person(ira)) == []


def test_what_is_unfinished_comes_first(as_person, ira, job):
    claim_at(job, ira, 0)
    claim = claim_at(job, ira, 1)
    ended = {"state": "expired", "finished_at": timezone.now(), "due_at": None}
    Claim.objects.filter(pk=claim.pk).update(created_at=timezone.now() - DAY, **ended)
    page = home(as_person(ira))
    heads = ["Not finished yet", "Failed, not tried again", "Your jobs", "Ask for another site"]
    places = [page.index(head) for head in heads]

    assert places == sorted(places)


def test_an_administrators_own_unfinished_claims_come_first(admin, ada, ira, job, mill_court):
    own = actions.submit(claim_request(ada, mill_court, world.hub_id(7)))
    claim_at(job, ira, 0)
    page = home(admin)

    assert unfinished(admin) == [own.hub_id_text]
    assert page.index("Not finished yet") < page.index("Jobs today")


def test_an_administrators_numbers_come_with_the_rows(admin, acme, job, ira):
    hub = Hub.objects.create(
        organisation=acme, hub_id=world.hub_id(3), binding="ours", status="Claimed", online=True
    )
    seen = admin.get("/").context["seen"]
    assert admin.get(f"/?seen={seen}", headers=FRAGMENT).status_code == 204
    Hub.objects.filter(pk=hub.pk).update(online=False)
    news = admin.get(f"/?seen={seen}", headers=FRAGMENT)

    numbers = news.text.partition('id="page-numbers" hx-swap-oob="true"')[2]
    assert "offline" in numbers
    assert 'id="page-numbers"' in admin.get("/").text
    assert "hx-swap-oob" not in admin.get("/").text


def test_an_administrators_home_is_quick_while_a_claim_goes_on(admin, job, ira):
    assert admin.get("/").context["pace"] == PACE_QUIET
    claim = claim_at(job, ira, 0)
    assert admin.get("/").context["pace"] == PACE_OPEN
    ended = {"state": "cancelled", "finished_at": timezone.now(), "due_at": None}
    Claim.objects.filter(pk=claim.pk).update(**ended)
    assert admin.get("/").context["pace"] == PACE_QUIET
