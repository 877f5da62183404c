"""A claim from its submit to its end, against the sandbox."""

from portal.claims.models import State
from tests.conftest import work


def test_a_claim_of_a_fresh_hub_ends_as_claimed(sandbox, claim):
    done = work(claim)

    assert done.state == State.CLAIMED
    assert sandbox.state.event_log[-1].type == "HubClaimed"
