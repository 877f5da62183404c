"""Whatever answers in the portal's place: none of it gets in, and all goes on afterwards."""

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from portal.claims.models import Claim
from portal.core import worker
from portal.orgs.models import Membership
from tests.browser.checks import accessibility
from tests.browser.offline import PATIENCE, Line, gate, ready_for_offline, through
from tests.browser.steps import answer_as_portal, look_again, present, show
from tests.browser.tray.steps import add, claim_all, hubs, open_tray, pick, row, word

pytestmark = pytest.mark.usefixtures("sandbox", "mill_court")

# What Chromium says of such answers.
SAID = ["net::ERR_", "status of 4", "status of 5", "htmx:", "Response Status", "CORS", "olicy"]
SIGN_IN = "This network wants you to sign in."
BLOCKED = "This network does not let you through"
AWAY = "The portal is not answering."
NO_ANSWER = "The portal did not answer."
ELSEWHERE = "Location: http://other.example/\r\n"
GATES = {
    "a page": gate(),
    "an empty page": gate(body=""),
    "plain text": gate(body="ok", kind="text/plain"),
    "JSON": gate(body='{"rows": [], "person": null}', kind="application/json"),
    "a fragment of the same id": gate(body='<div id="live">Rooms from 80 euro</div>'),
    "a page with htmx's own headers": gate(more="HX-Redirect: /accounts/logout/\r\n"),
    "a network's sign-in": gate("511 Network Authentication Required"),
    "a proxy's sign-in": gate("401 Unauthorized"),
    "a way elsewhere": gate("302 Found", "", more=ELSEWHERE),
}
OTHERS = {
    "a filter": (gate("403 Forbidden"), BLOCKED),
    "a page that is not there": (gate("404 Not Found"), BLOCKED),
    "the law": (gate("451 Unavailable For Legal Reasons"), BLOCKED),
    "a proxy without a portal": (gate("502 Bad Gateway"), AWAY),
    "a proxy that waited too long": (gate("504 Gateway Timeout"), AWAY),
    "a proxy with too much to do": (gate("429 Too Many Requests"), AWAY),
}


@pytest.fixture
def page(tablet, line: Line, ira) -> Page:
    tablet.expected = list(SAID)
    return tablet(ira, base_url=line.url)


def is_said(page: Page, sentence: str) -> Locator:
    return page.locator(".banner:visible", has_text=sentence)


@pytest.mark.parametrize("name", GATES)
def test_a_gate_is_told_as_one_and_the_live_page_goes_on_after_it(page, line, claim, name):
    show(page, claim)
    line.stand_between(GATES[name])
    look_again(page)
    expect(is_said(page, SIGN_IN)).to_be_visible()
    expect(present(page)).to_contain_text("Saved")
    expect(page.locator("body")).not_to_contain_text("Welcome to our hotel")
    expect(page.locator("body")).not_to_contain_text("Rooms from")
    line.restore()
    worker.run_once()
    look_again(page)
    expect(present(page)).to_contain_text("Waiting for the hub")
    expect(is_said(page, SIGN_IN)).to_have_count(0)
    expect(is_said(page, NO_ANSWER)).to_have_count(0)


@pytest.mark.parametrize("name", OTHERS)
def test_other_refusals_between_are_told_as_what_they_are(page, line, claim, name):
    answer, sentence = OTHERS[name]
    show(page, claim)
    line.stand_between(answer)
    look_again(page)
    expect(is_said(page, sentence)).to_be_visible()
    expect(page.locator("connection-line")).not_to_contain_text("No connection")
    expect(present(page)).to_contain_text("Saved")
    line.restore()
    look_again(page)
    expect(is_said(page, sentence)).to_have_count(0)


def test_the_way_to_sign_in_opens_apart_and_is_accessible(page, line, claim):
    show(page, claim)
    line.stand_between(gate())
    look_again(page)
    link = page.get_by_role("link", name="Open its sign-in")
    expect(link).to_be_visible()
    assert accessibility(page) == []
    with page.context.expect_page() as opened:
        link.click()
    expect(opened.value.get_by_role("heading", name="Welcome to our hotel")).to_be_visible()
    opened.value.close()
    expect(present(page)).to_contain_text("Saved")


