"""The browser that the tests drive: an installed Chromium, quiet and cut off from the internet."""

import os
import shutil
from typing import Any

import pytest
from playwright.sync_api import expect

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
