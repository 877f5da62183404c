"""Moving an organisation's own hubs for it: what a grant must say, and what support may not do."""

from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.audit.models import Entry
from portal.claims.models import Claim
from portal.consent import giving
from portal.consent.break_glass import break_glass
from portal.consent.models import Grant
from portal.core.leasing import correct_clock
from portal.hubs.actions import asking, calls
from portal.hubs.actions.asking import ActionRequest
from portal.hubs.actions.models import HubAction, Kind
from portal.hubs.models import Hub
from portal.notices.models import Notice
from portal.orgs.models import ApiCredential
from portal.sandbox import world
from portal.sites.models import Site
from tests.conftest import consent_to, join, make_organisation, make_person
from tests.conftest import work as work_on
from tests.forms import Browser
from tests.hubs.actions.conftest import hub_of, work
from tests.people_with_factor import has_used_factor, sign_in_with_factor

REASON = "They hung it in the wrong building"


@pytest.fixture
def harbour_house(acme) -> Site:
    return Site.objects.create(
        organisation=acme, name="Harbour House", spkey_site_id="harbour-house"
    )


@pytest.fixture
def ours(acme, harbour_house, sandbox) -> Hub:
    """A hub of Acme's at Harbour House."""
    return hub_of(acme, world.MAGIC["ours"].id)


def page(grant: Grant, hub: Hub) -> str:
    return reverse("support:move-hub", args=(grant.pk, hub.pk))


def filled(site: Site, **fields) -> dict[str, str]:
    form = {"site": str(site.pk), "place": "", "reason": REASON, "submission": str(uuid4())}
    return form | fields


def sent(sandbox) -> list:
    return [each for each in sandbox.state.requests if each.path.endswith("/ReClaimHub")]


def scope(grant: Grant, *sites: Site) -> Grant:
    """Narrow the grant to these sites."""
    Grant.objects.filter(pk=grant.pk).update(all_sites=False)
    grant.sites.set(sites)
    grant.refresh_from_db()
    return grant


def test_an_agent_moves_a_hub_to_another_site_of_the_organisation(
    agent, grant, ours, mill_court, sandbox
):
    answer = agent.post(page(grant, ours), filled(mill_court, place="Flat 3"))

    assert answer["Location"] == page(grant, ours)
    action = work(HubAction.objects.get(), rounds=3)
    assert action.state == "done"
    hub = sandbox.state.hubs[world.MAGIC["ours"].id]
    assert (hub.org_id, hub.site_id) == (world.ACME_ORG_ID, "mill-court")
    [asked] = sent(sandbox)
    assert asked.key == "support"
    assert asked.body["newOrgId"] == world.ACME_ORG_ID
    assert asked.body["reason"] == REASON
    ours.refresh_from_db()
    assert (ours.spkey_site_id, ours.place) == ("mill-court", "Flat 3")
    assert "Done" in agent.get(page(grant, ours)).text


def test_the_organisations_page_lists_what_the_access_moved_and_leads_to_it_while_it_may(
    agent, grant, ours, mill_court, harbour_house
):
    theirs = reverse("support:organisation", args=(grant.pk,))
    assert "Moved by this access" not in agent.get(theirs).text
    agent.post(page(grant, ours), filled(mill_court))
    work(HubAction.objects.get(), rounds=3)
    text = agent.get(theirs).text
    assert "Moved by this access" in text
    assert page(grant, ours) in text
    scope(grant, harbour_house)
    text = agent.get(theirs).text
    assert "Moved by this access" in text
    assert page(grant, ours) not in text


def test_it_stands_everywhere_as_supports_and_the_administrators_are_told(
    agent, ada, as_person, grant, ours, mill_court, spkey_support
):
    agent.post(page(grant, ours), filled(mill_court))

    admin = as_person(ada)
    shown = admin.get(reverse("hub-actions:page", args=(ours.pk,))).text
    assert "SpKey support" in shown
    assert "Sam" not in shown
    assert reverse("consent:revoke", args=(grant.pk,)) in shown
    # What support does, the organisation ends by taking the access back.
    assert "Stop trying" not in shown
    entry = Entry.objects.get(verb="hub.move_asked")
    assert entry.acting_organisation_id == spkey_support.pk
    assert entry.organisation_id == ours.organisation_id
    notice = Notice.objects.get(kind="support_moved")
    assert notice.user == ada
    assert Notice.objects.filter(kind="support_used").exists()
    assert "asked to move hub" in admin.get(reverse("consent:overview")).text
    lines = b"".join(admin.post(reverse("consent:export"))).decode().splitlines()
    [line] = [each for each in lines if "asked to move hub" in each]
    assert "Consent of" in line


