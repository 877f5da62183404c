"""The claim's page while it is open: it asks, rests, tells, and leads to sign-in and back."""

import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db.models import F
from django.utils import timezone
from playwright.sync_api import Route, expect

from portal.claims.models import Claim
from portal.core import worker
from portal.core.web import poll_pace, poll_tickets
from portal.hubs.models import Hub
from portal.orgs.models import Membership
from tests.browser.checks import problems
from tests.browser.steps import (
    LISTEN,
    answer_as_portal,
    count_polls,
    hide,
    look_again,
    present,
    show,
    sign_in,
)

TICKET = poll_tickets.TICKET.lower()
COVERED = """() => {
  const { left, top, width } = document.getElementById("lost-banner").getBoundingClientRect();
  return !document.elementFromPoint(left + width / 2, top + 20).closest("#lost-banner");
}"""
pytestmark = pytest.mark.usefixtures("sandbox")


@pytest.mark.slow
def test_only_changes_are_announced_to_screen_readers_and_each_once(tablet, sandbox, ira, claim):
    page = tablet(ira)
    page.add_init_script(LISTEN)
    show(page, claim)
    expect(present(page)).to_contain_text("Saved")
    worker.run_once()
    expect(page.locator("#announcer")).to_have_text("Claimed. Waiting for the hub")

    # An older claim is polled less often: the fragment comes again, with the same words.
    an_hour_ago = claim.created_at - timedelta(hours=1)
    Claim.objects.update(created_at=an_hour_ago, finished_at=an_hour_ago)
    expect(page.locator("[hx-trigger^='every 5s']")).to_be_visible()
    sandbox.state.set_hub(claim.hub_id_text, {"online": True})
    Hub.objects.update(due_at=an_hour_ago)
    worker.run_once()
    look_again(page)
    expect(page.locator("#announcer")).to_have_text("Online")
    told = page.evaluate("() => window.announced")
    # The page may ask while the claim is on its way.
    assert [text for text in told if text != "Contacting SmartphoneKey"] == [
        "Claimed. Waiting for the hub",
        "Online",
    ]
    assert len(set(told)) == len(told)


def test_a_settled_claim_is_not_polled_any_more(tablet, sandbox, ira, claim):
    sandbox.state.set_hub(claim.hub_id_text, {"online": True})
    page = tablet(ira)
    page.clock.install()
    show(page, claim)
    worker.run_once()
    page.clock.run_for(1000)
    expect(present(page)).to_contain_text("Online")
    polls = count_polls(page)
    page.clock.run_for(60_000)
    assert polls == []
    expect(page.locator("[data-news-age]")).to_have_count(0)


def test_an_overdue_attempt_is_announced_for_now(tablet, claim):
    Claim.objects.update(
        state="waiting", reason="offline", due_at=timezone.now() - timedelta(minutes=2)
    )
    page = tablet(claim.submitted_by)
    show(page, claim)
    expect(page.get_by_text("Next look now")).to_be_visible()


def test_a_page_asks_less_often_while_the_portal_says_so_and_tells(tablet, ira, claim, monkeypatch):
    pace = poll_pace.Pace(None, clock=lambda: 0.0)
    monkeypatch.setattr(poll_pace, "_of_process", pace)
    pace.slowness = 4
    Claim.objects.update(state="waiting", reason="offline", due_at=timezone.now())
    page = tablet(ira)
    page.clock.install()
    show(page, claim)
    banner = page.locator("#pace-banner")
    expect(banner).to_be_hidden()
    look_again(page)
    expect(banner).to_contain_text("The portal has a lot to do.")
    assert not problems(page)

    polls = count_polls(page)
    every = int(page.locator("#live").get_attribute("hx-trigger").split()[1].removesuffix("s,"))
    for number in range(1, 4):
        page.clock.run_for(3 * every * 1000)
        with page.expect_response(f"**/claims/{claim.pk}/live/**"):
            page.clock.run_for(every * 1000)
        assert len(polls) == number
    # Whoever comes back is not kept waiting.
    look_again(page)
    assert len(polls) == 4
    pace.slowness = 1
    look_again(page)
    expect(banner).to_be_hidden()


@pytest.mark.slow
def test_a_session_that_ends_while_polling_leads_to_sign_in_and_back_to_the_claim(
    tablet, ira, claim
):
    tablet.expected = ["401"]  # of the tray, which asks whether something is to be sent
    page = tablet(ira)
    show(page, claim)
    Session.objects.all().delete()
    expect(page).to_have_url(re.compile(rf"/accounts/login/\?next=/claims/{claim.pk}/$"))
    sign_in(page, ira)
    page.wait_for_url(f"**/claims/{claim.pk}/")
    expect(present(page)).to_contain_text("Saved")


