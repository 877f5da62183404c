"""What holds of every end: it comes, it stays, it is recorded once, and it is told."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal import spkey
from portal.audit.models import Entry
from portal.claims.engine import actions, leases, recheck, step
from portal.claims.models import ACTIVE, FINAL, SUCCEEDED, Claim, Reason, State
from portal.core import leasing, worker
from portal.notices.models import Notice
from portal.orgs.models import ApiCredential, Membership
from portal.sandbox import world
from tests.claims.engine.faults.verdicts import accepted
from tests.conftest import claim_request, work

SEND = {"path_contains": "ClaimHub"}
READ = {"method": "GET", "path_contains": "status"}


@pytest.mark.parametrize("state", FINAL)
def test_final_states_are_final(sandbox, claim, ira, ada, acme, mill_court, clock, state):
    (stale,) = leases.take_due(1)
    ends = {"state": state, "finished_at": timezone.now(), "due_at": None, "sends": 1}
    ends |= {"epoch": stale.epoch + 1, "lease_until": None, "last_send_at": timezone.now()}
    ended_row = Claim.objects.filter(pk=claim.pk)
    ended_row.update(**ends)
    ended = ended_row.get()
    fixed = ("state", "reason", "finished_at", "claimed_at", "sends")
    before = Claim.objects.filter(pk=claim.pk).values(*fixed).get()

    step.attempt(stale)
    assert not actions.try_now(ended)
    assert not actions.stop(ended, ada)
    assert actions.resume(ApiCredential.objects.get()) == 0
    actions.submit(claim_request(ira, mill_court, claim.hub.hub_id, submission=claim.submission))
    for _ in range(3):
        clock.shift(3700)
        if state in SUCCEEDED:
            with pytest.raises(IntegrityError), transaction.atomic():
                ended_row.update(due_at=timezone.now())
        else:
            ended_row.update(due_at=timezone.now())
        for lease in leases.take_due(5) + recheck.take_due(5):
            recheck.recheck(lease)
        worker.run_once()
    leasing.correct_clock()
    actions.submit(actions.retry(ended, ira))

    assert Claim.objects.filter(pk=claim.pk).values(*fixed).get() == before
    for active in ACTIVE:
        with pytest.raises(IntegrityError), transaction.atomic():
            Claim.objects.filter(pk=claim.pk).update(state=active)


def stopped_while_it_waits(claim, live_until):
    assert live_until(State.WAITING).outcome_unknown_since is None
    assert actions.stop(claim, claim.submitted_by)


def stopped_while_it_is_open(claim, live_until):
    actions.stop(claim, claim.submitted_by)
    live_until(State.CANCELLED)


def its_right_gone(claim, live_until):
    Membership.objects.filter(user=claim.submitted_by).delete()
    waiting = live_until(State.BLOCKED)
    actions.stop(waiting, Membership.objects.get(role="admin").user)


def sent_too_often(claim, live_until):
    Claim.objects.filter(pk=claim.pk).update(sends=8)
    live_until(State.EXPIRED)


@pytest.mark.parametrize(
    "ending", [stopped_while_it_waits, stopped_while_it_is_open, its_right_gone, sent_too_often]
)
def test_every_effective_claim_ends_as_claimed_or_carries_late_effect_and_a_notification(
    sandbox, claim, ada, clock, mailoutbox, ending
):
    def live_until(state):
        for _ in range(20):
            if (now := work(claim)).state == state:
                return now
            clock.shift(15)
        raise AssertionError(now.state)

    sandbox.faults.add(SEND, action={"drop": "before"}, times=1)
    work(claim)
    ending(claim, live_until)
    badly = Claim.objects.get(pk=claim.pk)
    assert badly.is_final
    assert badly.state not in SUCCEEDED
    # What was lost on its way is carried out after all.
    with spkey.Client(sandbox.url, world.ACME_KEY) as late:
        late.claim_hub(claim.hub_id_text, site_id="mill-court", user_id=str(uuid4()))
    for _ in range(3):
        clock.shift(310)
        worker.run_once()

    marked = Claim.objects.get(pk=claim.pk)
    assert (marked.state, marked.finished_at) == (badly.state, badly.finished_at)
    assert marked.late_effect_at is not None
    assert Entry.objects.filter(verb="claim.late_effect", object_id=str(claim.pk)).count() == 1
    (notice,) = Notice.objects.filter(kind="late_effect")
    assert (notice.user, notice.about) == (ada, str(claim.pk))
    of_late_effect = [email.to for email in mailoutbox if "claimed after all" in email.subject]
    assert of_late_effect == [[ada.email]]


ENDS = {
    "claimed": (None, State.CLAIMED, []),
    "other_site": (None, State.CONFLICT, []),
    "unknown": (None, State.NOT_FOUND, []),
    "suspended": (None, State.REJECTED, []),
    "forbidden": (None, State.REJECTED, ["key_forbidden"]),
    "refused": ({"status": 401}, State.BLOCKED, ["key_refused"]),
    "foreign": ({"status": 200, "body": "foreign"}, State.CONFLICT, ["key_mismatch"]),
}


@pytest.mark.parametrize("name", ENDS)
def test_each_final_change_has_exactly_one_audit_row_and_its_notifications(
    sandbox, ira, ada, mill_court, clock, name
):
    action, state, notified = ENDS[name]
    magic = world.MAGIC.get(name)
    claim = actions.submit(claim_request(ira, mill_court, magic.id if magic else world.hub_id(0)))
    if action is not None:
        body = accepted(claim, orgId=world.HARBOUR_ORG_ID)
        sandbox.faults.add(SEND, action=action | ({"body": body} if "body" in action else {}))
    for _ in range(3):
        done = work(claim)
        clock.shift(400)
        actions.try_now(claim)

    assert done.state == state
    ended = Entry.objects.filter(verb="claim.ended", object_id=str(claim.pk))
    recorded = [(entry.detail["state"], entry.organisation_id) for entry in ended]
    assert recorded == ([(state, claim.organisation_id)] if done.is_final else [])
    told = [(notice.user, notice.kind) for notice in Notice.objects.all()]
    assert [kind for user, kind in told if user == ada] == notified
    # Who claimed is told that the claim waits, the administrators of what it waits for.
    assert [kind for user, kind in told if user == ira] == (["waits"] if not done.is_final else [])


ENDLESS = (
    (SEND, {"drop": "before"}),
    (SEND, {"drop": "after"}),
    (SEND, {"status": 500, "effect": True}),
    (SEND, {"status": 200, "body": "{"}),
    (SEND, {"status": 409}),
    (SEND, {"status": 429}),
    (READ, {"status": 502, "body": "<html>"}),
    (READ, {"status": 200, "body": "{}"}),
    (READ, {"reset": "before"}),
)


@pytest.mark.slow
def test_once_faults_stop_every_claim_ends(sandbox, ira, mill_court, clock):
    for number, (match, action) in enumerate(ENDLESS):
        sandbox.faults.add(match | {"hub_id": world.hub_id(number)}, action=action)
        actions.submit(claim_request(ira, mill_court, world.hub_id(number)))
    for _ in range(6):
        worker.run_once()
        clock.shift(60)
    assert Claim.objects.active().count() >= 6
    assert not Claim.objects.active().filter(due_at=None).exists()

    sandbox.faults.clear()
    for _ in range(40):
        worker.run_once()
        clock.shift(60)
    assert set(Claim.objects.values_list("state", "reason")) == {(State.CLAIMED, Reason.NONE)}
    assert len(sandbox.state.event_log) == len(ENDLESS)
