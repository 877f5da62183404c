"""Chaos in short: the real parts, killed and lied to for some seconds; and its own honesty."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.utils import timezone

from chaos import accounts, clock, faults, postgres, reconcile, run
from chaos.browser import loopback
from chaos.clock import STEP_SECONDS
from chaos.ledger import ClaimRequest, Ledger
from chaos.options import RunOptions
from portal.claims.engine import actions
from portal.claims.models import Reason, State
from portal.core import worker
from portal.sandbox import world
from portal.sandbox.faults import FaultAction
from tests.background import IN_BACKGROUND
from tests.conftest import claim_request
from tests.running import until

ROOT = Path(__file__).resolve().parents[2]
SHORT = (
    "--claims=28",
    "--fault-seconds=3",
    "--faster=30",
    "--kills=3",
    "--seed=7",
    "--no-late-effects",
)


def start(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*IN_BACKGROUND, sys.executable, "-m", "chaos", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.slow
@pytest.mark.timeout(1000)
def test_a_short_run_loses_doubles_and_misreports_no_claim(tmp_path):
    development = tmp_path / "development.sqlite3"
    with start(
        "--only=sqlite", *SHORT, DATABASE_URL=f"sqlite:///{development}", TMPDIR=str(tmp_path)
    ) as chaos:
        output, errors = chaos.communicate(timeout=900)
    counts = dict(re.findall(r"^(\S.*?) {2,}(\d+)$", output, re.MULTILINE))
    assert chaos.returncode == 0, output + errors
    assert "All accounts agree." in output
    assert int(counts["workers killed (SIGKILL)"]) >= 3
    assert int(counts["clock put forward or back"]) >= 1
    assert int(counts["claims (the rows)"]) == int(counts["claims accepted (the ledger)"]) >= 24
    assert int(counts["claims claimed"]) > 0
    assert list(tmp_path.iterdir()) == [], "neither the development database nor a trace of it"


def group_of(process: subprocess.Popen[str]) -> list[str]:
    """Return what the process has started, by command line."""
    listed = subprocess.run(
        ["ps", "-o", "args=", "--ppid", str(process.pid)],
        capture_output=True,
        text=True,
        check=False,
    )
    return listed.stdout.splitlines()


@pytest.mark.slow
@pytest.mark.timeout(1000)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_told_to_end_leaves_nothing_behind(tmp_path, number):
    with start("--only=sqlite", *SHORT, TMPDIR=str(tmp_path)) as chaos:
        until(lambda: any("sandbox" in line for line in group_of(chaos)))
        port = re.search(r"--port (\d+)", "\n".join(group_of(chaos)))[1]
        chaos.send_signal(number)
        chaos.communicate(timeout=240)

    assert chaos.returncode == 128 + number
    assert list(tmp_path.iterdir()) == []
    everything = subprocess.run(["ps", "-eo", "args="], capture_output=True, text=True, check=True)
    assert f"--port {port}" not in everything.stdout


def test_whoever_ends_a_run_while_its_threads_start_ends_these_too(monkeypatch):
    options = RunOptions(1, fault_seconds=1, faster=1, kills=0, seed=7, late_effects=False)
    told: list[bool] = []

    class Ended(ThreadPoolExecutor):
        def submit(self, *action):
            if told or self._threads:
                raise SystemExit(130)
            return super().submit(*action)

    injector = SimpleNamespace(run=lambda: told.append(options.over.wait(30)))
    monkeypatch.setattr(run, "ThreadPoolExecutor", Ended)
    monkeypatch.setattr(run, "FaultInjector", lambda *_: injector)
    scenario = SimpleNamespace(
        api=None, ledger=Ledger(), options=options, tenants=[], administrators=injector
    )
    with pytest.raises(SystemExit):
        run._inject_faults(run.Processes(None, [], []), scenario, SimpleNamespace(tasks=[]), None)
    assert told == [True]


def test_a_run_talks_to_this_machine_only():
    assert loopback("http://127.0.0.1:8787") == "http://127.0.0.1:8787"
    for address in ("https://api.spkey.co", "http://192.0.2.1", "http://127.0.0.1.example", ""):
        with pytest.raises(ValueError, match="this machine"):
            loopback(address)


def test_without_postgresql_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(postgres, "PACKAGES", tmp_path)
    with (
        pytest.raises(postgres.NotInstalledError, match="apt-get install postgresql"),
        postgres.server(),
    ):
        pass


def test_the_scenarios_use_every_kind_of_fault_that_the_sandbox_has():
    known = set(FaultAction.__dataclass_fields__) - {"headers", "effect"}
    assert {kind for action in faults.FAULTS.values() for kind in action} >= known
    for action in (faults.FAULTS | faults.FALSE_REFUSALS).values():
        FaultAction(**action)


@pytest.mark.slow
def test_a_faster_worker_keeps_the_proportions_that_a_lease_needs():
    program = (
        "import django; django.setup()\n"
        "from chaos import quick_worker; quick_worker._speed_up(30)\n"
        "from portal import spkey; from portal.claims.models import Claim\n"
        "from portal.core import worker; worker.check_leases()\n"
        "print(Claim.LEASE.total_seconds(), spkey.Timeouts().post_total)"
    )
    output = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert output.stdout.split() == ["3.0", "1.0"], output.stderr


# The reconciliation finds what is wrong: three accounts that agree, one of them spoilt


@pytest.fixture
def agreeing(sandbox, ira, ada, mill_court, tmp_path, monkeypatch) -> accounts.Accounts:
    """Ira's three claims: two that took effect, and one of a hub that nobody knows."""
    monkeypatch.setenv("BENCH_FOLDER", str(tmp_path))
    monkeypatch.setenv(clock.NAME, "")
    clock.prepare(tmp_path)
    ledger = Ledger()
    person = SimpleNamespace(email=ira.email)
    acme = SimpleNamespace(organisation=mill_court.organisation, org_id=world.ACME_ORG_ID)
    for hub_id in (world.hub_id(0), world.hub_id(1), world.MAGIC["unknown"].id):
        claim = actions.submit(claim_request(ira, mill_court, hub_id))
        asked = ClaimRequest(person, acme, mill_court.spkey_site_id, hub_id, str(claim.submission))
        ledger.accept(asked, str(claim.pk))
    worker.run_once()
    return accounts.read(ledger, {world.ACME_ORG_ID: "acme"}, sandbox.state.log())


