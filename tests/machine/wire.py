"""Watches every call that the portal makes, and holds what it sees against the rules."""

import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.utils import timezone

from portal import spkey
from portal.claims import permissions
from portal.claims.engine import recheck, step
from portal.claims.models import Claim
from portal.core.leasing import Lease
from portal.sandbox.server import Sandbox
from portal.sandbox.state import LoggedRequest
from tests.machine import faults
from tests.machine.ledger import SENDING, Ledger, intent_is_open
from tests.machine.steps import Steps


@dataclass(frozen=True)
class Late:
    """A send that its gateway gave up on, and that takes effect `at` (epoch seconds)."""

    at: float
    request: LoggedRequest
    claim_id: uuid.UUID


class WireTap:
    """Sits between the portal and the sandbox. `may_send` says whom the ledger lets send."""

    def __init__(
        self,
        ledger: Ledger,
        sandbox: Sandbox,
        steps: Steps,
        may_send: Callable[[Claim], bool],
        outcomes: Counter[str],
    ) -> None:
        self._ledger, self._sandbox, self._steps = ledger, sandbox, steps
        self._state, self._may_send, self._outcomes = sandbox.state, may_send, outcomes
        self.late: list[Late] = []
        self.names: dict[str, str] = {}
        self._met: str | None = None

    def install(self, patch: pytest.MonkeyPatch) -> None:
        """Watch calls, whose attempt makes them, and which faults they meet."""
        request, take = spkey.Client._request, self._sandbox.faults.take

        def watched(client: Any, method: str, path: str, *args: Any, **kwargs: Any) -> Any:
            with self._watching(path.rpartition("/")[2]):
                return request(client, method, path, *args, **kwargs)

        def taken(*args: Any) -> Any:
            action = take(*args)
            self._met = self.names.get(repr(action))
            return action

        patch.setattr(spkey.Client, "_request", watched)
        patch.setattr(self._sandbox.faults, "take", taken)
        for module, name in ((step, "attempt"), (recheck, "recheck")):
            patch.setattr(module, name, self._at_work(getattr(module, name)))

    def _at_work(self, work: Callable[[Lease], None]) -> Callable[[Lease], None]:
        def at_work(lease: Lease) -> None:
            with self._ledger.at_work(lease):
                work(lease)

        return at_work

    @contextmanager
    def _watching(self, what: str) -> Iterator[None]:
        self._steps.reach(f"before {what}", by_call=True)
        with self._steps.quietly():
            self._begins(what)
        ending = "Answered"
        try:
            yield
        except spkey.SpkeyError as error:
            ending = type(error).__name__
            raise
        finally:
            if self._met:
                self._outcomes[f"{self._met} -> {ending}"] += 1
            with self._steps.quietly():
                self._ended(what)
            self._steps.reach(f"after {what}", by_call=True)
            with self._steps.quietly():
                self.record_right()

    def _begins(self, what: str) -> None:
        lease = self._ledger.lease
        if lease is not None and what == SENDING:
            self._ledger.sends.append(lease.pk)
            for name, text in self._broken_by_send(lease):
                self._ledger.wrong[name].append(f"claim {lease.pk}, epoch {lease.epoch}: {text}")

    def _broken_by_send(self, lease: Lease) -> Any:
        if self._steps.in_transaction:
            yield "intent", "sent within a transaction"
        if lease in self._ledger.slept:
            return
        claim = Claim.objects.get(pk=lease.pk)
        if not intent_is_open(lease):
            yield "intent", "sent without a committed intent"
        if claim.epoch != lease.epoch:
            yield "stale", f"sent although epoch {claim.epoch} has begun"
        if claim.lease_until is None or claim.lease_until < timezone.now():
            yield "stale", "sent with a lease that has run out"
        if self._ledger.blocked.get(lease):
            yield "right", "sent although the right was gone, or a stop recorded, before the intent"

    def record_right(self) -> None:
        """Remember whether the claim at work, no intent of a send committed, may still be sent."""
        lease = self._ledger.lease
        if lease is not None and not intent_is_open(lease):
            claim = Claim.objects.select_related("submitted_by").get(pk=lease.pk)
            self._ledger.blocked[lease] = not self._may_send(claim)

    def _ended(self, what: str) -> None:
        claim_id = self._ledger.lease.pk if self._ledger.lease else None
        self._ledger.look_at_spkey(claim_id if what == SENDING else None)
        request = self._state.requests[-1]
        if request.key == "revoked" and request.status != 401:
            # A fault has called a wrong key right, and it may take over.
            for names in self._ledger.keys_stored.values():
                names.add(request.key)
        if claim_id is None:
            return
        claim = Claim.objects.select_related("organisation", "acting_organisation").get(pk=claim_id)
        for text in self._broken_by_key(claim, request):
            self._ledger.wrong["key"].append(f"claim {claim_id}: {text}")
        if what == SENDING and request.status == faults.GIVEN_UP:
            self.late.append(Late(self._state.clock() + faults.LATER, request, claim_id))

    def _broken_by_key(self, claim: Claim, request: LoggedRequest) -> Any:
        owner = claim.acting_organisation or claim.organisation
        if claim.is_final and claim.by_support and not permissions.permitted(claim):
            # What support did after all, the organisation's own key reads once the access is over.
            owner = claim.organisation
        if request.key not in self._ledger.keys_stored[owner.pk]:
            yield f"{request.path} with the key {request.key!r}, which {owner} never had"
        if not request.path.endswith(SENDING) or not isinstance(request.body, dict):
            return
        named = request.body.get("orgId")
        if named != (claim.organisation.spkey_org_id if claim.by_support else None):
            yield f"sent with orgId {named!r}"
        if request.body.get("siteId") != claim.spkey_site_id:
            yield f"sent for the site {request.body.get('siteId')!r}"
