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


def due(claim: Claim) -> None:
    """Let the worker read the hub, whose next reading is due."""
    Hub.objects.update(refresh_due_at=timezone.now())
    work(claim)


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


def test_a_hub_that_comes_online_hours_later_is_seen_doing_so(installer, claim, sandbox):
    work(claim)
    due(claim)
    Claim.objects.update(finished_at=timezone.now() - timedelta(hours=3))
    page = text_of(installer, claim)
    assert "It has not come online yet" in page
    assert 'hx-trigger="every 5s, poll"' in page

    sandbox.state.set_hub(claim.hub_id_text, {"online": True})
    due(claim)
    assert "Firmware 1.4.2" in live(installer, claim, seen_in(page)).content.decode()


@pytest.fixture
def a_month_later(installer, claim, sandbox):
    """A hub that was online when it was read last, which is a month ago."""
    work(claim)
    sandbox.state.set_hub(claim.hub_id_text, {"online": True})
    due(claim)
    Hub.objects.update(watched_until=None, refresh_due_at=None)
    with time_machine.travel(timezone.now() + timedelta(days=31), tick=False) as clock:
        installer.force_login(claim.submitted_by)
        yield clock


def test_a_page_opened_a_month_later_says_when_it_was_so_and_has_it_read_again(
    installer, claim, sandbox, a_month_later
):
    sandbox.state.set_hub(claim.hub_id_text, {"online": False})
    page = text_of(installer, claim)
    assert "It was online when we looked last." in page
    assert "data-news-age" not in page
    assert "Firmware" not in page
    assert "hx-trigger" in page
    assert Hub.objects.get().watched_until > timezone.now()

    work(claim)
    fragment = live(installer, claim, seen_in(page)).content.decode()
    assert "It is not online now. Check its power and network cable." in fragment
    assert "hx-trigger" in fragment


def test_the_polling_ends_with_the_first_reading_that_finds_the_hub_online(
    installer, claim, sandbox, a_month_later
):
    page = text_of(installer, claim)
    work(claim)
    fragment = live(installer, claim, seen_in(page)).content.decode()

    assert "Firmware 1.4.2" in fragment
    assert "as of" in fragment
    assert "hx-trigger" not in fragment


def test_a_look_at_a_settled_claim_keeps_its_hub_watched(installer, claim, sandbox):
    work(claim)
    Hub.objects.update(online=True, read_at=timezone.now(), watched_until=None)

    assert "hx-trigger" not in text_of(installer, claim)
    assert Hub.objects.get().watched_until is not None


def test_a_reading_that_grows_old_is_told_though_nothing_else_changed(installer, claim, sandbox):
    work(claim)
    due(claim)
    Claim.objects.update(finished_at=timezone.now() - timedelta(hours=3))
    with time_machine.travel(timezone.now(), tick=False) as clock:
        seen = seen_in(text_of(installer, claim))
        assert live(installer, claim, seen).status_code == 204
        clock.shift(timedelta(seconds=61))
        answer = live(installer, claim, seen)

    assert "It was not online when we looked last." in answer.content.decode()


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


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"state": "blocked", "reason": "key_missing"}, "Support must mend its own API key"),
        ({"state": "blocked", "reason": "key_kind"}, "Support must mend its own API key"),
        ({"state": "blocked", "reason": "no_user"}, "does not know the support agent yet"),
        ({"state": "rejected", "reason": "forbidden"}, "Support&#x27;s key may not claim this hub"),
    ],
)
def test_what_support_must_mend_is_not_put_to_the_target(
    fields, told, as_person, hal, supports_claim
):
    ended = {"finished_at": timezone.now(), "next_attempt_at": None}
    Claim.objects.update(**fields, **(ended if fields["state"] == "rejected" else {}))
    client = as_person(hal)

    assert told in text_of(client, supports_claim)
    assert "administrator" not in text_of(client, supports_claim)
    assert client.get("/claims/").context["rows"][0].chip.word in {"Needs support", "Refused"}


