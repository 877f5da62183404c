"""One organisation's first day, as its people see it: from an operator's form to a link's end."""

import re
from io import BytesIO

import pytest
import zxingcpp
from django.core import mail
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from portal.sandbox import world
from portal.sandbox.server import Sandbox
from tests.browser.steps import ready
from tests.people_with_factor import has_used_factor
from tests.running import until

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("hurried")]

DESK = {"viewport": {"width": 1440, "height": 900}, "has_touch": False, "is_mobile": False}
PASSWORD = "seven brown lanterns"
# SmartphoneKey knows both by their addresses, so that claims are made in their own names.
ADMINISTRATOR, INSTALLER = "admin@acme.example", "installer@acme.example"
FIRST, SECOND = world.hub_id(0), world.hub_id(1)


def test_an_organisation_goes_from_an_operators_form_to_a_handover_whose_link_ends(
    tablet, working, sandbox, settings, live_server, otto, as_person
):
    settings.PORTAL_URL = live_server.url
    operator = tablet(client=has_used_factor(as_person(otto), otto), **DESK)
    an_operator_makes_the_organisation(operator)

    desk = tablet(**DESK)
    somebody_joins_by_their_invitation(desk, ADMINISTRATOR, "Ada Admin", "as an administrator")
    the_administrator_takes_the_first_steps(desk)
    the_administrator_plans_a_job_with_somebody_new(desk)

    hers = tablet()
    somebody_joins_by_their_invitation(hers, INSTALLER, "Ira Installer", "as an installer")
    the_installer_opens_the_tray_of_the_job(hers)
    one_hub_is_claimed_and_the_other_has_no_power(hers, sandbox)
    the_desk_sees_it_too(desk)
    with_power_all_are_online_and_one_may_leave(hers, sandbox)
    the_installer_completes_the_job(hers)

    stranger = tablet()
    address = a_stranger_reads_the_handover_by_the_code_on_the_paper(stranger, hers)
    the_stranger_accepts_it(stranger)
    the_administrator_ends_the_link(desk)
    tablet.expected.append("404")
    the_link_is_nothing_to_anybody_any_more(stranger, address)
    home_has_nothing_left_of_what_was_done(desk)


def an_operator_makes_the_organisation(page: Page) -> None:
    page.goto("/operator/")
    page.get_by_role("link", name="Add an organisation").click()
    page.get_by_label("Name").fill("Acme Properties")
    page.get_by_label("SpKey organisation id").fill(world.ACME_ORG_ID)
    page.get_by_label("E-mail address of its first administrator").fill(ADMINISTRATOR)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text(ADMINISTRATOR).first).to_be_visible()


def somebody_joins_by_their_invitation(page: Page, address: str, name: str, as_what: str) -> None:
    until(lambda: letters_to(address))
    [letter] = letters_to(address)
    page.set_content(letter.alternatives[0].content)
    page.get_by_role("link", name="See the invitation").click()
    expect(page.get_by_role("heading", name="Join Acme Properties")).to_be_visible()
    expect(page.get_by_text(as_what)).to_be_visible()
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Join Acme Properties").click()
    expect(page.get_by_role("heading", name="Home")).to_be_visible()


def letters_to(address: str) -> list:
    return [each for each in mail.outbox if each.to == [address]]


def the_administrator_takes_the_first_steps(page: Page) -> None:
    expect(step(page, "Compare the organisation id")).to_contain_text(world.ACME_ORG_ID)
    page.get_by_role("button", name="It is ours").click()
    expect(step(page, "Compare the organisation id")).to_have_count(0)
    the_administrator_stores_the_key(page)
    the_administrator_adds_the_first_site(page)


def step(page: Page, name: str) -> Locator:
    return page.get_by_role("listitem").filter(has_text=name)


def the_administrator_stores_the_key(page: Page) -> None:
    step(page, "Store the API key").get_by_role("link", name="Store the key").click()
    page.get_by_label("New API key").fill(world.ACME_KEY)
    page.get_by_role("button", name="Save the new key").click()
    in_use = page.get_by_role("region", name="Key in use")
    expect(in_use.get_by_text("Working")).to_be_visible()
    go(page, "Home")
    expect(step(page, "Store the API key")).to_have_count(0)


