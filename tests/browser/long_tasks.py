"""How long a page keeps the person who taps it waiting.

A task's own time on the processor is counted, for a machine that does other things too.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page

TASKS = ["disabled-by-default-devtools.timeline"]


@contextmanager
def timed(browser: Browser, page: Page) -> Iterator[list[float]]:
    """Give a list that holds, after the block, each task of the page's in milliseconds."""
    tasks: list[float] = []
    browser.start_tracing(page=page, categories=TASKS)
    yield tasks
    tasks += _own_times(json.loads(browser.stop_tracing())["traceEvents"])


def _own_times(events: list[dict[str, Any]]) -> list[float]:
    # A browser with windows has pages of its own, in processes of their own.
    [started] = [event for event in events if event["name"] == "TracingStartedInBrowser"]
    processes = {frame.get("processId") for frame in started["args"]["data"]["frames"]}
    threads = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
        if event["pid"] in processes
    }
    return [
        event["tdur"] / 1000
        for event in events
        if event["name"] == "RunTask" and (event["pid"], event["tid"]) in threads
        if "tdur" in event
    ]
