"""Support's claim is seen by support and its target, with who made it and why, and by no third."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from portal.audit.models import Entry
from portal.claims.engine import actions
from portal.claims.models import ACTIVE, Claim
from portal.consent.break_glass import break_glass
from portal.sandbox import world
from tests.conftest import claim_request, join, make_person
from tests.support.conftest import CLAIMS, REASON, filled, post, signed_in


@pytest.fixture
def supports_claim(agent, mill_court, hub_id) -> Claim:
    post(agent, filled(hub_id, mill_court))
    return Claim.objects.get()


def test_the_record_says_who_claimed_for_whom_and_why(supports_claim, sam, acme, spkey_support):
    rows = Entry.objects.filter(object_id=str(supports_claim.pk))

    assert {row.verb for row in rows} == {"claim.submitted", "support.claimed"}
    for row in rows:
        assert (row.actor_id, row.organisation_id) == (sam.pk, acme.pk)
        assert row.acting_organisation_id == spkey_support.pk
        assert row.detail["reason"] == REASON
    assert rows.get(verb="support.claimed").detail["target"] == world.ACME_ORG_ID


def test_the_targets_admin_sees_the_claim_that_support_made_it_and_why(supports_claim, ada):
    client = signed_in(ada)

    page = client.get(reverse("claims:detail", args=[supports_claim.pk]))

    assert str(supports_claim.pk) in client.get(reverse("claims:list")).text
    assert page.status_code == 200
    for words in ("SpKey Support", "SpKey support asked to claim this hub", REASON):
        assert words in page.text


@pytest.mark.parametrize("name", ["Sam Support", ""])
def test_no_page_tells_the_target_which_agent_it_was(name, supports_claim, agent, sam, ira):
    sam.name = name
    sam.save()
    pages = [reverse("claims:detail", args=[supports_claim.pk]), reverse("claims:list")]
    pages += [f"{pages[1]}?person=support", f"{pages[1]}?q={sam.email}"]
    theirs = [signed_in(ira).get(page).text for page in pages]

    for page in theirs:
        for word in (sam.email, sam.email.partition("@")[0], str(sam.pk), "Sam Support"):
            assert word not in page.replace(f"q={sam.email}", "").replace(f'"{sam.email}"', "")
    found = [str(supports_claim.pk) in page for page in theirs]
    assert found == [True, True, True, False]
    assert sam.display_name in agent.get(pages[0]).text
    assert sam.display_name in agent.get(CLAIMS).text


def test_a_colleague_without_a_name_is_shown_by_what_stands_before_the_at_sign(ira, ada, claim):
    ira.name = ""
    ira.save()
    page = signed_in(ada).get(reverse("claims:list")).text

    assert re.search(r">\s*installer\s*<", page)
    assert ira.email not in page


def test_another_tenant_sees_nothing_of_the_claim(supports_claim, hal):
    client = signed_in(hal)

    assert client.get(reverse("claims:detail", args=[supports_claim.pk])).status_code == 404
    assert str(supports_claim.pk) not in client.get(reverse("claims:list")).text


def test_the_agents_list_holds_supports_claims_and_no_others(
    agent, supports_claim, ira, mill_court
):
    own = actions.submit(claim_request(ira, mill_court, world.hub_id(1)))

    page = agent.get(CLAIMS).text

    assert str(supports_claim.pk) in page
    assert "Acme Properties" in page
    assert str(own.pk) not in page


def test_the_agents_list_takes_as_many_queries_however_long_it_is(
    agent, sam, mill_court, spkey_support
):
    def claim(n: int) -> None:
        wanted = claim_request(sam, mill_court, world.hub_id(n), acting_organisation=spkey_support)
        actions.submit(wanted)

    claim(0)
    agent.get(CLAIMS)  # The first page of a session notes when it began.
    with CaptureQueriesContext(connection) as short:
        agent.get(CLAIMS)
    for n in range(1, 30):
        claim(n)
    with CaptureQueriesContext(connection) as long:
        page = agent.get(CLAIMS)

    assert len(page.context["rows"]) == 25
    assert len(long) == len(short)
    older = agent.get(f"{CLAIMS}{page.context['page'].older_url}")
    assert len(older.context["rows"]) == 5


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("queued", "asked to claim this hub for Acme Properties.\n"),
        ("waiting", "asked to claim this hub for Acme Properties.\n"),
        ("blocked", "asked to claim this hub for Acme Properties.\n"),
        ("already_yours", "asked to claim this hub for Acme Properties.\n"),
        ("claimed", "claimed this hub for Acme Properties.\n"),
        ("not_found", "It was not claimed."),
        ("conflict", "It was not claimed."),
        ("cancelled", "It was not claimed."),
        ("expired", "It was not claimed."),
    ],
)
def test_the_page_says_what_support_did_and_no_more(supports_claim, ada, state, said):
    ended = {} if state in ACTIVE else {"finished_at": timezone.now(), "due_at": None}
    Claim.objects.update(state=state, **ended)
    page = signed_in(ada).get(reverse("claims:detail", args=[supports_claim.pk])).text
    assert said in page
    assert ("SpKey support claimed this hub" in page) == (state == "claimed")


@pytest.mark.parametrize("page", ["claims:list", "claims:detail"])
def test_the_access_that_allowed_it_is_one_tap_away(supports_claim, ada, ira, page):
    address = reverse(page, args=[supports_claim.pk] if page == "claims:detail" else [])
    access = f'href="{reverse("consent:revoke", args=[supports_claim.support_grant_id])}"'

    assert access in signed_in(ada).get(address).text
    assert access not in signed_in(ira).get(address).text


def test_agents_are_led_to_the_organisation_by_the_access(supports_claim, agent):
    page = agent.get(reverse("claims:detail", args=[supports_claim.pk])).text
    leads = reverse("support:organisation", args=[supports_claim.support_grant_id])

    assert f'href="{leads}"' in page


def test_what_a_colleague_did_under_broken_glass_leads_a_colleague_nowhere(
    supports_claim, agent, sam, acme, spkey_support
):
    sue = make_person("second@support.example", "Sue")
    sues = join(sue, spkey_support, support=True)
    glass = break_glass(sues, acme, reason="Nobody answers the phone", ticket="T-1")
    Claim.objects.update(support_grant=glass)
    page = agent.get(reverse("claims:detail", args=[supports_claim.pk])).text

    assert "Break glass, ticket T-1" in page
    assert f'href="{reverse("support:organisation", args=[glass.pk])}"' not in page
