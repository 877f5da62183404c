"""Where one example plays: the sandbox, two clocks, people and sites, and the ledger."""

import itertools
import logging
import os
import random
import threading
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from portal.claims import permissions
from portal.claims.engine import actions, timing
from portal.claims.models import Claim
from portal.consent import giving
from portal.consent.models import Grant
from portal.core import leasing, worker
from portal.gateway import circuit, clients, gate, pacing
from portal.jobs.models import Job
from portal.notices import outbox
from portal.orgs import key_candidates
from portal.orgs.encryption import Secret
from portal.orgs.models import ApiCredential, Membership, Organisation, User
from portal.sandbox import commands, world
from portal.sandbox.exchange import Refusal
from portal.sandbox.faults import FaultAction
from portal.sandbox.keys import ApiKey
from portal.sandbox.server import Sandbox
from portal.sites import changes
from portal.sites.models import Site
from tests.conftest import consent_to
from tests.machine import faults
from tests.machine.clock import Clock
from tests.machine.coverage import Coverage
from tests.machine.ledger import Ledger
from tests.machine.steps import Steps
from tests.machine.wire import WireTap

KEY_NAMES = {
    world.ACME_ORG_ID: "acme",
    world.HARBOUR_ORG_ID: "harbour",
    world.SUPPORT_ORG_ID: "support",
}
OTHERS = ApiKey("other", world.OTHER_ORG_ID, "")
LONG_AGO = timedelta(days=4000)
YEAR = timedelta(days=365)
# So long support is let in: some claims are under way when it ends.
GRANTED = timedelta(hours=2)
# Limits that are met within an example.
SMALLER = {"MAX_AGE": timedelta(hours=1), "MAX_SENDS": 5}


@dataclass
class Environment:
    """What all examples share: the sandbox, the clock, the people and their sites, the counts."""

    sandbox: Sandbox
    clock: Clock
    people: dict[str, User]
    sites: dict[str, Site]
    tenants: dict[str, Organisation]
    coverage: Coverage


