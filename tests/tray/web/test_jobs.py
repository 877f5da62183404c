"""What a tablet is told of jobs, and what its rows say of them: the job, and the hub's place."""

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.claims import job_progress
from portal.claims.engine import actions
from portal.claims.models import Claim, Reason, State
from portal.hubs.models import Hub
from portal.jobs.models import ExpectedHub, Job
from portal.sandbox import world
from tests.claims.states import put
from tests.conftest import claim_request
from tests.jobs.test_rights import make_job
from tests.tray.conftest import HUB, OTHER_HUB, TRAY

THIRD_HUB = world.hub_id(2)


@pytest.fixture
def limited(ira):
    """Ira, who may claim only where a job sends him."""
    member = ira.memberships.get()
    member.all_sites = False
    member.save()
    return member


def expect_at(job, *places, hub_id=None):
    for position, place in enumerate(places):
        ExpectedHub.objects.create(job=job, position=position, place=place, hub_id=hub_id)


def jobs_of(client):
    return client.get(TRAY).json()["jobs"]


def test_a_tablet_learns_the_jobs_of_today_with_their_places_and_how_far_they_are(
    installer, ira, mill_court
):
    job = make_job(mill_court, ira.memberships.get(), number=4711, expected_count=12)
    expect_at(job, "Flat 12, riser", "Flat 14")
    actions.submit(claim_request(ira, mill_court, HUB, place="Flat 14"))
    (told,) = jobs_of(installer)
    progress = told.pop("progress")
    today = timezone.localdate().isoformat()

    assert told == {
        "id": str(job.pk),
        "number": 4711,
        "own": True,
        "site": str(mill_court.pk),
        "reference": "",
        "note": "",
        "startsOn": today,
        "endsOn": today,
        "expected": 12,
        "places": [
            {"name": "Flat 12, riser", "hubId": "", "takenBy": ""},
            {"name": "Flat 14", "hubId": "", "takenBy": HUB},
        ],
        "complete": told["complete"],
    }
    assert (progress["claimed"], progress["online"], progress["underWay"]) == (0, 0, 1)


def test_a_tablet_is_told_where_a_job_is_completed_by_who_may(
    as_person, ira, ada, mill_court, orchard_rise
):
    own = make_job(mill_court, ira.memberships.get(), number=1)
    others = make_job(orchard_rise, number=2)
    where = {str(job.pk): f"/jobs/{job.pk}/complete/" for job in (own, others)}
    told = {
        person.name: {job["id"]: job["complete"] for job in jobs_of(as_person(person))}
        for person in (ira, ada)
    }

    assert told == {"Ira Installer": where | {str(others.pk): ""}, "Ada Admin": where}


def test_the_list_counts_where_nobody_has_said_how_many_hubs_are_expected(
    installer, ira, mill_court
):
    expect_at(make_job(mill_court, ira.memberships.get()), "Flat 1", "Flat 2")

    assert [job["expected"] for job in jobs_of(installer)] == [2]


def test_own_jobs_come_first_and_none_that_is_over_elsewhere_or_anothers(
    installer, ira, mill_court, orchard_rise, lighthouse
):
    own = make_job(mill_court, ira.memberships.get(), last=5, number=1)
    others = make_job(orchard_rise, number=2)
    make_job(mill_court, ira.memberships.get(), first=-9, last=-3, number=3)
    make_job(mill_court, first=5, last=6, number=4)
    make_job(lighthouse, number=5)

    told = [(job["id"], job["own"]) for job in jobs_of(installer)]
    assert told == [(str(own.pk), True), (str(others.pk), False)]


def test_somebody_limited_to_jobs_is_told_of_their_own_alone(installer, limited, mill_court):
    own = make_job(mill_court, limited)
    make_job(mill_court, number=2)

    assert [job["id"] for job in jobs_of(installer)] == [str(own.pk)]


def test_fifty_jobs_take_as_many_statements_as_one(
    installer, ira, mill_court, django_assert_max_num_queries
):
    for number in range(1, 61):
        expect_at(make_job(mill_court, ira.memberships.get(), number=number), "Flat 1")

    with django_assert_max_num_queries(20):
        assert len(jobs_of(installer)) == 50


def test_a_row_becomes_a_claim_of_its_job_at_its_place(tablet, ira, mill_court):
    make_job(mill_court, ira.memberships.get(), number=1)
    job = make_job(mill_court, ira.memberships.get(), last=3, number=2)
    fields = {"claim": True, "job": str(job.pk), "place": "Flat 12,  riser"}
    tablet.sync(tablet.row(HUB, mill_court, **fields))

    claim = Claim.objects.get()
    assert (claim.job, claim.place) == (job, "Flat 12, riser")


def test_a_hub_on_the_list_gets_its_place_by_itself(tablet, ira, mill_court):
    job = make_job(mill_court, ira.memberships.get())
    expect_at(job, "Roof", hub_id=HUB)
    tablet.sync(tablet.row(HUB, mill_court, claim=True))

    assert Claim.objects.get().place == "Roof"


