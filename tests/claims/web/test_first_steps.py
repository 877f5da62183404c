"""A new organisation's first steps: each looked at anew, and once done never shown again."""

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.audit.models import Entry
from portal.claims.engine import actions
from portal.claims.first_steps import Step
from portal.claims.models import Claim
from portal.orgs import invitations, spkey_users
from portal.orgs.models import ApiCredential, Organisation
from portal.sandbox import world
from portal.sites.models import Site
from tests.conftest import claim_request, join, make_person


@pytest.fixture
def elm(db) -> Organisation:
    """An organisation that was made a moment ago."""
    return Organisation.objects.create(name="Elm Homes", spkey_org_id="elm-homes")


@pytest.fixture
def eve(elm):
    """Eve, its only administrator so far."""
    person = make_person("eve@elm.example", "Eve")
    join(person, elm, "admin")
    return person


def left(client) -> list[str]:
    return [line.step for line in client.get("/").context.get("first_steps") or []]


def test_each_step_goes_when_it_is_done_and_all_of_them_for_good(as_person, eve, elm, acme):
    client = as_person(eve)
    assert left(client) == list(Step)
    page = client.get("/").content.decode()
    assert "elm-homes" in page
    assert "0 of 7 done" in page

    client.post(reverse("first-steps-id"))
    assert left(client) == list(Step)[1:]
    ApiCredential.objects.filter(organisation=acme).update(organisation=elm)
    assert Step.KEY not in left(client)
    join(make_person("two@elm.example", "Two"), elm, "admin")
    assert Step.SECOND_ADMINISTRATOR not in left(client)
    spkey_users.set_fallback(elm, world.USERS[next(iter(world.USERS))], eve)
    assert Step.SPKEY_USERS not in left(client)
    site = Site.objects.create(organisation=elm, name="Elm", spkey_site_id="elm")
    join(make_person("three@elm.example", "Three"), elm)
    assert left(client) == [Step.HUB]

    claim = actions.submit(claim_request(eve, site, world.hub_id(0)))
    assert left(client) == [Step.HUB]
    Claim.objects.filter(pk=claim.pk).update(
        state="claimed", finished_at=timezone.now(), due_at=None
    )
    assert left(client) == []
    Site.objects.update(archived_at=timezone.now())
    assert left(client) == []


def test_a_key_that_does_not_work_says_so(as_person, eve, elm, acme):
    ApiCredential.objects.filter(organisation=acme).update(organisation=elm, state="refused")
    page = as_person(eve).get("/").content.decode()

    assert "SmartphoneKey does not accept the stored key." in page


def test_somebody_who_is_invited_counts_only_once_they_have_joined(as_person, eve, elm):
    invitations.invite(elm, "two@elm.example", role="admin", all_sites=True, actor=eve)
    client = as_person(eve)

    assert Step.SECOND_ADMINISTRATOR in left(client)
    assert "Somebody is invited and has not joined yet." in client.get("/").content.decode()


def test_an_administrator_puts_the_steps_away_and_home_still_says_that_they_are_alone(
    as_person, eve, elm
):
    client = as_person(eve)
    client.post(reverse("first-steps-put-away"))

    assert left(client) == []
    assert "You are the only administrator" in client.get("/").content.decode()
    assert f'{reverse("people:invite")}?role=admin"' in client.get("/").content.decode()
    assert Entry.objects.get(verb="organisation.first_steps_put_away").organisation_id == elm.pk


def test_nobody_but_administrators_sees_them(as_person, ira, agent):
    assert left(as_person(ira)) == []
    assert left(agent) == []


def test_in_whose_name_is_said_by_a_fallback_or_once_everybody_who_claims_is_known(
    as_person, eve, elm
):
    client = as_person(eve)
    ivo = join(make_person("ivo@elm.example", "Ivo"), elm)
    join(make_person("vic@elm.example", "Vic"), elm, "viewer")
    gone = join(make_person("gus@elm.example", "Gus"), elm, expires_at=timezone.now())
    assert "Without a SpKey user so far: Eve, Ivo." in client.get("/").content.decode()

    spkey_users.set_spkey_user_id(ivo, ivo.pk, eve)
    assert "Without a SpKey user so far: Eve." in client.get("/").content.decode()
    elm.memberships.filter(user=eve).update(spkey_user_id=eve.pk, spkey_user_id_found=True)
    assert Step.SPKEY_USERS not in left(client)
    assert gone.spkey_user_id is None


def test_of_many_without_a_spkey_user_a_few_are_named(as_person, eve, elm):
    client = as_person(eve)
    for name in ("Abe", "Bob"):
        join(make_person(f"{name.lower()}@elm.example", name), elm)
    assert "Without a SpKey user so far: Abe, Bob, Eve." in client.get("/").content.decode()

    join(make_person("cal@elm.example", "Cal"), elm)
    page = client.get("/").content.decode()
    assert "Without a SpKey user so far: Abe, Bob, Cal and others." in page
