"""One button of a view is filled: what is likely done next; on a small screen, under the thumb."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.conftest import consent_to
from tests.hubs.own_hubs import make_own_hub
from tests.people_with_factor import has_used_factor

PHONE = {"viewport": {"width": 390, "height": 844}}
DESK = {"viewport": {"width": 1440, "height": 900}, "has_touch": False, "is_mobile": False}

# What is filled differs from the ground that plain buttons have.
FILLED = """() => {
  const buttons = [...document.querySelectorAll(".content .button, #actions .button")]
    .filter((button) => button.checkVisibility());
  const ground = (button) => getComputedStyle(button).backgroundColor;
  const accent = document.createElement("a");
  accent.className = "button primary";
  document.querySelector(".content").append(accent);
  const filled = ground(accent);
  accent.remove();
  return buttons.filter((button) => ground(button) === filled).map((each) => each.innerText.trim());
}"""


def filled(page: Page) -> list[str]:
    found: list[str] = page.evaluate(FILLED)
    return found


@pytest.fixture
def sams(tablet, as_person, sam, acme, harbour, spkey_support):
    """Pages of the agent, whom two organisations let in."""
    for organisation in (acme, harbour):
        consent_to(spkey_support, organisation)

    def page(size: dict[str, object]) -> Page:
        return tablet(client=has_used_factor(as_person(sam), sam), **size)

    return page


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_an_agents_pages_fill_one_button(sams, acme, spkey_support, size):
    page = sams(size)
    grant = consent_to(spkey_support, acme)
    wanted = {
        "/": "Find an organisation",
        reverse("support:claims"): "Find an organisation",
        reverse("support:find") + f"?q={acme.name}": "Claim hubs",
        reverse("support:organisation", args=[grant.pk]): "Claim hubs",
    }
    found = {}
    for address in wanted:
        page.goto(address)
        found[address] = filled(page)
    assert found == {address: [word] for address, word in wanted.items()}


@pytest.mark.parametrize("name", ["people:list", "consent:overview"])
def test_what_a_page_is_for_lies_under_the_thumb(tablet, ada, spkey_support, name):
    page = tablet(ada, **PHONE)
    page.goto(reverse(name))
    expect(page.locator("#actions .primary")).to_be_in_viewport()
    assert len(filled(page)) == 1


def test_once_hubs_are_chosen_what_is_done_with_them_is_filled(tablet, ada, mill_court):
    make_own_hub(mill_court)
    page = tablet(ada, **DESK)
    page.goto("/hubs/")
    assert filled(page) == ["Claim hubs"]
    page.locator("tbody [type=checkbox]").check()
    expect(page.locator(".bulk-bar")).to_be_visible()
    assert filled(page) == ["Move"]


@pytest.mark.parametrize("address", ["/", "/hubs/", "/claims/"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_new_organisation_has_one_first_step(tablet, ada, acme, size, address):
    page = tablet(ada, **size)
    page.goto(address)
    assert len(filled(page)) == 1
