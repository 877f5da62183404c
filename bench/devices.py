"""An installer's device with one page open: it asks for news as the page's script does.

Each request has a connection of its own, as a proxy makes them that keeps none.
"""

import asyncio
import random
import re
import time
import uuid
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from django.conf import settings

from bench.browser import TOKEN, Page
from bench.people import Installer
from portal.core.web import poll_pace, poll_tickets

SETTLED_PACE: Final = 5.0
LONGEST_SECONDS: Final = 30.0
POLLS: Final = re.compile(rb'data-poll hx-get="([^"]+)" hx-trigger="every (\d+)s')


@dataclass(slots=True)
class Seen:
    """What all devices saw together."""

    asked: int = 0
    on_ticket: int = 0
    in_full: int = 0
    news: int = 0
    late: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def poll(self, page: Page, late: float) -> None:
        """Count the answer to a poll, so many seconds after it was due."""
        self.late.append(late)
        if page.status == HTTPStatus.OK:
            self.news += 1
        elif poll_tickets.TICKET.lower() in page.headers:
            self.in_full += 1
        else:
            self.on_ticket += 1


class Device:
    """Looks at a page that waits; from a moment on, at the claim that it makes of this hub."""

    def __init__(
        self, port: int, person: Installer, page: str, moment: float, hub_id: str | None
    ) -> None:
        self._port, self._person, self._waiting = port, person, page
        self._moment, self._hub_id = moment, hub_id
        self._address, self._pace, self._ticket = page, SETTLED_PACE, ""
        self._slowness = 1

    async def look(self, begin: float, until: float, seen: Seen) -> None:
        """Look until then. What goes wrong is noted, and it looks on."""
        due = begin + random.uniform(0, SETTLED_PACE)
        while due < until:
            await asyncio.sleep(due - time.monotonic())
            try:
                await self._turn(due, begin, seen)
            except (OSError, RuntimeError, TimeoutError) as failure:
                seen.failures.append(f"{self._address}: {failure!r}")
            due = max(due + self._pace * self._slowness, time.monotonic())

    async def _turn(self, due: float, begin: float, seen: Seen) -> None:
        if self._hub_id is not None and due - begin >= self._moment:
            hub_id, self._hub_id = self._hub_id, None
            await self._claim(hub_id, seen)
            return
        shown = {poll_tickets.TICKET: self._ticket} if self._ticket else {}
        page = await self._ask("GET", self._address, seen, {"HX-Request": "true", **shown})
        seen.poll(page, time.monotonic() - due)
        self._slowness = int(page.headers.get(poll_pace.HEADER.lower(), "1"))
        if page.status == HTTPStatus.OK:
            self._take(page)
        self._ticket = page.headers.get(poll_tickets.TICKET.lower(), self._ticket)

    async def _claim(self, hub_id: str, seen: Seen) -> None:
        """Claim the hub by the form, and open its page."""
        person = self._person
        address = f"/claims/new/?organisation={person.organisation.pk}"
        fields = {"site": person.site.pk, "label": hub_id, "submission": uuid.uuid4()}
        sent = await self._ask("POST", address, seen, body=urlencode(fields))
        if sent.status != HTTPStatus.FOUND:
            raise RuntimeError("the form was not taken")
        self._take(await self._ask("GET", sent.headers["location"], seen))

    def _take(self, page: Page) -> None:
        """Look at this from now on; at what waits, where this asks no more."""
        polls = POLLS.search(page.content)
        if polls is None:
            self._address, self._pace = self._waiting, SETTLED_PACE
        else:
            self._address, self._pace = polls[1].decode(), float(polls[2])
            self._waiting = self._address if self._pace == SETTLED_PACE else self._waiting
        self._ticket = ""

    async def _ask(
        self,
        method: str,
        address: str,
        seen: Seen,
        headers: dict[str, str] | None = None,
        body: str = "",
    ) -> Page:
        """Return the answer. Raises RuntimeError for one that tells of something amiss."""
        seen.asked += 1
        said = self._head(method, address, headers or {}, body)
        page = await asyncio.wait_for(_exchange(self._port, said), LONGEST_SECONDS)
        if page.status not in {HTTPStatus.OK, HTTPStatus.NO_CONTENT, HTTPStatus.FOUND}:
            raise RuntimeError(f"answered {page.status}")
        return page

    def _head(self, method: str, address: str, more: dict[str, str], body: str) -> bytes:
        host = f"127.0.0.1:{self._port}"
        headers = {
            "Host": host,
            "Connection": "close",
            "Cookie": f"{self._person.cookie}; {settings.CSRF_COOKIE_NAME}={TOKEN}",
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": "127.0.0.1",
            **more,
        }
        if method == "POST":
            headers |= {
                "Content-Type": "application/x-www-form-urlencoded",
                "Content-Length": str(len(body)),
                "Origin": f"https://{host}",
                "X-CSRFToken": TOKEN,
            }
        lines = (f"{method} {address} HTTP/1.1", *(f"{k}: {v}" for k, v in headers.items()))
        return ("\r\n".join(lines) + f"\r\n\r\n{body}").encode()


async def _exchange(port: int, said: bytes) -> Page:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(said)
        answer = await reader.read(-1)
    finally:
        writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    if not lines:
        raise RuntimeError("no answer")
    headers = {name.lower(): value.strip() for name, _, value in (x.partition(":") for x in lines)}
    return Page(int(first.split()[1]), headers, body)
