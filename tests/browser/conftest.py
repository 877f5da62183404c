"""The browser that the tests drive: an installed Chromium, quiet and cut off from the internet."""

import os
import shutil
import threading
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect

from tests.browser import labels, scanner_page

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox",
    "--no-first-run",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# Machines that build are slower than tablets.
expect.set_options(timeout=15_000)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    chromium = os.environ.get("PORTAL_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), "")
    if not chromium:
        message = "Chromium is missing; `make test` says how to install it."
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    return {**browser_type_launch_args, "executable_path": chromium, "args": FLAGS}


@pytest.fixture
def scanner_site() -> Iterator[scanner_page.Site]:
    """A page with the scanner alone, for tests that need nothing else of the portal."""
    if not (settings.NODE_MODULES / "zxing-wasm").is_dir():
        message = "The decoder is not installed; `make test` installs it where there is Node."
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    server = scanner_page.Site()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def chromium(launch_browser, browser_type_launch_args):
    """Launches a Chromium with these arguments more, or hands out the one that has them already."""
    browsers = {}

    def launch(*flags: str) -> Browser:
        if flags not in browsers:
            browsers[flags] = launch_browser(args=[*browser_type_launch_args["args"], *flags])
        return browsers[flags]

    yield launch
    for browser in browsers.values():
        browser.close()


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    """Chromium's arguments for a camera that sees these texts, or these pictures, in turn."""
    folder = tmp_path_factory.mktemp("films")

    def seen(*scenes: str | bytes | None, seconds_each: float = 1.0) -> list[str]:
        path = folder / f"{zlib.crc32(repr((scenes, seconds_each)).encode())}.mjpeg"
        if not path.exists() and bytes in map(type, scenes):
            labels.film_of(path, scenes, seconds_each)
        elif not path.exists():
            labels.film(path, scenes, seconds_each)
        return labels.camera_flags(path)

    return seen


@pytest.fixture
def scanner(scanner_site, chromium, films):
    """Opens the page in front of a camera that sees what it is given; fails on console errors."""
    pages, complaints = [], []

    def open_page(*seen, flags=None, url=None, before="", seconds_each=1.0) -> Page:
        browser = chromium(*(films(*seen, seconds_each=seconds_each) if flags is None else flags))
        page = browser.new_page(viewport={"width": 820, "height": 1180})
        pages.append(page)
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if before:
            page.add_init_script(before)
        page.goto(url or scanner_site.url)
        return page

    open_page.complaints = complaints
    yield open_page
    for page in pages:
        page.close()
    assert complaints == []
