"""An organisation is never left without an administrator, and removal takes effect at once."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from portal.audit.models import Entry
from portal.orgs import members
from portal.orgs.members import LastAdministratorError
from portal.orgs.models import Membership
from tests.concurrency import at_once
from tests.conftest import join
from tests.forms import choose

PLACE = {"role": "admin", "all_sites": True, "expires_at": None}


def of(person) -> Membership:
    return person.memberships.get()


@pytest.mark.parametrize(
    "change",
    [
        {"role": "installer"},
        {"role": "viewer"},
        {"role": "installer", "all_sites": False},
        {"expires_at": timezone.now() + timedelta(days=99)},
    ],
)
def test_the_last_administrator_can_neither_be_demoted_limited_nor_given_an_end(change, ada):
    before = Membership.objects.values().get()
    with pytest.raises(LastAdministratorError):
        members.change(of(ada), **{**PLACE, **change}, actor=ada)

    assert Membership.objects.values().get() == before
    assert not Entry.objects.filter(verb__startswith="membership.").exists()


def test_the_last_administrator_can_neither_leave_nor_be_removed(ada):
    for end in (lambda: members.leave(of(ada)), lambda: members.remove(of(ada), ada)):
        with pytest.raises(LastAdministratorError):
            end()

    assert of(ada).role == "admin"


@pytest.mark.parametrize("lacking", ["expired", "ends some day", "deactivated", "an installer"])
def test_who_may_not_run_it_for_good_counts_as_no_second_administrator(lacking, ada, abe):
    if lacking == "deactivated":
        abe.is_active = False
        abe.save()
    days = {"expired": -1, "ends some day": 30}.get(lacking)
    ends = timezone.now() + timedelta(days=days) if days else None
    role = "installer" if lacking == "an installer" else "admin"
    Membership.objects.filter(user=abe).update(expires_at=ends, role=role)

    with pytest.raises(LastAdministratorError):
        members.leave(of(ada))


def test_with_a_second_administrator_one_may_go(ada, abe, acme):
    members.leave(of(ada))

    assert [each.user for each in acme.memberships.all()] == [abe]
    assert Entry.objects.get(verb="membership.left").detail["member"] == ada.email


@pytest.mark.django_db(transaction=True)
def test_of_two_administrators_who_remove_each_other_at_once_one_stays(ada, abe, acme):
    refused = []

    def remove(member, actor):
        try:
            members.remove(member, actor)
        except (LastAdministratorError, PermissionDenied) as error:
            refused.append(error)

    adas, abes = of(ada), of(abe)
    at_once(lambda: remove(abes, ada), lambda: remove(adas, abe))

    assert acme.memberships.administrators().count() == 1
    assert len(refused) == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_administrators_who_leave_at_once_one_stays(ada, abe, acme):
    refused = []

    def leave(member):
        try:
            members.leave(member)
        except LastAdministratorError as error:
            refused.append(error)

    mine = [of(ada), of(abe)]
    at_once(*[lambda member=member: leave(member) for member in mine])

    assert acme.memberships.administrators().count() == 1
    assert len(refused) == 1


def test_who_lost_the_right_since_the_page_was_asked_for_changes_nobody(ada, abe, ira):
    Membership.objects.filter(user=abe).update(role="installer")

    for change in (
        lambda: members.remove(of(ira), abe),
        lambda: members.change(of(ira), **PLACE, actor=abe),
    ):
        with pytest.raises(PermissionDenied):
            change()
    assert of(ira).role == "installer"


def test_a_viewer_or_administrator_is_never_limited_to_jobs(ada, ira):
    members.change(of(ira), role="viewer", all_sites=False, expires_at=None, actor=ada)
    assert of(ira).all_sites

    members.change(of(ira), role="installer", all_sites=False, expires_at=None, actor=ada)
    assert not of(ira).all_sites
    changes = [entry.detail["changes"] for entry in Entry.objects.filter(verb="membership.changed")]
    assert {"role": ["viewer", "installer"], "all_sites": ["True", ""]} in changes


def test_the_sessions_of_somebody_removed_end_and_their_open_page_says_so(
    ada, ira, as_person, acme
):
    tray = as_person(ira)
    assert tray.get(reverse("tray:sync")).status_code == 200
    members.remove(of(ira), ada)

    assert tray.get(reverse("tray:sync")).status_code == 401
    ira.refresh_from_db()
    again = as_person(ira)
    assert again.get(reverse("tray:sync")).status_code == 403
    assert "You do not belong to Acme Properties any more" in again.get("/").content.decode()


def test_somebody_removed_from_one_organisation_works_on_in_the_other(
    ada, ira, harbour, lighthouse, as_person, acme
):
    join(ira, harbour)
    client = as_person(ira)
    choose(client, acme)
    members.remove(ira.memberships.get(organisation=acme), ada)

    answer = client.get("/")
    assert answer.status_code == 200
    assert "Harbour Living" in answer.content.decode()
    assert "Acme Properties" not in answer.content.decode()
    assert client.get(f"/?organisation={acme.pk}").status_code == 200
    assert client.get(reverse("claims:list")).status_code == 200


def test_a_removed_persons_tray_row_for_the_site_is_refused_and_kept_for_them(
    ada, ira, harbour, mill_court, as_person
):
    join(ira, harbour)
    client = as_person(ira)
    members.remove(ira.memberships.get(organisation=mill_court.organisation), ada)
    page = client.get(reverse("tray:sync"))

    assert page.status_code == 200
    assert "Mill Court" not in page.content.decode()
