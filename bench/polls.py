"""An unchanged poll, against a view that answers a signed-in person with an empty body.

Both are asked for by turns over the same connections to the same gunicorn and database. The
claim polled is one that people look at for long: its hub is offline, and it waits. The same poll
is asked for by turns of a second gunicorn whose queries are built each time, not prepared: what
that saves is a figure of its own.
"""

import threading
import time
import uuid
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import timedelta
from http import HTTPStatus
from itertools import batched
from statistics import median

from django.utils import timezone

from bench import processes
from bench.browser import Browser, expect
from bench.people import Installer, installer
from bench.report import Figure
from portal.claims.models import Claim, Reason, State
from portal.claims.web import polling
from portal.hubs import watching

CONNECTIONS = 6
TARGET = 0.6
# So many times the polls at the least that there are when the query is built for each.
TARGET_PREPARED = 1.2
AS_HTMX = {"HX-Request": "true"}


def measure(*, quick: bool) -> list[Figure]:
    """Return the poll's share of the empty view's throughput, and what its query saves."""
    person = installer()
    poll, empty = _poll_path(person), "/bench/empty/"
    rounds, seconds = (2, 0.2) if quick else (40, 0.25)
    with processes.web() as port, processes.web(BENCH_UNPREPARED="1") as unprepared:
        turns = ((port, poll), (port, empty), (unprepared, poll))
        rates = _by_turns(turns, person.cookie, rounds=rounds, seconds=seconds)
    # The first round warms up. The rest are compared one by one: what else the machine does
    # then weighs on all of their turns alike.
    compared = rates[1:]
    polls, empties, built = (median(column) for column in zip(*compared, strict=True))
    how = (
        f"median of {len(compared)} rounds of turns of {seconds:g} s, "
        f"over {CONNECTIONS} connections"
    )
    return [
        Figure(
            "Unchanged poll, share of an empty view's throughput",
            median(mine / none for mine, none, _ in compared if none),
            TARGET,
            details=[f"polls {polls:.0f}/s, empty view {empties:.0f}/s; {how}"],
        ),
        Figure(
            "Unchanged poll, throughput with its query prepared to that without",
            median(mine / slow for mine, _, slow in compared if slow),
            TARGET_PREPARED,
            details=[f"prepared {polls:.0f}/s, built each time {built:.0f}/s; {how}"],
        ),
    ]


def _poll_path(person: Installer) -> str:
    """Return where the page of a waiting claim polls when it has seen everything."""
    before = timezone.now() - timedelta(minutes=5)
    hub_id = uuid.uuid4()
    claim = Claim.objects.create(
        organisation=person.organisation,
        hub=watching.hub_for(person.organisation, hub_id),
        hub_id_text=str(hub_id),
        site=person.site,
        spkey_site_id=person.site.spkey_site_id,
        submitted_by=person.user,
        submission=uuid.uuid4(),
        state=State.WAITING,
        reason=Reason.OFFLINE,
        created_at=before,
        contacted_at=before,
        due_at=timezone.now() + timedelta(hours=1),
    )
    return f"/claims/{claim.pk}/live/?seen={polling.seen(claim)}"


def _by_turns(
    turns: Sequence[tuple[int, str]], cookie: str, *, rounds: int, seconds: float
) -> list[tuple[float, ...]]:
    """Ask for each path at its port by turns. Return each round's requests per second."""
    counts = [[0] * rounds * len(turns) for _ in range(CONNECTIONS)]
    start = time.monotonic()
    failures: list[BaseException] = []

    def ask(mine: list[int]) -> None:
        try:
            with ExitStack() as stack:
                browsers = {port: stack.enter_context(Browser(port, cookie)) for port, _ in turns}
                for turn in range(len(mine)):
                    port, path = turns[turn % len(turns)]
                    while time.monotonic() < start + (turn + 1) * seconds:
                        expect(browsers[port].get(path, AS_HTMX), HTTPStatus.NO_CONTENT)
                        mine[turn] += 1
        except (RuntimeError, OSError) as failure:
            failures.append(failure)

    threads = [threading.Thread(target=ask, args=(mine,), daemon=True) for mine in counts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    rates = [sum(turn) / seconds for turn in zip(*counts, strict=True)]
    return list(batched(rates, len(turns)))
