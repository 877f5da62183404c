"""An agent's tray under a grant: few actions, the factor once more, nothing left behind."""

import re

import pytest
from django.conf import settings as django_settings
from django.urls import reverse
from playwright.sync_api import Page, expect

from portal.claims.models import Claim, State
from portal.consent import codes, giving
from portal.consent.models import Scope
from portal.sandbox import world
from tests.browser.steps import ready
from tests.browser.tray.steps import hubs, paste
from tests.conftest import PASSWORD, consent_to
from tests.people_with_factor import has_used_factor
from tests.support.conftest import REASON

pytestmark = pytest.mark.usefixtures("mill_court", "orchard_rise", "hurried")

MOST_ACTIONS = 8
KEPT = """async () => {
  const { store } = await import("/static/js/tray/page-store.js");
  const { ownerOf } = await import("/static/js/tray/owner.js");
  const [person, grant] = document.querySelector("[data-tray-why]")?.dataset.trayWhy.split(" ")
    ?? window.whose;
  window.whose = [person, grant];
  return (await store.rows(ownerOf(person, grant))).length;
}"""
ALL_KEPT = """async () => {
  const { openDB } = await import("/static/vendor/idb/index.js");
  const database = await openDB("spkey-portal", 1);
  const rows = await database.getAll("rows");
  database.close();
  return rows.length;
}"""

WHYS = "Object.keys(sessionStorage).filter((name) => name.startsWith('tray-why')).length"


@pytest.fixture
def grant(acme, spkey_support):
    return consent_to(spkey_support, acme)


@pytest.fixture
def agents_page(tablet, as_person, sam):
    """Opens pages as Sam, who used the second factor just now."""
    return lambda: tablet(client=has_used_factor(as_person(sam), sam))


def tray_of(page: Page, grant) -> None:
    page.goto(reverse("support:tray", args=(grant.pk,)))
    ready(page)


def fill_in(page: Page, *ids: str, site: str = "Orchard Rise") -> None:
    page.get_by_label("Reason").fill(REASON)
    page.locator(".radio-card", has_text=site).click()
    paste(page, "\n".join(ids))
    expect(page.locator("[data-row]")).to_have_count(len(ids))


def claim_button(page: Page, number: int):
    return page.get_by_role("button", name=f"Claim {number} at Orchard Rise for Acme Properties")


