"""An event makes the portal read the hub, and believe SpKey's answer alone."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from portal.claims.models import Claim, State
from portal.core import worker
from portal.core.leasing import due_at
from portal.events import work as events_work
from portal.events.models import Delivery, Result
from portal.hubs import rounds, watching
from portal.hubs.actions.models import HubAction
from portal.hubs.actions.models import State as ActionState
from portal.hubs.models import Hub, Round
from portal.orgs.models import ApiCredential
from portal.sandbox import world
from tests.conftest import work
from tests.events.conftest import event, shadow
from tests.hubs.actions.conftest import ask  # noqa: F401
from tests.hubs.own_hubs import make_own_hub

HUB = world.hub_id(0)
CHANGES = {
    "HubReClaimed": {"siteId": "elsewhere"},
    "HubSuspended": {"status": "Suspended"},
    "HubDecommissioned": {"status": "Decommissioned"},
}


def results() -> dict[str, int]:
    found: dict[str, int] = {}
    for result in Delivery.objects.values_list("result", flat=True):
        found[result] = found.get(result, 0) + 1
    return found


@pytest.fixture
def stands(sandbox, mill_court):
    """A hub of Acme's that stands at Mill Court, read an hour ago."""
    bound = {"orgId": world.ACME_ORG_ID, "siteId": "mill-court", "status": "Claimed"}
    sandbox.state.set_hub(HUB, bound | {"online": True})
    at = timezone.now() - timedelta(hours=1)
    return make_own_hub(mill_court, hub_id=HUB, read_at=at, asked_at=at)


@pytest.mark.parametrize("kind", CHANGES)
def test_a_hub_that_nobody_looks_at_is_read_at_once(kind, stands, sandbox, post, wire):
    sandbox.state.set_hub(HUB, CHANGES[kind])
    worker.run_once()
    assert wire("status") == []

    post(event(kind, HUB))
    worker.run_once()

    hub = Hub.objects.get()
    assert len(wire("status")) == 1
    assert (hub.status, hub.spkey_site_id) == (
        CHANGES[kind].get("status", "Claimed"),
        CHANGES[kind].get("siteId", "mill-court"),
    )
    assert results() == {Result.READ: 1}
    assert hub.due_at is None


def test_a_role_and_a_report_are_read_too(stands, sandbox, post):
    sandbox.state.hubs[HUB].is_primary = True
    post(event("HubRoleSet", HUB))
    worker.run_once()
    assert Hub.objects.get().is_primary

    Hub.objects.update(read_at=timezone.now() - timedelta(minutes=1))
    sandbox.state.set_hub(HUB, {"online": False})
    post(shadow(HUB))
    worker.run_once()
    assert Hub.objects.get().online is False


def test_what_the_event_says_is_written_nowhere(stands, post):
    claims = {"status": "Suspended", "orgId": world.HARBOUR_ORG_ID, "siteId": "forged"}
    post(event("HubSuspended", HUB, data={"hubId": HUB, **claims}))
    worker.run_once()

    hub = Hub.objects.get()
    assert (hub.status, hub.spkey_site_id, hub.binding) == ("Claimed", "mill-court", "ours")


def test_a_hub_that_was_claimed_elsewhere_than_in_the_portal_comes_into_the_inventory(
    sandbox, acme, mill_court, post
):
    bound = {"orgId": world.ACME_ORG_ID, "siteId": "mill-court", "status": "Claimed"}
    sandbox.state.set_hub(HUB, bound)
    post(event("HubClaimed", HUB, data={"hubId": HUB, "orgId": world.ACME_ORG_ID}))
    worker.run_once()

    assert Hub.objects.own().get().hub_id == UUID(HUB)
    assert Hub.objects.get().site == mill_court
    assert Hub.objects.get().kept_until is None


