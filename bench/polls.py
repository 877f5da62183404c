"""An unchanged poll, against a view that answers a signed-in person with an empty body.

Both are asked for by turns over the same connections to the same gunicorn and database. The
claim polled is one that people look at for long: its hub is offline, and it waits.
"""

import threading
import time
import uuid
from datetime import timedelta
from http import HTTPStatus
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
AS_HTMX = {"HX-Request": "true"}


def measure(*, quick: bool) -> list[Figure]:
    """Return the poll's share of the empty view's throughput."""
    person = installer()
    paths = (_poll_path(person), "/bench/empty/")
    rounds, seconds = (4, 0.2) if quick else (80, 0.25)
    with processes.web() as port:
        rates = _by_turns(port, person.cookie, paths, rounds=rounds, seconds=seconds)
    # The first pair warms up. Pairs are compared one by one: what else the machine does then
    # weighs on both of them alike.
    pairs = list(zip(rates[2::2], rates[3::2], strict=True))
    polls, empties = (median(turns) for turns in zip(*pairs, strict=True))
    detail = (
        f"polls {polls:.0f}/s, empty view {empties:.0f}/s; median of {len(pairs)} pairs of turns "
        f"of {seconds:g} s, over {CONNECTIONS} connections"
    )
    figure = Figure(
        "Unchanged poll, share of an empty view's throughput",
        median(poll / empty for poll, empty in pairs if empty),
        TARGET,
        details=[detail],
    )
    return [figure]


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
    port: int, cookie: str, paths: tuple[str, str], *, rounds: int, seconds: float
) -> list[float]:
    """Ask for the two paths by turns. Return the requests per second of each turn."""
    counts = [[0] * rounds for _ in range(CONNECTIONS)]
    start = time.monotonic()
    failures: list[BaseException] = []

    def ask(mine: list[int]) -> None:
        try:
            with Browser(port, cookie) as browser:
                for turn in range(rounds):
                    while time.monotonic() < start + (turn + 1) * seconds:
                        expect(browser.get(paths[turn % 2], AS_HTMX), HTTPStatus.NO_CONTENT)
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
    return [sum(turn) / seconds for turn in zip(*counts, strict=True)]
