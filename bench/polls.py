"""A poll, against a view that answers a signed-in person with an empty body.

Both are asked for by turns of the same gunicorn and database. The claim polled is one that
people look at for long: its hub is offline, and it waits. An unchanged poll is asked as its page
asks, which shows the ticket that it was given, for as long as that is good at the settled pace;
and in full each time. Then the same poll is asked for by turns of a second gunicorn as well, whose
query is built for each poll instead of prepared.
"""

import threading
import time
from dataclasses import dataclass
from http import HTTPStatus
from statistics import median

from django.core.management import call_command

from bench import processes, waiting
from bench.browser import expect
from bench.people import installer
from bench.plain import PlainBrowser
from bench.report import Figure
from portal.core.web import poll_tickets

CONNECTIONS = 6
TARGET = 2.0
TARGET_FULL = 0.6
TARGET_CHANGED = 0.5
# At least so many times the polls of a server that builds the query for each of them.
TARGET_PREPARED = 1.2
AS_HTMX = {"HX-Request": "true"}
# Seconds between two polls of a claim that is no more than minutes old.
SETTLED_PACE = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for, by how it is answered, and how often a ticket that came may be shown."""

    port: int
    path: str
    status: HTTPStatus = HTTPStatus.NO_CONTENT
    shows: int = 0


class Asker:
    """Asks for one thing over one connection."""

    def __init__(self, asked: Asked, browser: PlainBrowser) -> None:
        self._asked, self._browser = asked, browser
        self._ticket, self._left = "", 0

    def ask(self) -> None:
        """Ask once more. Raises RuntimeError where the answer is another."""
        shown = {poll_tickets.TICKET: self._ticket} if self._left else {}
        page = expect(self._browser.get(self._asked.path, AS_HTMX | shown), self._asked.status)
        given = page.headers.get(poll_tickets.TICKET.lower())
        if shown and given:
            raise RuntimeError("the ticket was of no use")
        self._ticket = given or self._ticket
        self._left = self._asked.shows if given else max(0, self._left - 1)


def measure(*, quick: bool) -> list[Figure]:
    """Return the poll's share of the empty view's throughput, and what its query saves."""
    # News is drawn, by the names of static files.
    call_command("collectstatic", interactive=False, verbosity=0)
    person = installer()
    path = waiting.polled_by(person)
    # A ticket's second has begun when it is given.
    shows = (poll_tickets.GOOD_FOR - 1) // SETTLED_PACE
    with processes.web() as port, processes.web(BENCH_UNPREPARED="1") as unprepared:
        poll, empty = Asked(port, path), Asked(port, "/bench/empty/")
        as_page = Asked(port, path, shows=shows)
        changed = Asked(port, f"{path}.before", HTTPStatus.OK)
        built = Asked(unprepared, path)
        return [
            _compared(
                "Unchanged poll, times an empty view's throughput",
                TARGET,
                _by_turns((as_page, empty), person.cookie, quick=quick),
                f"polls {{:.0f}}/s, {shows} with a ticket to one without; empty view {{:.0f}}/s",
            ),
            _compared(
                "Unchanged poll without a ticket, share of an empty view's throughput",
                TARGET_FULL,
                _by_turns((poll, empty), person.cookie, quick=quick),
                "polls {:.0f}/s, empty view {:.0f}/s",
            ),
            _compared(
                "Changed poll, share of an empty view's throughput",
                TARGET_CHANGED,
                _by_turns((changed, empty), person.cookie, quick=quick),
                "polls {:.0f}/s, empty view {:.0f}/s",
            ),
            _compared(
                "Unchanged poll without a ticket, times that without a prepared query",
                TARGET_PREPARED,
                _by_turns((poll, built), person.cookie, quick=quick),
                "prepared {:.0f}/s, built each time {:.0f}/s",
            ),
        ]


def _compared(name: str, target: float, pairs: list[tuple[float, float]], detail: str) -> Figure:
    """Return how the first of each pair compares with the second.

    Pairs are compared one by one: what else the machine does then weighs on both of them alike.
    """
    rates = (median(turns) for turns in zip(*pairs, strict=True))
    how = f"median of {len(pairs)} pairs of turns, over {CONNECTIONS} connections"
    ratio = median(one / other for one, other in pairs)
    return Figure(name, ratio, target, details=[f"{detail.format(*rates)}; {how}"])


def _by_turns(
    things: tuple[Asked, Asked], cookie: str, *, quick: bool
) -> list[tuple[float, float]]:
    """Ask for the two things by turns. Return the requests per second of each pair.

    The first pair warms up and is left out.
    """
    turns, seconds = (4, 0.2) if quick else (80, 0.25)
    counts = [[0] * turns for _ in range(CONNECTIONS)]
    start = time.monotonic()
    failures: list[BaseException] = []

    def ask(mine: list[int]) -> None:
        try:
            for turn in range(turns):
                asked = things[turn % 2]
                # A connection a turn: the server closes one that rests for long.
                with PlainBrowser(asked.port, cookie) as browser:
                    asker = Asker(asked, browser)
                    # At least once, however late: a turn of none compares with nothing.
                    while not mine[turn] or time.monotonic() < start + (turn + 1) * seconds:
                        asker.ask()
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
    return list(zip(rates[2::2], rates[3::2], strict=True))