def test_a_tap_that_a_gate_answers_did_not_arrive_and_works_afterwards(page, line, claim):
    show(page, claim)
    line.stand_between(gate(), "POST ")
    stop = page.get_by_role("button", name="Stop trying")
    stop.click()
    expect(is_said(page, "There was no answer to your tap.")).to_be_visible()
    expect(present(page)).to_contain_text("Saved")
    line.restore()
    stop.click()
    expect(present(page)).to_contain_text("Cancelled")


def test_what_only_polls_meet_is_told_though_the_portal_answers_otherwise(page, line, claim):
    page.clock.install()
    show(page, claim)
    line.stand_between(gate(), f"GET /claims/{claim.pk}/live/")
    for _ in range(3):
        with page.expect_response("**/live/**"):
            look_again(page)
        page.clock.run_for(2000)
    expect(is_said(page, SIGN_IN)).to_be_visible()
    line.restore()
    look_again(page)
    expect(is_said(page, SIGN_IN)).to_have_count(0)


def hold_of(part: slice):
    """Answer with a part of what the portal says, under its signature."""

    def answer(route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, body=response.text()[part])

    return answer


@pytest.mark.parametrize("part", [slice(0, 60), slice(0, -20), slice(0, 0)])
def test_a_fragment_that_was_cut_short_is_not_shown(page, claim, part):
    show(page, claim)
    before = page.locator("#live").inner_text()
    page.route("**/live/**", hold_of(part))
    Claim.objects.update(version=claim.version + 1)
    look_again(page)
    expect(page.locator("#news-banner")).to_be_visible()
    assert page.locator("#live").inner_text() == before
    page.unroute_all(behavior="wait")
    worker.run_once()
    look_again(page)
    expect(present(page)).to_contain_text("Waiting for the hub")


def test_an_answer_from_a_cache_is_not_shown_again(page, claim):
    show(page, claim)
    old = []

    def keep(route: Route) -> None:
        old.append(route.fetch())
        route.fulfill(response=old[0])

    Claim.objects.update(version=claim.version + 1)
    page.route("**/live/**", keep)
    with page.expect_response("**/live/**"):
        look_again(page)
    worker.run_once()
    look_again(page)
    expect(page.locator("#news-banner")).to_be_visible()
    page.unroute_all(behavior="wait")
    look_again(page)
    expect(present(page)).to_contain_text("Waiting for the hub")


def test_a_whole_page_of_the_portals_own_is_no_fragment(page, claim):
    show(page, claim)
    whole = page.content()
    page.route("**/live/**", lambda route: answer_as_portal(route, body=whole))
    look_again(page)
    expect(page.locator("#gone-banner")).to_be_visible()
    expect(page.locator(".masthead")).to_have_count(1)


@pytest.mark.parametrize(
    ("status", "banner"), [(403, "gone"), (404, "gone"), (429, "fault"), (500, "fault")]
)
def test_what_the_portal_itself_refuses_or_fails_at_is_no_lost_connection(
    page, claim, status, banner
):
    show(page, claim)
    page.route("**/live/**", lambda route: answer_as_portal(route, status=status, body="No."))
    look_again(page)
    expect(page.locator(f"#{banner}-banner")).to_be_visible()
    expect(page.locator("#news-banner")).to_be_hidden()
    expect(page.locator("connection-line")).to_have_attribute("data-state", "online")


def test_a_tap_at_which_the_portal_fails_is_not_called_lost(page, claim):
    show(page, claim)
    page.route("**/stop/", lambda route: answer_as_portal(route, status=500, body="Sorry."))
    page.get_by_role("button", name="Stop trying").click()
    expect(page.locator("#failed-banner")).to_be_visible()
    expect(page.locator("#lost-banner")).to_be_hidden()


def test_a_person_who_may_see_it_no_more_is_told_so(page, claim):
    show(page, claim)
    Membership.objects.all().delete()
    look_again(page)
    expect(page.locator("#gone-banner")).to_contain_text("You may not see this any more")


