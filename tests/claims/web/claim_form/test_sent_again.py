"""A form that is sent again makes one claim, and one that was not taken comes back filled in."""

import pytest
from django.db import InterfaceError, OperationalError

from portal.claims.engine import actions
from portal.claims.models import Claim
from tests.claims.web.claim_form.conftest import HUB, NEW, OTHER_HUB
from tests.forms import claim_form


def test_a_double_tap_is_one_claim(installer, mill_court):
    form = claim_form(mill_court, HUB)
    first, second = (installer.post(NEW, form) for _ in range(2))

    assert first["Location"] == second["Location"]
    assert Claim.objects.count() == 1


def test_a_form_sent_again_after_its_claim_has_ended_shows_that_claim(installer, mill_court):
    form = claim_form(mill_court, HUB)
    first = installer.post(NEW, form)
    installer.post(f"{first['Location']}stop/")

    assert installer.post(NEW, form)["Location"] == first["Location"]
    assert Claim.objects.count() == 1


def test_a_form_sent_again_with_another_hub_is_another_claim(installer, mill_court):
    form = claim_form(mill_court, HUB)
    installer.post(NEW, form)
    installer.post(NEW, {**form, "label": OTHER_HUB})

    assert set(Claim.objects.values_list("hub_id_text", flat=True)) == {HUB, OTHER_HUB}


def test_two_people_may_send_the_same_token(installer, mill_court, as_person, ada):
    form = claim_form(mill_court, HUB)
    installer.post(NEW, form)
    as_person(ada).post(NEW, {**form, "label": OTHER_HUB})

    assert Claim.objects.count() == 2


def test_each_new_form_has_a_token_of_its_own_and_keeps_it_when_refused(installer, mill_court):
    tokens = {installer.get(NEW).context["form"]["submission"].value() for _ in range(2)}
    form = claim_form(mill_court, "nothing")

    assert len(tokens) == 2
    assert str(form["submission"]) in installer.post(NEW, form).content.decode()


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_a_form_that_a_busy_database_did_not_take_comes_back_filled_in(
    error, installer, mill_court, orchard_rise, monkeypatch
):
    def locked(wanted: actions.ClaimRequest) -> Claim:
        raise error("database is locked")

    form = claim_form(orchard_rise, HUB)
    with monkeypatch.context() as patch:
        patch.setattr(actions, "submit", locked)
        answer = installer.post(NEW, form)
    read = answer.context["form"]

    assert answer.status_code == 503
    assert "Not saved yet: try again." in answer.content.decode()
    assert {name: str(read[name].value()) for name in form} == form
    assert installer.post(NEW, form).status_code == 302
    assert Claim.objects.count() == 1
