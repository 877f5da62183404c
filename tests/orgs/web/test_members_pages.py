"""Administrators change a member's place, sign them out and remove them; everybody may leave."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.claims.engine import actions
from portal.jobs.models import Job, JobMember
from portal.orgs.models import Membership
from portal.sandbox import world
from tests.conftest import claim_request, join
from tests.forms import Browser


@pytest.fixture
def admin(as_person, ada):
    """Ada's browser."""
    return as_person(ada)


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def of(person, name: str) -> str:
    return reverse(f"people:{name}", args=(person.memberships.get().pk,))


def test_a_member_gets_a_role_and_a_last_day_and_is_limited_to_jobs(admin, ira):
    day = timezone.localdate() + timedelta(days=3)
    form = {"role": "installer", "where": "jobs", "last_day": day.isoformat()}
    assert admin.post(of(ira, "place"), form)["Location"] == reverse("people:list")
    member = ira.memberships.get()

    assert (member.role, member.all_sites) == ("installer", False)
    ends = timezone.localtime(member.expires_at)
    assert (ends.date(), ends.hour) == (day + timedelta(days=1), 0)
    page = text(admin.get(of(ira, "edit")))
    assert f'value="{day.isoformat()}"' in page
    assert "No open job" in text(admin.get(reverse("people:list")))


@pytest.mark.parametrize(
    "form",
    [
        {"role": "owner"},
        {"role": "installer", "where": "nowhere"},
        {"role": "installer", "last_day": "yesterday"},
        {"role": "installer", "last_day": "2001-01-01"},
        {},
    ],
)
def test_a_place_that_cannot_be_meant_changes_nothing(form, admin, ira):
    before = Membership.objects.filter(user=ira).values().get()
    answer = admin.post(of(ira, "place"), form)

    assert answer.status_code == 422
    assert 'class="errors"' in text(answer)
    assert Membership.objects.filter(user=ira).values().get() == before


def test_the_only_administrator_is_told_why_their_place_stays(admin, ada):
    answer = admin.post(of(ada, "place"), {"role": "installer", "where": "all"})

    assert answer.status_code == 422
    assert "only administrator without a last day" in text(answer)
    assert ada.memberships.get().role == "admin"


def test_an_administrator_who_steps_down_is_led_home(admin, ada, abe):
    answer = admin.post(of(ada, "place"), {"role": "viewer", "where": "all"})

    assert answer["Location"] == "/"
    assert admin.get("/").status_code == 200
    assert admin.get(reverse("people:list")).status_code == 403


def test_a_colleague_is_signed_out_everywhere(admin, ira, as_person):
    theirs = Browser()
    theirs.force_login(ira)
    assert theirs.get("/").status_code == 200
    admin.post(of(ira, "end-sessions"))

    assert theirs.get("/").status_code == 302
    assert "is signed out everywhere" in text(admin.get(of(ira, "edit")))


def test_one_removes_nobodys_membership_by_looking(admin, ira, mill_court):
    actions.submit(claim_request(ira, mill_court, world.hub_id(0)))
    today = timezone.localdate()
    job = Job.objects.create(
        organisation=mill_court.organisation,
        number=1,
        site=mill_court,
        starts_on=today,
        ends_on=today,
    )
    JobMember.objects.create(job=job, membership=ira.memberships.get())
    page = text(admin.get(of(ira, "remove")))

    assert "1 open claim of theirs waits for an administrator." in page
    assert "They are taken off 1 open job." in page
    assert ira.memberships.exists()
    admin.post(of(ira, "remove"))
    assert not ira.memberships.exists()
    assert Job.objects.filter(pk=job.pk).exists()


def test_removing_oneself_is_leaving(admin, ada, abe):
    assert admin.post(of(ada, "remove"))["Location"] == reverse("people:leave")
    assert ada.memberships.exists()


def test_the_only_administrator_cannot_be_removed_or_leave(admin, as_person, ada, abe):
    Membership.objects.filter(user=abe).update(expires_at=timezone.now() + timedelta(days=9))
    answers = (
        as_person(abe).post(of(ada, "remove")),
        admin.post(reverse("people:leave")),
        admin.get(reverse("people:leave")),
    )

    assert [answer.status_code for answer in answers] == [422, 422, 200]
    assert all("only administrator without a last day" in text(answer) for answer in answers)
    assert ada.memberships.exists()


def test_somebody_leaves_by_themselves_and_is_told_so(as_person, ira):
    client = as_person(ira)
    assert "Leave Acme Properties?" in text(client.get(reverse("people:leave")))
    answer = client.post(reverse("people:leave"), follow=True)

    assert not ira.memberships.exists()
    assert "You left Acme Properties." in text(answer)
    assert answer.redirect_chain[-1][0].startswith(reverse("account_login"))


def test_somebody_with_another_organisation_goes_on_there(as_person, ira, harbour):
    client = as_person(ira)
    assert client.get("/").status_code == 200
    join(ira, harbour)
    page = text(client.post(reverse("people:leave"), follow=True))

    assert "You left Acme Properties." in page
    assert "Harbour Living" in page


def test_whoever_was_removed_reads_that_on_each_page_and_on_the_first(admin, as_person, ira, acme):
    admin.post(of(ira, "remove"))
    ira.refresh_from_db()
    removed = as_person(ira)

    for page in ("/claims/new/", "/claims/"):
        answer = removed.get(page)
        assert answer.status_code == 403
        assert f"You do not belong to {acme.name} any more" in text(answer)
        assert "Your role" not in text(answer)
    home = text(removed.get("/"))
    assert f"You do not belong to {acme.name} any more" in home
    assert "hubs scanned on this device were not sent" in home
    assert f"Ask an administrator of {acme.name}" in home


def test_whoever_lacks_a_right_is_told_who_gives_it(as_person, ira):
    assert "Your role does not allow it" in text(as_person(ira).get(reverse("people:list")))
