"""The numbers of hubs on home, the inventory and a site's page: their parts are the whole."""

import re
from html import unescape

import pytest
from django.utils import timezone

from portal.hubs.display.wording import moment
from portal.hubs.models import DECOMMISSIONED, SUSPENDED
from tests.hubs.own_hubs import make_own_hub

NUMBER = re.compile(r'<dt>([^<]*)</dt><dd><a href="([^"]*)">(\d+)</a></dd>')
STATES = ["Online", "Offline", "Not known", "Suspended", "Decommissioned", "Replaced"]


def numbers_on(page) -> list[tuple[str, str, int]]:
    """Return the words, addresses and numbers of the page's strip."""
    strip = page.text.partition('<dl class="strip')[2].partition("</dl>")[0]
    found = [(word, unescape(url), int(number)) for word, url, number in NUMBER.findall(strip)]
    assert len(found) == strip.count("<dd>")
    return found


@pytest.fixture
def admin(as_person, ada):
    return as_person(ada)


@pytest.fixture
def in_all_states(mill_court, orchard_rise, acme):
    """Ten hubs at Mill Court, in six states; two elsewhere."""
    states = (
        *({"online": True} for _ in range(3)),
        *({"online": False} for _ in range(2)),
        {"online": None},
        {"status": SUSPENDED},
        *({"status": DECOMMISSIONED} for _ in range(2)),
        {"replaced_at": timezone.now()},
    )
    for state in states:
        make_own_hub(mill_court, **state)
    make_own_hub(orchard_rise)
    make_own_hub(acme, status=SUSPENDED)


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("/", [12, 4, 2, 1, 2, 2, 1]),
        ("/hubs/", [12, 4, 2, 1, 2, 2, 1]),
        ("/sites/{site}/", [10, 3, 2, 1, 1, 2, 1]),
    ],
)
def test_the_numbers_are_those_of_every_state_and_each_leads_to_its_hubs(
    address, counted, in_all_states, admin, mill_court
):
    (whole, url, number), *parts = numbers_on(admin.get(address.format(site=mill_court.pk)))

    assert [number, *(part for _, _, part in parts)] == counted
    assert number == sum(part for _, _, part in parts)
    assert [word.partition(" since ")[0] for word, _, _ in parts] == STATES
    assert whole == "Hubs"
    for link, of_link in ((url, number), *((url, part) for _, url, part in parts)):
        assert len(admin.get(link).context["rows"]) == of_link


@pytest.mark.parametrize("address", ["/", "/hubs/", "/sites/{site}/"])
@pytest.mark.parametrize(
    ("state", "word"),
    [
        ({"online": True}, "Online"),
        ({"status": DECOMMISSIONED}, "Decommissioned"),
        ({"status": SUSPENDED}, "Suspended"),
    ],
)
def test_no_number_is_nought_and_one_hub_is_one(address, state, word, admin, mill_court):
    make_own_hub(mill_court, **state)
    found = numbers_on(admin.get(address.format(site=mill_court.pk)))

    assert [(said, number) for said, _, number in found] == [("Hub", 1), (word, 1)]


def test_a_sites_page_says_since_when_the_first_is_offline(admin, mill_court):
    hub = make_own_hub(mill_court, online=False)
    found = numbers_on(admin.get(f"/sites/{mill_court.pk}/"))

    assert [word for word, _, _ in found] == ["Hub", f"Offline since {moment(hub.health_since)}"]