def test_polling_pauses_without_a_network_and_resumes_at_once_when_it_returns(tablet, ira, claim):
    tablet.expected = ["ERR_INTERNET_DISCONNECTED"]
    page = tablet(ira, alone=True)
    page.clock.install()
    show(page, claim)
    expect(page.get_by_text("No connection")).to_be_hidden()
    page.context.set_offline(True)
    expect(page.get_by_text("No connection")).to_be_visible()
    polls = count_polls(page)
    page.clock.run_for(20_000)
    assert polls == []
    expect(page.locator("[data-news-age]")).to_have_text(re.compile(r"Updated [23]\d sec\.? ago"))

    page.clock.pause_at(page.evaluate("() => Date.now() + 5000"))
    worker.run_once()
    page.context.set_offline(False)
    expect(present(page)).to_contain_text("Waiting for the hub")
    assert len(polls) == 1
    expect(page.get_by_text("No connection")).to_be_hidden()
    expect(page.locator("[data-news-age]")).to_have_text("Updated now")


def test_a_hidden_tab_does_not_poll_and_polls_at_once_when_it_is_shown(tablet, ira, claim):
    page = tablet(ira)
    page.clock.install()
    show(page, claim)
    hide(page, True)
    polls = count_polls(page)
    page.clock.run_for(20_000)
    assert polls == []

    page.clock.pause_at(page.evaluate("() => Date.now() + 5000"))
    worker.run_once()
    hide(page, False)
    expect(present(page)).to_contain_text("Waiting for the hub")
    assert len(polls) == 1


@pytest.mark.slow
def test_a_portal_that_does_not_answer_is_reported_until_it_does(tablet, ira, claim):
    tablet.expected = ["503", "ERR_FAILED", "htmx:"]
    page = tablet(ira)
    show(page, claim)
    banner = page.get_by_text("The portal did not answer.")
    expect(banner).to_be_hidden()
    page.route("**/live/**", lambda route: route.fulfill(status=503, body="<h1>Busy</h1>"))
    expect(banner).to_be_visible()
    expect(present(page)).to_contain_text("Saved")
    page.unroute_all(behavior="wait")
    expect(banner).to_be_hidden()
    page.route("**/live/**", lambda route: route.abort())
    expect(banner).to_be_visible()
    page.unroute_all(behavior="wait")
    expect(banner).to_be_hidden()


@pytest.mark.parametrize(
    "answer", [lambda route: route.abort(), lambda route: route.fulfill(status=503)]
)
def test_a_tap_that_does_not_arrive_is_reported_until_one_does(tablet, ira, claim, answer):
    tablet.expected = ["503", "ERR_FAILED", "htmx:"]
    page = tablet(ira)
    show(page, claim)
    stop, lost = page.get_by_role("button", name="Stop trying"), page.locator("#lost-banner")
    page.route("**/stop/", answer)
    stop.click()
    expect(lost).to_contain_text("There was no answer to your tap.")
    expect(page.locator("#news-banner")).to_be_hidden()
    with page.expect_response("**/live/**"):
        look_again(page)
    expect(lost).to_be_visible()

    page.unroute_all(behavior="wait")
    stop.click()
    expect(present(page)).to_contain_text("Cancelled")
    expect(lost).to_be_hidden()


def test_a_tap_that_is_refused_is_not_called_lost(tablet, ira, claim):
    tablet.expected = ["403", "404", "htmx:"]
    page = tablet(ira)
    show(page, claim)
    page.route("**/live/**", lambda route: answer_as_portal(route, status=204))
    Membership.objects.all().delete()
    page.get_by_role("button", name="Stop trying").click()
    expect(page.locator("#refused-banner")).to_contain_text("You may not do this")
    expect(page.locator("#lost-banner")).to_be_hidden()


def test_a_tap_is_not_lost_when_the_page_polls_at_the_same_moment(tablet, ira, claim):
    page = tablet(ira)
    show(page, claim)
    under_way: list[Route] = []

    def hold(route: Route) -> None:
        under_way.append(route)

    page.route("**/stop/", hold)
    with page.expect_request("**/stop/"):
        page.get_by_role("button", name="Stop trying").click()
    Claim.objects.update(version=claim.version + 1)
    look_again(page)
    under_way[0].continue_()
    expect(present(page)).to_contain_text("Cancelled")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()


def test_a_tap_replaces_a_poll_that_is_not_answered(tablet, ira, claim):
    page = tablet(ira)
    show(page, claim)
    page.route("**/live/**", lambda route: None)
    with page.expect_request("**/live/**"):
        look_again(page)
    # The next one is due, and must not be asked before the tap is sent.
    look_again(page)
    page.get_by_role("button", name="Stop trying").click()
    expect(present(page)).to_contain_text("Cancelled")


