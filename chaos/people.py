"""What people do: claim, tap twice, claim what a colleague claims, stop, try_now, try again."""

import random
import re
import threading
import time
import uuid
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace

import requests

from chaos.browser import REAUTHENTICATE, Browser, Page
from chaos.ledger import ClaimRequest, Ledger
from chaos.options import RunOptions

CLAIM = re.compile(r"/claims/([0-9a-f-]{36})/")
PATIENCE_SECONDS = 90.0
# The share of forms whose sender is gone before the answer comes.
WEAK_SIGNAL = 0.1
REASON = "Their tablet fell into the lift shaft"
NEW = "/claims/new/"

type Task = Callable[[], object]


class People:
    """Carries out what people do, and writes down what they were answered."""

    def __init__(self, ledger: Ledger, options: RunOptions, chance: random.Random) -> None:
        self._ledger = ledger
        self._options = options
        self._chance = chance

    def claim(self, claim_request: ClaimRequest) -> None:
        """Open the form and send it."""
        self.afterwards(self._send(self._opened(claim_request)))

    def submit(self, claim_request: ClaimRequest) -> None:
        """Open the form and send it, and look no further."""
        self._send(self._opened(claim_request))

    def tap_twice(self, claim_request: ClaimRequest) -> None:
        """Send one form twice at the same moment, as two tabs or an impatient glove do."""
        opened = self._opened(claim_request)
        self._at_once(opened, opened)
        self._ledger.count("double taps")

    def race(self, *claim_requests: ClaimRequest) -> None:
        """Let several people send forms of their own at the same moment."""
        self._at_once(*map(self._opened, claim_requests))
        self._ledger.count("races")

    def _at_once(self, *claim_requests: ClaimRequest) -> None:
        barrier = threading.Barrier(len(claim_requests))

        def send(claim_request: ClaimRequest) -> str | None:
            barrier.wait()
            return self._send(claim_request)

        with ThreadPoolExecutor(len(claim_requests)) as threads:
            answers = list(threads.map(send, claim_requests))
        self.afterwards(answers[0])

    def afterwards(self, claim_id: str | None) -> None:
        """Look at the claim's page, and now and then try it now, stop it or make it again."""
        if claim_id is None:
            return
        claim_request = self._ledger.accepted[claim_id][0]
        self._visit(claim_request, f"/claims/{claim_id}/live/")
        what = self._chance.random()
        if what < 0.2:
            self._options.rest(self._chance.uniform(1, 12))
            self.try_now(claim_request, claim_id)
        elif what < 0.3:
            self._options.rest(self._chance.uniform(0, 8))
            self.stop(claim_request, claim_id)
        elif what < 0.4:
            self._options.rest(self._chance.uniform(5, 15))
            self.again(claim_request, claim_id)

    def try_now(self, claim_request: ClaimRequest, claim_id: str) -> None:
        """Ask for a try at once."""
        self._ledger.count("told to try now")
        self._act(claim_request, claim_id, "try-now")

    def stop(self, claim_request: ClaimRequest, claim_id: str) -> None:
        """Tell the claim to stop."""
        self._ledger.stop(claim_id)
        self._ledger.count("told to stop")
        self._act(claim_request, claim_id, "stop")

    def again(self, claim_request: ClaimRequest, claim_id: str) -> None:
        """Ask for a new claim in place of one that ended; the same one comes back if it has not."""
        page = self._act(claim_request, claim_id, "again")
        if page is not None and (found := CLAIM.search(page.location)) and found[1] != claim_id:
            self._ledger.count("made again")
            self._ledger.accept(replace(claim_request, token=""), found[1])

    def _act(self, claim_request: ClaimRequest, claim_id: str, action: str) -> Page | None:
        page = self._post(claim_request, f"/claims/{claim_id}/{action}/", {}, wanted=(302, 403))
        if page is not None and page.status == 403:
            self._ledger.forbid(claim_request, claim_id)
        return page

    def _opened(self, claim_request: ClaimRequest) -> ClaimRequest:
        """Open the claim form: the portal gives it the token of its submission."""
        page = self._visit(claim_request, self._address(claim_request))
        return replace(
            claim_request, token=page.hidden["submission"] if page else str(uuid.uuid4())
        )

    def _send(self, claim_request: ClaimRequest) -> str | None:
        """Send the form until it is answered. Return the claim's id, None where there is none."""
        page = self._post(
            claim_request, self._address(claim_request), _fields(claim_request), wanted=(302, 422)
        )
        if page is None:
            return None
        if page.status == 422:
            self._ledger.refuse(claim_request)
            return None
        found = CLAIM.search(page.location)
        if found is None:
            self._ledger.surprise(f"a claim led to {page.location}")
            return None
        self._ledger.accept(claim_request, found[1])
        return found[1]

    def _address(self, claim_request: ClaimRequest) -> str:
        """Return where the form is shown and sent, for the organisation of its sender."""
        tenant = claim_request.tenant
        if claim_request.agent is None:
            return f"{NEW}?organisation={tenant.organisation.pk}"
        return f"/support/{tenant.consent}/claim/"

    def _visit(self, claim_request: ClaimRequest, path: str) -> Page | None:
        browser = claim_request.person.browser
        return self._patiently(browser, lambda: browser.get(path), path, (200,))

    def _post(
        self,
        claim_request: ClaimRequest,
        path: str,
        fields: dict[str, str],
        wanted: Iterable[int] = (302,),
    ) -> Page | None:
        browser = claim_request.person.browser
        if self._chance.random() < WEAK_SIGNAL:
            with suppress(requests.RequestException):
                browser.post(path, fields, seconds=self._chance.uniform(0.002, 0.05))
            self._ledger.count("forms sent by a weak signal, and again")
        return self._patiently(browser, lambda: browser.post(path, fields), path, wanted)

    def _patiently(
        self, browser: Browser, ask: Callable[[], Page], path: str, wanted: Iterable[int]
    ) -> Page | None:
        """Ask until there is an answer: the same thing again where none came, or a 503.

        So, too, once they have given a code, where they are asked for one.
        """
        gives_up_at = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < gives_up_at:
            try:
                page = ask()
            except requests.RequestException:
                self._ledger.count("answers lost, asked again")
            else:
                if page.location.startswith(REAUTHENTICATE):
                    self._give_code(browser, page.location)
                    continue
                if page.status in wanted:
                    return page
                if page.status != 503:
                    self._ledger.surprise(f"{path} was answered with {page.status}")
                    return None
                self._ledger.count("not saved (503), asked again")
            time.sleep(0.2)
        self._ledger.surprise(f"{path} was not answered in {PATIENCE_SECONDS:.0f} seconds")
        return None

    def _give_code(self, browser: Browser, path: str) -> None:
        with suppress(requests.RequestException):
            if browser.give_code(path) is not None:
                self._ledger.count("asked for a second factor again")
        time.sleep(1)


def _fields(claim_request: ClaimRequest) -> dict[str, str]:
    fields = {
        "site": claim_request.tenant.sites[claim_request.site],
        "label": claim_request.hub_id,
        "submission": claim_request.token,
    }
    if claim_request.agent is None:
        return fields
    return fields | {
        "typed_site": "",
        "reason": REASON,
    }
