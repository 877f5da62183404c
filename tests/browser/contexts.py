"""The browser's contexts: each as a new device would be, and as few of them as will do.

A page has some fifty files. A context that the next test uses again still has them; what a person
would find again is gone from it: sessions, what a site keeps on the device, and what was allowed.
"""

from itertools import chain
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage

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

# What a context keeps for good, or what lies elsewhere than where it is cleared.
OF_ITS_OWN = {"service_workers", "base_url", "java_script_enabled"}
# Playwright cannot give a context the machine's clock back.
HAS_OWN_CLOCK = "() => !Function.prototype.toString.call(Date).includes('[native code]')"


def listen(context: BrowserContext, complaints: list[str]) -> None:
    """Gather what a page complains of: errors on its console, and what its policy forbids."""

    def hear(said: ConsoleMessage) -> None:
        if said.type == "error" and not said.text.startswith(ENDED):
            complaints.append(said.text)

    context.add_init_script(WATCH)
    context.on("console", hear)
    context.on("weberror", lambda error: complaints.append(str(error.error)))


class Contexts:
    """Those of `browser` for pages at `url`; `first` is a file there, `usual` what all have."""

    def __init__(self, browser: Browser, url: str, first: str, **usual: Any) -> None:
        self._browser = browser
        self._url = url
        self._first = first
        self._usual = {"base_url": url, **usual}
        self._free: dict[str, list[BrowserContext]] = {}
        self._taken: list[tuple[str, BrowserContext]] = []
        self._complaints: list[str] = []

    def take(self, *, alone: bool = False, **more: Any) -> BrowserContext:
        """Return a context that nothing has happened in; `more` is what it has besides `usual`.

        `alone` is without another page in it: what loses its network there loses it at once.
        """
        kind = "" if alone or OF_ITS_OWN & more.keys() else repr(sorted(more.items()))
        free = self._free.get(kind)
        context = free.pop() if free else self._new(kind, more)
        self._taken.append((kind, context))
        if permissions := more.get("permissions"):
            context.grant_permissions(permissions)
        return context

    def take_back(self) -> list[str]:
        """Have all that were taken, for the next test; return what their pages complained of."""
        for kind, context in self._taken:
            if not kind or context.pages[0].evaluate(HAS_OWN_CLOCK):
                context.close()
            else:
                self._clear(context)
                self._free.setdefault(kind, []).append(context)
        self._taken.clear()
        complaints = self._complaints[:]
        self._complaints.clear()
        return complaints

    def close(self) -> None:
        """Close those that are kept."""
        for context in chain.from_iterable(self._free.values()):
            context.close()

    def _new(self, kind: str, more: dict[str, Any]) -> BrowserContext:
        context = self._browser.new_context(**{**self._usual, **more})
        context.set_default_timeout(TIMEOUT)
        if kind:
            # This page stays open: as long as it does, the next is drawn by the same process.
            context.new_page().goto(self._first)
        listen(context, self._complaints)
        return context

    def _clear(self, context: BrowserContext) -> None:
        first, *pages = context.pages
        for page in pages:
            page.close()
        context.unroute_all()
        context.set_offline(False)
        context.clear_permissions()
        context.clear_cookies()
        what = {"origin": self._url, "storageTypes": "all"}
        session = context.new_cdp_session(first)
        session.send("Storage.clearDataForOrigin", what)
        session.detach()
