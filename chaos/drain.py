"""After the faults: people try at once what waits, administrators restore keys; the rest waits."""

import time
from collections import Counter

from django.db import connection

from chaos.accounts import unreported_effects, unsent_notices
from chaos.ledger import Ledger
from chaos.options import show_progress
from chaos.people import People
from chaos.scenario import Scenario
from portal.claims.engine import timing
from portal.claims.models import Claim, Reason, State

# The portal's: a lease and a settled send take two minutes, a window of three sends ten, and
# rechecks begin after five.
LONGEST = 900.0
# A recheck that the faults have met is made once more only after this.
LONGEST_RECHECK = LONGEST + timing.RECHECK_RETRY_AFTER.total_seconds()
EVERY = 8.0


def until_quiet(scenario: Scenario) -> bool:
    """Wait until nothing is under way any more, or has been for too long. Say whether it is."""
    options = scenario.options
    scenario.api.clear_faults()
    began, shown_at, late = time.monotonic(), 0.0, 0
    while time.monotonic() - began < max(
        options.seconds(LONGEST_RECHECK if late else LONGEST), 30.0
    ):
        scenario.administrators.restore()
        states = Counter(Claim.objects.active().values_list("state", flat=True))
        open_notices = unsent_notices().count()
        # The whole log is fetched for this: only once everything else is quiet.
        late = 0 if states or open_notices else len(unreported_effects(scenario.accounts()))
        if not states and not open_notices and not late:
            return True
        if time.monotonic() - shown_at > 10:
            shown_at = time.monotonic()
            _show(states, open_notices, late)
        _try_now(scenario.ledger, scenario.people)
        connection.close()
        time.sleep(max(0.2, options.seconds(EVERY)))
    return False


def _try_now(ledger: Ledger, people: People) -> None:
    """Let the people whose claims wait try now."""
    waiting = Claim.objects.filter(state=State.WAITING).exclude(reason=Reason.TOO_OFTEN)
    for claim_id in map(str, waiting.values_list("pk", flat=True)):
        if claim_requests := ledger.accepted.get(claim_id):
            people.try_now(claim_requests[0], claim_id)


def _show(states: Counter[str], open_notices: int, late: int) -> None:
    under_way = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
    show_progress(
        f"under way: {under_way or 'no claim'}; {open_notices} notices, {late} late effects"
    )
