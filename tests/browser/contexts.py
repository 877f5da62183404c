"""The browser's contexts, each as a new device would be, and few of them.

A page has some fifty files. A context that the next test uses again still has them; sessions, what
the portal keeps on the device and what a person allowed are gone from it. What was set on the
context itself stays: its init scripts, functions and listeners. So tests set those on a page.
"""

from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page

# Milliseconds. Machines that build are slower than tablets.
TIMEOUT = 30_000
# Motion is left out: what fades in is measured half-way otherwise.
TABLET = {
    "viewport": {"width": 820, "height": 1180},
    "has_touch": True,
    "is_mobile": True,
    "reduced_motion": "reduce",
    # A test that is about them asks for them: each fills its own cache.
    "service_workers": "block",
}
WATCH = """document.addEventListener("securitypolicyviolation", (event) => {
  console.error(`The policy forbids ${event.violatedDirective} of ${event.blockedURI}.`);
});"""
# What htmx says of a request that it ended itself: for a tap's sake, or because the page was left.
# One that fails is told by another event as well.
ENDED = ("htmx:afterRequest", "htmx:sendAbort")

# Options of contexts that are not used again: what they leave behind is not cleared.
NOT_SHARED = {"service_workers", "base_url", "java_script_enabled"}
# Playwright cannot give a context the machine's clock back.
HAS_OWN_CLOCK = "() => !Function.prototype.toString.call(Date).includes('[native code]')"


def listen(context: BrowserContext, complaints: list[str], besides: Page | None = None) -> None:
    """Gather what pages complain of: errors on their consoles, and what their policy forbids.

    `besides` is a page that may say what it likes: a browser with windows misses the icon of one
    that is a picture.
    """

    def hear(said: ConsoleMessage) -> None:
        of_test = besides is None or said.page is not besides
        if of_test and said.type == "error" and not said.text.startswith(ENDED):
            complaints.append(said.text)

    context.add_init_script(WATCH)
    context.on("console", hear)
    context.on("weberror", lambda error: complaints.append(str(error.error)))


@dataclass(frozen=True)
class Taken:
    """A context that a test has. `first` is its page that stays open, None where it is used once.

    As long as that page is open, the next one is drawn by the same process.
    """

    kind: str
    context: BrowserContext
    first: Page | None


class Contexts:
    """Lends out contexts of a browser.

    `url` is the site, `first` the address of a file there, and `usual` the options that all have.
    """

    def __init__(self, browser: Browser, url: str, first: str, **usual: Any) -> None:
        self._browser = browser
        self._url = url
        self._first = first
        self._usual = {"base_url": url, **usual}
        self._free: dict[str, list[Taken]] = {}
        self._taken: list[Taken] = []
        self._complaints: list[str] = []

    def take(self, *, alone: bool = False, **more: Any) -> BrowserContext:
        """Return a context in which nothing has happened; `more` are options besides the usual.

        `alone` is one in which no other page is open. Playwright takes the network from one page
        after the other, and a page may hear that it is back before it is.
        """
        kind = "" if alone or NOT_SHARED & more.keys() else repr(sorted(more.items()))
        free = self._free.get(kind)
        taken = free.pop() if free else self._new(kind, more)
        self._taken.append(taken)
        if permissions := more.get("permissions"):
            taken.context.grant_permissions(permissions)
        return taken.context

    def take_back(self) -> list[str]:
        """Clear all contexts that were taken, for the next test; return what pages complained of.

        One that cannot be cleared is closed instead.
        """
        taken, self._taken = self._taken, []
        for each in taken:
            try:
                is_clear = self._clear(each)
            except Error:
                is_clear = False
            if is_clear:
                self._free.setdefault(each.kind, []).append(each)
            else:
                close(each.context)
        complaints = self._complaints[:]
        self._complaints.clear()
        return complaints

    def close(self) -> None:
        """Close those that are kept."""
        for each in chain.from_iterable(self._free.values()):
            close(each.context)

    def _new(self, kind: str, more: dict[str, Any]) -> Taken:
        context = self._browser.new_context(**{**self._usual, **more})
        context.set_default_timeout(TIMEOUT)
        first = context.new_page() if kind else None
        if first is not None:
            first.goto(self._first)
        listen(context, self._complaints, besides=first)
        return Taken(kind, context, first)

    def _clear(self, taken: Taken) -> bool:
        """Leave nothing of the test in the context. False for one that cannot be used again."""
        context, first = taken.context, taken.first
        if first is None or first.is_closed():
            return False
        for page in context.pages:
            if page is not first:
                page.close()
        if first.evaluate(HAS_OWN_CLOCK):
            return False
        context.unroute_all(behavior="ignoreErrors")
        context.set_offline(False)
        context.clear_permissions()
        context.clear_cookies()
        what = {"origin": self._url.rstrip("/"), "storageTypes": "all"}
        session = context.new_cdp_session(first)
        session.send("Storage.clearDataForOrigin", what)
        session.detach()
        return True


def close(context: BrowserContext) -> None:
    """Close a context, also one that was closed already."""
    with suppress(Error):
        context.close()
