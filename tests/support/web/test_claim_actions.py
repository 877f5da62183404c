"""What may be done with a claim that support has made."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from portal.claims.engine import actions
from portal.claims.models import Claim, Reason, State
from portal.orgs.models import Organisation
from portal.sandbox import world
from tests.claims.states import put
from tests.conftest import consent_to, work


@pytest.fixture
def refused_claim(sandbox, sam, spkey_support, acme, mill_court) -> Claim:
    """Sam's claim for Acme of a hub that SpKey does not know."""
    wanted = actions.ClaimRequest(
        user=sam,
        organisation=acme,
        hub_id=world.MAGIC["unknown"].id,
        spkey_site_id=mill_court.spkey_site_id,
        submission=uuid4(),
        site=mill_court,
        acting_organisation=spkey_support,
        support_grant=consent_to(spkey_support, acme),
        reason="Replacement for a broken hub",
    )
    return work(actions.submit(wanted))


def test_a_new_try_goes_through_the_form_with_its_second_factor(as_person, sam, refused_claim):
    assert refused_claim.state == State.NOT_FOUND

    as_person(sam).post(f"/claims/{refused_claim.pk}/again/")

    assert Claim.objects.count() == 1


def test_the_agent_is_led_to_that_form(agent, refused_claim):
    page = agent.get(f"/claims/{refused_claim.pk}/").content.decode()

    assert f"/support/{refused_claim.support_grant_id}/claim/" in page
    assert f"/claims/{refused_claim.pk}/again/" not in page


def test_the_organisation_itself_cannot_send_it_again(as_person, ada, refused_claim):
    answer = as_person(ada).post(f"/claims/{refused_claim.pk}/again/")

    assert answer.status_code == 403


@pytest.mark.parametrize("action", ["try-now", "stop"])
def test_acting_on_a_support_claim_needs_the_second_factor_as_well(
    as_person, sam, refused_claim, action
):
    Claim.objects.filter(pk=refused_claim.pk).update(
        state=State.WAITING, finished_at=None, due_at=refused_claim.created_at
    )

    answer = as_person(sam).post(f"/claims/{refused_claim.pk}/{action}/")

    assert answer.status_code == 403
    assert Claim.objects.get().version == refused_claim.version


def test_a_hub_claimed_for_an_organisation_without_a_key_is_seen_coming_online(
    sandbox, agent, sam, spkey_support, hub_id
):
    keyless = Organisation.objects.create(name="Keyless", spkey_org_id="keyless")
    wanted = actions.ClaimRequest(
        user=sam,
        organisation=keyless,
        hub_id=hub_id,
        spkey_site_id="somewhere",
        submission=uuid4(),
        acting_organisation=spkey_support,
        support_grant=consent_to(spkey_support, keyless),
        reason="They have no key yet",
    )
    claim = work(actions.submit(wanted))
    assert claim.state == State.CLAIMED
    sandbox.state.set_hub(str(hub_id), {"online": True})

    Claim.objects.update(due_at=timezone.now())

    assert work(claim).hub.online is True
    assert "Firmware" in agent.get(f"/claims/{claim.pk}/").content.decode()


@pytest.fixture
def waiting_claim(refused_claim) -> Claim:
    """Sam's claim for Acme, which waits for its hub."""
    Claim.objects.update(
        state=State.WAITING, finished_at=None, due_at=timezone.now() + timedelta(hours=1)
    )
    Claim.objects.update(contacted_at=None, reason="offline")
    return Claim.objects.get()


def test_trying_now_counts_as_an_action_for_others(agent, waiting_claim, settings):
    settings.SUPPORT_CLAIMS_AN_HOUR = 2
    page = f"/claims/{waiting_claim.pk}/try-now/"
    for _ in range(2):
        agent.post(page)
        Claim.objects.update(contacted_at=None, send_requested=False)

    answer = agent.post(page, follow=True)

    assert "as much for others as one agent may" in answer.text
    assert not Claim.objects.get().send_requested


def tried(claim: Claim) -> None:
    """A worker has begun to try it, and it waits again."""
    later = timezone.now() + timedelta(hours=1)
    Claim.objects.filter(pk=claim.pk).update(
        contacted_at=timezone.now(), send_requested=False, due_at=later
    )


@pytest.mark.parametrize("is_tried", [True, False], ids=["tried", "not got to yet"])
def test_two_taps_within_ten_seconds_count_once(agent, waiting_claim, settings, is_tried):
    settings.SUPPORT_CLAIMS_AN_HOUR = 1
    page = f"/claims/{waiting_claim.pk}/try-now/"
    for _ in range(2):
        answer = agent.post(page, follow=True)
        assert "as much for others" not in answer.text
        if is_tried:
            tried(waiting_claim)

    # The next that tries it is one too many.
    Claim.objects.update(contacted_at=None, send_requested=False)
    assert "as much for others" in agent.post(page, follow=True).text


@pytest.mark.parametrize("state", [State.QUEUED, State.SENDING, State.CLAIMED, State.CANCELLED])
def test_a_tap_on_what_is_not_tried_for_it_counts_nothing(agent, waiting_claim, settings, state):
    settings.SUPPORT_CLAIMS_AN_HOUR = 0
    put(waiting_claim, state)

    answer = agent.post(f"/claims/{waiting_claim.pk}/try-now/", follow=True)

    assert "as much for others" not in answer.text


@pytest.mark.parametrize("reason", [Reason.KEY_REFUSED, Reason.NO_USER])
def test_a_tap_that_has_a_blocked_claim_tried_counts_whatever_blocks_it(
    agent, waiting_claim, settings, reason
):
    settings.SUPPORT_CLAIMS_AN_HOUR = 0
    put(waiting_claim, State.BLOCKED, reason)

    agent.post(f"/claims/{waiting_claim.pk}/try-now/")

    assert not Claim.objects.get().send_requested


def test_the_page_that_is_open_says_so_as_well(agent, waiting_claim, settings):
    settings.SUPPORT_CLAIMS_AN_HOUR = 0

    answer = agent.post(f"/claims/{waiting_claim.pk}/try-now/", headers={"HX-Request": "true"})

    assert (answer.status_code, "as much for others" in answer.text) == (200, True)
    assert not Claim.objects.get().send_requested


def test_stopping_is_always_possible(agent, waiting_claim, settings):
    settings.SUPPORT_CLAIMS_AN_HOUR = 0

    agent.post(f"/claims/{waiting_claim.pk}/stop/")

    assert Claim.objects.get().state == State.CANCELLED


def test_a_try_of_ones_own_is_none_for_others(as_person, ira, claim, settings):
    settings.SUPPORT_CLAIMS_AN_HOUR = 0
    Claim.objects.update(state=State.WAITING, due_at=timezone.now() + timedelta(hours=1))

    as_person(ira).post(f"/claims/{claim.pk}/try-now/")

    assert Claim.objects.get().send_requested
