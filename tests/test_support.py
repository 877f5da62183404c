"""Support claims for other organisations: who may, with which key, and what becomes of it."""

from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.audit.models import Entry
from portal.claims import identity, lifecycle
from portal.claims.models import Claim, Reason, State
from portal.orgs import access
from portal.orgs.models import ApiCredential, Membership, Organisation, Site
from portal.sandbox import world
from tests.conftest import join, make_organisation, order, work
from tests.people_with_factor import (
    code,
    set_up_factor,
    sign_in_with_factor,
    sign_in_with_password,
)

REASON = "Ticket 4711: their tablet is broken"
NEW, CLAIMS = reverse("support:new"), reverse("support:claims")


@pytest.fixture
def agent(sam) -> Client:
    """Sam, signed in with the second factor."""
    return sign_in_with_factor(Client(), sam)


def signed_in(person) -> Client:
    client = Client()
    sign_in_with_password(client, person)
    assert client.session.get("_auth_user_id") == str(person.pk)
    return client


def filled(hub_id, site: Site | None = None, **fields) -> dict[str, str]:
    """The form as an agent fills it in for Acme."""
    return {
        "site": str(site.pk) if site else "",
        "typed_site": "",
        "label": str(hub_id),
        "reason": REASON,
        "confirmation": world.ACME_ORG_ID,
        "submission": str(uuid4()),
        **fields,
    }


def post(client: Client, form: dict[str, str], target: str = world.ACME_ORG_ID):
    return client.post(NEW, form, query_params={"target": target})


def sent(sandbox) -> list:
    return [asked for asked in sandbox.state.requests if asked.path.endswith("/ClaimHub")]


def used_keys(sandbox) -> set[str]:
    return {asked.key for asked in sandbox.state.requests}


# On the wire


def test_supports_claim_goes_out_with_the_super_key_and_the_targets_id(
    sandbox, agent, mill_court, hub_id
):
    post(agent, filled(hub_id, mill_court))
    done = work(Claim.objects.get())

    assert done.state == State.CLAIMED
    [asked] = sent(sandbox)
    assert asked.body["orgId"] == world.ACME_ORG_ID
    assert asked.body["siteId"] == mill_court.spkey_site_id
    assert used_keys(sandbox) == {"support"}
    assert sandbox.state.hubs[str(hub_id)].org_id == world.ACME_ORG_ID


def test_an_ordinary_claim_goes_out_with_the_own_key_and_never_names_the_organisation(
    sandbox, claim
):
    assert work(claim).state == State.CLAIMED

    [asked] = sent(sandbox)
    assert "orgId" not in asked.body
    assert used_keys(sandbox) == {"acme"}


def test_a_member_of_the_super_keys_organisation_cannot_make_an_ordinary_claim(
    agent, spkey_support, hub_id
):
    site = Site.objects.create(organisation=spkey_support, name="Office", spkey_site_id="office")
    form = {"site": str(site.pk), "label": str(hub_id), "submission": str(uuid4())}

    assert agent.post(reverse("claims:new"), form).status_code == 403
    assert not Claim.objects.exists()


@pytest.fixture
def ordinary_claim_under_a_super_key(sam, spkey_support, hub_id) -> Claim:
    site = Site.objects.create(organisation=spkey_support, name="Office", spkey_site_id="office")
    return lifecycle.submit(order(sam, site, hub_id))


@pytest.fixture
def support_claim_under_a_normal_key(sam, mill_court, spkey_support, hub_id) -> Claim:
    claim = lifecycle.submit(order(sam, mill_court, hub_id, acting_organisation=spkey_support))
    ApiCredential.objects.filter(organisation=spkey_support).update(kind="normal")
    return claim


WRONG_KEYS = ["ordinary_claim_under_a_super_key", "support_claim_under_a_normal_key"]


@pytest.mark.parametrize("name", WRONG_KEYS)
def test_a_claim_whose_key_is_of_the_wrong_kind_waits_and_nothing_is_asked(sandbox, name, request):
    done = work(request.getfixturevalue(name))

    assert (done.state, done.reason) == (State.BLOCKED, Reason.KEY_KIND)
    assert not sandbox.state.requests


