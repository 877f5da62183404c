"""A form that is shown again has the focus at the first field that is wrong, whichever it is."""

import re
from html.parser import HTMLParser

import pytest
from django.urls import reverse

from portal.sandbox import world
from tests.conftest import consent_to
from tests.forms import Browser
from tests.people_with_factor import sign_in_with_factor


class Focus(HTMLParser):
    """Notes the name of the first input with the focus."""

    name = ""

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if "autofocus" in given and not self.name:
            self.name = given.get("name", "")


def focused(page: str) -> str:
    found = Focus()
    found.feed(page)
    return found.name


ASK = {"organisation": "acme", "reason": "They called us about it", "what": "claim", "hours": "24"}
GLASS = {"organisation": "acme", "reason": "They called us about it", "ticket": "T-1"}
OF_AGENTS = [
    ("support:ask", ASK | {"organisation": ""}, "organisation"),
    ("support:ask", ASK | {"reason": "short"}, "reason"),
    ("support:ask", ASK | {"reason": "", "hours": "7"}, "reason"),
    ("support:ask", ASK | {"hours": "7"}, "hours"),
    ("support:code", {"organisation": "acme", "code": ""}, "code"),
    ("support:code", {"organisation": "", "code": ""}, "organisation"),
    ("support:break-glass", GLASS | {"ticket": ""}, "ticket"),
    ("support:break-glass", GLASS | {"organisation": "", "ticket": ""}, "organisation"),
]


@pytest.mark.parametrize(("name", "form", "wrong"), OF_AGENTS)
def test_of_an_agents_forms(agent, acme, name, form, wrong):
    address = reverse(name)
    assert focused(agent.get(address).text) == ""

    answer = agent.post(address, form)

    assert answer.status_code == 422
    assert focused(answer.text) == wrong


def test_of_a_claim_under_a_grant(agent, acme, spkey_support, mill_court):
    grant = consent_to(spkey_support, acme)
    address = reverse("support:claim", args=(grant.pk,))

    answer = agent.post(address, {"label": world.hub_id(0), "site": "", "reason": "x"})

    # The sites come first on the page; what is said of them stands at the typed one.
    assert focused(answer.text) in {"typed_site", "site"}


SCOPE = {"hours": "24", "where": "all", "what": "claim", "note": ""}
OF_ADMINISTRATORS = [
    ("consent:give", SCOPE | {"hours": ""}, "hours"),
    ("consent:give", SCOPE | {"where": "some"}, "sites"),
    ("consent:code", SCOPE | {"what": ""}, "what"),
    ("consent:code", SCOPE | {"note": "x" * 501}, "note"),
    ("sites:new", {"name": "", "spkey_site_id": "mill"}, "name"),
    ("people:invite", {"addresses": "", "role": "installer"}, "addresses"),
]


@pytest.mark.parametrize(("name", "form", "wrong"), OF_ADMINISTRATORS)
def test_of_an_administrators_forms(ada, spkey_support, mill_court, name, form, wrong):
    admin = sign_in_with_factor(Browser(), ada)

    answer = admin.post(reverse(name), form)

    assert answer.status_code == 422
    assert focused(answer.text) == wrong


def test_where_the_whole_form_is_wrong_no_field_has_it(agent, acme):
    answer = agent.post(reverse("support:code"), {"organisation": "acme", "code": "AAAAAA"})

    assert answer.status_code == 422
    assert not re.search(r"<input[^>]*autofocus", answer.text)
