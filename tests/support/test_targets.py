"""Breaking the glass: any organisation but support's own, and unknown ones only loudly."""

import re
from urllib.parse import quote

import pytest
from django.urls import reverse

from portal.audit.models import Entry
from portal.claims.models import Claim, State
from portal.consent.models import Grant
from portal.notices.models import Notice
from portal.orgs.models import Organisation
from portal.sandbox import world
from tests.conftest import join, make_organisation, make_person, work
from tests.support.conftest import (
    CONFIRM,
    FIND,
    GLASS,
    REASON,
    UNKNOWN,
    break_glass,
    filled,
    post,
    sent,
)
from tests.support.test_search import hub_of as known_hub


def hub_of(site):
    """A hub of the site's organisation, that the portal knows."""
    return known_hub(site, hub_id=world.hub_id(0))


def test_glass_is_broken_for_an_hour_and_everybody_concerned_is_told(
    agent, sam, ada, acme, spkey_support
):
    lead = make_person("lead@support.example", "Lea Lead")
    join(lead, spkey_support, "admin")

    answer = break_glass(agent, world.ACME_ORG_ID)

    grant = Grant.objects.get()
    assert answer["Location"] == reverse("support:organisation", args=(grant.pk,))
    assert (grant.kind, grant.agent, grant.organisation) == ("break_glass", sam, acme)
    assert (grant.reason, grant.ticket) == (REASON, "T-4711")
    assert (grant.ends_at - grant.begins_at).total_seconds() == 3600
    told = set(Notice.objects.values_list("kind", "user__email"))
    assert told == {("break_glass", ada.email), ("glass_broken", lead.email)}
    entry = Entry.objects.get(verb="support.broke_glass")
    assert (entry.organisation_id, entry.detail["ticket"]) == (acme.pk, "T-4711")


def test_each_page_that_is_opened_under_break_glass_is_recorded(agent, acme):
    page = break_glass(agent, world.ACME_ORG_ID)["Location"]
    agent.get(page)
    agent.get(f"{page}claim/")

    opened = Entry.objects.filter(verb="support.page_opened").order_by("at")
    assert [each.detail["page"] for each in opened] == [page, f"{page}claim/"]
    assert {each.organisation_id for each in opened} == {acme.pk}


def test_the_page_of_a_claim_made_under_break_glass_is_recorded_too(
    agent, acme, hub_id, as_person, ada
):
    page = break_glass(agent, world.ACME_ORG_ID)["Location"]
    claim_page = agent.post(f"{page}claim/", filled(hub_id, typed_site="mill-court"))["Location"]
    Entry.objects.filter(verb="support.page_opened").delete()
    agent.get(claim_page)
    as_person(ada).get(claim_page)

    [opened] = Entry.objects.filter(verb="support.page_opened")
    assert (opened.detail["page"], opened.organisation_id) == (claim_page, acme.pk)


def test_nothing_of_the_sort_is_recorded_under_consent(agent, grant):
    agent.get(reverse("support:organisation", args=(grant.pk,)))

    assert not Entry.objects.filter(verb="support.page_opened").exists()


@pytest.mark.parametrize(
    "missing", [{"organisation": ""}, {"reason": ""}, {"reason": "short"}, {"ticket": ""}]
)
def test_glass_is_not_broken_without_whom_and_why(agent, acme, missing):
    asked = {"organisation": world.ACME_ORG_ID, "reason": REASON, "ticket": "T-4711"} | missing

    assert agent.post(GLASS, asked).status_code == 422
    assert agent.get(CONFIRM)["Location"] == GLASS


@pytest.mark.parametrize("typed", ["", "acme-propertie", "ACME-PROPERTIES", "harbour-living"])
def test_glass_is_not_broken_for_another_id_than_was_typed_first(agent, acme, harbour, typed):
    agent.post(GLASS, {"organisation": world.ACME_ORG_ID, "reason": REASON, "ticket": "T-4711"})

    assert agent.post(CONFIRM, {"confirmation": typed}).status_code == 422
    assert not Grant.objects.exists()