@pytest.mark.parametrize("name", WRONG_KEYS)
def test_no_key_of_the_wrong_kind_serves_even_a_claim_whose_outcome_is_open(sandbox, name, request):
    claim = request.getfixturevalue(name)
    Claim.objects.filter(pk=claim.pk).update(unresolved_since=claim.created_at)

    done = work(claim)

    assert done.state == State.BLOCKED
    assert not sandbox.state.requests
    with pytest.raises(identity.Blocked):
        identity.credential_for(done)


def test_a_claim_is_cancelled_when_the_agent_stops_being_one_before_it_is_sent(
    sandbox, agent, sam, mill_court, hub_id
):
    post(agent, filled(hub_id, mill_court))
    Membership.objects.filter(user=sam).update(support=False)

    done = work(Claim.objects.get())

    assert (done.state, done.reason) == (State.CANCELLED, Reason.RIGHT_GONE)
    assert not sandbox.state.requests


# Who may


@pytest.mark.parametrize("who", ["ira", "ada", "otto"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_but_an_agent_gets_in(who, method, acme, request):
    client = sign_in_with_factor(Client(), request.getfixturevalue(who))

    for address in (CLAIMS, NEW, f"{NEW}?target={world.ACME_ORG_ID}"):
        # The list takes no POST at all.
        assert getattr(client, method)(address).status_code in {403, 405}
    assert client.get(NEW).status_code == 403
    assert not Claim.objects.exists()


def test_a_member_of_the_super_keys_organisation_who_is_no_agent_does_not_get_in(
    sam, mill_court, hub_id
):
    Membership.objects.filter(user=sam).update(support=False, role="admin")
    client = sign_in_with_factor(Client(), sam)

    assert client.get(CLAIMS).status_code == 403
    assert post(client, filled(hub_id, mill_court)).status_code == 403
    assert not Claim.objects.exists()


def test_an_agent_without_a_second_factor_is_told_to_set_one_up(sam, mill_court, hub_id):
    client = signed_in(sam)

    for answer in (client.get(CLAIMS), client.get(NEW), post(client, filled(hub_id, mill_court))):
        assert answer.status_code == 403
        assert reverse("mfa_activate_totp") in answer.text
    assert not Claim.objects.exists()


def test_an_agent_whose_session_came_in_without_the_factor_is_asked_for_its_code(
    sam, mill_court, hub_id
):
    client = signed_in(sam)
    set_up_factor(sam)

    for answer in (client.get(CLAIMS), client.get(NEW), post(client, filled(hub_id, mill_court))):
        assert answer.status_code == 403
        assert reverse("mfa_reauthenticate") in answer.text
    assert not Claim.objects.exists()


def test_the_code_that_is_asked_for_opens_the_door(sam):
    client = signed_in(sam)
    set_up_factor(sam)

    answer = client.post(f"{reverse('mfa_reauthenticate')}?next={NEW}", {"code": code()})

    assert answer.headers["Location"] == NEW
    assert client.get(NEW).status_code == 200


def test_a_factor_that_was_replaced_must_be_used_anew(agent, sam):
    Authenticator.objects.filter(user=sam).delete()
    assert agent.get(CLAIMS).status_code == 403

    set_up_factor(sam)
    assert agent.get(CLAIMS).status_code == 403


def test_an_agent_who_works_in_an_organisation_of_customers_is_no_agent_there(
    agent, sam, acme, mill_court, hub_id
):
    join(sam, acme, "admin", support=True)
    agent.post(reverse("organisation:switch"), {"organisation": str(acme.pk)})
    assert agent.session[access.SESSION_ORGANISATION] == str(acme.pk)

    assert agent.get(CLAIMS).status_code == 403
    assert post(agent, filled(hub_id, mill_court)).status_code == 403
    assert not Claim.objects.exists()


# Whom for


def test_every_organisation_can_be_chosen_but_those_of_support(agent, acme, harbour):
    page = agent.get(NEW).text

    assert "Acme Properties" in page
    assert "Harbour Living" in page
    assert f"target={world.SUPPORT_ORG_ID}" not in page


def test_organisations_are_found_by_name_and_by_id(agent, acme, harbour):
    for text in ("harbour LIV", "harbour-living"):
        page = agent.get(NEW, {"q": text}).text
        assert "Harbour Living" in page
        assert "Acme Properties" not in page


@pytest.mark.parametrize(
    "target", [world.SUPPORT_ORG_ID, "another-support", "", "two words", "ü", "x" * 129, "a/../b"]
)
def test_support_organisations_and_impossible_ids_are_no_targets(agent, mill_court, hub_id, target):
    make_organisation("Another Support", "another-support", world.SUPPORT_KEY, "super")

    assert agent.get(NEW, {"target": target}).status_code == 422
    answer = post(agent, filled(hub_id, confirmation=target, typed_site="x"), target)

    assert answer.status_code == 422
    assert not Claim.objects.exists()


def test_an_organisation_that_the_portal_does_not_know_appears_with_its_claim(
    sandbox, agent, hub_id
):
    form = filled(hub_id, typed_site="tower-2", confirmation="far-away:Homes")
    assert agent.get(NEW, {"target": "far-away:Homes"}).status_code == 200
    assert not Organisation.objects.filter(spkey_org_id="far-away:Homes").exists()

    post(agent, form, "far-away:Homes")

    claim = Claim.objects.get()
    assert (claim.organisation.name, claim.organisation.spkey_org_id) == ("far-away:Homes",) * 2
    assert (claim.site, claim.spkey_site_id) == (None, "tower-2")
    assert work(claim).state == State.CLAIMED
    assert sent(sandbox)[0].body["orgId"] == "far-away:Homes"
    assert Entry.objects.filter(verb="organisation.created", actor_label="agent@support.example")


def test_a_typed_id_of_a_known_organisation_is_that_organisation(agent, acme, hub_id):
    post(agent, filled(hub_id, typed_site="new-site"), f" {world.ACME_ORG_ID} ")

    assert Claim.objects.get().organisation == acme


# The form


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("confirmation", "acme-propertie"),
        ("confirmation", "ACME-PROPERTIES"),
        ("confirmation", "Acme Properties"),
        ("confirmation", ""),
        ("reason", ""),
        ("reason", "too short"),
        ("reason", " " * 40),
        ("reason", "x" * 501),
        ("label", "no hub id in here"),
        ("label", ""),
        ("submission", "not-a-token"),
        ("site", ""),
        ("typed_site", "as well as the chosen one"),
        ("typed_site", "as-well"),
    ],
)
def test_a_form_with_one_thing_wrong_sends_nothing(agent, mill_court, hub_id, field, value):
    form = filled(hub_id, mill_court)
    form[field] = value

    answer = post(agent, form)

    assert answer.status_code == 422
    assert answer.context["form"].errors
    assert not Claim.objects.exists()


