"""The Chromium that drives pages which are measured."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, sync_playwright

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
FLAGS = ("--no-sandbox", "--no-first-run", "--disable-gpu", "--disable-background-networking")


def path() -> str:
    """Return the path of a Chromium. Raises RuntimeError where there is none."""
    found = os.environ.get("PORTAL_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if not found:
        raise RuntimeError("install Chromium, or set PORTAL_CHROMIUM to the path of one")
    return found


@contextmanager
def opened(flags: Sequence[str] = (), **options: Any) -> Iterator[BrowserContext]:
    """Start Chromium with these flags, and give a context with these options."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path(), args=[*FLAGS, *flags])
        try:
            yield browser.new_context(**options)
        finally:
            browser.close()


@contextmanager
def kept(profile: Path, flags: Sequence[str] = (), **options: Any) -> Iterator[BrowserContext]:
    """As `opened`, but the context that other programs reach too; its data is in a folder."""
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=path(), args=[*FLAGS, *flags], **options
        )
        try:
            yield context
        finally:
            context.close()