def test_a_hub_that_spkey_knows_with_capitals_is_found(sandbox, post):
    hub_id = world.MAGIC["capitals"].id
    bound = {"orgId": world.ACME_ORG_ID, "siteId": "mill-court", "status": "Claimed"}
    sandbox.state.set_hub(hub_id, bound)
    post(event("HubClaimed", hub_id))
    worker.run_once()
    Hub.objects.update(**due_at(timezone.now()))
    worker.run_once()

    assert Hub.objects.get().binding == Hub.Binding.OURS
    assert Hub.objects.get().hinted_at is None


def test_an_event_of_another_organisation_touches_and_reveals_nothing(
    sandbox, acme, harbour, lighthouse, post, wire
):
    theirs = make_own_hub(lighthouse, hub_id=HUB)
    stamped = {"partnerId": world.HARBOUR_ORG_ID, "data": {"orgId": world.HARBOUR_ORG_ID}}
    answer = post(event("HubSuspended", HUB, **stamped))
    worker.run_once()

    assert (answer.status_code, answer.content) == (202, b"Accepted\n")
    assert results() == {Result.NOT_OURS: 1}
    assert wire("status") == []
    assert Hub.objects.get() == theirs
    assert Hub.objects.get().heard_at is None


def test_one_stamped_as_ours_has_their_hub_read_with_our_key_and_theirs_stays(
    sandbox, acme, harbour, lighthouse, post
):
    hidden = world.MAGIC["hidden"].id
    theirs = make_own_hub(lighthouse, hub_id=hidden)
    post(event("HubSuspended", hidden))
    worker.run_once()

    ours = Hub.objects.get(organisation=acme)
    assert (ours.binding, ours.status, ours.spkey_site_id) == (Hub.Binding.OTHER, "", "")
    assert not Hub.objects.own().filter(organisation=acme).exists()
    assert Hub.objects.get(pk=theirs.pk).heard_at is None


@pytest.mark.parametrize("partner", ["", world.HARBOUR_ORG_ID, "nobody", None])
def test_a_hub_of_ours_is_read_whatever_organisation_is_stamped_on_it(partner, stands, post, wire):
    post(event("HubReClaimed", HUB, partnerId=partner, data={"newOrgId": world.HARBOUR_ORG_ID}))
    worker.run_once()
    assert len(wire("status")) == 1


def test_more_new_hubs_than_an_hour_may_bring_are_not_taken(sandbox, post, monkeypatch):
    few = events_work.Limit("few", most=2, seconds=3600)
    monkeypatch.setattr(events_work, "NEW_HUBS", few)
    for number in range(4):
        post(event("HubClaimed", world.hub_id(number)))
        worker.run_once()
    assert results() == {Result.READ: 2, Result.TOO_MANY: 2}
    assert Hub.objects.count() == 2


def test_an_older_event_that_comes_later_brings_nothing_about(stands, post, wire):
    now = timezone.now()
    older, newer = (
        event("HubRoleSet", HUB, version=version, timestamp=int(at.timestamp() * 1000))
        for version, at in ((3, now - timedelta(seconds=9)), (4, now - timedelta(seconds=2)))
    )
    for each in (newer, older):
        post(each)
        worker.run_once()

    assert len(wire("status")) == 1
    assert results() == {Result.READ: 1, Result.OVERTAKEN: 1}


def test_a_count_that_begins_anew_is_no_older_event(stands, post):
    post(shadow(HUB, version=900))
    worker.run_once()
    post(shadow(HUB, version=1))
    worker.run_once()
    assert results() == {Result.READ: 2}


def test_a_forged_version_from_the_future_hides_nothing_that_happens_later(stands, post):
    post(event("HubRoleSet", HUB, version=2**53, timestamp=None, time="2999-01-01T00:00:00Z"))
    worker.run_once()
    post(event("HubRoleSet", HUB, version=3))
    worker.run_once()
    assert results() == {Result.READ: 2}