def test_a_row_of_a_device_that_knows_no_jobs_counts_for_the_job_of_its_site(
    tablet, ira, mill_court
):
    job = make_job(mill_court, ira.memberships.get())
    row = tablet.row(HUB, mill_court, claim=True)
    assert {"job", "place"}.isdisjoint(row)
    tablet.sync(row)

    assert Claim.objects.get().job == job


@pytest.mark.parametrize("foreign", ["anothers", "nobodys", "no id"])
def test_a_job_that_the_person_does_not_see_is_ignored_without_a_word(
    tablet, ira, mill_court, lighthouse, foreign
):
    job = make_job(mill_court, ira.memberships.get())
    named = {
        "anothers": str(make_job(lighthouse).pk),
        "nobodys": "3f2a9c1e-7b54-4d0e-9a61-0c3d77f01a2b",
        "no id": "4711",
    }[foreign]
    row = tablet.row(HUB, mill_court, claim=True, job=named)
    answer = tablet.send(tablet.body(row)).json()

    assert answer["rows"][0]["outcome"] == "under_way"
    assert answer["progress"] == []
    assert Claim.objects.get().job == job


def test_a_job_elsewhere_does_not_count_the_claim(tablet, ira, mill_court, orchard_rise):
    here = make_job(mill_court, ira.memberships.get(), number=1)
    there = make_job(orchard_rise, ira.memberships.get(), number=2)
    tablet.sync(tablet.row(HUB, mill_court, claim=True, job=str(there.pk)))

    assert Claim.objects.get().job == here


def test_a_row_of_a_job_that_ended_meanwhile_waits_for_release(
    tablet, limited, mill_court, sandbox
):
    older = make_job(mill_court, limited, first=-9, last=-5, number=1)
    make_job(mill_court, limited, first=-9, last=-3, number=2)
    row = tablet.row(HUB, mill_court, claim=True, job=str(older.pk), place="Roof")
    tablet.news(row)
    told = tablet.after_work(row)

    assert (told["word"], told["outcome"]) == ("Waits for release", "held_up")
    assert told["toRelease"]
    claim = Claim.objects.get()
    assert (claim.job, claim.place, claim.reason) == (older, "Roof", "right_gone")


def test_answers_say_how_far_the_jobs_of_the_rows_are(tablet, ira, ada, mill_court, sandbox):
    job = make_job(mill_court, ira.memberships.get(), expected_count=3)
    rows = [tablet.row(hub, mill_court, claim=True, job=str(job.pk)) for hub in (HUB, OTHER_HUB)]
    tablet.sync(*rows)
    tablet.after_work(rows[0])
    actions.submit(claim_request(ada, mill_court, THIRD_HUB))
    Hub.objects.filter(hub_id=HUB).update(online=True)
    Hub.objects.filter(hub_id=OTHER_HUB).update(online=False, last_seen="2026-11-29T10:41:00+00:00")
    (progress,) = tablet.send(tablet.body(*rows)).json()["progress"]

    numbers = [progress[name] for name in ("claimed", "online", "underWay", "offline")]
    assert numbers == [2, 1, 1, 1]
    assert progress["awaited"] == [{"hubId": OTHER_HUB, "lastSeen": "2026-11-29T10:41:00+00:00"}]
    assert progress["since"] <= progress["until"]


@pytest.mark.parametrize("binding", ["free", "other", "missing"])
def test_a_hub_that_is_not_ours_any_more_is_held_up_and_not_offline(
    tablet, ira, mill_court, sandbox, binding
):
    job = make_job(mill_court, ira.memberships.get(), expected_count=1)
    row = tablet.row(HUB, mill_court, claim=True, job=str(job.pk))
    tablet.sync(row)
    tablet.after_work(row)
    Hub.objects.filter(hub_id=HUB).update(online=False, binding=binding)
    (progress,) = tablet.send(tablet.body(row)).json()["progress"]

    assert [progress[name] for name in ("claimed", "offline", "heldUp")] == [0, 0, 1]
    assert progress["awaited"] == []


def test_a_listed_hub_is_missing_though_as_many_others_are_claimed(installer, ira, mill_court):
    job = make_job(mill_court, ira.memberships.get(), expected_count=2)
    expect_at(job, "Flat A", hub_id=HUB)
    ExpectedHub.objects.create(job=job, position=1, place="Flat B", hub_id=OTHER_HUB)
    actions.submit(claim_request(ira, mill_court, HUB))
    actions.submit(claim_request(ira, mill_court, THIRD_HUB, place="Flat B"))
    (told,) = jobs_of(installer)

    assert told["progress"]["missing"] == 1


