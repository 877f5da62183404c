"""A claim's page: what it says, how often it looks again, and what may be done on it."""

from datetime import timedelta
from uuid import UUID

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from portal.claims import lifecycle
from portal.claims.models import Claim
from portal.hubs.models import Hub
from portal.orgs.models import Membership
from portal.sandbox import world
from tests.conftest import join, make_person, order, work
from tests.web.conftest import FRAGMENT


@pytest.fixture
def installer(as_person, ira):
    """Ira's browser."""
    return as_person(ira)


def address(claim: Claim, deed: str = "") -> str:
    return f"{reverse('claims:detail', args=(claim.pk,))}{deed}"


def text_of(client, claim: Claim) -> str:
    return client.get(address(claim)).content.decode()


def live(client, claim: Claim, seen: str = ""):
    return client.get(address(claim, "live/"), {"seen": seen} if seen else {}, headers=FRAGMENT)


def seen_in(body: str) -> str:
    return body.partition("?seen=")[2].partition('"')[0]


def offline_claim(ira, mill_court) -> Claim:
    return work(lifecycle.submit(order(ira, mill_court, world.MAGIC["offline"].id)))


def test_a_fresh_claim_says_that_it_is_saved_and_what_comes_next(installer, claim):
    page = text_of(installer, claim)

    assert "Your scan is saved. We send it now." in page
    assert "Claimed at Mill Court" in page
    assert "By Ira Installer" in page


def test_a_claimed_hub_is_followed_until_it_is_online(installer, claim, sandbox):
    work(claim)
    assert "Waiting for the hub" in text_of(installer, claim)
    Hub.objects.update(online=True, firmware="1.4.2", uptime_seconds=65)
    page = text_of(installer, claim)

    assert "Firmware 1.4.2 · running for 1 min" in page
    assert "Acme Properties · Mill Court" in page
    assert "hx-trigger" not in page


@pytest.mark.parametrize(
    ("magic", "told"),
    [
        ("claimed_elsewhere", "This hub belongs to another organisation"),
        ("other_site", "This hub is yours, at another site"),
        ("unknown", "SmartphoneKey knows no such hub"),
        ("suspended", "This hub is suspended"),
        ("decommissioned", "This hub was taken out of service"),
        ("forbidden", "Your organisation&#x27;s key may not claim this hub"),
    ],
)
def test_a_refusal_has_a_cause_a_reference_and_no_raw_answer(
    magic, told, installer, ira, mill_court, sandbox
):
    claim = work(lifecycle.submit(order(ira, mill_court, world.MAGIC[magic].id)))
    page = text_of(installer, claim)

    assert told in page
    assert claim.reference.endswith("-SBX")
    assert claim.reference in page
    assert '"success"' not in page
    assert "&quot;success&quot;" not in page
    assert world.OTHER_ORG_ID not in page
    assert "hx-trigger" not in page


def test_the_other_site_of_ones_own_hub_is_named(installer, ira, mill_court, acme, sandbox):
    claim = work(lifecycle.submit(order(ira, mill_court, world.MAGIC["other_site"].id)))

    assert "SmartphoneKey has it at other-site." in text_of(installer, claim)


def test_an_offline_hub_is_told_what_to_check_and_until_when_we_try(
    installer, ira, mill_court, sandbox
):
    page = text_of(installer, offline_claim(ira, mill_court))

    assert "Check the power and the network cable" in page
    assert "Next look" in page
    assert "We keep trying until" in page
    assert 'id="try-now"' in page
    assert 'id="stop-trying"' in page


def test_a_poll_that_knows_it_all_is_answered_with_nothing(installer, claim):
    with time_machine.travel(timezone.now(), tick=False):
        seen = seen_in(text_of(installer, claim))
        answer = live(installer, claim, seen)

    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize("seen", ["", "0.0.1", "nonsense", "1.1", "\x00"])
def test_a_poll_that_knows_something_else_gets_the_fragment(seen, installer, claim):
    answer = live(installer, claim, seen)

    assert answer.status_code == 200
    assert 'id="live"' in answer.content.decode()
    assert "<html" not in answer.content.decode()


def test_a_poll_after_a_change_brings_it(installer, claim, sandbox):
    with time_machine.travel(timezone.now(), tick=False):
        seen = seen_in(text_of(installer, claim))
        work(claim)
        answer = live(installer, claim, seen)

    assert "Waiting for the hub" in answer.content.decode()


@pytest.mark.parametrize(
    ("age", "pace"), [(0, 1), (9, 1), (11, 2), (69, 2), (71, 5), (3600, 5), (80_000, 5)]
)
def test_the_page_looks_again_quickly_at_first_and_slower_with_age(age, pace, installer, claim):
    Claim.objects.update(created_at=timezone.now() - timedelta(seconds=age))

    assert f'hx-trigger="every {pace}s, poll"' in live(installer, claim).content.decode()