def test_however_many_hints_come_a_hub_is_read_once_in_ten_seconds(stands, post, wire, clock):
    began = timezone.now()
    for number in range(30):
        post(event("HubRoleSet", HUB, version=number))
        worker.run_once()
        clock.shift(0.5)
    assert 2 <= len(wire("status")) <= 1 + (timezone.now() - began) / watching.HINTS_APART

    clock.shift(12)
    worker.run_once()
    known = len(wire("status"))
    clock.shift(60)
    worker.run_once()
    assert len(wire("status")) == known
    assert Hub.objects.get().hinted_at is None


def test_a_thousand_events_of_which_half_are_twice_take_few_statements(
    stands, post, wire, django_assert_max_num_queries
):
    sent = [event("HubRoleSet", HUB, version=number) for number in range(500)]
    for each in [*sent, *reversed(sent)]:
        assert post(each).status_code == 202
    assert Delivery.objects.count() == 500

    with django_assert_max_num_queries(30):
        for lease in events_work.take_due(1):
            events_work.work(lease)
    worker.run_once()
    assert set(results()) <= {Result.READ, Result.OVERTAKEN}
    assert len(wire("status")) == 1


def test_a_hint_that_comes_while_the_hub_is_read_has_it_read_again(stands, post, wire, clock):
    watching.hint([stands.pk])
    (lease,) = watching.take_due(1)
    read = watching.reading.read

    def meanwhile(hub, under=None):
        watching.hint([hub.pk])
        return read(hub, under)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(watching.reading, "read", meanwhile)
        watching.refresh(lease)
    assert Hub.objects.get().hinted_at is not None
    clock.shift(11)
    worker.run_once()
    assert len(wire("status")) == 2
    assert Hub.objects.get().hinted_at is None
    assert Hub.objects.get().due_at is None


def test_a_hint_outlives_an_outage(stands, sandbox, post, wire, clock):
    ApiCredential.objects.update(paused_until=timezone.now() + timedelta(seconds=30))
    post(event("HubSuspended", HUB))
    worker.run_once()
    assert wire("status") == []
    assert Hub.objects.get().due_at is not None

    clock.shift(60)
    worker.run_once()
    assert len(wire("status")) == 1
    assert Hub.objects.get().due_at is None


def test_who_leaves_the_page_takes_no_hint_away(stands):
    watching.watch(stands)
    watching.hint([stands.pk])
    watching.unwatch([Hub.objects.get()])
    assert Hub.objects.get().due_at is not None


@pytest.fixture
def waits(sandbox, claim):
    """A claim whose hub is offline, tried for so long that it is tried seldom."""
    sandbox.state.set_hub(HUB, {"online": False})
    claim = work(claim)
    assert (claim.state, claim.reason) == (State.WAITING, "offline")
    return claim


def test_a_claim_that_waits_for_its_hub_goes_on_by_the_event(waits, sandbox, post, clock):
    later = timezone.now() + timedelta(minutes=10)
    Claim.objects.update(**due_at(later))
    clock.shift(30)
    sandbox.state.set_hub(HUB, {"online": True})
    worker.run_once()
    assert Claim.objects.get().state == State.WAITING

    post(shadow(HUB))
    worker.run_once()
    assert Claim.objects.get().state == State.CLAIMED


def test_a_claim_that_was_tried_just_now_goes_on_a_few_seconds_later(waits, sandbox, post, clock):
    Claim.objects.update(**due_at(timezone.now() + timedelta(minutes=10)))
    sandbox.state.set_hub(HUB, {"online": True})
    post(shadow(HUB))
    worker.run_once()
    assert Claim.objects.get().state == State.WAITING
    clock.shift(11)
    worker.run_once()
    assert Claim.objects.get().state == State.CLAIMED


def test_an_event_during_an_attempt_is_not_lost(waits, sandbox, post, clock):
    clock.shift(30)
    Claim.objects.update(lease_until=timezone.now() + timedelta(seconds=5))
    post(shadow(HUB))
    worker.run_once()
    assert results() == {Result.WAITING: 1}

    later = timezone.now() + timedelta(minutes=10)
    Claim.objects.update(lease_until=None, **due_at(later))
    sandbox.state.set_hub(HUB, {"online": True})
    clock.shift(3)
    worker.run_once()
    worker.run_once()
    assert results() == {Result.READ: 1}
    assert Claim.objects.get().state == State.CLAIMED