def test_what_is_typed_to_confirm_is_not_on_the_page(agent, acme):
    agent.post(GLASS, {"organisation": world.ACME_ORG_ID, "reason": REASON, "ticket": "T-4711"})

    page = agent.get(CONFIRM).text
    assert REASON in page
    assert world.ACME_ORG_ID not in page
    assert acme.name not in page


def test_a_confirmation_that_is_sent_again_breaks_no_second_glass(agent, acme):
    break_glass(agent, world.ACME_ORG_ID)

    assert agent.post(CONFIRM, {"confirmation": world.ACME_ORG_ID})["Location"] == GLASS
    assert Grant.objects.count() == 1


@pytest.mark.parametrize("target", [world.SUPPORT_ORG_ID, "another-support"])
def test_nobody_acts_for_a_support_organisation(agent, target):
    make_organisation("Another Support", "another-support", world.SUPPORT_KEY, "super")

    assert break_glass(agent, target).status_code == 422
    assert not Grant.objects.exists()


@pytest.mark.parametrize("target", ["", " ", "x" * 255])
def test_impossible_names_are_refused_at_once(agent, target):
    asked = {"organisation": target, "reason": REASON, "ticket": "T-4711"}

    assert agent.post(GLASS, asked).status_code == 422


WAYS = {
    "id": world.ACME_ORG_ID,
    "name": "Acme Properties",
    "name in small letters": "acme properties",
    "hub": world.hub_id(0),
    "address": "admin@acme.example",
}


@pytest.mark.parametrize("way", WAYS)
def test_glass_is_broken_for_whom_the_agent_names_in_any_way(agent, ada, mill_court, way):
    hub_of(mill_court)

    page = break_glass(agent, WAYS[way])["Location"]

    grant = Grant.objects.get()
    assert grant.organisation == mill_court.organisation
    assert page == reverse("support:organisation", args=(grant.pk,))
    assert Notice.objects.filter(kind="break_glass", user=ada).exists()


@pytest.mark.parametrize("way", WAYS)
def test_whatever_named_it_is_typed_again_and_not_shown(agent, ada, mill_court, way):
    hub_of(mill_court)
    agent.post(GLASS, {"organisation": WAYS[way], "reason": REASON, "ticket": "T-4711"})

    shown = agent.get(CONFIRM).text

    assert WAYS[way] not in shown
    assert "Acme" not in shown
    for typed in ("", WAYS[way][:-1], WAYS[way] + "x"):
        assert agent.post(CONFIRM, {"confirmation": typed}).status_code == 422
    assert not Grant.objects.exists()


NOBODY = ["Nobody Knows Us", "nobody@here.example", "00000000-0000-4000-8000-00000000ffff", "ü"]


@pytest.mark.parametrize("named", NOBODY)
def test_what_names_nobody_breaks_nothing_and_is_recorded(agent, acme, named):
    answer = break_glass(agent, named)

    assert answer.status_code == 422
    assert "The portal knows no organisation by that, or several" in answer.text
    assert answer.context["form"]["reason"].value() == REASON
    assert not Grant.objects.exists()
    assert Organisation.objects.count() == 2
    assert Entry.objects.get(verb="support.named_unknown").detail["ticket"] == "T-4711"
    assert agent.get(UNKNOWN)["Location"] == GLASS


def test_a_name_of_two_organisations_breaks_nothing(agent, acme, harbour):
    harbour.name = acme.name
    harbour.save()

    assert break_glass(agent, acme.name).status_code == 422
    assert not Grant.objects.exists()


def test_what_names_nobody_counts_for_the_brakes(agent, settings):
    settings.SUPPORT_ORGANISATIONS_A_DAY = 1
    assert break_glass(agent, NOBODY[0]).status_code == 422

    assert break_glass(agent, NOBODY[1]).status_code == 429