def refused(answer, sentence: str) -> None:
    assert answer.status_code == 403
    assert sentence in answer.text
    assert not HubAction.objects.exists()


def test_with_claims_only_nothing_is_moved(agent, acme, spkey_support, ours, mill_court, sandbox):
    grant = consent_to(spkey_support, acme, may_move=False)
    sentence = "This access is for claims, and not for moves."

    refused(agent.get(page(grant, ours)), sentence)
    answer = agent.post(page(grant, ours), filled(mill_court))

    refused(answer, sentence)
    assert "You act for" in answer.text
    assert "what=move" in answer.text
    assert page(grant, ours) not in agent.get(reverse("support:hubs", args=(grant.pk,))).text
    assert not sent(sandbox)


def test_break_glass_moves_nothing(agent, sam, acme, ours, mill_court):
    member = sam.memberships.select_related("organisation", "user").get()
    grant = break_glass(member, acme, reason="Nobody answers there", ticket="T-1")

    refused(agent.post(page(grant, ours), filled(mill_court)), "for claims, and not for moves")


def test_the_list_leads_to_the_page_that_moves(agent, grant, ours):
    assert page(grant, ours) in agent.get(reverse("support:hubs", args=(grant.pk,))).text
    assert "Move hub" in agent.get(page(grant, ours)).text


@pytest.mark.parametrize("named", [["harbour_house"], ["mill_court"], []])
def test_both_sites_must_be_the_grants(
    agent, grant, ours, mill_court, harbour_house, named, request
):
    scope(grant, *(request.getfixturevalue(name) for name in named))

    answer = agent.post(page(grant, ours), filled(mill_court))

    # Of a hub elsewhere nothing is told; of a site elsewhere, that the access does not hold there.
    assert answer.status_code == (422 if named == ["harbour_house"] else 404)
    assert not HubAction.objects.exists()


def test_where_the_access_holds_at_one_site_wider_access_is_asked_for(
    agent, grant, ours, mill_court, harbour_house
):
    shown = agent.get(page(scope(grant, harbour_house), ours)).text

    assert "You may not work at any of their other sites." in shown
    assert f"{reverse('support:ask')}?what=move&amp;q=acme-properties" in shown


def test_where_there_is_one_site_the_access_is_not_blamed(agent, grant, ours):
    shown = agent.get(page(grant, ours)).text

    assert "They have no other site here." in shown
    assert "You may not work" not in shown
    assert reverse("support:ask") not in shown


def test_within_two_named_sites_it_is_moved(agent, grant, ours, mill_court, harbour_house):
    scope(grant, mill_court, harbour_house)

    assert agent.post(page(grant, ours), filled(mill_court)).status_code == 302
    assert work(HubAction.objects.get(), rounds=3).state == "done"


@pytest.mark.parametrize("binding", ["other", "free", "missing", "unknown"])
def test_a_hub_that_is_not_theirs_is_not_moved(agent, grant, ours, mill_court, binding):
    Hub.objects.filter(pk=ours.pk).update(binding=binding)

    assert agent.post(page(grant, ours), filled(mill_court)).status_code == 404
    assert not HubAction.objects.exists()


def test_a_site_of_another_organisation_is_not_a_choice(agent, grant, ours, lighthouse):
    assert agent.post(page(grant, ours), filled(lighthouse)).status_code == 422
    assert not HubAction.objects.exists()


def asked(agent, grant, ours, mill_court) -> HubAction:
    assert agent.post(page(grant, ours), filled(mill_court)).status_code == 302
    return HubAction.objects.get()


def revoke(grant, ada, **_):
    giving.revoke(grant, ada)


def narrow(grant, harbour_house, **_):
    scope(grant, harbour_house)


def no_moves(grant, **_):
    Grant.objects.filter(pk=grant.pk).update(may_move=False)


def run_out(grant, **_):
    now = timezone.now()
    Grant.objects.filter(pk=grant.pk).update(ends_at=now, due_at=now)


