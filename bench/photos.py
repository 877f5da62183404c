"""Everybody else's pages while pictures made to be slow, or large, are sent by eighteen people."""

import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Final

from django.core.management import call_command

from bench import processes
from bench.browser import Browser, expect
from bench.people import Installer, installer
from bench.pictures import hostile
from bench.report import Figure
from portal.claims.engine import actions
from portal.orgs.models import Membership, User
from portal.sandbox import world

PEOPLE: Final = 18
LOOKS, QUICK_LOOKS = 400, 10
TARGET: Final = 3.0
TARGET_MB: Final = 100.0
PHOTO: Final = "/claims/tray/photo/"


def measure(*, quick: bool) -> list[Figure]:
    """Return how much slower pages are beside the pictures, and the memory that those take."""
    looks = QUICK_LOOKS if quick else LOOKS
    call_command("collectstatic", interactive=False, verbosity=0)
    ira = installer()
    claim = actions.submit(_request(ira))
    pages = {"/health/": "the health page", f"/claims/{claim.pk}/": "a claim's page"}
    senders = [_sender(n, ira) for n in range(2 if quick else PEOPLE)]
    pictures = [hostile.slow(), hostile.large("WEBP"), hostile.large("PNG")]
    with processes.web() as port, Browser(port, ira.cookie) as browser:
        alone = {page: _p95(browser, page, looks) for page in pages}
        memory_before = _memory(port)
        with _sending(port, senders, pictures) as most_memory:
            beside = {page: _p95(browser, page, looks) for page in pages}
    figures = [
        Figure(
            f"{name} beside {len(senders)} people's hostile pictures, p95 against idle",
            beside[page] / alone[page],
            TARGET,
            unit=" ×",
            at_most=True,
            details=[f"{alone[page] * 1000:.1f} ms → {beside[page] * 1000:.1f} ms, p95 of {looks}"],
        )
        for page, name in pages.items()
    ]
    grown = (most_memory() - memory_before) / 2**20
    return [
        *figures,
        Figure(
            "memory of the web processes under hostile pictures, more than idle",
            grown,
            TARGET_MB,
            unit=" MB",
            digits=0,
            at_most=True,
            details=[f"{memory_before / 2**20:.0f} MB idle, all of gunicorn's processes together"],
        ),
    ]


def _request(ira: Installer) -> actions.ClaimRequest:
    return actions.ClaimRequest(
        user=ira.user,
        organisation=ira.organisation,
        hub_id=uuid.UUID(world.hub_id(1)),
        spkey_site_id=ira.site.spkey_site_id,
        submission=uuid.uuid4(),
        site=ira.site,
    )


def _sender(number: int, ira: Installer) -> str:
    """Make another installer of the organisation; return the cookie of their session."""
    email = f"sender-{number}@acme.example"
    user = User.objects.create_user(email)
    Membership.objects.create(user=user, organisation=ira.organisation)
    return installer(email).cookie


def _p95(browser: Browser, page: str, looks: int) -> float:
    times = []
    for _ in range(looks):
        started = time.monotonic()
        expect(browser.get(page), HTTPStatus.OK)
        times.append(time.monotonic() - started)
    return sorted(times)[int(len(times) * 0.95)]


@contextmanager
def _sending(port: int, cookies: list[str], pictures: list[bytes]) -> Iterator[Callable[[], int]]:
    """Have everybody send one picture after the other; give the most memory that was taken."""
    ended, most = threading.Event(), [0]
    answers: Counter[int] = Counter()

    def send(cookie: str) -> None:
        while not ended.is_set():
            for picture in pictures:
                # gunicorn ends a connection on which nothing comes for two seconds.
                with Browser(port, cookie) as browser:
                    answer = browser.upload(PHOTO, "photo", picture)
                answers[answer.status] += 1
                most[0] = max(most[0], _memory(port))
                # As the tray waits when there is no room.
                ended.wait(2)

    threads = [threading.Thread(target=send, args=(cookie,)) for cookie in cookies]
    for thread in threads:
        thread.start()
    try:
        time.sleep(1)
        yield lambda: most[0]
    finally:
        ended.set()
        for thread in threads:
            thread.join(timeout=60)
        if answers.keys() - {HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.TOO_MANY_REQUESTS}:
            raise RuntimeError(f"pictures were answered with {dict(answers)}")


def _memory(port: int) -> int:
    """Return how many bytes gunicorn's processes hold; a photo's own process is none of them."""
    total = 0
    for process in Path("/proc").iterdir():
        try:
            command = (process / "cmdline").read_bytes()
            if b"gunicorn" in command and f"127.0.0.1:{port}".encode() in command:
                pages = int((process / "statm").read_text().split()[1])
                total += pages * 4096
        except (OSError, ValueError, IndexError):
            continue
    return total
