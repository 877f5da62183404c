"""Support's claims go out with the super key and ordinary ones with the organisation's own."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from portal.audit.queries import entries_of
from portal.claims.engine import actions, credentials, timing
from portal.claims.models import Claim, Reason, State
from portal.consent import giving
from portal.consent.models import Grant
from portal.core import worker
from portal.hubs import watching
from portal.hubs.models import Hub
from portal.orgs.models import ApiCredential, Membership
from portal.sandbox import world
from portal.sites.models import Site
from tests.conftest import claim_request, work
from tests.machine.faults import FIELDS
from tests.support.conftest import filled, post, sent


def used_keys(sandbox) -> set[str]:
    return {asked.key for asked in sandbox.state.requests}


def test_supports_claim_goes_out_with_the_super_key_and_the_targets_id(
    sandbox, agent, mill_court, hub_id
):
    post(agent, filled(hub_id, mill_court))
    done = work(Claim.objects.get())

    assert done.state == State.CLAIMED
    [asked] = sent(sandbox)
    assert asked.body["orgId"] == world.ACME_ORG_ID
    assert asked.body["siteId"] == mill_court.spkey_site_id
    assert used_keys(sandbox) == {"support"}
    assert sandbox.state.hubs[str(hub_id)].org_id == world.ACME_ORG_ID


def test_an_ordinary_claim_goes_out_with_the_own_key_and_never_names_the_organisation(
    sandbox, claim
):
    assert work(claim).state == State.CLAIMED

    [asked] = sent(sandbox)
    assert "orgId" not in asked.body
    assert used_keys(sandbox) == {"acme"}


def test_a_member_of_the_super_keys_organisation_cannot_make_an_ordinary_claim(
    agent, spkey_support, hub_id
):
    site = Site.objects.create(organisation=spkey_support, name="Office", spkey_site_id="office")
    form = {"site": str(site.pk), "label": str(hub_id), "submission": str(uuid4())}

    assert agent.post(reverse("claims:new"), form).status_code == 403
    assert not Claim.objects.exists()


@pytest.fixture
def ordinary_claim_under_a_super_key(sam, spkey_support, hub_id) -> Claim:
    site = Site.objects.create(organisation=spkey_support, name="Office", spkey_site_id="office")
    return actions.submit(claim_request(sam, site, hub_id))


@pytest.fixture
def support_claim_under_a_normal_key(sam, mill_court, spkey_support, hub_id) -> Claim:
    claim = actions.submit(
        claim_request(sam, mill_court, hub_id, acting_organisation=spkey_support)
    )
    ApiCredential.objects.filter(organisation=spkey_support).update(kind="normal")
    return claim


WRONG_KEYS = ["ordinary_claim_under_a_super_key", "support_claim_under_a_normal_key"]


@pytest.mark.parametrize("name", WRONG_KEYS)
def test_a_claim_whose_key_is_of_the_wrong_kind_waits_and_nothing_is_asked(sandbox, name, request):
    done = work(request.getfixturevalue(name))

    assert (done.state, done.reason) == (State.BLOCKED, Reason.KEY_KIND)
    assert not sandbox.state.requests


@pytest.mark.parametrize("name", WRONG_KEYS)
def test_a_key_of_the_wrong_kind_is_not_used_even_to_confirm_an_open_send(sandbox, name, request):
    claim = request.getfixturevalue(name)
    Claim.objects.filter(pk=claim.pk).update(outcome_unknown_since=claim.created_at)

    done = work(claim)

    assert done.state == State.BLOCKED
    assert not sandbox.state.requests
    with pytest.raises(credentials.Blocked):
        credentials.credential_for(done)


def test_a_claim_is_cancelled_when_the_agent_stops_being_one_before_it_is_sent(
    sandbox, agent, sam, mill_court, hub_id
):
    post(agent, filled(hub_id, mill_court))
    Membership.objects.filter(user=sam).update(support=False)

    done = work(Claim.objects.get())

    assert (done.state, done.reason) == (State.CANCELLED, Reason.RIGHT_GONE)
    assert not sandbox.state.requests


def _working(acme, sandbox):
    pass


def _without_key(acme, sandbox):
    acme.credential.delete()


def _known_as_refused(acme, sandbox):
    ApiCredential.objects.filter(organisation=acme).update(state="refused")


def _revoked_at_spkey(acme, sandbox):
    sandbox.state.keys.revoke("acme")


REFUSED_BUT_DONE = {"status": 400, "body": FIELDS, "effect": True}
KEYS = [_working, _without_key, _known_as_refused, _revoked_at_spkey]


@pytest.fixture
def supports(agent, sandbox, acme, mill_court, hub_id, clock):
    """Let support claim a hub for Acme, whose own key is like that. Forget what that asked."""

    def claimed(of_key) -> Claim:
        of_key(acme, sandbox)
        post(agent, filled(hub_id, mill_court))
        claim = work(Claim.objects.get())
        assert claim.state == State.CLAIMED
        sandbox.state.requests.clear()
        return claim

    return claimed


@pytest.mark.parametrize("of_key", KEYS, ids=lambda of_key: of_key.__name__)
@pytest.mark.parametrize("later", [timedelta(0), timedelta(days=1)], ids=["at once", "a day later"])
def test_no_look_at_a_page_is_sent_with_the_super_key(
    sandbox, supports, of_key, later, as_person, ira, hub_id, clock
):
    claim = supports(of_key)
    clock.shift(later)
    pages = as_person(ira)
    detail, claims = reverse("claims:detail", args=[claim.pk]), reverse("claims:list")
    for _ in range(3):
        for address in (detail, f"{detail}live/", claims):
            assert pages.get(address).status_code == 200
        watching.watch_all(Hub.objects.all())
        worker.run_once()
        clock.shift(watching.REFRESH_TROUBLED / 4)

    assert used_keys(sandbox) == ({"acme"} if of_key in {_working, _revoked_at_spkey} else set())


@pytest.mark.parametrize("of_key", [_without_key, _known_as_refused])
def test_supports_claim_reads_back_that_its_hub_came_online(sandbox, supports, of_key, clock):
    claim = supports(of_key)
    clock.shift(timing.READ_BACK_EVERY)
    worker.run_once()
    assert [asked.key for asked in sandbox.state.requests] == ["support"]

    sandbox.state.set_hub(claim.hub_id_text, {"online": True})
    for _ in range(5):
        clock.shift(timing.READ_BACK_EVERY)
        worker.run_once()

    assert Hub.objects.get().online is True
    assert len(sandbox.state.requests) == 2
    assert Claim.objects.get().due_at is None


def test_looks_make_supports_claim_read_back_no_more_often(sandbox, supports, clock):
    claim = supports(_without_key)
    for _ in range(20):
        watching.watch(Hub.objects.get(pk=claim.hub_id))
        worker.run_once()
        clock.shift(timing.READ_BACK_EVERY / 10)

    assert [asked.key for asked in sandbox.state.requests] == ["support"]


def test_supports_claim_is_read_back_for_two_hours_and_no_longer(sandbox, supports, clock):
    supports(_without_key)
    clock.shift(Hub.AWAIT_ONLINE_FOR + timing.READ_BACK_EVERY)
    worker.run_once()

    assert not sandbox.state.requests
    assert Claim.objects.get().due_at is None


def test_an_organisations_own_key_that_works_reads_what_support_claimed(sandbox, supports, clock):
    supports(_working)
    for _ in range(3):
        clock.shift(timing.READ_BACK_EVERY)
        worker.run_once()

    assert used_keys(sandbox) == {"acme"}
    assert Claim.objects.get().due_at is None


def test_reading_back_changes_no_version_of_the_claim(sandbox, supports, clock):
    version = supports(_without_key).version
    clock.shift(timing.READ_BACK_EVERY)
    worker.run_once()

    assert sandbox.state.requests
    assert Claim.objects.get().version == version


def test_once_access_is_over_supports_key_reads_back_nothing(sandbox, supports, ada, clock):
    supports(_without_key)
    giving.revoke(Grant.objects.get(), ada)
    for _ in range(3):
        clock.shift(timing.READ_BACK_EVERY)
        worker.run_once()

    assert not sandbox.state.requests
    assert Claim.objects.get().due_at is None


@pytest.mark.parametrize("of_key", [_working, _without_key])
def test_once_access_is_over_the_own_key_alone_finds_what_supports_claim_did_after_all(
    sandbox, agent, acme, mill_court, hub_id, ada, sam, clock, of_key
):
    of_key(acme, sandbox)
    sandbox.faults.add({"path_contains": "ClaimHub"}, action=REFUSED_BUT_DONE, times=1)
    post(agent, filled(hub_id, mill_court))
    claim = work(Claim.objects.get())
    assert (claim.state, claim.late_effect_at) == (State.REJECTED, None)
    giving.revoke(Grant.objects.get(), ada)
    sandbox.state.requests.clear()
    clock.shift(timing.RECHECK_AFTER[0] + timedelta(seconds=1))
    worker.run_once()

    found = Claim.objects.get()
    assert (found.late_effect_at is not None) == (of_key is _working)
    assert used_keys(sandbox) == ({"acme"} if of_key is _working else set())
    told = agent.get(reverse("claims:detail", args=[claim.pk])).text
    assert "claimed it after all" not in told
    for member, is_told in ((sam, False), (ada, of_key is _working)):
        record = entries_of(member.memberships.get())
        assert record.filter(verb="claim.late_effect").exists() == is_told


def test_once_access_is_over_an_agents_look_has_no_hub_read(sandbox, supports, agent, ada):
    claim = supports(_working)
    giving.revoke(Grant.objects.get(), ada)
    Hub.objects.update(watched_until=None, due_at=None)
    page = reverse("claims:detail", args=[claim.pk])

    answers = [agent.get(page), agent.get(f"{page}live/"), agent.post(f"{page}again/")]

    assert [answer.status_code for answer in answers] == [200, 200, 403]
    assert 'hx-get="' not in answers[1].text
    assert Hub.objects.get().watched_until is None