def test_a_page_whose_pace_has_slowed_is_told_so_though_nothing_has_happened(installer, claim):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        seen = seen_in(text_of(installer, claim))
        clock.shift(timedelta(seconds=11))
        answer = live(installer, claim, seen)

    assert answer.status_code == 200
    assert 'hx-trigger="every 2s, poll"' in answer.content.decode()


def test_the_last_fragment_ends_the_polling(installer, claim):
    lifecycle.stop(claim, claim.submitted_by)
    fragment = live(installer, claim).content.decode()

    assert "Cancelled" in fragment
    assert "hx-trigger" not in fragment
    assert "hx-get" not in fragment
    assert "stop-trying" not in fragment


def test_a_claimed_hub_that_stays_away_is_not_waited_for_for_ever(installer, claim, sandbox):
    work(claim)
    Claim.objects.update(finished_at=timezone.now() - timedelta(hours=3))
    page = text_of(installer, claim)

    assert "It has not come online yet" in page
    assert "hx-trigger" not in page


def test_without_scripts_the_page_reloads_itself_while_something_may_change(installer, claim):
    page = text_of(installer, claim)
    noscript = page.partition("<noscript>")[2].partition("</noscript>")[0]

    assert '<meta http-equiv="refresh"' in noscript
    lifecycle.stop(claim, claim.submitted_by)
    assert "http-equiv" not in text_of(installer, claim)


def test_try_now_makes_a_waiting_claim_due(installer, ira, mill_court, sandbox):
    claim = offline_claim(ira, mill_court)
    answer = installer.post(address(claim, "try-now/"))
    claim.refresh_from_db()

    assert answer["Location"] == address(claim)
    assert claim.next_attempt_at <= timezone.now()


def test_stop_ends_a_waiting_claim_and_the_fragment_says_so(installer, ira, mill_court, sandbox):
    claim = offline_claim(ira, mill_court)
    fragment = installer.post(address(claim, "stop/"), headers=FRAGMENT).content.decode()
    claim.refresh_from_db()

    assert claim.state == "cancelled"
    assert "Nothing more is sent for this hub." in fragment
    assert 'id="try-again"' in fragment


def test_again_makes_one_linked_claim_however_often_it_is_tapped(installer, claim, mill_court):
    lifecycle.stop(claim, claim.submitted_by)
    first, second = (installer.post(address(claim, "again/")) for _ in range(2))
    fresh = Claim.objects.get(retry_of=claim)

    assert first["Location"] == second["Location"] == address(fresh)
    assert (fresh.hub, fresh.site, fresh.state) == (claim.hub, mill_court, "queued")
    assert address(claim) in text_of(installer, fresh)


def test_again_after_a_success_changes_nothing(installer, claim, sandbox):
    work(claim)

    assert installer.post(address(claim, "again/"))["Location"] == address(claim)
    assert Claim.objects.count() == 1


def test_a_colleague_may_stop_a_claim(as_person, ada, claim):
    as_person(ada).post(address(claim, "stop/"))

    assert Claim.objects.get().state == "cancelled"


@pytest.mark.parametrize("deed", ["try-now/", "stop/", "again/"])
def test_the_target_of_supports_claim_sees_it_and_has_no_buttons(
    deed, as_person, hal, supports_claim
):
    client = as_person(hal)
    page = text_of(client, supports_claim)

    assert "Done by SpKey Support" in page
    assert "Asked for by telephone" in page
    assert "stop-trying" not in page
    assert client.post(address(supports_claim, deed), headers=FRAGMENT).status_code == 403
    assert Claim.objects.get().state == "queued"


def test_what_support_did_for_another_organisation_shows_nothing_else_of_it(
    agent, harbours_claim, supports_claim
):
    assert agent.get(address(supports_claim)).status_code == 200
    assert agent.get(address(harbours_claim)).status_code == 404


def test_nothing_is_sent_for_somebody_who_left_before_it_was(claim, ira, sandbox):
    Membership.objects.filter(user=ira).delete()
    done = work(claim)

    assert (done.state, done.reason) == ("cancelled", "right_gone")
    assert not [r for r in sandbox.state.requests if r.method == "POST"]


def test_a_person_of_two_organisations_sees_each_ones_claims(as_person, acme, harbour, lighthouse):
    both = make_person("both@acme.example", "Bo Both")
    join(both, acme)
    join(both, harbour)
    claim = lifecycle.submit(order(both, lighthouse, UUID(world.hub_id(5))))

    assert as_person(both).get(address(claim)).status_code == 200