class Counted:
    """What an agent does one after the other; all of it is counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.number = page, 0

    def act(self, do) -> None:
        self.number += 1
        do()

    def claim(self, ids: list[str]) -> None:
        """Claim the hubs in the tray, and see it done."""
        page = self.page
        ready(page)
        expect(page.get_by_text("You act for Acme Properties")).to_be_visible()
        self.act(lambda: page.get_by_label("Reason").fill(REASON))
        self.act(page.locator(".radio-card", has_text="Orchard Rise").click)
        self.act(lambda: paste(page, "\n".join(ids)))
        self.act(claim_button(page, len(ids)).click)
        words = page.locator("[data-row] [data-part=word]")
        expect(words).to_have_text([re.compile("^(Claimed|Online)$")] * len(ids))


@pytest.fixture
def agent(agents_page) -> Counted:
    """Sam, at the home of support."""
    page = agents_page()
    page.goto("/support/")
    return Counted(page)


def test_from_the_agents_home_to_eight_hubs_claimed_in_eight_actions_at_most(
    grant, agent, working, orchard_rise
):
    agent.act(agent.page.get_by_role("link", name="Claim hubs for Acme Properties").click)
    agent.claim(hubs(8))

    assert agent.number <= MOST_ACTIONS
    claims = Claim.objects.filter(state=State.CLAIMED, site=orchard_rise)
    assert claims.count() == 8
    assert {claim.support_reason for claim in claims} == {REASON}


def test_by_a_code_it_is_eight_actions_at_most_as_well(agent, acme, ada, working):
    _, letters = codes.make(ada.memberships.get(), Scope())
    page = agent.page
    agent.act(page.get_by_role("link", name="I have a code").click)
    agent.act(lambda: page.get_by_label("Organisation").fill(acme.name))
    agent.act(lambda: page.get_by_label("Code").fill(letters))
    agent.act(page.get_by_role("button", name="Use the code").click)
    agent.claim(hubs(8))

    assert agent.number <= MOST_ACTIONS


def test_without_a_reason_the_page_asks_and_nothing_is_confirmed(agents_page, grant, sandbox):
    page = agents_page()
    tray_of(page, grant)
    fill_in(page, *hubs(1))
    page.get_by_label("Reason").fill("")

    claim_button(page, 1).click()

    expect(page.get_by_text("Say a little more")).to_be_visible()
    expect(page.get_by_label("Reason")).to_be_focused()
    expect(page.locator("[data-row]")).to_have_attribute("data-stage", "tray")


@pytest.mark.slow
def test_a_stale_factor_leads_to_the_passkey_and_back_and_the_rows_are_sent(
    tablet, live_server, settings, sam, grant, working, as_person
):
    settings.PORTAL_URL = live_server.url.replace("127.0.0.1", "localhost")
    portal, name = settings.PORTAL_URL, settings.SESSION_COOKIE_NAME
    page = tablet()
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    session = has_used_factor(as_person(sam), sam).cookies[name].value
    page.context.add_cookies([{"name": name, "value": session, "url": portal}])
    page.goto(portal + reverse("mfa_add_webauthn"))
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Name").fill("Desk key")
    page.get_by_role("button", name="Add passkey").click()
    page.wait_for_url(lambda url: "webauthn/add" not in url)

    page.goto(portal + reverse("support:tray", args=(grant.pk,)))
    ready(page)
    fill_in(page, *hubs(2))
    settings.SUPPORT_FACTOR_SECONDS = 0  # As if that had been long ago.
    claim_button(page, 2).click()
    use = page.get_by_role("button", name="Use passkey")
    expect(use).to_be_visible()
    assert not Claim.objects.exists()
    settings.SUPPORT_FACTOR_SECONDS = 300
    use.click()

    page.wait_for_url(re.compile(f"{reverse('support:tray', args=(grant.pk,))}$"))
    words = page.locator("[data-row] [data-part=word]")
    expect(words).to_have_text([re.compile("^(Claimed|Online)$")] * 2)
    assert Claim.objects.filter(state=State.CLAIMED).count() == 2
    expect(page.get_by_label("Reason")).to_have_value(REASON)


def test_rows_of_a_grant_are_in_no_other_tray(agents_page, grant, harbour, lighthouse, sandbox):
    other = consent_to(grant.support_organisation, harbour)
    page = agents_page()
    tray_of(page, grant)
    fill_in(page, *hubs(2))
    assert page.evaluate(KEPT) == 2

    tray_of(page, other)
    expect(page.locator("[data-row]")).to_have_count(0)
    tray_of(page, grant)
    expect(page.locator("[data-row]")).to_have_count(2)


def test_revoked_meanwhile_the_rows_say_so_and_are_forgotten_once_the_page_is_left(
    agents_page, grant, ada, working
):
    page = agents_page()
    tray_of(page, grant)
    fill_in(page, *hubs(2))
    expect(page.locator("[data-row] [data-part=word]").first).to_have_text("Ready")
    giving.revoke(grant, ada)

    claim_button(page, 2).click()

    said = page.get_by_text("The organisation has taken this access back. Nothing was sent.")
    expect(said.first).to_be_visible()
    assert not Claim.objects.exists()
    assert page.evaluate(ALL_KEPT) == 2
    page.goto("/support/")
    page.wait_for_function(f"({ALL_KEPT})().then((rows) => rows === 0)")


def test_who_signs_out_leaves_nothing_of_it_on_the_device(agents_page, grant, sandbox):
    page = agents_page()
    tray_of(page, grant)
    fill_in(page, *hubs(2))
    assert page.evaluate(ALL_KEPT) == 2
    page.locator("[popovertarget=person-menu]").first.click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(re.compile("login|logout"))

    page.goto(reverse("account_login"))
    assert page.evaluate(ALL_KEPT) == 0
    assert (
        page.evaluate("Object.keys(sessionStorage).filter((n) => n.startsWith('tray-why'))") == []
    )


def test_somebody_else_on_the_device_forgets_what_an_agent_scanned(
    agents_page, grant, as_person, ada, live_server, sandbox
):
    page = agents_page()
    tray_of(page, grant)
    # Asked under the next person's cookie, the portal would know nothing of the grant.
    with page.expect_response("**/tray/sync/"):
        fill_in(page, world.hub_id(0))
    name = django_settings.SESSION_COOKIE_NAME
    value = as_person(ada).cookies[name].value
    page.context.add_cookies([{"name": name, "value": value, "url": live_server.url}])

    page.goto("/claims/new/")
    ready(page)

    expect(page.locator("[data-row]")).to_have_count(0)
    page.wait_for_function(f"({ALL_KEPT})().then((rows) => rows === 0)")
