"""A claimed hub's page follows it online, and says of when its news is."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from portal.claims.display import list_item
from portal.claims.models import Claim
from portal.hubs.models import Hub
from tests.claims.web.claim_page.conftest import due, live, seen_in, text_of
from tests.conftest import work
from tests.spkey.people import status_json


def test_a_claimed_hub_is_followed_until_it_is_online(installer, claim, sandbox):
    work(claim)
    assert "Waiting for the hub" in text_of(installer, claim)
    Hub.objects.update(online=True, firmware="1.4.2", uptime_seconds=65)
    page = text_of(installer, claim)

    assert "Firmware 1.4.2 · running for 1 min" in page
    assert "Acme Properties · Mill Court" in page
    assert "hx-trigger" not in page


def test_a_hub_that_comes_online_hours_later_is_noticed(installer, claim, sandbox):
    work(claim)
    due(claim)
    Claim.objects.update(finished_at=timezone.now() - timedelta(hours=3))
    page = text_of(installer, claim)
    assert "It has not come online yet" in page
    assert 'hx-trigger="every 5s, poll"' in page

    sandbox.state.set_hub(claim.hub_id_text, {"online": True})
    due(claim)
    assert "Firmware 1.4.2" in live(installer, claim, seen_in(page)).content.decode()


@pytest.mark.parametrize("milliseconds", [253_402_300_799_000, -1, 10**15])
def test_a_hub_that_was_seen_or_claimed_at_an_odd_time_has_a_page(
    installer, claim, sandbox, milliseconds
):
    work(claim)
    times = {"lastSeen": milliseconds, "claimedAt": milliseconds, "provisionedAt": milliseconds}
    odd = status_json(hubId=claim.hub_id_text, status="Claimed", orgId="acme-properties", **times)
    answer = {"status": 200, "body": json.dumps(odd | {"siteId": "mill-court", "online": True})}
    sandbox.faults.add({"path_contains": "status"}, action=answer)
    due(claim)
    hub = Hub.objects.get()

    assert (hub.online, hub.last_seen, hub.claimed_at) == (True, None, None)
    assert "Online" in text_of(installer, claim)
    assert installer.get(f"/claims/{claim.pk}/live/").status_code == 200


@pytest.fixture
def a_month_later(installer, claim, sandbox):
    """A hub that was online when it was read last, which is a month ago."""
    work(claim)
    sandbox.state.set_hub(claim.hub_id_text, {"online": True})
    due(claim)
    Hub.objects.update(watched_until=None, due_at=None)
    with time_machine.travel(timezone.now() + timedelta(days=31), tick=False) as clock:
        installer.force_login(claim.submitted_by)
        yield clock


def test_a_page_opened_a_month_later_dates_the_reading_and_asks_for_another(
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
    assert "Updated" in fragment
    assert "hx-trigger" not in fragment


def test_opening_a_settled_claim_keeps_its_hub_watched(installer, claim, sandbox):
    work(claim)
    Hub.objects.update(online=True, read_at=timezone.now(), watched_until=None)

    assert "hx-trigger" not in text_of(installer, claim)
    assert Hub.objects.get().watched_until is not None


def test_a_reading_that_grows_old_is_shown_though_nothing_else_changed(installer, claim, sandbox):
    work(claim)
    due(claim)
    Claim.objects.update(finished_at=timezone.now() - timedelta(hours=3))
    with time_machine.travel(timezone.now(), tick=False) as clock:
        seen = seen_in(text_of(installer, claim))
        assert live(installer, claim, seen).status_code == 204
        clock.shift(timedelta(seconds=61))
        answer = live(installer, claim, seen)

    assert "It was not online when we looked last." in answer.content.decode()


def test_a_hub_that_spkey_has_released_since_is_not_shown_as_online(installer, claim, sandbox):
    done = work(claim)
    sandbox.state.set_hub(
        done.hub_id_text, {"status": "Provisioned", "orgId": "", "siteId": "", "online": True}
    )
    installer.get(f"/claims/{claim.pk}/")
    Hub.objects.update(due_at=timezone.now())
    work(claim)

    page = installer.get(f"/claims/{claim.pk}/").content.decode()

    assert "SmartphoneKey no longer has it as yours" in page
    assert "No longer yours" in installer.get("/claims/").content.decode()
    row = list_item.of(Claim.objects.with_details().get(), for_support=True)
    assert row.chip.word == "No longer theirs"
    assert "Online" not in page[page.index("<main") :]

    read_long_ago = timezone.now() - timedelta(days=2)
    Claim.objects.update(finished_at=read_long_ago - timedelta(hours=1))
    Hub.objects.update(read_at=read_long_ago)
    page = installer.get(f"/claims/{claim.pk}/").content.decode()
    assert "No longer yours" in page
    assert "Waiting for the hub" not in page