@pytest.mark.parametrize("name", GATES)
@pytest.mark.usefixtures("working", "hurried")
def test_a_gate_takes_nothing_from_the_tray_and_lets_it_send_by_itself_afterwards(page, line, name):
    (hub,) = hubs(1)
    open_tray(page)
    pick(page, "Mill Court")
    add(page, hub)
    expect(word(page, hub)).to_have_text("Ready")
    line.stand_between(GATES[name])
    claim_all(page, 1)
    expect(row(page, hub)).to_contain_text("Kept on this device")
    expect(is_said(page, SIGN_IN)).to_be_visible()
    expect(row(page, hub)).not_to_contain_text("when the connection is back")
    assert not Claim.objects.exists()
    line.restore()
    look_again(page)
    expect(row(page, hub)).to_contain_text("Online")
    expect(is_said(page, SIGN_IN)).to_have_count(0)


AWAY_ANSWERS = {
    "no portal": gate("502 Bad Gateway"),
    "too much to do": gate("429 Too Many Requests"),
    "a portal too slow": gate("504 Gateway Timeout"),
}


@pytest.mark.parametrize("name", AWAY_ANSWERS)
@pytest.mark.usefixtures("working", "hurried")
def test_nobody_is_sent_away_with_hubs_that_the_portal_does_not_take(page, line, name):
    (hub,) = hubs(1)
    open_tray(page)
    pick(page, "Mill Court")
    add(page, hub)
    expect(word(page, hub)).to_have_text("Ready")
    line.stand_between(AWAY_ANSWERS[name])
    claim_all(page, 1)
    leave = page.locator("[data-leave-words]")
    expect(leave).to_contain_text("Not sent yet: 1.")
    expect(leave).to_contain_text("stay to see it online")
    expect(leave).not_to_contain_text("you can leave")


def test_the_search_shows_nothing_of_a_gate(page, line):
    page.goto("/")
    line.stand_between(gate(), "GET /search/")
    page.locator("body").press("/")
    with page.expect_response("**/search/**"):
        page.keyboard.type("Mill")
    expect(page.locator("#finder [data-results]")).to_be_empty()
    line.restore()
    page.keyboard.type(" Court")
    expect(page.locator("#finder [data-results]")).to_contain_text("Mill Court")


@pytest.mark.usefixtures("working", "hurried")
def test_home_shows_what_was_sent_from_it_without_a_reload(page, line):
    (hub,) = hubs(1)
    open_tray(page)
    pick(page, "Mill Court")
    add(page, hub)
    expect(word(page, hub)).to_have_text("Ready")
    line.stand_between(gate(), "POST /claims/tray/")
    claim_all(page, 1)
    expect(row(page, hub)).to_contain_text("Kept on this device")
    page.goto("/")
    expect(page.get_by_text("Nothing yet")).to_be_visible()
    line.restore()
    expect(page.locator(".claims-table")).to_contain_text(hub[-4:], ignore_case=True)
    expect(page.get_by_text("Nothing yet")).to_have_count(0)


KEPT = """async () => {
  const names = await caches.keys();
  const lists = await Promise.all(names.map(async (name) => {
    const cache = await caches.open(name);
    return Promise.all((await cache.keys()).map(async (request) => {
      return (await cache.match(request)).text();
    }));
  }));
  return lists.flat();
}"""
SPOIL = """async (part) => {
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      if (!request.url.includes(part)) continue;
      await cache.put(request, new Response("<h1>Welcome to our hotel</h1>",
        { headers: { "Content-Type": "text/html" } }));
    }
  }
}"""
IS_WHOLE = """async (number) => {
  const [name] = await caches.keys();
  return Boolean(name) && (await (await caches.open(name)).keys()).length >= number;
}"""
NUMBER = """async () => {
  const [name] = await caches.keys();
  return (await (await caches.open(name)).keys()).length;
}"""
PARTS = ["/static/js/tray/", "/static/js/scanner/", "/static/css/", "/static/vendor/", "/shell/el/"]