def no_agent(sam, **_):
    sam.memberships.update(support=False)


@pytest.mark.parametrize("end", [revoke, narrow, no_moves, run_out, no_agent])
def test_what_ends_before_the_send_is_sent_no_more(
    agent, grant, ours, mill_court, harbour_house, ada, sam, sandbox, end
):
    action = asked(agent, grant, ours, mill_court)
    end(grant=grant, ada=ada, sam=sam, harbour_house=harbour_house)

    action = work(action)

    assert (action.state, action.reason) == ("cancelled", "right_gone")
    assert not sent(sandbox)


@pytest.mark.parametrize("when", ["before", "while SpKey is read"])
def test_a_clock_that_is_put_back_ends_no_move(
    when, agent, grant, ours, mill_court, sandbox, clock, monkeypatch
):
    action = asked(agent, grant, ours, mill_court)
    body_of = calls.body_of

    def put_back(*args):
        clock.shift(-3600)
        return body_of(*args)

    if when == "before":
        clock.shift(-3600)
    else:
        monkeypatch.setattr(calls, "body_of", put_back)
    waits = work(action)
    monkeypatch.undo()

    assert (waits.state, waits.due_at > timezone.now()) == ("waiting", True)
    assert not sent(sandbox)
    correct_clock()
    assert work(action, rounds=3).state == "done"


@pytest.mark.parametrize(
    ("org_id", "site_id", "reason"),
    [
        (world.HARBOUR_ORG_ID, "lighthouse-flats", "not_ours"),
        (world.HARBOUR_ORG_ID, "harbour-house", "not_ours"),
        (world.ACME_ORG_ID, "orchard-rise", "elsewhere"),
    ],
)
def test_a_hub_that_went_elsewhere_meanwhile_is_left_there(
    agent, grant, ours, mill_court, sandbox, org_id, site_id, reason
):
    action = asked(agent, grant, ours, mill_court)
    hub = sandbox.state.hubs[world.MAGIC["ours"].id]
    hub.org_id, hub.site_id = org_id, site_id

    action = work(action, rounds=2)

    assert (action.state, action.reason) == ("refused", reason)
    assert not sent(sandbox)
    assert (hub.org_id, hub.site_id) == (org_id, site_id)


def test_a_key_that_is_no_super_key_moves_nothing_for_another(
    agent, grant, ours, mill_court, sandbox, spkey_support
):
    action = asked(agent, grant, ours, mill_court)
    ApiCredential.objects.filter(organisation=spkey_support).update(kind="normal")

    action = work(action)

    assert (action.state, action.reason) == ("cancelled", "right_gone")
    assert not sent(sandbox)


def test_a_move_needs_a_factor_used_within_five_minutes(as_person, sam, grant, ours, mill_court):
    client = has_used_factor(as_person(sam), sam, seconds_ago=301)
    form = filled(mill_court, place="Flat 3")

    answer = client.post(page(grant, ours), form)

    assert answer["Location"].startswith(reverse("mfa_reauthenticate"))
    assert not HubAction.objects.exists()
    shown = client.get(page(grant, ours)).context["form"]
    kept = {name: str(shown[name].value()) for name in ("site", "place", "reason")}
    assert kept == {name: form[name] for name in kept}


def test_moves_count_for_the_brakes(agent, grant, ours, mill_court, settings):
    settings.SUPPORT_CLAIMS_AN_HOUR = 0

    answer = agent.post(page(grant, ours), filled(mill_court))

    assert answer.status_code == 429
    assert not HubAction.objects.exists()


def test_a_form_that_is_sent_twice_is_one_move(agent, grant, ours, mill_court):
    form = filled(mill_court)

    for _ in range(2):
        assert agent.post(page(grant, ours), form).status_code == 302

    assert HubAction.objects.count() == 1


def test_while_something_else_is_done_to_the_hub_it_is_not_moved(
    agent, ada, grant, ours, mill_court
):
    own = ActionRequest(user=ada, hub=ours, kind=Kind.ROLE, submission=uuid4(), make_primary=True)
    asking.submit(own)

    answer = agent.post(page(grant, ours), filled(mill_court))

    assert answer.status_code == 422
    assert "Something else is being done to this hub" in answer.text
    assert HubAction.objects.count() == 1


