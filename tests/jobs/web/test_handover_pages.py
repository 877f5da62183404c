"""Completing a job on its page, and its handover: who may, what is asked, what is shown."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from portal.hubs.models import Hub
from portal.jobs import handover_links
from portal.jobs.models import Acceptance, Handover, HandoverLink, Job
from tests.conftest import join, make_person
from tests.jobs.handed_over import claim_hubs, complete, job_at


@pytest.fixture
def job(ira, mill_court) -> Job:
    return job_at(mill_court, ira.memberships.get())


@pytest.fixture
def done(job, ira) -> Handover:
    claim_hubs(job, ira, 2, places=["Flat 1", "Flat 2"])
    return complete(job, ira)


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def test_a_look_counts_what_is_complete_and_what_is_not(as_person, ira, job):
    claim_hubs(job, ira, 2)
    claim_hubs(job, ira, 1, online=False)
    claim_hubs(job, ira, 2, state="queued")
    page = text(as_person(ira).get(f"/jobs/{job.pk}/complete/"))

    assert "5 claimed" not in page
    assert "3 claimed · 2 online" in page
    assert "2 hubs are not claimed; 1 hub is offline." in page
    assert "still being claimed goes on" in page
    assert not Handover.objects.exists()


def test_what_is_not_explained_is_asked_for_and_then_stands_in_the_handover(as_person, ira, job):
    (claim,) = claim_hubs(job, ira, 1, online=False)
    client, address = as_person(ira), f"/jobs/{job.pk}/complete/"
    asked = text(client.get(address))
    assert "one reason for all, or one for each hub" in asked
    assert "(optional)" not in asked.partition("takes_acceptance")[0]
    refused = client.post(address)
    assert (refused.status_code, Handover.objects.count()) == (422, 0)
    assert "Give a reason for each hub, or one for all." in text(refused)

    done = client.post(address, {f"why-{claim.hub_id_text}": "No power yet"}, follow=True)
    assert "Job 7 is complete." in text(done)
    assert "No power yet" in text(done)
    assert HandoverLink.objects.get().created_by == ira
    assert client.post(address).status_code == 302
    assert Handover.objects.count() == 1


def test_of_many_exceptions_one_explanation_serves_for_all(as_person, ira, job):
    claim_hubs(job, ira, 25, online=False)
    client, address = as_person(ira), f"/jobs/{job.pk}/complete/"

    assert client.get(address).content.count(b'name="why-') == 20
    client.post(address, {"explanation": "No power in the riser"})
    assert Handover.objects.get().explanation == "No power in the riser"


@pytest.mark.parametrize(
    ("role", "is_named", "status"),
    [
        ("installer", True, 200),
        ("installer", False, 403),
        ("viewer", True, 403),
        ("admin", False, 200),
    ],
)
def test_who_runs_jobs_and_who_works_on_it_complete_a_job(
    as_person, acme, job, role, is_named, status
):
    person = make_person("p@acme.example", "Pat")
    member = join(person, acme, role)
    if is_named:
        job.people.add(member)

    assert as_person(person).get(f"/jobs/{job.pk}/complete/").status_code == status


def test_a_viewer_reads_the_handover_and_does_nothing_to_it(as_person, acme, done):
    person = make_person("v@acme.example", "Vic Viewer")
    join(person, acme, "viewer")
    client = as_person(person)
    page = text(client.get(f"/jobs/{done.job_id}/handover/"))

    assert "Mill Court" in page
    assert "Save acceptance" not in page
    assert "Make link" not in page
    for action in ("accept", "link"):
        answer = client.post(f"/jobs/{done.job_id}/handover/{action}/", {"name": "Vic", "days": 9})
        assert answer.status_code == 403


def test_somebody_of_another_job_does_not_see_it(as_person, acme, done):
    person = make_person("o@acme.example", "Other Installer")
    join(person, acme, all_sites=False)

    for page in ("handover", "complete"):
        assert as_person(person).get(f"/jobs/{done.job_id}/{page}/").status_code == 404


def test_a_job_that_goes_on_has_no_handover(as_person, ada, job):
    assert as_person(ada).get(f"/jobs/{job.pk}/handover/").status_code == 404


def test_the_handover_stays_as_it_was_and_says_what_has_changed_since(as_person, ira, done):
    assert "Nothing, as far as the portal knows." in text(
        as_person(ira).get(f"/jobs/{done.job_id}/handover/")
    )
    first = done.hubs.all()[0]
    Hub.objects.filter(hub_id=first.hub_id).update(binding="free", serial="CHANGED")
    page = text(as_person(ira).get(f"/jobs/{done.job_id}/handover/"))

    assert "Is no longer ours" in page
    assert first.serial in page
    assert "CHANGED" not in page


def test_the_crew_takes_down_who_accepts_once(as_person, ira, done):
    client, address = as_person(ira), f"/jobs/{done.job_id}/handover/accept/"
    assert client.post(address, {"name": " "}).status_code == 422
    client.post(address, {"name": "Olga Owner"})
    again = client.post(address, {"name": "Paul Pretender"}, follow=True)

    assert "was accepted before" in text(again)
    assert Acceptance.objects.get().name == "Olga Owner"
    assert "taken down by Ira Installer" in text(again)


def test_an_administrator_makes_links_with_an_end_and_ends_them(as_person, ada, done):
    client, address = as_person(ada), f"/jobs/{done.job_id}/handover/link/"
    for days in ("0", "366", "-1", ""):
        assert client.post(address, {"days": days}).status_code == 422
    client.post(address, {"days": "365"})
    link = HandoverLink.objects.get()
    assert link.ends_at - timezone.now() > timedelta(days=364)
    token = handover_links.token_of(link)
    page = text(client.get(f"/jobs/{done.job_id}/handover/"))
    assert re.search(rf'data-copy="[^"]*/handover/{token}/"', page)

    client.post(f"/jobs/handover-links/{link.pk}/end/")
    assert token not in text(client.get(f"/jobs/{done.job_id}/handover/"))
    assert Client().get(f"/handover/{token}/").status_code == 404


def test_a_handover_of_many_hubs_takes_as_many_queries_as_one_of_few(
    as_person, ada, done, ira, orchard_rise, django_assert_max_num_queries
):
    job = job_at(orchard_rise, ira.memberships.get(), number=8)
    claim_hubs(job, ira, 120, places=[f"Flat {n}" for n in range(120)])
    complete(job, ira)
    Hub.objects.update(binding="free")
    client = as_person(ada)
    client.get(f"/jobs/{done.job_id}/handover/")
    with django_assert_max_num_queries(30) as few:
        client.get(f"/jobs/{done.job_id}/handover/")
    with django_assert_max_num_queries(30) as many:
        client.get(f"/jobs/{job.pk}/handover/")

    assert len(few) == len(many)
