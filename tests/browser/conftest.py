"""The browser that the tests drive: an installed Chromium, quiet and cut off from the internet."""

import os
import shutil
import threading
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.servers.basehttp import WSGIRequestHandler
from django.db import connections
from playwright.sync_api import Browser, CDPSession, Page, expect

from portal.claims.display import timeline
from portal.core.worker import Worker
from portal.gateway import pacing
from portal.hubs import watching
from portal.jobs.web import live
from portal.pwa.web import views
from tests.browser import labels, scanner_page
from tests.browser.contexts import TABLET, TIMEOUT, Contexts, listen
from tests.browser.kept_files import keep_files
from tests.browser.offline import Line
from tests.browser.releases import Collection, Releases

# Playwright keeps an event loop in this thread until the run ends, and Django would take every
# query after that for one in async code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
FLAGS = [
    "--no-sandbox",
    "--no-first-run",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Pages of one context share a process: to start one costs more than most pages do.
    "--renderer-process-limit=1",
]
expect.set_options(timeout=TIMEOUT)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the browser's tests last: what is quick to fail fails first."""
    items.sort(key=lambda item: Path(__file__).parent in item.path.parents)


def missing(message: str) -> None:
    pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    chromium = os.environ.get("PORTAL_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), "")
    if not chromium:
        missing(
            "These tests need Chromium or Chrome. Install it (Debian: apt-get install chromium) "
            "or set PORTAL_CHROMIUM to its path."
        )
    how = {"executable_path": chromium, "args": FLAGS, "timeout": 4 * TIMEOUT}
    return {**browser_type_launch_args, **how}


@pytest.fixture(scope="session", autouse=True)
def _files_are_kept() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        keep_files(patch)
        # What travels in pieces must not wait until the piece before was acknowledged.
        patch.setattr(WSGIRequestHandler, "disable_nagle_algorithm", True)
        yield


@pytest.fixture(scope="session")
def film(tmp_path_factory) -> Path:
    return labels.film(tmp_path_factory.mktemp("camera") / "film.mjpeg", [None])


@pytest.fixture(scope="session")
def browser(launch_browser, browser_type_launch_args, film) -> Iterator[Browser]:
    """The one Chromium of the run; its camera plays what `film` holds when a page opens it."""
    browser = launch_browser(args=[*FLAGS, *labels.camera_flags(film)])
    yield browser
    browser.close()


@pytest.fixture
def camera(film):
    """Puts these texts, or these pictures, in turn in front of the browser's camera."""

    def show(*scenes: str | bytes | None, seconds_each: float = 1.0) -> None:
        fresh = film.with_suffix(".fresh.mjpeg")
        if bytes in map(type, scenes):
            labels.film_of(fresh, scenes, seconds_each)
        else:
            labels.film(fresh, scenes, seconds_each)
        fresh.replace(film)

    yield show
    show(None)


@cache
def session_of(browser: Browser) -> CDPSession:
    """The one for what concerns the whole browser: what it sets lasts as long as it does."""
    return browser.new_browser_cdp_session()


def ask_before_the_camera(page: Page) -> None:
    """Let pages of its context have the camera only once they ask for it, as on a new device.

    A Chromium without windows does so; another has a camera that is no real one allowed already.
    """
    context = page.context
    target = context.new_cdp_session(page).send("Target.getTargetInfo")["targetInfo"]
    asked = {
        "permission": {"name": "camera"},
        "setting": "prompt",
        "browserContextId": target["browserContextId"],
    }
    session_of(context.browser).send("Browser.setPermission", asked)


@pytest.fixture(scope="session")
def contexts(browser, live_server) -> Iterator[Contexts]:
    contexts = Contexts(browser, live_server.url, "/static/icons.svg", **TABLET)
    yield contexts
    contexts.close()


@pytest.fixture
def tablet(contexts, live_server, transactional_db, as_person):
    """Opens the portal on a tablet, signed in as somebody, as a test client is, or not at all.

    `more` goes to the context. Fails on complaints, except those that contain one of the texts
    in `tablet.expected`.
    """

    def hand_out(person=None, client=None, **more) -> Page:
        context = contexts.take(**more)
        if person or client:
            name = settings.SESSION_COOKIE_NAME
            value = (client or as_person(person)).cookies[name].value
            context.add_cookies([{"name": name, "value": value, "url": live_server.url}])
        page = context.new_page()
        if "camera" not in more.get("permissions", ()):
            ask_before_the_camera(page)
        return page

    hand_out.expected = []
    yield hand_out
    complaints = contexts.take_back()
    expected = hand_out.expected
    assert [text for text in complaints if not any(part in text for part in expected)] == []


@pytest.fixture
def line(live_server, monkeypatch) -> Iterator[Line]:
    """The way to the portal, which can be cut: see tests/browser/offline.py.

    A busy machine is no network that leads nowhere: pages are given more time than tablets give.
    """
    monkeypatch.setattr(views, "PATIENCE", 4 * TIMEOUT)
    line = Line(live_server.thread.host, live_server.thread.port)
    thread = threading.Thread(target=line.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield line
    line.cut()
    line.shutdown()
    line.server_close()
    thread.join()


@pytest.fixture(scope="session")
def collection(tmp_path_factory) -> Collection:
    """The files of each release."""
    return Collection(tmp_path_factory.mktemp("releases"))


@pytest.fixture
def releases(tmp_path, collection, line, settings) -> Iterator[Releases]:
    """The portal as it is deployed, behind the line: see tests/browser/releases.py."""
    releases = Releases(tmp_path, collection, line, settings)
    yield releases
    releases.end()
    connections.close_all()


@pytest.fixture
def working(sandbox, transactional_db, monkeypatch, settings) -> Iterator[Worker]:
    """A worker, at work in a thread; the hubs that it claims come online soon, by themselves.

    A claim may be tried again a moment after it was.
    """
    monkeypatch.setattr(sandbox.state, "online_delay", 0.2)
    settings.TRY_NOW_SECONDS = 0
    worker = Worker(threads=4)

    def work() -> None:
        try:
            worker.run()
        finally:
            connections.close_all()

    thread = threading.Thread(target=work, name="worker")
    thread.start()
    yield worker
    worker.stop()
    thread.join()


@pytest.fixture
def hurried(monkeypatch) -> None:
    """Waits of fractions of a second, in the page and behind it: the order of things is as ever."""
    monkeypatch.setattr(timeline, "pace", lambda claim: 0.25)
    monkeypatch.setattr(live, "PACE_OPEN", 0.25)
    monkeypatch.setattr(watching, "REFRESH_WAITING", timedelta(seconds=0.2))
    monkeypatch.setattr(pacing, "SETTLE_AFTER", pacing.SETTLE_AFTER / 100)
    monkeypatch.setattr(pacing, "SETTLE_APART", pacing.SETTLE_APART / 100)
    monkeypatch.setattr(pacing, "verify_wait", lambda since_send: 0.4)
    monkeypatch.setattr(pacing, "backoff", lambda tries: 0.1)


@pytest.fixture(scope="session")
def running_scanner_site() -> Iterator[scanner_page.Site]:
    if not (settings.NODE_MODULES / "zxing-wasm").is_dir():
        missing("The decoder is not installed; `make test` installs it where there is Node.")
    server = scanner_page.Site()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def scanner_site(running_scanner_site) -> scanner_page.Site:
    """A page with the camera alone, for tests that need nothing else of the portal."""
    running_scanner_site.reset()
    return running_scanner_site


@pytest.fixture(scope="session")
def scanner_contexts(browser, running_scanner_site) -> Iterator[Contexts]:
    url, viewport = running_scanner_site.url, TABLET["viewport"]
    contexts = Contexts(browser, url, "/static/icons.svg", viewport=viewport)
    yield contexts
    contexts.close()


@pytest.fixture
def scanner(scanner_site, scanner_contexts, launch_browser, camera):
    """Opens the page in front of a camera that sees what it is given; fails on complaints.

    `flags` ask for another Chromium than the run's.
    """
    others, complaints = [], []

    def open_page(*seen, flags=None, url=None, before="", seconds_each=1.0, **more) -> Page:
        if flags:
            others.append(launch_browser(args=[*FLAGS, *flags]))
            context = others[-1].new_context(viewport=TABLET["viewport"])
            listen(context, complaints)
        else:
            camera(*seen, seconds_each=seconds_each)
            context = scanner_contexts.take(**more)
        page = context.new_page()
        ask_before_the_camera(page)
        if before:
            page.add_init_script(before)
        page.goto(url or scanner_site.url)
        return page

    open_page.expected = []
    yield open_page
    complaints += scanner_contexts.take_back()
    for browser in others:
        browser.close()
    expected = open_page.expected
    assert [text for text in complaints if not any(part in text for part in expected)] == []
