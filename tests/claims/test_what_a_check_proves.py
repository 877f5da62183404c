"""A check of a key proves what SpKey answered, and takes back nothing else."""

from portal.claims.models import State
from portal.core import worker
from portal.gateway import keys
from portal.orgs import api_keys
from tests.claims.test_keys import KEY_REFUSED, replace_key, stored, where
from tests.conftest import work


def test_a_check_that_spkey_does_not_answer_takes_no_refusal_back(sandbox, claim, acme, ada):
    sandbox.state.keys.revoke("acme")
    work(claim)
    sandbox.faults.add(action={"status": 503})

    api_keys.ask_for_check(acme.credential, ada)
    worker.run_once()

    assert (stored(acme).state, stored(acme).due_at) == ("refused", None)
    assert where(work(claim)) == KEY_REFUSED


def test_a_new_key_whose_check_spkey_does_not_answer_is_tried_by_the_claims(sandbox, claim, acme):
    fresh = sandbox.state.keys.rotate("acme")
    assert where(work(claim)) == KEY_REFUSED
    replace_key(acme, fresh)
    sandbox.faults.add(action={"status": 503}, times=1)
    worker.run_once()

    assert stored(acme).state == "unreachable"
    assert work(claim).state == State.CLAIMED


def test_a_check_does_not_clear_a_key_that_claimed_for_another_organisation(sandbox, acme, ada):
    keys.mark_mismatch(acme.credential)

    api_keys.ask_for_check(acme.credential, ada)
    worker.run_once()

    assert (stored(acme).state, stored(acme).due_at) == ("mismatch", None)