@pytest.mark.parametrize("q", [world.ACME_ORG_ID, "Acme Properties", world.hub_id(0)])
def test_what_was_searched_for_leads_to_break_glass(agent, acme, q):
    found = agent.get(FIND, {"q": q}).text
    way = f"{GLASS}?q={quote(q, safe='')}"

    assert way in found
    assert agent.get(way).context["form"]["organisation"].value() == q


@pytest.mark.parametrize("site", ["two words", "ü", "x" * 129, "a/../b"])
def test_impossible_ids_are_refused_at_once(agent, grant, hub_id, site):
    answer = post(agent, filled(hub_id, typed_site=site), grant)

    assert answer.status_code == 422
    assert "typed_site" in answer.context["form"].errors


def test_an_unknown_organisation_is_a_loud_step_that_makes_nothing(agent, acme):
    answer = break_glass(agent, "far-away:Homes")

    assert answer["Location"] == UNKNOWN
    page = agent.get(UNKNOWN).text
    assert "The portal does not know this organisation" in page
    assert "far-away:Homes" in page
    assert Organisation.objects.count() == 2
    assert not Grant.objects.exists()
    assert Entry.objects.get(verb="support.named_unknown").detail["ticket"] == "T-4711"


def test_nothing_is_made_for_an_unknown_organisation_before_its_claim_is_sent(
    agent, hub_id, settings
):
    break_glass(agent, "far-away:Homes")
    agent.post(UNKNOWN, filled("no hub", typed_site="x", about="far-away:Homes"))
    agent.post(UNKNOWN, filled(hub_id, about="far-away:Homes"))
    settings.SUPPORT_CLAIMS_AN_HOUR = 1
    whole = filled(hub_id, typed_site="x", about="far-away:Homes")
    assert agent.post(UNKNOWN, whole).status_code == 429

    assert not Organisation.objects.filter(spkey_org_id="far-away:Homes").exists()
    assert not Grant.objects.exists()
    assert not Notice.objects.exclude(kind="support_burst").exists()


def test_an_unknown_organisation_is_made_with_its_first_claim_under_break_glass(
    sandbox, agent, sam, hub_id
):
    break_glass(agent, "far-away:Homes")

    agent.post(UNKNOWN, filled(hub_id, typed_site="tower-2", about="far-away:Homes"))

    claim = Claim.objects.get()
    assert (claim.organisation.name, claim.organisation.spkey_org_id) == ("far-away:Homes",) * 2
    assert (claim.site, claim.spkey_site_id) == (None, "tower-2")
    assert claim.support_grant.kind == "break_glass"
    assert claim.support_grant.agent == sam
    assert work(claim).state == State.CLAIMED
    assert sent(sandbox)[0].body["orgId"] == "far-away:Homes"
    assert Entry.objects.filter(verb="organisation.created", actor_label=sam.email).exists()


def test_the_page_of_one_unknown_organisation_claims_for_no_other(agent, hub_id):
    break_glass(agent, "first-homes")
    first = re.search(r'name="about" value="([^"]+)"', agent.get(UNKNOWN).text)[1]
    break_glass(agent, "second-homes")
    answer = agent.post(UNKNOWN, filled(hub_id, typed_site="of-the-first", about=first))

    assert answer.status_code == 409
    assert "about another id" in answer.text
    assert "of-the-first" not in answer.text
    assert not Claim.objects.exists()
    assert not Organisation.objects.filter(spkey_org_id__endswith="-homes").exists()


def test_nobody_reaches_the_page_of_an_unknown_organisation_by_its_address(agent, hub_id):
    assert agent.get(UNKNOWN)["Location"] == GLASS
    assert agent.post(UNKNOWN, filled(hub_id, typed_site="x"))["Location"] == GLASS
    assert not Claim.objects.exists()


def test_a_site_that_the_portal_does_not_have_takes_consent_for_all_sites(
    agent, grant, mill_court, hub_id
):
    post(agent, filled(hub_id, typed_site="new-site"), grant)

    assert Claim.objects.get().spkey_site_id == "new-site"
