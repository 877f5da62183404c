"""A form that is sent twice, by a double tap or since the first seemed lost, makes one thing."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from portal.core import sent_forms
from portal.core.models import SentForm
from portal.jobs.models import HandoverLink, Job, JobRequest
from portal.notices.models import Notice
from portal.orgs import invitations
from portal.orgs.models import Invitation
from portal.sites.models import Site
from tests.concurrency import at_once
from tests.jobs.conftest import make
from tests.jobs.handed_over import complete

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


def fields_of(client, page: str, **fields) -> dict[str, object]:
    """What a form on this page posts."""
    token = TOKEN.search(client.get(page).content.decode())[1]
    return {"csrfmiddlewaretoken": token, **fields}


def twice(client, page: str, address: str = "", **fields):
    sent = fields_of(client, page, **fields)
    first, second = (client.post(address or page, sent) for _ in range(2))
    assert first.status_code == second.status_code == 302
    assert second.url == first.url
    return client.get(second.url)


def a_plan(site, **fields) -> dict[str, object]:
    today = timezone.localdate()
    return {"site": site.pk, "starts_on": today, "ends_on": today, **fields}


def test_each_form_that_makes_something_makes_it_once(as_person, ada, ira, mill_court):
    admin, worker = as_person(ada), as_person(ira)
    old = make(mill_court, ada, ira.memberships.get())
    complete(old, ada, "Nothing to claim")
    Site.objects.create(organisation=mill_court.organisation, name="Two", spkey_site_id="two")

    twice(admin, "/jobs/new/", **a_plan(mill_court, reference="WO-1"))
    copied = twice(admin, f"/jobs/new/?copy={old.pk}", "/jobs/new/", **a_plan(mill_court))
    twice(admin, "/sites/new/", name="Three", shown_id="three")
    twice(
        admin,
        f"/jobs/{old.pk}/handover/",
        f"/jobs/{old.pk}/handover/link/",
        days=3,
    )
    told = twice(worker, "/jobs/ask/", wanted="The mill")

    assert Job.objects.filter(reference="WO-1").count() == 1
    assert Job.objects.count() == 3
    assert copied.context["job"].number == 3
    assert Site.objects.filter(name="Three").count() == 1
    assert HandoverLink.objects.filter(handover__job=old).count() == 1
    assert JobRequest.objects.count() == 1
    assert Notice.objects.filter(kind=Notice.Kind.JOB_REQUEST).count() == 1
    assert "Your administrators are asked." in told.content.decode()


def test_other_fields_from_the_same_page_make_another_thing(as_person, ada, mill_court):
    admin = as_person(ada)
    sent = fields_of(admin, "/jobs/new/", **a_plan(mill_court))
    lists = [SimpleUploadedFile("places.csv", text) for text in (b"Flat 1", b"Flat 2", b"Flat 2")]
    for each in lists:
        admin.post("/jobs/new/", sent | {"expected_file": each})
    admin.post("/jobs/new/", fields_of(admin, "/jobs/new/", **a_plan(mill_court)))

    assert [job.expected_hubs.count() for job in Job.objects.order_by("number")] == [1, 1, 0]


def test_a_form_with_faults_makes_nothing_and_may_be_sent_again(as_person, ada, mill_court):
    admin = as_person(ada)
    sent = fields_of(admin, "/sites/new/", name="")
    assert [admin.post("/sites/new/", sent).status_code for _ in range(2)] == [422, 422]
    assert not SentForm.objects.exists()


def test_a_job_that_is_saved_twice_was_not_changed_by_somebody_else(as_person, ada, mill_court):
    admin, job = as_person(ada), make(mill_court, ada)
    changed = a_plan(mill_court, reference="WO-2", version=job.version)
    twice(admin, f"/jobs/{job.pk}/edit/", **changed)

    assert Job.objects.get().reference == "WO-2"


@pytest.mark.parametrize("was_invited", [False, True])
def test_people_are_invited_once_and_nobody_is_told_of_the_second_tap(as_person, ada, was_invited):
    admin, acme = as_person(ada), ada.memberships.get().organisation
    if was_invited:  # And the invitation became too old.
        invitations.invite(acme, "new@acme.test", role="installer", all_sites=True, actor=ada)
        long_ago = timezone.now() - timedelta(days=8)
        Invitation.objects.update(created_at=long_ago, expires_at=long_ago + Invitation.VALID)
    sent = fields_of(
        admin, reverse("people:invite"), addresses="new@acme.test", role="installer", where="all"
    )
    answers = [admin.post(reverse("people:invite"), sent) for _ in range(2)]

    assert Invitation.objects.count() == 1
    verdicts = [answer.context["verdicts"][0].chip.word for answer in answers]
    assert verdicts == ["Invited", "Invited"]


def test_two_of_the_same_moment_make_one(as_person, ada, mill_court, transactional_db):
    admin = as_person(ada)
    sent = fields_of(admin, "/jobs/new/", **a_plan(mill_court))
    found = []
    at_once(*[lambda: found.append(admin.post("/jobs/new/", sent).url)] * 2)

    assert Job.objects.count() == 1
    assert found == [f"/jobs/{Job.objects.get().pk}/"] * 2


def test_what_was_sent_long_ago_is_forgotten(db):
    old = SentForm.objects.create(at=timezone.now() - sent_forms.KEPT - timedelta(minutes=1))
    fresh = SentForm.objects.create()
    sent_forms.forget_old()

    assert [each.pk for each in SentForm.objects.all()] == [fresh.pk]
    assert old.pk != fresh.pk
