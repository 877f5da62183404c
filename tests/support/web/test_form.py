"""Support's form sends nothing before all of it is right, and then sends it once."""

import pytest
from django.db import InterfaceError, OperationalError

from portal.audit.models import Entry
from portal.claims.engine import actions
from portal.claims.models import Claim
from portal.sites.models import Site
from tests.support.conftest import claim_page, filled, post


@pytest.mark.parametrize(
    ("field", "value"),
    [
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
    assert post(agent, filled(hub_id, mill_court)).status_code == 302
    assert Claim.objects.get().site == mill_court


def test_no_site_is_chosen_until_the_agent_chooses(agent, mill_court, orchard_rise):
    site = agent.get(claim_page()).context["form"]["site"]

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


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_a_form_that_a_busy_database_did_not_take_comes_back_filled_in(
    error, agent, mill_court, hub_id, monkeypatch
):
    def locked(wanted: actions.ClaimRequest) -> Claim:
        raise error("database is locked")

    form = filled(hub_id, mill_court)
    with monkeypatch.context() as patch:
        patch.setattr(actions, "submit", locked)
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