@pytest.mark.parametrize("reason", ["", "short"])
def test_a_move_says_why(agent, grant, ours, mill_court, reason):
    assert agent.post(page(grant, ours), filled(mill_court, reason=reason)).status_code == 422
    assert not HubAction.objects.exists()


def stop_url(grant: Grant, action: HubAction) -> str:
    return reverse("support:move-hub-stop", args=(grant.pk, action.hub_id, action.pk))


def test_the_agent_stops_it_and_the_organisation_does_not(
    agent, as_person, ada, grant, ours, mill_court, sandbox
):
    action = asked(agent, grant, ours, mill_court)
    assert stop_url(grant, action) in agent.get(page(grant, ours)).text

    as_person(ada).post(reverse("hub-actions:stop", args=(action.pk,)))
    assert not HubAction.objects.get().is_final
    agent.post(stop_url(grant, action))

    assert work(action).state == "cancelled"
    assert not sent(sandbox)


def test_an_agent_stops_nothing_of_the_organisations_own(agent, ada, grant, ours, mill_court):
    own = ActionRequest(user=ada, hub=ours, kind=Kind.MOVE, submission=uuid4(), site=mill_court)
    action = asking.submit(own)

    assert agent.post(stop_url(grant, action)).status_code == 404
    assert "Stop trying" not in agent.get(page(grant, ours)).text
    assert HubAction.objects.get().cancel_requested_at is None


def test_another_supports_agent_has_no_such_page(grant, ours, mill_court):
    others = make_organisation("Other", "other-support", world.key_text("Other"), "super")
    person = make_person("agent@other.example", "Oda Other")
    join(person, others, support=True)
    client = sign_in_with_factor(Browser(), person)

    assert client.post(page(grant, ours), filled(mill_court)).status_code == 404
    assert not HubAction.objects.exists()


@pytest.mark.parametrize("may_move", [True, False])
def test_a_claim_that_was_refused_for_the_site_leads_to_the_move(
    agent, acme, spkey_support, ours, mill_court, may_move
):
    grant = consent_to(spkey_support, acme, may_move=may_move)
    claim = {"label": str(ours.hub_id), "site": str(mill_court.pk), "submission": str(uuid4())}
    agent.post(reverse("support:claim", args=(grant.pk,)), claim | {"reason": REASON})
    refused = work_on(Claim.objects.get(), rounds=2)
    assert refused.reason == "another_site"
    way = f"{page(grant, ours)}?site={mill_court.pk}"

    shown = agent.get(reverse("claims:detail", args=(refused.pk,))).text

    assert (way in shown) is may_move
    if may_move:
        assert agent.get(way).context["form"]["site"].value() == str(mill_court.pk)


def test_the_page_follows_what_is_done(agent, grant, ours, mill_court):
    action = asked(agent, grant, ours, mill_court)
    shown = agent.get(page(grant, ours)).context
    live = reverse("support:move-hub-live", args=(grant.pk, ours.pk))

    assert agent.get(live, {"seen": shown["seen"]}).status_code == 204
    work(action, rounds=3)
    answer = agent.get(live, {"seen": shown["seen"]})

    assert answer.status_code == 200
    assert "Done" in answer.text


def test_access_that_allows_moves_is_asked_for_in_one_tap(agent, acme):
    answer = agent.get(reverse("support:ask"), {"q": acme.spkey_org_id, "what": "move"})

    assert answer.context["form"]["what"].value() == "move"


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        ("Claimed", ""),
        ("Suspended", "The hub is suspended."),
        ("Decommissioned", "The hub is out of service for good."),
    ],
)
def test_a_hub_out_of_use_is_not_offered_to_be_moved(
    agent, grant, ours, mill_court, status, sentence
):
    Hub.objects.filter(pk=ours.pk).update(status=status)
    listed = agent.get(reverse("support:hubs", args=(grant.pk,))).text
    form = agent.get(page(grant, ours)).text

    is_offered = not sentence
    assert (page(grant, ours) in listed) == is_offered
    assert ('name="submission"' in form) == is_offered
    assert sentence in form
    answer = agent.post(page(grant, ours), filled(mill_court))
    assert (answer.status_code, HubAction.objects.exists()) == (
        302 if is_offered else 422,
        is_offered,
    )