def test_a_claim_that_ended_badly_is_looked_at_again_by_the_event(waits, sandbox, post, clock):
    now = timezone.now()
    Claim.objects.update(
        state=State.EXPIRED, finished_at=now, sends=1, last_send_at=now, **due_at(None)
    )
    bound = {"orgId": world.ACME_ORG_ID, "siteId": "mill-court", "status": "Claimed"}
    sandbox.state.set_hub(HUB, bound | {"online": True})
    clock.shift(30)
    post(event("HubClaimed", HUB))
    worker.run_once()

    assert Claim.objects.get().state == State.EXPIRED
    assert Claim.objects.get().late_effect_at is not None


def test_a_claim_that_is_blocked_is_not_put_back_to_work(waits, post):
    Claim.objects.update(state=State.BLOCKED, reason="key_refused", **due_at(None))
    post(event("HubClaimed", HUB))
    worker.run_once()
    assert Claim.objects.get().due_at is None


def test_an_action_that_waits_goes_on_by_the_event(sandbox, acme, ask, post, clock):  # noqa: F811
    hub = make_own_hub(acme, hub_id=world.MAGIC["ours"].id, spkey_site_id=world.ACTED_ON_AT)
    sandbox.state.set_hub(world.MAGIC["ours"].id, {"online": False})
    ask(hub)
    worker.run_once()
    HubAction.objects.update(**due_at(timezone.now() + timedelta(hours=1)))
    before = HubAction.objects.get()
    assert before.state in {ActionState.WAITING, ActionState.VERIFYING}

    clock.shift(30)
    worker.run_once()
    assert HubAction.objects.get().epoch == before.epoch
    post(shadow(world.MAGIC["ours"].id))
    worker.run_once()
    assert HubAction.objects.get().epoch == before.epoch + 1


def test_the_background_reads_a_hub_less_often_only_while_it_is_heard_of(stands, clock):
    rounds.begin()
    turn = Round.objects.get()

    def is_next(**fields) -> bool:
        Hub.objects.update(**fields)
        return rounds.next_hub(turn, timezone.now()) is not None

    now = timezone.now()
    ten_minutes = now - timedelta(minutes=10)
    assert is_next(asked_at=ten_minutes, heard_at=None)
    assert not is_next(heard_at=now - timedelta(minutes=20))
    assert is_next(heard_at=now - timedelta(hours=2))
    assert is_next(heard_at=now, asked_at=now - timedelta(minutes=31))
    assert not is_next(heard_at=now, asked_at=now - timedelta(minutes=29))


def test_where_all_hubs_are_heard_of_the_round_rests(stands, sandbox):
    Hub.objects.update(heard_at=timezone.now(), asked_at=timezone.now() - timedelta(minutes=10))
    rounds.begin()
    (lease,) = rounds.take_due(1)
    rounds.work(lease)
    assert Round.objects.get().due_at - timezone.now() > timedelta(seconds=25)


def test_a_page_has_a_hub_read_less_often_while_it_is_heard_of(stands):
    for heard_at, every in (
        (None, watching.REFRESH_ONLINE),
        (timezone.now(), watching.REFRESH_HEARD),
        (timezone.now() - timedelta(hours=2), watching.REFRESH_ONLINE),
    ):
        Hub.objects.update(heard_at=heard_at, watched_until=None, **due_at(None))
        watching.watch(Hub.objects.get())
        (lease,) = watching.take_due(1)
        watching.refresh(lease)
        assert abs(Hub.objects.get().due_at - timezone.now() - every) < timedelta(seconds=2)


def test_without_a_key_an_event_waits_with_its_hub(stands, post):
    ApiCredential.objects.all().delete()
    post(event("HubSuspended", HUB))
    worker.run_once()
    assert results() == {Result.READ: 1}
    assert Hub.objects.get().hinted_at is not None
