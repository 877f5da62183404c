"""A claim that ended badly after a send is looked at again: it may have taken effect."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.audit.models import Entry
from portal.claims.engine import actions, recheck, timing
from portal.claims.models import Claim, State
from portal.core import worker
from portal.notices.models import Notice
from portal.sandbox import world
from tests.conftest import claim_request, work

SENDS = {"path_contains": "ClaimHub"}


@pytest.fixture
def ended(sandbox, claim, ira, clock):
    """A claim whose send was answered with a plain 500, stopped, and settled as not effective."""
    sandbox.faults.add(SENDS, action={"status": 500}, times=1)
    work(claim)
    actions.stop(claim, ira)
    for _ in range(4):
        clock.shift(46)
        claim = work(claim)
    assert (claim.state, claim.sends, claim.late_effect_at) == (State.CANCELLED, 1, None)
    return claim


def takes_effect(sandbox, claim, site="mill-court", org=world.ACME_ORG_ID):
    """Let SpKey carry the claim out now, long after its answer was lost."""
    where = {"status": "Claimed", "orgId": org, "siteId": site}
    sandbox.state.set_hub(claim.hub_id_text, where)


def again(claim):
    worker.run_once()
    return Claim.objects.get(pk=claim.pk)


def late_effect_notices(claim):
    return Notice.objects.filter(kind="late_effect", about=str(claim.pk))


@pytest.mark.parametrize("after", timing.RECHECK_AFTER)
def test_a_late_effect_is_marked_recorded_and_notified(sandbox, ended, ada, clock, after):
    for mark in timing.RECHECK_AFTER:
        if mark < after:
            clock.move_to(ended.finished_at + mark + timedelta(seconds=1))
            assert again(ended).late_effect_at is None
    takes_effect(sandbox, ended)
    clock.move_to(ended.finished_at + after + timedelta(seconds=1))

    claim = again(ended)

    assert claim.state == State.CANCELLED
    assert claim.late_effect_at is not None
    assert claim.due_at is None
    [entry] = Entry.objects.filter(verb="claim.late_effect")
    assert (entry.object_id, entry.detail["site"]) == (str(claim.pk), "mill-court")
    assert [notice.user for notice in late_effect_notices(claim)] == [ada]


def test_rechecks_end_after_a_day_without_an_effect(ended, clock, wire):
    for mark in timing.RECHECK_AFTER:
        clock.move_to(ended.finished_at + mark + timedelta(seconds=1))
        claim = again(ended)

    assert claim.due_at is None
    assert claim.late_effect_at is None
    asked = len(wire("status"))
    clock.shift(7 * 24 * 3600)
    again(ended)
    assert len(wire("status")) == asked


def test_a_recheck_that_is_not_answered_is_repeated_in_twenty_minutes(sandbox, ended, clock):
    sandbox.faults.add({"path_contains": "status"}, action={"status": 503})
    clock.shift(301)

    assert again(ended).due_at == pytest.approx(
        timezone.now() + timedelta(minutes=20), abs=timedelta(seconds=5)
    )
    sandbox.faults.clear()
    takes_effect(sandbox, ended)
    clock.shift(1201)

    assert again(ended).late_effect_at is not None


def test_a_hub_that_a_later_claim_bound_is_no_late_effect(sandbox, ended, ira, mill_court, clock):
    later = actions.submit(actions.retry(ended, ira))
    assert work(later).state == State.CLAIMED
    clock.shift(301)

    assert again(ended).late_effect_at is None


def test_a_new_claim_that_finds_the_hub_claimed_rechecks_the_old_one(sandbox, ended, ira, clock):
    takes_effect(sandbox, ended)

    later = work(actions.submit(actions.retry(ended, ira)))
    again(ended)

    assert later.state == State.ALREADY_YOURS
    assert Claim.objects.get(pk=ended.pk).late_effect_at is not None


@pytest.mark.parametrize("where", [("orchard-rise", world.ACME_ORG_ID), ("mill-court", "others")])
def test_a_hub_that_is_elsewhere_now_is_no_late_effect(sandbox, ended, clock, where):
    site, org = where
    takes_effect(sandbox, ended, site, org)
    clock.shift(301)

    assert again(ended).late_effect_at is None


def test_a_claim_that_was_never_sent_is_not_rechecked(sandbox, claim, ira):
    actions.stop(claim, ira)

    assert Claim.objects.get(pk=claim.pk).due_at is None


def test_a_worker_that_lost_its_lease_marks_nothing(sandbox, ended, clock):
    takes_effect(sandbox, ended)
    clock.shift(301)
    (stale,) = recheck.take_due(1)
    clock.shift(91)
    recheck.take_due(1)

    recheck.recheck(stale)

    assert Claim.objects.get(pk=ended.pk).late_effect_at is None
    assert not Entry.objects.filter(verb="claim.late_effect").exists()


def test_a_key_refused_during_a_recheck_is_in_doubt_and_the_claim_rechecked_later(
    sandbox, ended, acme, clock
):
    sandbox.state.keys.revoke("acme")
    clock.shift(301)

    claim = again(ended)

    acme.credential.refresh_from_db()
    assert acme.credential.doubted_at is not None
    assert claim.due_at is not None


def test_the_claim_page_and_the_administrators_home_show_a_late_effect(
    sandbox, ended, ada, as_person, clock
):
    takes_effect(sandbox, ended)
    clock.shift(301)
    again(ended)

    page = as_person(ada).get(f"/claims/{ended.pk}/").content.decode()
    home = as_person(ada).get("/").content.decode()
    listed = as_person(ada).get("/claims/?state=late").content.decode()

    assert "SmartphoneKey claimed it after all" in page
    assert "Try again" not in page
    assert "1 claim took effect late" in home
    assert str(ended.pk) in listed


def test_another_attempt_of_the_same_hub_under_way_is_waited_for(
    sandbox, ended, ira, mill_court, clock
):
    sandbox.faults.add({"path_contains": "status"}, action={"status": 503})
    actions.submit(claim_request(ira, mill_court, ended.hub_id_text))
    takes_effect(sandbox, ended)
    clock.shift(301)
    again(ended)
    sandbox.faults.clear()

    assert Claim.objects.get(pk=ended.pk).late_effect_at is None
    assert Claim.objects.get(pk=ended.pk).due_at is not None


def test_a_hub_installed_by_others_long_afterwards_is_no_late_effect(
    sandbox, ended, ira, mill_court, clock
):
    for mark in timing.RECHECK_AFTER:
        clock.move_to(ended.finished_at + mark + timedelta(seconds=1))
        again(ended)
    clock.shift(90 * 24 * 3600)
    takes_effect(sandbox, ended)

    found = work(actions.submit(claim_request(ira, mill_court, ended.hub_id_text)))
    again(ended)

    assert found.state == State.ALREADY_YOURS
    assert Claim.objects.get(pk=ended.pk).late_effect_at is None


def test_of_two_claims_that_ended_badly_one_is_marked(sandbox, ended, ira, clock):
    sandbox.faults.add(SENDS, action={"status": 500}, times=1)
    second = actions.submit(actions.retry(ended, ira))
    work(second)
    actions.stop(second, ira)
    for _ in range(4):
        clock.shift(46)
        second = work(second)
    assert (second.state, second.sends) == (State.CANCELLED, 1)
    takes_effect(sandbox, ended)
    clock.shift(3700)
    again(ended)
    again(ended)

    assert Claim.objects.get(pk=second.pk).late_effect_at is not None
    assert Claim.objects.get(pk=ended.pk).late_effect_at is None


@pytest.mark.parametrize("answer", [404, 403])
def test_a_hub_that_spkey_denies_is_rechecked_no_more_often(sandbox, ended, clock, wire, answer):
    sandbox.faults.add({"path_contains": "status"}, action={"status": answer})
    before = len(wire("status"))
    for _ in range(60):
        clock.shift(3600)
        again(ended)

    assert len(wire("status")) - before <= 3


@pytest.mark.parametrize(("answer", "binding"), [(404, "missing"), (403, "other")])
def test_a_recheck_remembers_what_spkey_denies(sandbox, ended, clock, answer, binding):
    sandbox.faults.add({"path_contains": "status"}, action={"status": answer})
    clock.shift(301)

    assert again(ended).hub.binding == binding


def test_an_unexpected_error_delays_the_recheck_and_is_not_retried_at_once(
    ended, clock, monkeypatch, caplog
):
    def broken(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(recheck, "_took_effect", broken)
    clock.shift(301)

    claim = again(ended)

    assert claim.due_at > timezone.now() + timedelta(minutes=19)
    assert "the recheck failed" in caplog.text


def test_spkeys_clock_need_not_agree_with_ours(sandbox, claim, clock):
    lie = {"status": 404, "effect": True}
    sandbox.faults.add(SENDS, action=lie, times=1)
    assert work(claim).state == State.NOT_FOUND
    hour = timedelta(hours=1)
    Claim.objects.update(
        last_send_at=timezone.now() + hour,
        finished_at=timezone.now() + hour,
        due_at=timezone.now(),
    )

    assert again(claim).late_effect_at is not None
