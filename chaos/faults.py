"""What goes wrong at the API: every kind of fault the sandbox has, in waves, and outages.

Processes are killed in `killer`, keys rotated and revoked in `administrators`.
"""

import random
from typing import Any

from chaos.api import Api
from chaos.ledger import Ledger
from chaos.options import RunOptions

type Json = dict[str, Any]

GATEWAY = "<html><body><h1>502 Bad Gateway</h1></body></html>"
SIDE_EFFECTS = '{"success": false, "error": "SideEffectError", "aggregateId": "?", "version": 2}'
DETAILS = '{"error": "Bad Request", "code": 400, "details": [{"field": "siteId", "message": "?"}]}'
# Times are the portal's: a POST is waited for 20 s between two bytes, a GET 10.
FAULTS: dict[str, Json] = {
    "slow": {"latency": 4.0},
    "slower than we wait": {"latency": 24.0},
    "hangs before the effect": {"hang": 24.0},
    "hangs after the effect": {"hang": 24.0, "effect": True},
    "closed before the effect": {"drop": "before"},
    "closed after the effect": {"drop": "after"},
    "reset before the effect": {"reset": "before"},
    "reset after the effect": {"reset": "after"},
    "reset in the middle of the body": {"reset": "mid_body"},
    "500": {"status": 500},
    "500 after the effect": {"status": 500, "effect": True},
    "502 of a gateway": {"status": 502, "body": GATEWAY},
    "502 of a gateway after the effect": {"status": 502, "body": GATEWAY, "effect": True},
    "502 of the API": {"status": 502},
    "502 of the API after the effect": {"status": 502, "effect": True},
    "503": {"status": 503},
    "503 with a time": {"status": 503, "headers": {"Retry-After": "1"}},
    "500, side effects failed": {"status": 500, "body": SIDE_EFFECTS, "effect": True},
    "200 and nothing in it": {"status": 200, "body": "{}"},
    "200 and nothing in it, after the effect": {"status": 200, "body": "{}", "effect": True},
    "half a JSON after the effect": {"status": 200, "body": '{"success": tr', "effect": True},
    "HTML that says 200, after the effect": {"status": 200, "body": "<html>", "effect": True},
    "5 MB after the effect": {"oversize": 5_000_000, "effect": True},
    "drips": {"drip": 10.0},
    "redirects": {"redirect": "http://127.0.0.1:9/", "status": 307},
    "400": {"status": 400},
    "400 after the effect": {"status": 400, "effect": True},
    "400 with details": {"status": 400, "body": DETAILS},
    "401": {"status": 401},
    "403": {"status": 403},
    "404": {"status": 404},
    "409": {"status": 409},
    "429": {"status": 429},
    "429 with a time": {"status": 429, "headers": {"Retry-After": "1"}},
    "429 with nonsense": {"status": 429, "headers": {"Retry-After": "soon"}},
}
# Refusals of what was carried out: believed at first, found out by a recheck.
FALSE_REFUSALS: dict[str, Json] = {
    "400 with details after the effect": {"status": 400, "body": DETAILS, "effect": True},
    "403 after the effect": {"status": 403, "effect": True},
    "404 after the effect": {"status": 404, "effect": True},
}
# What ends a claim, or stops its organisation, happens once a wave.
ONCE = frozenset({"401", "403", "404", "400 with details", *FALSE_REFUSALS})
# What means something else, or nothing, before a read.
SENDS_ONLY = frozenset({"400 with details", "403", "404", "400", *FALSE_REFUSALS})
SENDS: Json = {"method": "POST", "path_contains": "/ClaimHub"}
READS: Json = {"method": "GET", "path_contains": "/status"}
A_WAVE = 3


class FaultInjector:
    """Makes waves until the faults are over; at its end the sky is clear."""

    def __init__(self, api: Api, ledger: Ledger, options: RunOptions, keys: list[str]) -> None:
        self._api = api
        self._ledger = ledger
        self._options = options
        self._keys = keys
        self._chance = random.Random(options.seed + 1)

    def run(self) -> None:
        """Let every fault have its turn within the time of faults, and two outages between them."""
        faults = FAULTS | (FALSE_REFUSALS if self._options.late_effects else {})
        names = self._chance.sample(sorted(faults), len(faults))
        waves = [names[n : n + A_WAVE] for n in range(0, len(names), A_WAVE)]
        each = self._options.fault_seconds * 0.9 / (len(waves) + 2)
        for number, wave in enumerate(waves):
            if number in {len(waves) // 3, 2 * len(waves) // 3}:
                self._outage(each)
            for name in wave:
                self._arm(name, faults[name])
            if self._options.over.wait(each):
                break
            self._api.clear_faults()
        self._api.clear_faults()

    def _outage(self, seconds: float) -> None:
        self._ledger.count("outages")
        self._api.outage(seconds)
        # A little longer: nobody controls what is away.
        self._options.over.wait(seconds + 0.5)

    def _arm(self, name: str, action: Json) -> None:
        self._ledger.count("kinds of faults")
        sends = name in SENDS_ONLY or self._chance.random() < 0.6
        match = dict(SENDS if sends else READS)
        if self._chance.random() < 0.2:
            match["key"] = self._chance.choice(self._keys)
        times = 1 if name in ONCE else self._chance.randint(2, 6)
        self._api.add_fault(match, self._quicker(action), times)

    def _quicker(self, action: Json) -> Json:
        quicker = dict(action)
        for name in ("latency", "hang"):
            if name in quicker:
                quicker[name] = self._options.seconds(quicker[name])
        if "drip" in quicker:
            quicker["drip"] *= self._options.faster
        return quicker