# A twentieth of how long an answer may take: none is no end either.
HURRY = "() => { htmx.config.timeout /= 20; }"


def never(route: Route) -> None:
    """Answer nothing, ever."""


def as_a_gate(route: Route) -> None:
    route.fulfill(status=200, content_type="text/html", body="<h1>Welcome to our hotel</h1>")


def cut_short(route: Route) -> None:
    response = route.fetch()
    route.fulfill(response=response, body=response.text()[:60])


def test_a_poll_that_is_never_answered_does_not_end_the_polling(tablet, ira, claim):
    tablet.expected = ["htmx:"]
    page = tablet(ira)
    show(page, claim)
    page.evaluate(HURRY)
    page.route("**/live/**", never, times=1)
    with page.expect_request("**/live/**"):
        look_again(page)
    worker.run_once()
    expect(present(page)).to_contain_text("Waiting for the hub")
    expect(page.locator("#news-banner")).to_be_hidden()


def test_a_tap_that_is_never_answered_is_told_and_works_the_next_time(tablet, ira, claim):
    tablet.expected = ["htmx:"]
    page = tablet(ira)
    show(page, claim)
    page.evaluate(HURRY)
    page.route("**/stop/", never, times=1)
    stop = page.get_by_role("button", name="Stop trying")
    stop.click()
    expect(page.locator("#lost-banner")).to_contain_text("We do not know whether it arrived.")
    stop.click()
    expect(present(page)).to_contain_text("Cancelled")


@pytest.mark.parametrize(
    "answer",
    [never, as_a_gate, cut_short, lambda route: route.abort()],
    ids=["never", "a gate", "cut short", "cut off"],
)
def test_try_now_can_be_tapped_again_whatever_came_in_place_of_an_answer(
    tablet, ira, claim, answer
):
    tablet.expected = ["ERR_FAILED", "htmx:"]
    soon = timezone.now() + timedelta(minutes=5)
    Claim.objects.update(state="waiting", reason="offline", due_at=soon)
    page = tablet(ira)
    show(page, claim)
    page.evaluate(HURRY)
    page.route("**/live/**", lambda route: answer_as_portal(route, status=204))
    page.route("**/try-now/", answer, times=1)
    page.get_by_role("button", name="Try now").click()
    expect(page.locator("#lost-banner")).to_be_visible()
    again = page.get_by_role("button", name="Try now")
    expect(again).to_be_enabled()
    with page.expect_request("**/try-now/"):
        again.click()


def test_a_tap_that_another_takes_the_place_of_can_be_tapped_again(tablet, ira, claim):
    soon = timezone.now() + timedelta(minutes=5)
    Claim.objects.update(state="waiting", reason="offline", due_at=soon)
    page = tablet(ira)
    show(page, claim)
    page.route("**/live/**", lambda route: answer_as_portal(route, status=204))
    page.route("**/try-now/", never)
    page.route("**/stop/", never)
    page.get_by_role("button", name="Try now").click()
    expect(page.get_by_role("button", name="Trying…")).to_be_visible()
    with page.expect_request("**/stop/"):
        page.get_by_role("button", name="Stop trying").click()
    expect(page.get_by_role("button", name="Try now")).to_be_enabled()


def test_leaving_a_page_while_it_polls_causes_no_error(tablet, ira, claim):
    page = tablet(ira)
    show(page, claim)
    page.route("**/live/**", lambda route: None)
    with page.expect_request("**/live/**"):
        look_again(page)
    page.get_by_role("navigation").get_by_role("link", name="Claims").click()
    expect(page.get_by_role("heading", name="Claims", exact=True)).to_be_visible()


def test_a_page_shows_the_ticket_that_it_was_given_until_there_is_news(tablet, ira, claim):
    minutes_ago = timezone.now() - timedelta(minutes=5)
    Claim.objects.update(created_at=minutes_ago, due_at=timezone.now() + timedelta(hours=1))
    page = tablet(ira)
    page.clock.install()
    show(page, claim)

    def poll():
        with page.expect_response(lambda answer: "/live/" in answer.url) as heard:
            page.clock.run_for(5000)
        return heard.value

    first = poll()
    assert (first.status, first.request.headers.get(TICKET)) == (204, None)
    second = poll()
    assert (second.status, second.headers.get(TICKET)) == (204, None)
    assert second.request.headers[TICKET] == first.headers[TICKET]

    Claim.objects.update(version=F("version") + 1)
    assert poll().status == 200
    after = poll()
    assert (after.status, after.request.headers.get(TICKET)) == (204, None)
    assert after.headers[TICKET] != first.headers[TICKET]