def test_a_colleague_of_the_agents_sees_nothing_of_what_support_did(
    as_person, spkey_support, supports_claim
):
    colleague = make_person("office@support.example", "Olga Office")
    join(colleague, spkey_support, "admin")
    client = as_person(colleague)

    assert client.get(address(supports_claim)).status_code == 404
    assert live(client, supports_claim).status_code == 404
    assert supports_claim.hub_id_text not in client.get("/").content.decode()


def test_an_agent_without_the_second_factor_is_asked_for_it_first(as_person, sam, supports_claim):
    client = as_person(sam)
    answer = client.get(address(supports_claim))

    assert answer.status_code == 403
    assert "Set up a second factor first" in answer.content.decode()
    assert "Lighthouse" not in answer.content.decode()
    assert live(client, supports_claim)["HX-Redirect"] == address(supports_claim)
    refused = client.post(address(supports_claim, "stop/"))
    assert refused.status_code == 403
    assert "Set up a second factor first" in refused.content.decode()
    assert Claim.objects.get().state == "queued"


def test_an_agent_who_belongs_to_the_target_too_sees_it_and_steers_it_with_the_factor_only(
    as_person, agent, sam, harbour, supports_claim
):
    join(sam, harbour)

    assert 'id="stop-trying"' not in text_of(as_person(sam), supports_claim)
    assert 'id="stop-trying"' in text_of(agent, supports_claim)


def test_the_way_back_from_supports_claim_leads_the_agent_to_supports_list(
    agent, as_person, hal, supports_claim
):
    assert 'class="back-link" href="/support/"' in text_of(agent, supports_claim)
    assert 'class="back-link" href="/claims/"' in text_of(as_person(hal), supports_claim)


@pytest.mark.parametrize(
    ("state", "quoted"),
    [
        ("review", True),
        ("conflict", True),
        ("not_found", True),
        ("rejected", True),
        ("expired", True),
        ("cancelled", False),
        ("claimed", False),
    ],
)
def test_where_there_is_something_to_quote_there_is_always_a_reference(
    state, quoted, installer, claim
):
    ended = {} if state == "review" else {"finished_at": timezone.now(), "next_attempt_at": None}
    Claim.objects.update(state=state, **ended)
    own = str(claim.pk)[:8]
    page = text_of(installer, claim)

    assert (f'Reference to quote: <span class="mono">{own}</span>' in page) is quoted
    Claim.objects.update(reference="8f2a-SBX")
    assert ('<span class="mono">8f2a-SBX</span>' in text_of(installer, claim)) is quoted or (
        state == "cancelled"
    )


@pytest.mark.parametrize("deed", ["try-now/", "stop/", "again/"])
def test_a_look_at_a_deeds_address_leads_to_the_claim(deed, installer, claim):
    assert installer.get(address(claim, deed))["Location"] == address(claim)
    assert Claim.objects.get().state == "queued"


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


def test_a_hub_that_spkey_has_released_since_is_not_shown_as_online(installer, claim, sandbox):
    done = work(claim)
    sandbox.state.set_hub(
        done.hub_id_text, {"status": "Provisioned", "orgId": "", "siteId": "", "online": True}
    )
    installer.get(f"/claims/{claim.pk}/")
    Hub.objects.update(refresh_due_at=timezone.now())
    work(claim)

    page = installer.get(f"/claims/{claim.pk}/").content.decode()

    assert "SmartphoneKey no longer has it as yours" in page
    assert "No longer yours" in installer.get("/claims/").content.decode()
    assert "Online" not in page


def test_nobody_is_told_to_try_what_can_never_succeed(installer, ira, mill_court, sandbox):
    scrapped = lifecycle.submit(order(ira, mill_court, world.MAGIC["decommissioned"].id))
    work(scrapped)

    assert (
        f"/claims/{scrapped.pk}/again/"
        not in installer.get(f"/claims/{scrapped.pk}/").content.decode()
    )


def test_a_claim_that_is_being_stopped_is_not_hurried(installer, claim):
    Claim.objects.update(
        state="verifying", unresolved_since=timezone.now(), cancel_requested_at=timezone.now()
    )

    page = installer.get(f"/claims/{claim.pk}/").content.decode()

    assert "Stopping" in page
    assert f"/claims/{claim.pk}/try-now/" not in page