def first(found: accounts.Accounts):
    """The oldest claim, which took effect."""
    return min(found.claims.values(), key=lambda claim: claim.created_at)


def lose_a_row(found):
    del found.claims[str(first(found).pk)]


def drop_the_notices(found):
    del found.ledger.accepted[str(first(found).pk)]


def ask_for_another_hub(found):
    (asked,) = found.ledger.accepted[str(first(found).pk)]
    found.ledger.accepted[str(first(found).pk)] = [replace(asked, hub_id=world.hub_id(5))]


def answer_one_form_twice(found):
    one, other, *_ = found.ledger.accepted.values()
    other.append(one[0])


def refuse_for_nothing(found):
    (asked,) = found.ledger.accepted[str(first(found).pk)]
    found.ledger.refuse(replace(asked, hub_id=world.hub_id(5)))


def forbid_for_nothing(found):
    (asked,) = found.ledger.accepted[str(first(found).pk)]
    found.ledger.forbid(asked, str(first(found).pk))


def leave_without_a_next_attempt(found):
    first(found).state = State.WAITING


def claim_twice(found):
    found.log["events"].append(found.log["events"][0])


def use_anothers_key(found):
    found.log["requests"][0]["key"] = "harbour"


def name_the_organisation(found):
    found.sends[0]["body"]["orgId"] = world.ACME_ORG_ID


def bind_with_anothers_key(found):
    found.log["events"][0]["key"] = "harbour"


def drop_an_effect(found):
    del found.log["events"][0]


def call_a_success_a_failure(found):
    first(found).state = State.EXPIRED


def send_once_more(found):
    requests = found.log["requests"]
    requests.append(next(one for one in requests if one["path"].endswith("/ClaimHub")))


def miscount_the_sends(found):
    first(found).sends = 3


def cancel_what_nobody_stopped(found):
    first(found).state = State.CANCELLED


def send_after_it_was_stopped(found):
    first(found).cancel_requested_at = first(found).last_send_at - timedelta(seconds=10)


def drop_an_audit_row(found):
    found.entries.remove(next(one for one in found.entries if one.verb == "claim.ended"))


def take_effect_late_in_silence(found):
    first(found).late_effect_at = timezone.now()


def accuse_a_key(found):
    first(found).reason = Reason.KEY_MISMATCH


def answer_with_an_error(found):
    found.ledger.surprise("/claims/new/ was answered with 500")


SPOILT = [
    (lose_a_row, reconcile.nothing_is_lost),
    (drop_the_notices, reconcile.nothing_is_lost),
    (ask_for_another_hub, reconcile.what_was_asked_is_what_is_done),
    (answer_one_form_twice, reconcile.one_form_is_one_claim),
    (refuse_for_nothing, reconcile.refusals_are_right),
    (forbid_for_nothing, reconcile.refusals_are_right),
    (leave_without_a_next_attempt, reconcile.every_claim_goes_on_or_has_ended),
    (claim_twice, reconcile.nothing_is_claimed_twice),
    (use_anothers_key, reconcile.every_call_uses_the_right_key),
    (name_the_organisation, reconcile.every_send_names_the_right_organisation),
    (bind_with_anothers_key, reconcile.effects_are_under_their_own_key),
    (drop_an_effect, reconcile.what_says_claimed_is_claimed),
    (call_a_success_a_failure, reconcile.what_is_claimed_says_so),
    (send_once_more, reconcile.every_send_was_intended),
    (miscount_the_sends, reconcile.the_attempts_are_complete),
    (cancel_what_nobody_stopped, reconcile.who_stopped_it_is_known),
    (send_after_it_was_stopped, reconcile.who_stopped_it_is_known),
    (drop_an_audit_row, reconcile.each_end_is_audited_once),
    (take_effect_late_in_silence, reconcile.administrators_are_notified_once),
    (accuse_a_key, reconcile.no_key_is_accused),
    (answer_with_an_error, reconcile.the_portal_never_failed),
]


def test_accounts_that_agree_show_no_difference(agreeing):
    found = reconcile.reconcile(agreeing)
    assert len(found) == len(reconcile.CHECKS)
    assert not any(found.values())


def test_a_send_before_the_clock_went_back_was_before_what_was_stopped_after_it(agreeing):
    claim, kept = first(agreeing), agreeing.ledger.clock
    kept.put(-STEP_SECONDS)
    claim.cancel_requested_at = timezone.now() - timedelta(seconds=STEP_SECONDS)
    assert claim.cancel_requested_at < claim.last_send_at
    assert not list(reconcile.who_stopped_it_is_known(agreeing))


@pytest.mark.parametrize(("spoil", "check"), SPOILT, ids=[spoil.__name__ for spoil, _ in SPOILT])
def test_a_difference_is_found(agreeing, spoil: Callable[[accounts.Accounts], None], check):
    spoil(agreeing)
    assert list(check(agreeing))


def test_every_check_has_been_shown_a_difference():
    assert {check for _, check in SPOILT} == set(reconcile.CHECKS)
