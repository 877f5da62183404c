"""`manage.py restored`: nothing of a backup is sent before somebody lets it go on."""

from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.utils import timezone

from portal.claims.engine import actions
from portal.claims.models import FINAL, Attempt, Claim, Reason, State
from portal.core import worker
from portal.core.models import Heartbeat
from portal.imports.models import Import
from portal.imports.models import State as ImportState
from portal.sandbox import world
from tests.conftest import claim_request
from tests.imports.conftest import give

pytestmark = pytest.mark.django_db(transaction=True)


def restored(*options: str) -> str:
    out = StringIO()
    call_command("restored", *options, stdout=out)
    return out.getvalue()


def sends(sandbox) -> list[str]:
    return [each.path for each in sandbox.state.requests if each.path.endswith("ClaimHub")]


def as_time_passes(clock, rounds: int = 12) -> None:
    """Let a worker do what falls due in some minutes."""
    for _ in range(rounds):
        worker.run_once()
        clock.shift(30)


def test_claims_rest_until_they_are_let_go_on(sandbox, claim, clock):
    assert "1 claims are paused" in restored()
    before = Claim.objects.get()
    as_time_passes(clock)
    assert (Claim.objects.get().state, Claim.objects.get().due_at) == (before.state, None)
    assert sends(sandbox) == []


def test_a_second_time_holds_nothing_more(sandbox, claim):
    restored()
    since = Claim.objects.get().outcome_unknown_since
    assert "0 claims are paused" in restored()
    assert Claim.objects.get().outcome_unknown_since == since


def test_a_claim_that_was_carried_out_since_is_found_out_and_not_sent(sandbox, claim, clock):
    Claim.objects.update(due_at=None)
    twin = Claim.objects.values().get()
    Claim.objects.update(due_at=timezone.now())
    as_time_passes(clock, 1)
    assert len(sends(sandbox)) == 1
    # The backup knows nothing of that.
    Attempt.objects.all().delete()
    Claim.objects.update(**{**twin, "due_at": timezone.now()})

    restored()
    assert "1 claims are read back" in restored("--go-on")
    as_time_passes(clock)

    assert Claim.objects.get().state in {State.CLAIMED, State.ALREADY_YOURS}
    assert len(sends(sandbox)) == 1


@pytest.mark.parametrize("state", [State.QUEUED, State.WAITING, State.VERIFYING, State.SENDING])
def test_one_that_was_not_is_sent_after_two_reads_that_agree(state, sandbox, claim, clock):
    Claim.objects.update(state=state)
    restored()
    restored("--go-on")
    worker.run_once()
    assert sends(sandbox) == []
    as_time_passes(clock, 30)

    assert Claim.objects.get().state == State.CLAIMED
    assert len(sends(sandbox)) == 1
    paths = [each.path for each in sandbox.state.requests]
    reads = [path for path in paths[: paths.index(sends(sandbox)[0])] if world.hub_id(0) in path]
    assert len(reads) >= 2


def test_one_that_waited_for_days_in_the_backup_does_not_expire_of_it(sandbox, claim, clock):
    Claim.objects.update(retry_window_start=timezone.now() - timedelta(days=9))
    restored()
    restored("--go-on")
    as_time_passes(clock, 30)
    assert Claim.objects.get().state == State.CLAIMED


def test_one_that_waits_for_somebody_still_does(sandbox, claim, clock):
    Claim.objects.update(state=State.BLOCKED, reason=Reason.RIGHT_GONE)
    restored()
    as_time_passes(clock, 4)
    assert (Claim.objects.get().state, sends(sandbox)) == (State.BLOCKED, [])


def test_what_has_ended_is_left_as_it_is(sandbox, claim):
    worker.run_once()
    ended = Claim.objects.values().get()
    assert ended["state"] in FINAL
    assert "0 claims are paused" in restored()
    restored("--go-on")
    assert Claim.objects.values().get() == ended


def test_whoever_is_asked_to_stop_one_can(sandbox, claim, ira, clock):
    restored()
    assert not actions.stop(Claim.objects.get(), ira)
    as_time_passes(clock)
    assert (Claim.objects.get().state, sends(sandbox)) == (State.CANCELLED, [])


def test_a_claim_that_is_made_afterwards_is_not_held(sandbox, claim, ira, mill_court):
    restored()
    other = actions.submit(claim_request(ira, mill_court, world.hub_id(1)))
    worker.run_once()
    assert Claim.objects.get(pk=other.pk).state == State.CLAIMED
    assert len(sends(sandbox)) == 1


def test_its_page_is_shown(sandbox, claim, client, ira):
    restored()
    client.force_login(ira)
    assert client.get(f"/claims/{claim.pk}/").status_code == 200
    assert client.get("/claims/").status_code == 200


def test_an_import_hands_no_rows_on(sandbox, ada, mill_court):
    plan = give(ada, "hub,site\n")
    Import.objects.filter(pk=plan.pk).update(state=ImportState.RUNNING, due_at=timezone.now())
    assert "1 imports are paused" in restored()
    assert Import.objects.get(pk=plan.pk).due_at is None
    assert "1 imports go on" in restored("--go-on")
    assert Import.objects.get(pk=plan.pk).due_at is not None


def test_everybody_signs_in_again(sandbox, client, ira):
    client.force_login(ira)
    assert client.get("/claims/").status_code == 200
    assert "1 sessions have ended" in restored()
    assert client.get("/claims/").status_code == 302
    assert not Session.objects.exists()


def test_where_a_worker_is_at_work_it_changes_nothing(sandbox, claim):
    Heartbeat.objects.create(name="w", beat_at=timezone.now())
    with pytest.raises(CommandError, match="Stop it first"):
        restored()
    assert Claim.objects.get().due_at is not None
    Heartbeat.objects.update(beat_at=timezone.now() - 2 * Heartbeat.SILENT)
    restored()
