"""From the tap on the form's button until the row says claimed, while nobody else waits.

The same calls are made bare as well, by turns: what is left is the portal's own time.
"""

import random
import time
import uuid
from http import HTTPStatus
from statistics import median

from bench import processes, script
from bench.browser import Browser, expect
from bench.people import Installer, installer
from bench.report import Figure
from portal.claims.models import Claim, State
from portal.sandbox import world

LATENCY_SECONDS = 0.1
SEED = 2
TARGET_MS = 400
LOOK_EVERY_SECONDS = 0.005
LONGEST_SECONDS = 20.0


def measure(*, quick: bool) -> list[Figure]:
    """Return the milliseconds that the portal adds to one read and one claim, at the median."""
    count = 3 if quick else 20
    person, session = installer(), script.bare_session()
    bare: list[float] = []
    whole: list[float] = []
    with (
        processes.sandbox(LATENCY_SECONDS, SEED) as api,
        processes.web() as port,
        processes.worker(api),
        Browser(port, person.cookie) as browser,
    ):
        for n in range(count):
            started = time.monotonic()
            script.read(session, api, world.hub_id(2 * n, SEED))
            script.claim(session, api, world.hub_id(2 * n, SEED))
            bare.append(time.monotonic() - started)
            # The worker looks around in a rhythm of its own, which people do not keep to.
            time.sleep(random.uniform(0.1, 0.3))
            whole.append(_submit(browser, person, world.hub_id(2 * n + 1, SEED)))
    detail = (
        f"submit to claimed {median(whole) * 1000:.0f} ms (longest {max(whole) * 1000:.0f} ms), "
        f"one read and one claim made bare {median(bare) * 1000:.0f} ms: "
        f"medians of {count}, worker idle"
    )
    figure = Figure(
        "From submit to claimed, beyond the API's own latency",
        (median(whole) - median(bare)) * 1000,
        TARGET_MS,
        unit=" ms",
        digits=0,
        at_most=True,
        details=[detail],
    )
    return [figure]


def _submit(browser: Browser, person: Installer, hub_id: str) -> float:
    """Send the claim form. Return the seconds until the row says claimed."""
    fields = {"site": str(person.site.pk), "label": hub_id, "submission": str(uuid.uuid4())}
    started = time.monotonic()
    address = f"/claims/new/?organisation={person.organisation.pk}"
    page = expect(browser.post(address, fields), HTTPStatus.FOUND)
    claim = Claim.objects.filter(pk=page.headers["location"].strip("/").rpartition("/")[2])
    while (state := claim.values_list("state", flat=True).get()) != State.CLAIMED:
        if time.monotonic() - started > LONGEST_SECONDS:
            raise RuntimeError(f"the claim is still {state}")
        time.sleep(LOOK_EVERY_SECONDS)
    return time.monotonic() - started
