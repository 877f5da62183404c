"""A tablet that has the tray, and the portal kept for times without it."""

import pytest
from playwright.sync_api import Page

from tests.browser.offline import ready_for_offline, through
from tests.browser.tray.steps import open_tray, pick

# What Chromium itself says of requests that fail.
LOST = ["ERR_", "status of 50", "401", "403", "409", "htmx:"]


@pytest.fixture
def visited(tablet, line, ira) -> Page:
    """Ira's tablet with the tray open, at Mill Court, and the portal kept for times without it."""
    tablet.expected = list(LOST)
    page = tablet(ira, **through(line))
    open_tray(page)
    pick(page, "Mill Court")
    ready_for_offline(page)
    return page
