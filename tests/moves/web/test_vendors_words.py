"""Words of SmartphoneKey's API: in the reader's words, or set apart as the vendor's own."""

import re
from html import unescape

import pytest
from django.urls import reverse
from django.utils import translation

from portal.claims.display import answer_wording
from portal.claims.models import Claim
from portal.events.display import wording as event_wording
from portal.events.models import Delivery, Result
from portal.hubs.display import wording
from portal.moves.models import MoveRequest
from portal.orgs.models import User

IN_GREEK = {
    "Claimed": "Καταχωρίστηκε",
    "Suspended": "Σε αναστολή",
    "Decommissioned": "Αποσύρθηκε",
    "Provisioned": "Δεν καταχωρίστηκε",
}


def state_on(page: str) -> str:
    """What the page says of the hub's state at SmartphoneKey: the last of its facts."""
    facts = re.search(r'<dl class="facts card narrow">(.*?)</dl>', page, re.DOTALL)[1]
    return unescape(re.findall(r"<dd>(.*?)</dd>", facts, re.DOTALL)[-1]).strip()


@pytest.mark.parametrize("status", IN_GREEK)
def test_support_reads_the_state_in_its_own_language(agent, asked, status):
    MoveRequest.objects.update(found_status=status)
    User.objects.update(language="el")

    page = agent.get(reverse("support:move", args=(asked.pk,))).text

    assert state_on(page) == IN_GREEK[status]
    assert status not in page


@pytest.mark.parametrize("status", ["Quarantined", "Commissioned", "PendingTransfer"])
def test_a_state_that_is_not_known_is_quoted_as_the_vendors(agent, asked, status):
    MoveRequest.objects.update(found_status=status)

    page = agent.get(reverse("support:move", args=(asked.pk,))).text

    assert state_on(page) == f"“{status}”, as SmartphoneKey calls it"


def test_of_a_state_that_was_not_read_nothing_is_said(agent, asked):
    page = agent.get(reverse("support:move", args=(asked.pk,))).text

    assert "State at SmartphoneKey" not in page
    assert wording.status("") == ""


@pytest.mark.parametrize("kind", ["HubRebooted", "LockJammed", "FirmwareOffered"])
def test_an_event_that_is_not_known_is_quoted(kind):
    line = event_wording.line(Delivery(type=kind, result=Result.NOTHING, hub="ab12"))

    assert line.what == f"“{kind}”, as SmartphoneKey calls it"


@pytest.mark.parametrize(
    ("field", "message", "said"),
    [
        ("siteId", "Too long", "SpKey site id: SmartphoneKey says “Too long”"),
        ("data.userId", "Unknown", "SpKey user id: SmartphoneKey says “Unknown”"),
        ("", "Bad request", "SmartphoneKey says “Bad request”"),
        ("hubId", "", "Hub id"),
    ],
)
def test_what_spkey_finds_wrong_is_quoted(field, message, said):
    assert answer_wording.problem(field, message) == said


def test_operators_read_the_state_in_their_own_language(clients, claim):
    hub = Claim.objects.get().hub
    type(hub).objects.update(status="Suspended", binding="ours")
    User.objects.update(language="el")

    page = clients["otto"].get(reverse("admin:hubs_hub_change", args=(hub.pk,))).text

    assert "Suspended" not in page
    with translation.override("el"):
        assert wording.status("Suspended") in page