@pytest.fixture
def app(tablet, line: Line, releases, ira) -> Page:
    """Ira's tablet, before anything is kept on it, and the portal as it is deployed."""
    tablet.expected = [
        *SAID,
        "MIME",
        "Failed to load",
        "integrity",
        "Failed to find a valid digest",
    ]
    releases.deploy()
    return tablet(ira, **through(line))


# Counts how often the page asks for its worker, and hears of the first once that came to nothing.
COUNTED = """(() => {
  window.asked = window.signedUp = 0;
  const register = ServiceWorkerContainer.prototype.register;
  ServiceWorkerContainer.prototype.register = async function (...how) {
    window.asked += 1;
    const registration = await register.apply(this, how);
    const isFirst = (window.signedUp += 1) === 1;
    while (isFirst && registration.installing) {
      await new Promise((done) => setTimeout(done, 20));
    }
    return registration;
  };
})()"""


@pytest.mark.slow
def test_an_installation_that_comes_to_nothing_is_tried_until_it_is_whole(app, line):
    page = app
    page.add_init_script(COUNTED)
    line.stand_between(gate(), "GET /shell/el/")
    page.goto("/")
    page.wait_for_function("() => window.signedUp === 2", timeout=PATIENCE)
    page.wait_for_function("() => window.signedUp === 3", timeout=PATIENCE)
    line.restore()
    ready_for_offline(page)


@pytest.mark.slow
@pytest.mark.parametrize(
    "answer",
    [gate(), gate("503 Service Unavailable", ""), gate("302 Found", "")],
    ids=["page", "503", "302"],
)
def test_a_worker_whose_script_is_somebody_elses_is_asked_for_until_it_is_ours(
    app, tablet, line, answer
):
    page = app
    tablet.expected.append("A bad HTTP response code")
    page.add_init_script(COUNTED)
    line.stand_between(answer, "GET /service-worker.js")
    page.goto("/")
    page.wait_for_function("() => window.asked === 2", timeout=PATIENCE)
    line.restore()
    ready_for_offline(page)


@pytest.mark.slow
def test_a_page_that_was_loaded_past_the_worker_is_served_by_it_all_the_same(app, line):
    page = app
    page.goto("/claims/new/")
    ready_for_offline(page)
    browser = page.context.new_cdp_session(page)
    with page.expect_event("load"):
        browser.send("Page.reload", {"ignoreCache": True})
    ready_for_offline(page)


@pytest.mark.slow
@pytest.mark.parametrize("part", ["/static/js/tray/sync.", "/static/vendor/", "/shell/el/"])
def test_one_foreign_answer_while_files_are_kept_kills_neither_tray_nor_reader(app, line, part):
    page = app
    page.goto("/accounts/login/")
    line.stand_between(gate(more="Cache-Control: max-age=86400\r\n"), f"GET {part}")
    page.goto("/")
    page.wait_for_load_state("networkidle")
    assert not [text for text in page.evaluate(KEPT) if "our hotel" in text]
    line.restore()
    page.goto("/")
    ready_for_offline(page)
    assert not [text for text in page.evaluate(KEPT) if "our hotel" in text]
    line.cut()
    open_tray(page)
    add(page, hubs(1)[0])
    expect(page.locator("[data-row]")).to_have_count(1)


@pytest.mark.slow
@pytest.mark.parametrize("part", PARTS)
def test_what_proves_wrong_later_is_thrown_out_and_fetched_anew(app, line, part):
    page = app
    page.goto("/claims/new/")
    ready_for_offline(page)
    number = page.evaluate(NUMBER)
    page.evaluate(SPOIL, part)
    line.cut()
    page.goto("/shell/el/")
    expect(page.locator("body")).not_to_contain_text("our hotel")
    # The shell would lead away by itself.
    page.goto("about:blank")
    line.restore()
    # The page that was asked for opens, and what was thrown out comes back behind it.
    page.goto("/claims/new/")
    page.goto("/claims/new/")
    page.wait_for_function(IS_WHOLE, arg=number, timeout=PATIENCE)
    line.cut()
    open_tray(page)
    add(page, hubs(1)[0])
    expect(page.locator("[data-row]")).to_have_count(1)