def test_the_form_without_that_one_thing_wrong_is_taken(agent, mill_court, hub_id):
    spaced = filled(hub_id, mill_court, confirmation=f"  {world.ACME_ORG_ID} ")

    assert post(agent, spaced).status_code == 302
    assert Claim.objects.get().site == mill_court


def test_no_site_is_chosen_until_the_agent_chooses(agent, mill_court, orchard_rise):
    site = agent.get(NEW, {"target": world.ACME_ORG_ID}).context["form"]["site"]

    shown = [(str(option.data["value"]), option.data["selected"]) for option in site]
    assert shown == [("", True), (str(mill_court.pk), False), (str(orchard_rise.pk), False)]


def test_a_typed_site_that_the_organisation_has_is_that_site(agent, mill_court, hub_id):
    post(agent, filled(hub_id, typed_site="mill-court"))

    assert Claim.objects.get().site == mill_court


def test_a_site_of_another_organisation_is_refused(agent, mill_court, lighthouse, hub_id):
    assert post(agent, filled(hub_id, lighthouse)).status_code == 422
    assert not Claim.objects.exists()


@pytest.mark.parametrize("typed", [True, False])
def test_an_archived_site_is_refused(agent, mill_court, orchard_rise, hub_id, typed):
    Site.objects.filter(pk=mill_court.pk).update(archived_at=mill_court.created_at)
    form = filled(hub_id, typed_site="mill-court") if typed else filled(hub_id, mill_court)

    assert post(agent, form).status_code == 422
    assert not Claim.objects.exists()