def the_administrator_adds_the_first_site(page: Page) -> None:
    step(page, "Add the first site").get_by_role("link", name="Add site").click()
    page.get_by_label("Name").fill("Orchard Rise")
    page.get_by_label("Address").fill("2 Orchard Lane")
    expect(page.get_by_text("bound to the id orchard-rise")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Orchard Rise")).to_be_visible()
    go(page, "Home")
    expect(step(page, "Add the first site")).to_have_count(0)


def go(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Main").get_by_role("link", name=name).click()


def the_administrator_plans_a_job_with_somebody_new(page: Page) -> None:
    go(page, "Jobs")
    page.get_by_role("link", name="Plan a job").first.click()
    page.get_by_label("Site", exact=True).select_option(label="Orchard Rise · 2 Orchard Lane")
    page.get_by_label("Invite somebody new").fill(INSTALLER)
    page.get_by_label("List of places").fill(f"place,hub id\nFlat 1,{FIRST}\nRoof,")
    page.get_by_role("button", name="Plan the job").click()
    expect(page.get_by_role("heading", name="Orchard Rise")).to_be_visible()


def the_installer_opens_the_tray_of_the_job(page: Page) -> None:
    expect(page.get_by_role("heading", name="Your jobs")).to_be_visible()
    page.get_by_role("link", name="Orchard Rise 2 Orchard Lane").tap()
    ready(page)
    expect(page.get_by_text("2 expected · 0 claimed · 0 online")).to_be_visible()


def one_hub_is_claimed_and_the_other_has_no_power(page: Page, sandbox: Sandbox) -> None:
    sandbox.state.set_hub(SECOND, {"online": False})
    for hub in (FIRST, SECOND):
        page.get_by_label("Hub id", exact=True).fill(hub)
        page.get_by_role("button", name="Add", exact=True).tap()
    expect(row(page, FIRST)).to_contain_text("Flat 1")
    row(page, SECOND).get_by_role("button", name="Place?").tap()
    page.get_by_role("list", name="Expected places").get_by_role("button", name="Roof").tap()
    page.get_by_role("button", name="Claim 2 at Orchard Rise").tap()
    expect(row(page, FIRST)).to_contain_text("Online")
    expect(page.get_by_text(f"Wait for …{tail(SECOND)}")).to_be_visible()


def row(page: Page, hub: str) -> Locator:
    return page.get_by_role("listitem").filter(has_text=tail(hub))


def tail(hub: str) -> str:
    return hub[-4:].upper()


def the_desk_sees_it_too(page: Page) -> None:
    for words in ("^Flat 1 .* Online", "^Roof .* Hub offline"):
        expect(page.get_by_role("row", name=re.compile(words))).to_be_visible()


def with_power_all_are_online_and_one_may_leave(page: Page, sandbox: Sandbox) -> None:
    sandbox.state.set_hub(SECOND, {"online": True})
    row(page, SECOND).get_by_role("button", name="Try now").tap()
    expect(page.get_by_role("heading", name="All 2 are online. You can leave.")).to_be_visible()


def the_installer_completes_the_job(page: Page) -> None:
    page.get_by_role("link", name="Complete the job").tap()
    expect(page.get_by_text("All hubs are claimed and online.")).to_be_visible()
    page.get_by_label("The customer may accept it").check()
    page.get_by_role("button", name="Complete job 1").tap()
    expect(page.get_by_role("heading", name="Handover 1")).to_be_visible()


def a_stranger_reads_the_handover_by_the_code_on_the_paper(stranger: Page, paper: Page) -> str:
    picture = paper.get_by_role("img", name="Code that leads to this page").screenshot()
    [code] = zxingcpp.read_barcodes(Image.open(BytesIO(picture)))
    stranger.goto(code.text)
    expect(stranger.get_by_role("heading", name="Handover 1")).to_be_visible()
    for hub, place in ((FIRST, "Flat 1"), (SECOND, "Roof")):
        expect(stranger.get_by_role("row", name=place)).to_contain_text(hub)
    return code.text


def the_stranger_accepts_it(page: Page) -> None:
    page.get_by_label("Name").fill("Olga Owner")
    page.get_by_role("button", name="Accept").tap()
    expect(page.get_by_text("Olga Owner")).to_be_visible()


def the_administrator_ends_the_link(page: Page) -> None:
    page.get_by_role("link", name="Handover", exact=True).click()
    expect(page.get_by_text("Olga Owner")).to_be_visible()
    page.get_by_role("link", name="End link").click()
    page.get_by_role("button", name="End link").click()
    expect(page.get_by_text("The link has ended.")).to_be_visible()


def the_link_is_nothing_to_anybody_any_more(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.get_by_role("heading", name="This link does not work")).to_be_visible()


def home_has_nothing_left_of_what_was_done(page: Page) -> None:
    go(page, "Home")
    expect(page.get_by_text("5 of 7 done")).to_be_visible()
    expect(step(page, "Invite a second administrator")).to_be_visible()
    for done in ("Invite the first installer", "Claim the first hub"):
        expect(step(page, done)).to_have_count(0)