class _Lines(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


class World:
    """One example's world, from its first second until `close` undoes everything."""

    def __init__(self, environment: Environment) -> None:
        self.environment, self.coverage = environment, environment.coverage
        self.sandbox, self.clock = environment.sandbox, environment.clock
        self.clock.reset()
        self.sandbox.reset()
        circuit.reset()
        self._stack = ExitStack()
        self._stack.enter_context(_undone())
        self.ledger = Ledger(self.sandbox.state)
        self.steps = Steps(self.ledger.look_at_claims)
        self.wire = WireTap(
            self.ledger, self.sandbox, self.steps, self.may_send, self.coverage.outcomes
        )
        self.log = _Lines()
        self.key_texts: set[str] = set()
        self._install()
        for organisation in environment.tenants.values():
            self.ledger.keys_stored[organisation.pk].add(KEY_NAMES[organisation.spkey_org_id])
            self.key_texts.add(self.key_of(organisation).text)

    def _install(self) -> None:
        patch = self._stack.enter_context(pytest.MonkeyPatch.context())
        chance = random.Random(0)
        patch.setattr(os, "urandom", chance.randbytes)  # For ids that are the same in a replay.
        patch.setattr(timing, "_random", chance)
        patch.setattr(pacing, "_random", chance)
        patch.setattr(gate, "_random", chance)
        for name, number in SMALLER.items():
            patch.setattr(timing, name, number)
        patch.setattr(outbox, "_random", chance)
        patch.setattr(circuit, "_monotonic", lambda: self.clock.true)
        patch.setattr(worker, "_turns", itertools.count())
        patch.setattr(clients, "_local", threading.local())
        self.wire.install(patch)
        self._stack.enter_context(connection.execute_wrapper(self.steps.statement))
        logging.getLogger().addHandler(self.log)
        self._stack.callback(logging.getLogger().removeHandler, self.log)

    def close(self) -> None:
        """Undo everything that the example has written."""
        self._stack.close()

    # Time.

    def shift(self, seconds: float) -> None:
        """Let time pass, with what SpKey does late on the way."""
        self.steps.look()
        end = self.clock.true + seconds
        for late in sorted(self.wire.late, key=lambda late: late.at):
            if late.at <= end:
                self.clock.move_to(late.at)
                self.wire.late.remove(late)
                self._land(late.request.key, late.request.body, late.claim_id)
        self.clock.move_to(end)
        self._note_ends()

    def set_clock(self, ahead: float) -> None:
        """Set the portal's clock. Put forward, it makes every send that is open look old."""
        if ahead > self.clock.ahead:
            unresolved = Claim.objects.exclude(outcome_unknown_since=None)
            self.ledger.aged |= set(unresolved.values_list("pk", flat=True))
        if ahead < self.clock.ahead:
            # Until a worker has corrected the times, none given before counts.
            self.ledger.ran_out |= self.ledger.grants_end.keys()
        self.clock.put(ahead)
        self._note_ends()

    def _note_ends(self) -> None:
        now = timezone.now()
        self.ledger.ran_out |= {pk for pk, end in self.ledger.grants_end.items() if end <= now}

    def _land(self, key_name: str | None, body: object, claim_id: uuid.UUID) -> None:
        try:
            key = self.sandbox.state.keys[str(key_name)]
            if key.revoked or not isinstance(body, dict):
                return
            commands.claim(self.sandbox.state, key, body["hubId"], body)
        except (KeyError, Refusal):
            return
        self.ledger.look_at_spkey(claim_id)

    def next_due(self) -> float | None:
        """Return in how many seconds something is due by the portal's clock, None for never."""
        now = timezone.now()
        rows = [*Claim.objects.exclude(due_at=None), *ApiCredential.objects.exclude(due_at=None)]
        due = [
            max(row.due_at, row.lease_until or now, getattr(row, "paused_until", None) or now)
            for row in rows
        ]
        return max(0.0, (min(due) - now).total_seconds()) + 0.001 if due else None

    # The worker.

    def work(self) -> None:
        """Let a worker come by: its heartbeat, and all that is due."""
        self.beat()
        worker.run_once()

    def beat(self) -> None:
        """Let a worker do what it does at its heartbeat, where the clock was put back."""
        leasing.correct_clock()

    # People, and what they may.

    def may_send(self, claim: Claim) -> bool:
        """Say by the ledger whether the claim may still be sent."""
        lost = self.ledger.lost_rights
        person = self.ledger.released.get(claim.pk, claim.submitted_by_id)
        if {person, claim.site_id, claim.pk, claim.support_grant_id} & lost:
            return False
        if claim.support_grant_id and self._is_over(claim.support_grant_id):
            return False
        return person not in self.ledger.limited or (person, claim.site_id) in self.ledger.sent_to

    def _is_over(self, grant: uuid.UUID) -> bool:
        """Say whether its time is over by the portal's clock, or was found so by a worker."""
        return grant in self.ledger.grants_over or self.ledger.grants_end[grant] <= timezone.now()

    def take_right(self, person: User) -> None:
        """End the person's membership."""
        self._lose(person.pk)
        self.ledger.people_ever_lost.add(person.pk)
        Membership.objects.filter(user=person).update(expires_at=timezone.now() - LONG_AGO)

    def give_right(self, person: User) -> None:
        """Take the person in again."""
        self.ledger.lost_rights.discard(person.pk)
        Membership.objects.filter(user=person).update(expires_at=None)

    def let_support_in(self, organisation: Organisation) -> Grant:
        """Return the grant that stands, or one that is given now and ends soon."""
        support = self.environment.tenants["support"]
        grant = consent_to(support, organisation)
        if grant.pk not in self.ledger.grants_end:
            ends_at = timezone.now() + GRANTED
            Grant.objects.filter(pk=grant.pk).update(ends_at=ends_at, **leasing.due_at(ends_at))
            self.ledger.grants_end[grant.pk] = ends_at
        return Grant.objects.get(pk=grant.pk)

    def revoke_grant(self, claim: Claim) -> None:
        """Take back the leave by which support makes the claim, if it does."""
        if claim.support_grant is not None:
            self._lose(claim.support_grant_id)
            giving.revoke(claim.support_grant, self.environment.people["ada"])

    def limit_to_jobs(self, person: User) -> None:
        """Let the person claim only where a job sends them; they are named on none yet."""
        installers = Membership.objects.filter(user=person, role=Membership.Role.INSTALLER)
        if installers.filter(support=False).update(all_sites=False):
            self.ledger.limited.add(person.pk)
            self.ledger.ever_limited.add(person.pk)

    def send_to(self, person: User, site: Site) -> None:
        """Open a job for the person at the site, for a year each way: the clocks leap."""
        for member in Membership.objects.filter(user=person, organisation=site.organisation):
            today = timezone.localdate()
            job = Job.objects.create(
                organisation=site.organisation,
                site=site,
                number=Job.objects.count() + 1,
                starts_on=today - YEAR,
                ends_on=today + YEAR,
            )
            job.people.add(member)
            self.ledger.sent_to.add((person.pk, site.pk))

    def end_jobs(self, site: Site, how: str) -> None:
        """End all jobs at the site: completed, cancelled, or by their window."""
        jobs, now = Job.objects.filter(site=site).unfinished(), timezone.now()
        if how == "over":
            jobs.update(starts_on=now.date() - 2 * YEAR, ends_on=now.date() - YEAR)
        else:
            jobs.update(**{how: now})
        self.ledger.sent_to = {pair for pair in self.ledger.sent_to if pair[1] != site.pk}

    def release(self, claim: Claim) -> None:
        """Let Ada release the claim, as the view does while she may."""
        ada = self.environment.people["ada"]
        if ada.pk in self.ledger.lost_rights or not permissions.may_release(ada, claim):
            return
        if actions.release(claim, ada):
            self.ledger.released[claim.pk] = ada.pk

    def lose_claim(self, claim: Claim) -> None:
        """Remember that the claim was stopped."""
        self._lose(claim.pk)

    def archive(self, site: Site) -> None:
        """Close the site."""
        self._lose(site.pk)
        changes.archive(site, self.environment.people["ada"])

    def restore(self, site: Site) -> None:
        """Open the site again."""
        self.ledger.lost_rights.discard(site.pk)
        changes.restore(site, self.environment.people["ada"])

    def _lose(self, what: object) -> None:
        self.ledger.lost_rights.add(what)
        self.ledger.ever_lost.add(what)

    # Keys.

    def key_of(self, organisation: Organisation) -> ApiKey:
        """Return the organisation's key at SpKey."""
        return self.sandbox.state.keys[KEY_NAMES[organisation.spkey_org_id]]

    def store_key(self, organisation: Organisation, key: ApiKey) -> None:
        """Let an administrator put this key in place at the portal."""
        self.ledger.keys_stored[organisation.pk].add(key.name)
        self.key_texts.add(key.text)
        key_candidates.offer(organisation, self.environment.people["ada"], Secret(key.text))

    def store_wrong_key(self, organisation: Organisation) -> None:
        """Let an administrator store a key that SpKey refuses: no call about a claim has it."""
        self.key_texts.add(world.REVOKED_KEY)
        key_candidates.offer(
            organisation, self.environment.people["ada"], Secret(world.REVOKED_KEY)
        )

    def rotate_key(self, organisation: Organisation) -> None:
        """Let SpKey give the organisation another key; the portal's is unknown from now on."""
        key = self.key_of(organisation)
        self.sandbox.state.keys.rotate(key.name)
        for names in self.ledger.keys_stored.values():
            if key.name in names:
                names.add("unknown")
        self.key_texts.add(key.text)

    # What happens at SpKey.

    def arm(self, name: str, times: int | None) -> None:
        """Let this fault happen to the next so many requests that it meets (None: to all)."""
        self.coverage.faults[name] += 1
        match, action = faults.FAULTS[name][0], faults.action_of(name, self.clock.true)
        self.sandbox.faults.add(match, action=action, times=times)
        self.wire.names[repr(FaultAction(**action))] = name

    def claim_for_others(self, hub_id: str) -> None:
        """Let another organisation be faster."""
        body = {"hubId": hub_id, "siteId": "their-site", "userId": str(uuid.UUID(int=7))}
        try:
            commands.claim(self.sandbox.state, OTHERS, hub_id, body)
        except Refusal:
            return
        self.ledger.look_at_spkey()

    def suspend(self, hub_id: str) -> None:
        """Let SpKey suspend a hub, if it knows it."""
        if hub_id in self.sandbox.state.hubs:
            self.sandbox.state.set_hub(hub_id, {"status": "Suspended"})
            self.ledger.suspended.add(hub_id)

    def connect(self, hub_id: str, online: bool | None) -> None:
        """Plug a hub in, or out, or (None) let nothing be known."""
        if hub_id in self.sandbox.state.hubs:
            self.sandbox.state.set_hub(hub_id, {"online": online})


@contextmanager
def _undone() -> Iterator[None]:
    """Commit nothing of what the block writes."""
    with transaction.atomic():
        try:
            yield
        finally:
            transaction.set_rollback(True)
