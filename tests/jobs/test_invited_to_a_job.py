"""Somebody new is invited straight to a job from its form."""

import pytest
from django.core import mail
from django.utils.formats import date_format

from portal.core import worker
from portal.jobs.models import Job, JobInvitation
from portal.orgs import invitations
from portal.orgs.models import Invitation
from tests.conftest import make_person
from tests.jobs.test_access import window


@pytest.fixture
def planned(as_person, ada, mill_court):
    """Plans a job at Mill Court to which these are invited."""

    def plan(*addresses: str):
        data = {"site": str(mill_court.pk), "invite": "\n".join(addresses), **window()}
        return as_person(ada).post("/jobs/new/", data)

    return plan


def test_whoever_accepts_works_on_the_job_and_may_claim_by_it_alone(planned):
    assert planned("New@acme.example").status_code == 302
    invitation = Invitation.objects.get()
    lea = make_person("new@acme.example", "Lea")
    member = invitations.accept(invitation, lea)

    assert (member.role, member.all_sites) == ("installer", False)
    assert JobInvitation.objects.get().job == Job.objects.get()


def test_a_member_is_named_at_once_and_who_is_invited_already_is_not_written_again(planned, ira):
    planned("new@acme.example")
    planned(ira.email, "new@acme.example")

    assert Invitation.objects.get().emails.count() == 1
    assert JobInvitation.objects.count() == 2
    assert [*Job.objects.get(number=2).people.all()] == [ira.memberships.get()]


def test_what_is_no_address_is_refused_and_nothing_is_planned(planned):
    assert planned("nobody").status_code == 422
    assert not Job.objects.exists()


def test_the_job_names_who_is_invited_until_they_join(planned, as_person, ada):
    planned("new@acme.example")
    page = f"/jobs/{Job.objects.get().pk}/"
    shown = as_person(ada).get(page).content.decode()
    assert "new@acme.example" in shown
    assert "Invited, not joined yet" in shown
    assert "Nobody is named" not in shown
    assert "new@<wbr>acme.example (invited)" in as_person(ada).get("/jobs/").text

    invitations.accept(Invitation.objects.get(), make_person("new@acme.example", "Lea"))
    shown = as_person(ada).get(page).content.decode()
    assert "Lea" in shown
    assert "Invited:" not in shown


def test_the_letter_names_the_site_and_the_days(planned):
    planned("new@acme.example")
    worker.run_once()

    [letter] = [each for each in mail.outbox if each.to == ["new@acme.example"]]
    job = Job.objects.get()
    assert f"Your job: Mill Court, {date_format(job.starts_on, 'j M Y')} to" in letter.body