@pytest.mark.parametrize("expected", [2, None])
def test_the_tray_and_the_jobs_page_count_alike_what_is_on_the_list(
    installer, ira, mill_court, expected
):
    job = make_job(mill_court, ira.memberships.get(), expected_count=expected)
    expect_at(job, "Flat A", "Flat B")
    hubs = ((HUB, "Flat A", True), (OTHER_HUB, "Roof", True), (THIRD_HUB, "", False))
    for hub, place, online in hubs:
        claim = actions.submit(claim_request(ira, mill_court, hub, place=place))
        put(claim, State.CLAIMED)
        Hub.objects.filter(pk=claim.hub_id).update(online=online, binding="ours")
    (told,) = jobs_of(installer)
    there = job_progress.progress_of([job])[job.pk]
    names = ("claimed", "online", "missing", "unlisted", "unlistedOnline")
    here = tuple(told["progress"][name] for name in names)

    assert here == (3, 2, 1, 2, 1)
    assert here == (
        there.claimed,
        there.online,
        there.missing,
        there.unlisted,
        there.unlisted_online,
    )
    assert (there.claimed_of_expected, there.online_of_expected, there.offline) == (1, 1, 0)


def test_a_place_that_is_changed_after_the_claim_is_kept_for_the_hub_too(
    tablet, mill_court, sandbox
):
    row = tablet.row(HUB, mill_court, claim=True, place="Flat 1")
    tablet.news(row)
    row["place"] = "Flat 2"
    tablet.after_work(row)
    assert Claim.objects.get().place == Hub.objects.get().place == "Flat 2"

    row["place"] = "Flat 3"
    tablet.news(row)
    row["place"] = ""
    tablet.news(row)
    assert Claim.objects.get().place == Hub.objects.get().place == "Flat 3"


def test_nobody_changes_the_place_of_anothers_claim(tablet, hal, mill_court, lighthouse):
    theirs = actions.submit(claim_request(hal, lighthouse, HUB, place="Door"))
    row = tablet.row(HUB, mill_court, claim=True, claimId=str(theirs.pk), place="Roof")

    assert tablet.news(row)["word"] == "Not found"
    assert Claim.objects.get().place == "Door"


def test_news_say_whether_the_hub_is_online_or_waits_for_somebody_beside_it(
    tablet, mill_court, sandbox
):
    row = tablet.row(HUB, mill_court, claim=True)
    waiting = dict(tablet.news(row))
    claimed = dict(tablet.after_work(row))
    Hub.objects.update(online=True, read_at=timezone.now())
    online = tablet.news(row)

    told = [(news["online"], news["atHub"]) for news in (waiting, claimed, online)]
    assert told == [(False, False), (False, True), (True, False)]


def test_a_job_of_tomorrow_gives_a_tablet_its_places_already(installer, limited, mill_court):
    make_job(mill_court, limited, first=1, last=2)

    assert len(jobs_of(installer)) == 1
    limited.job_members.all().delete()
    assert jobs_of(installer) == []


def asked_site(client, job):
    page = client.get(f"/claims/new/?job={job.pk}").content.decode()
    return page.partition('data-asked-site="')[2].partition('"')[0]


def test_the_page_opens_at_the_site_of_the_job_that_is_asked_for(
    installer, ira, mill_court, orchard_rise
):
    job = make_job(orchard_rise, ira.memberships.get())

    assert asked_site(installer, job) == str(orchard_rise.pk)


def test_the_page_opens_at_no_site_for_a_job_of_another_organisation(
    installer, mill_court, orchard_rise, lighthouse
):
    assert asked_site(installer, make_job(lighthouse)) == ""


def test_who_has_no_open_job_still_sees_what_they_scanned(installer, limited, mill_court):
    make_job(mill_court, limited, first=-9, last=-3)
    page = installer.get("/claims/new/").content.decode()

    assert "No job is open for you today." in page
    assert "<hub-tray" in page
    assert "data-tray-claim" in page


def test_what_was_confirmed_stays_so_until_a_job_is_open(tablet, limited, ira, mill_court):
    row = tablet.row(site=mill_court, claim=True)
    news = tablet.news(row)

    assert news["title"] == "No job of yours is open here"
    assert (news["outcome"], news["settled"], news["canClaim"]) == ("forbidden", False, False)
    make_job(mill_court, limited)
    assert tablet.news(row)["claimId"]


def test_without_a_job_one_is_asked_for_and_the_camera_reads_labels(installer, limited):
    page = installer.get("/claims/new/").content.decode()

    assert "decides about it" not in page
    assert reverse("jobs:ask-site") in page
    assert "decoder-src=" in page


def test_a_hub_of_a_job_that_is_over_keeps_nobody_at_it(tablet, ira, mill_court, sandbox):
    job = make_job(mill_court, ira.memberships.get(), number=4711)
    sandbox.state.set_hub(HUB, {"online": False})
    row = tablet.row(HUB, mill_court, claim=True, job=str(job.pk))
    tablet.sync(row)
    assert "power" in tablet.after_work(row)["text"]

    Job.objects.update(cancelled_at=timezone.now())
    assert tablet.news(row)["text"].startswith("Its job is over, and nobody has to stay for it.")

    Claim.objects.update(state=State.BLOCKED, reason=Reason.RIGHT_GONE)
    assert not tablet.news(row)["atHub"]