def test_a_double_tap_is_one_claim_and_one_record(agent, mill_court, hub_id):
    form = filled(hub_id, mill_court)

    first, second = post(agent, form), post(agent, form)

    assert first.headers["Location"] == second.headers["Location"]
    assert Claim.objects.count() == 1
    assert Entry.objects.filter(verb="support.claimed").count() == 1


def test_a_form_that_a_busy_database_did_not_take_comes_back_filled_in(
    agent, mill_court, hub_id, monkeypatch
):
    def locked(order: lifecycle.Order) -> Claim:
        raise OperationalError("database is locked")

    form = filled(hub_id, mill_court)
    with monkeypatch.context() as patch:
        patch.setattr(lifecycle, "submit", locked)
        answer = post(agent, form)
    read = answer.context["form"]

    assert answer.status_code == 503
    assert "Not saved yet: try again." in answer.text
    assert {name: str(read[name].value()) for name in form} == form
    assert post(agent, form).status_code == 302


@pytest.mark.parametrize("typed_site", ["mill-court", "elsewhere"])
def test_a_claim_of_the_organisations_own_is_left_alone(agent, claim, hub_id, typed_site):
    answer = post(agent, filled(hub_id, typed_site=typed_site))

    assert answer.status_code == 422
    assert "already has a claim" in answer.text
    assert Claim.objects.get() == claim
    assert not Entry.objects.filter(verb="support.claimed").exists()


# What is seen of it


@pytest.fixture
def supports_claim(agent, mill_court, hub_id) -> Claim:
    post(agent, filled(hub_id, mill_court))
    return Claim.objects.get()


def test_the_record_says_who_claimed_for_whom_and_why(supports_claim, sam, acme, spkey_support):
    rows = Entry.objects.filter(object_id=str(supports_claim.pk))

    assert {row.verb for row in rows} == {"claim.submitted", "support.claimed"}
    for row in rows:
        assert (row.actor_id, row.organisation_id) == (sam.pk, acme.pk)
        assert row.acting_organisation_id == spkey_support.pk
        assert row.detail["reason"] == REASON
    assert rows.get(verb="support.claimed").detail["target"] == world.ACME_ORG_ID


def test_the_targets_admin_sees_the_claim_who_made_it_and_why(supports_claim, ada):
    client = signed_in(ada)

    page = client.get(reverse("claims:detail", args=[supports_claim.pk]))

    assert str(supports_claim.pk) in client.get(reverse("claims:list")).text
    assert page.status_code == 200
    for words in ("SpKey Support", "Sam Support", REASON):
        assert words in page.text


def test_another_tenant_sees_nothing_of_the_claim(supports_claim, hal):
    client = signed_in(hal)

    assert client.get(reverse("claims:detail", args=[supports_claim.pk])).status_code == 404
    assert str(supports_claim.pk) not in client.get(reverse("claims:list")).text


def test_the_agents_list_holds_supports_claims_and_no_others(
    agent, supports_claim, ira, mill_court
):
    own = lifecycle.submit(order(ira, mill_court, world.hub_id(1)))

    page = agent.get(CLAIMS).text

    assert str(supports_claim.pk) in page
    assert "Acme Properties" in page
    assert str(own.pk) not in page


def test_the_agents_list_asks_the_database_the_same_however_long_it_is(
    agent, sam, mill_court, spkey_support
):
    def claim(n: int) -> None:
        wanted = order(sam, mill_court, world.hub_id(n), acting_organisation=spkey_support)
        lifecycle.submit(wanted)

    claim(0)
    agent.get(CLAIMS)  # The first page of a session notes when it began.
    with CaptureQueriesContext(connection) as short:
        agent.get(CLAIMS)
    for n in range(1, 30):
        claim(n)
    with CaptureQueriesContext(connection) as long:
        page = agent.get(CLAIMS)

    assert len(page.context["rows"]) == 25
    assert len(long) == len(short)
    older = agent.get(f"{CLAIMS}{page.context['page'].older_url}")
    assert len(older.context["rows"]) == 5
