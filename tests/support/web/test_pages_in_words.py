"""Which pages an agent opened under break glass stands in the record in words, not as addresses."""

import re
from html import unescape
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import translation

from portal.audit.display import details, wording
from portal.audit.models import Entry
from portal.claims.models import Claim
from portal.consent.models import Grant
from portal.hubs.models import Hub
from portal.orgs.models import User
from portal.sandbox import world
from tests.hubs.own_hubs import make_own_hub
from tests.portal import pages
from tests.support.conftest import break_glass, filled

OPENED = "support.page_opened"


@pytest.fixture
def glass(agent, acme) -> Grant:
    break_glass(agent, world.ACME_ORG_ID)
    Entry.objects.filter(verb=OPENED).delete()
    return Grant.objects.get()


def last_said() -> str:
    return wording.sentence(Entry.objects.filter(verb=OPENED).latest("at"))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("organisation", "Overview"),
        ("claim", "Claim at another site"),
        ("tray", "Claim hubs"),
        ("hubs", "Hubs"),
        ("organisation-claims", "Claims"),
    ],
)
def test_a_page_of_the_organisation_is_named(agent, glass, mill_court, name, words):
    assert agent.get(reverse(f"support:{name}", args=(glass.pk,))).status_code == 200

    assert last_said() == f"SpKey support opened a page under break glass: {words}"


def test_the_page_of_a_claim_is_named_by_its_number(agent, glass, hub_id, mill_court):
    form = filled(hub_id, mill_court)
    claim_page = agent.post(reverse("support:claim", args=(glass.pk,)), form)["Location"]
    Entry.objects.filter(verb=OPENED).delete()
    agent.get(claim_page)

    assert last_said().endswith(f": Claim {Claim.objects.get().number}")


@pytest.mark.parametrize("which", ["move", "story"])
def test_the_page_of_a_hub_is_named_by_its_id(agent, glass, mill_court, which):
    hub = make_own_hub(mill_court)
    tail = str(hub.hub_id)[-4:].upper()
    if which == "move":
        address = reverse("support:move-hub", args=(glass.pk, hub.pk))
        words = f"Move of hub …{tail}"
    else:
        address = reverse("support:hub", args=(hub.hub_id,))
        words = f"Story of hub …{tail}"
    Grant.objects.update(may_move=True)
    assert agent.get(address).status_code == 200

    assert last_said().endswith(f": {words}")


@pytest.mark.parametrize("language", ["en", "el"])
def test_no_address_is_left_on_the_pages_of_administrators(
    agent, as_person, ada, glass, mill_court, language
):
    make_own_hub(mill_court)
    for address in pages.agents(glass):
        agent.get(address)
    User.objects.update(language=language)
    admin, recorded = as_person(ada), Entry.objects.filter(verb=OPENED)
    assert recorded.count() >= 6
    for page in (reverse("record:list"), reverse("consent:overview")):
        text = unescape(admin.get(page).text)
        told = re.sub(r"<[^>]*>", " ", text.partition('id="content"')[2])
        assert "/support/" not in told
        assert "/claims/" not in told
    with translation.override(language):
        for entry in recorded:
            assert ": " in wording.sentence(entry), entry.detail
            assert details.details(entry) == []


@pytest.mark.parametrize(
    "opened",
    [
        "/support/x/hubs/",
        "/nowhere/",
        "/sites/",
        "/support/6f1d0a52-0c4e-4d7b-9d0e-1f2a3b4c5d6e/",
        "/claims/x/?q=1",
    ],
)
def test_of_an_address_that_is_none_it_stands_behind_as_it_was(glass, opened):
    entry = Entry(verb=OPENED, detail={"page": opened}, actor_role="support")
    named = opened.startswith("/support/") and not opened.startswith("/support/x")

    assert (": Overview" in wording.sentence(entry)) == named
    assert details.details(entry) == ([] if named else [("Page", opened)])


def test_what_was_recorded_before_without_a_name_still_reads_well(db):
    of_claim = Entry(verb=OPENED, detail={"page": f"/claims/{uuid4()}/"}, actor_role="support")
    of_hub = Entry(verb=OPENED, detail={"page": f"/support/hubs/{uuid4()}/"}, actor_role="support")

    assert wording.sentence(of_claim).endswith(": Claim")
    assert wording.sentence(of_hub).endswith(": Story of hub …")
    assert not Hub.objects.exists()
