"""Drives actions on hubs beside claims of the same hubs, and checks after every step.

It plays in the claims' world, with their clock, their faults and their steps at which a worker is
killed or somebody else acts. What it sees on the wire it holds against a ledger of its own.
"""

import random
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from portal import spkey
from portal.audit.models import Entry
from portal.claims.engine import actions as claims
from portal.claims.models import Attempt, Claim
from portal.core import leasing, worker
from portal.core.leasing import Lease
from portal.hubs.actions import asking, step, timing
from portal.hubs.actions.asking import AnotherActionError
from portal.hubs.actions.confidential import Confidential
from portal.hubs.actions.models import READ_BACK, HubAction, HubActionAttempt, Kind, State
from portal.hubs.models import Hub
from portal.sandbox import commands
from portal.sandbox import world as sandbox_world
from portal.sandbox.exchange import Refusal
from portal.sandbox.faults import FaultAction
from portal.sandbox.state import LoggedRequest
from tests.conftest import claim_request
from tests.hubs.actions.ways import SECRETS, SENDS, WAYS, Sides, Way, request_of
from tests.machine import faults
from tests.machine.steps import Killed, Point, die
from tests.machine.world import Environment, World

HUBS = [sandbox_world.hub_id(n) for n in (20, 21)]
ALL_SENDS = {*SENDS, "ClaimHub"}
# What may take effect long after its answer, and is read back.
LATE = {"ReClaimHub", "SetHubRole", "SuspendHub"}
MOST_ROUNDS = 300
# What is refused so has no effect, unless SpKey lies about it.
DENIED = {"bad_credentials", "rate_limited", "busy"}
NOTHING_CHANGED = {State.REFUSED, State.NOT_SENT, State.NOT_PASSED_ON, State.EXPIRED}

RECLAIM = "re-claim"
MOVE_BACK = "move back"
# What needs another organisation's hub is the re-claims' machine's.
KINDS = (*(name for name in WAYS if name != RECLAIM), MOVE_BACK)
FAULTS = {
    name: action
    for name, action in (faults.ANY_CALL | faults.SEND_ONLY).items()
    if "a date" not in name
}
READ_FAULTS = ("500", "503 of a gateway", "answer lost", "429 with seconds", "401", "junk in a 200")
kinds = st.sampled_from(KINDS)
hubs = st.sampled_from(HUBS)
names = st.sampled_from(sorted(FAULTS))
points = st.builds(Point, st.integers(1, 40)) | st.builds(
    Point, st.integers(1, 6), calls_only=st.just(True)
)


def way_of(kind: str) -> Way:
    """Return what is done: back is a move as any other."""
    return WAYS["move" if kind == MOVE_BACK else kind]


@dataclass(frozen=True)
class Late:
    """What a send that a gateway gave up does to a hub, some time after its answer."""

    at: float
    what: str
    hub_id: str
    request: LoggedRequest
    action: uuid.UUID


class ActionWorld(World):
    """The claims' world, in which actions are done as well."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self.working: list[Lease[HubAction] | None] = []
        self.in_flight: list[str] = []
        self.sends: Counter[uuid.UUID] = Counter()
        self.effects: defaultdict[uuid.UUID, int] = defaultdict(int)
        self.wrong: list[str] = []
        self.ends: dict[uuid.UUID, tuple[str, str]] = {}
        self.stopped: set[uuid.UUID] = set()
        self.vendor_changed = False
        self.to_land: list[Late] = []
        self.was: defaultdict[str, set[object]] = defaultdict(set)
        acme = environment.tenants["acme"]
        for hub_id in HUBS:
            given = {"status": "Claimed", "orgId": acme.spkey_org_id, "siteId": "mill-court"}
            self.sandbox.state.set_hub(hub_id, given)
            Hub.objects.create(
                organisation=acme, hub_id=uuid.UUID(hub_id), binding="ours", status="Claimed",
                spkey_site_id="mill-court",
            )  # fmt: skip
        self.look()

    def _install(self) -> None:
        super()._install()
        patch = self._stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(timing, "MAX_SENDS", 5)
        request, attempt = spkey.Client._request, step.attempt

        def watched(client: Any, method: str, path: str, *args: Any, **kwargs: Any) -> Any:
            with self._watching(*path.split("/")[-2:]):
                return request(client, method, path, *args, **kwargs)

        def at_work(lease: Lease[HubAction], confidential: Confidential | None = None) -> None:
            self.working.append(lease)
            try:
                attempt(lease, confidential)
            finally:
                self.working.pop()

        patch.setattr(spkey.Client, "_request", watched)
        patch.setattr(step, "attempt", at_work)

    @contextmanager
    def _watching(self, hub_id: str, what: str) -> Iterator[None]:
        lease = self.working[-1] if self.working and what in SENDS else None
        events = len(self.sandbox.state.event_log) + len(self.sandbox.state.command_log)
        before = self.sandbox.state.requests[-1] if self.sandbox.state.requests else None
        if what in ALL_SENDS:
            with self.steps.quietly():
                self._begins(hub_id, lease)
            self.in_flight.append(hub_id)
        try:
            yield
        finally:
            if what in ALL_SENDS:
                self.in_flight.remove(hub_id)
            state = self.sandbox.state
            if lease is not None:
                now = len(state.event_log) + len(state.command_log)
                self.effects[lease.pk] += now - events
                self._may_land(hub_id, what, lease.pk, before)
            self.look()

    def _may_land(
        self, hub_id: str, what: str, action: uuid.UUID, before: LoggedRequest | None
    ) -> None:
        state = self.sandbox.state
        request = state.requests[-1] if state.requests else before
        if request is None or request is before or request.status != faults.GIVEN_UP:
            return
        if what in LATE:
            at = state.clock() + faults.LATER
            self.to_land.append(Late(at, what, hub_id, request, action))

    def shift(self, seconds: float) -> None:
        """Let time pass, with what is done to hubs late on the way."""
        end = self.clock.true + seconds
        for late in sorted(self.to_land, key=lambda late: late.at):
            if late.at <= end:
                super().shift(max(0.0, late.at - self.clock.true))
                self.to_land.remove(late)
                self._land_on(late)
        super().shift(max(0.0, end - self.clock.true))

    def _land_on(self, late: Late) -> None:
        state, body = self.sandbox.state, late.request.body
        try:
            key = state.keys[str(late.request.key)]
            if key.revoked or not isinstance(body, dict):
                return
            commands.BY_NAME[late.what](state, key, late.hub_id, body)
        except (KeyError, Refusal):
            return
        self.effects[late.action] += 1
        self.coverage.figures["effects long after the answer"] += 1
        self.look()

    def _begins(self, hub_id: str, lease: Lease[HubAction] | None) -> None:
        if hub_id in self.in_flight:
            self.wrong.append(f"two sends to {hub_id} at once")
        if lease is None:
            return
        self.sends[lease.pk] += 1
        action = HubAction.objects.select_related("hub").get(pk=lease.pk)
        intents = action.attempts.filter(epoch=lease.epoch, kind="send", outcome="")
        if self.steps.in_transaction or not intents.exists():
            self.wrong.append(f"{action} was sent without a committed intent")
        if action.epoch != lease.epoch:
            self.wrong.append(f"{action} was sent from a stale lease")
        if action.hub.held_by != f"action {action.pk.hex}":
            self.wrong.append(f"{action} was sent without the hold")
        body = self.sandbox.state.requests[-1].body if self.sandbox.state.requests else None
        if isinstance(body, dict) and body.get("newOrgId") not in (None, "acme-properties"):
            self.wrong.append(f"{action} named another organisation")

    def look(self) -> None:
        """Take in how SpKey has the hubs."""
        for hub_id in HUBS:
            hub = self.sandbox.state.hubs[hub_id]
            self.was[hub_id] |= {hub.site_id, hub.is_primary, hub.status}

    def next_due(self) -> float | None:
        """Return in how many seconds something is due, an action among it."""
        now = timezone.now()
        rows = HubAction.objects.exclude(due_at=None)
        due = [max(row.due_at, row.lease_until or now) for row in rows]
        mine = max(0.0, (min(due) - now).total_seconds()) + 0.001 if due else None
        others = super().next_due()
        return min((each for each in (mine, others) if each is not None), default=None)


class ActionMachine(RuleBasedStateMachine):
    """Administrators act, SpKey fails, workers die, and others claim the same hubs."""

    WORLD = ActionWorld

    def __init__(self, environment: Environment) -> None:
        super().__init__()
        self.environment = environment
        self.world = self.WORLD(environment)
        self.chance = random.Random(1)
        self.sound = True

    # What people do.

    def _ask(self, kind: str, hub_id: str) -> tuple[HubAction, Lease[HubAction] | None] | None:
        people, sites = self.environment.people, self.environment.sites
        site = sites["mill_court" if kind == MOVE_BACK else "orchard_rise"]
        sides = Sides(people["ada"], people["sam"], self.environment.tenants["support"], site)
        hub = Hub.objects.get(organisation=self.environment.tenants["acme"], hub_id=hub_id)
        token = uuid.UUID(int=self.chance.getrandbits(128))
        way = way_of(kind)
        request = request_of(way, hub, sides, token)
        try:
            if way.is_confidential:
                return asking.submit_to_send(request)
            return asking.submit(request), None
        except AnotherActionError:
            return None

    def _do(self, kind: str, hub_id: str) -> None:
        """Ask for it, and let it be tried once."""
        asked = self._ask(kind, hub_id)
        if asked is not None and asked[1] is not None:
            step.attempt(asked[1], way_of(kind).confidential())
        else:
            worker.run_once()

    @rule(kind=kinds, hub=hubs)
    def ask(self, kind: str, hub: str) -> None:
        self._do(kind, hub)

    @rule(kind=kinds, hub=hubs, name=names, times=st.integers(1, 3))
    def ask_into_a_fault(self, kind: str, hub: str, name: str, times: int) -> None:
        self._arm(name, times)
        self._do(kind, hub)

    @rule(kind=kinds, hub=hubs)
    def ask_and_have_it_take_effect_late(self, kind: str, hub: str) -> None:
        self._arm("effect long after the answer", 1)
        self._do(kind, hub)

    def _arm(self, name: str, times: int | None) -> None:
        self.world.coverage.faults[f"post: {name}"] += 1
        self.world.sandbox.faults.clear()
        self.world.sandbox.faults.add({"method": "POST"}, action=FAULTS[name], times=times)
        self.world.wire.names[repr(FaultAction(**FAULTS[name]))] = name

    @rule(name=st.sampled_from(READ_FAULTS), times=st.integers(1, 3))
    def fail_to_read(self, name: str, times: int) -> None:
        self.world.sandbox.faults.add(
            {"path_contains": "/status"}, action=faults.ANY_CALL[name], times=times
        )

    @rule()
    def stop(self) -> None:
        for action in HubAction.objects.active():
            asking.stop(action, self.environment.people["ada"])
            self.world.stopped.add(action.pk)

    @rule(hub=hubs)
    def claim_the_same_hub(self, hub: str) -> None:
        """The vendor has released it; it is claimed again while actions are under way."""
        self.world.vendor_changed = True
        self.world.sandbox.state.set_hub(hub, {"status": "Provisioned", "orgId": "", "siteId": ""})
        site = self.environment.sites["mill_court"]
        try:
            claims.submit(claim_request(self.environment.people["ira"], site, hub))
        except claims.AnotherSiteError:
            return

    @rule(kind=kinds, hub=hubs, point=points)
    def act_while_it_is_claimed(self, kind: str, hub: str, point: Point) -> None:
        """In the midst of a claim's first attempt, another worker does this to the hub."""
        with self.world.steps.at(point, lambda: self._do(kind, hub), between_transactions=True):
            self.claim_the_same_hub(hub)
            worker.run_once()

    @rule(hub=hubs, what=st.sampled_from([{"siteId": "mill-court"}, {"status": "Claimed"}]))
    def let_the_vendor_change_a_hub(self, hub: str, what: dict[str, str]) -> None:
        ours = {"orgId": "acme-properties", "status": "Claimed"}
        self.world.vendor_changed = True
        self.world.sandbox.state.set_hub(hub, ours | what)
        self.world.look()

    @rule(gone=st.booleans())
    def change_the_right(self, gone: bool) -> None:
        ada = self.environment.people["ada"]
        (self.world.take_right if gone else self.world.give_right)(ada)

    @rule(revoked=st.booleans())
    def change_the_key(self, revoked: bool) -> None:
        acme = self.environment.tenants["acme"]
        self.world.key_of(acme).revoked = revoked
        if not revoked:
            self.world.store_key(acme, self.world.key_of(acme))

    # Workers, death and time.

    @rule(rounds=st.integers(0, 4))
    def work(self, rounds: int) -> None:
        for _ in range(rounds + 1):
            self.world.work()
            self.world.shift(self.world.next_due() or 0.0)

    @rule(kind=kinds, hub=hubs, point=points, name=names)
    def die_while_sending_into_a_fault(self, kind: str, hub: str, point: Point, name: str) -> None:
        self._arm(name, 1)
        self._mortally(point, lambda: self._do(kind, hub))

    @rule(kind=kinds, hub=hubs, point=points)
    def die_at_work(self, kind: str, hub: str, point: Point) -> None:
        self._mortally(point, lambda: self._do(kind, hub))

    def _mortally(self, point: Point, work: Callable[[], object]) -> None:
        try:
            with self.world.steps.at(point, die, between_transactions=False):
                work()
        except Killed:
            self.world.coverage.kills[self.world.steps.reached] += 1
        self.world.working.clear()
        self.world.in_flight.clear()

    @rule(kind=kinds, hub=hubs, point=points, what=st.sampled_from(["claimed", "another", "stop"]))
    def be_interrupted(self, kind: str, hub: str, point: Point, what: str) -> None:
        """Another worker does all that is due, with a claim or an action of the same hub."""

        def act() -> None:
            if what == "claimed":
                self.claim_the_same_hub(hub)
            elif what == "stop":
                self.stop()
            else:
                self._ask("suspend", hub)
            worker.run_once()

        with self.world.steps.at(point, act, between_transactions=True):
            self._do(kind, hub)

    @rule(kind=kinds, hub=hubs, point=points)
    def be_taken_from_a_silent_worker(self, kind: str, hub: str, point: Point) -> None:
        def act() -> None:
            leasing.release([leasing.holder()])
            worker.run_once()

        with self.world.steps.at(point, act, between_transactions=True):
            self._do(kind, hub)

    @rule(seconds=st.sampled_from([5.0, 46.0, 110.0, 700.0, 3700.0]))
    def let_time_pass(self, seconds: float) -> None:
        self.world.shift(seconds)

    # What must hold.

    @invariant()
    def everything_holds(self) -> None:
        self.sound = False
        with self.world.steps.quietly():
            broken = [*self.world.wrong, *self._disagreements()]
            self.world.coverage.figures["steps"] += 1
        assert not broken, "\n".join([*broken, *map(_journey, HubAction.objects.all())])
        self.sound = True

    def _disagreements(self) -> Iterator[str]:
        yield from self.world.ledger.wrong["intent"]
        active = Counter(HubAction.objects.active().values_list("hub", flat=True))
        yield from (f"{n} actions on {hub}" for hub, n in active.items() if n > 1)
        told = Counter(
            Entry.objects.filter(verb__endswith="_ended").values_list("object_id", flat=True)
        )
        for action in HubAction.objects.select_related("hub"):
            end = (action.state, action.reason)
            if action.is_final and self.world.ends.setdefault(action.pk, end) != end:
                yield f"{action} ended as {self.world.ends[action.pk]} and is {end} now"
            if told[str(action.pk)] != action.is_final:
                yield f"{action} has {told[str(action.pk)]} records of its end"
            if not action.is_final and action.due_at is None:
                yield f"nobody will ever look at {action}"
            if action.kind not in READ_BACK and self.world.sends[action.pk] > 1:
                yield f"{action} was sent {self.world.sends[action.pk]} times"
            if self.world.sends[action.pk] > action.sends:
                yield f"{action} was sent more often than it says"
            yield from self._misreported(action)

    def _misreported(self, action: HubAction) -> Iterator[str]:
        is_move = action.kind in {Kind.MOVE, Kind.RECLAIM}
        wanted = action.spkey_site_id if is_move else action.make_primary
        wanted = "Suspended" if action.kind == Kind.SUSPEND else wanted
        says_so = action.state in {State.DONE, State.WAS_SO}
        if says_so and wanted not in self.world.was[str(action.hub.hub_id)]:
            yield f"{action} says {action.state}, and it never was so"
        has_worked = self.world.effects[action.pk] > 0
        lied = action.attempts.filter(outcome__in=DENIED).exists()
        if has_worked and action.state == State.NOT_SENT and not lied:
            yield f"{action} was sent and says that it was not"
        # A refusal of what a device is told has no effect that a read shows: it is believed.
        is_readable = action.kind in READ_BACK and not lied and self._can_be_told(action)
        if has_worked and action.state in NOTHING_CHANGED and is_readable:
            yield f"{action} took effect and says {action.state}"
        if action.state == State.ACCEPTED and not self.world.sends[action.pk]:
            yield f"{action} was accepted without a send"

    def _can_be_told(self, action: HubAction) -> bool:
        """Whether a read shows what the send did: the vendor has not hidden it."""
        is_gone = action.reason in {"not_ours", "missing"}
        return not (is_gone or self.world.vendor_changed)

    def teardown(self) -> None:
        """Let everything end, and hold the rest against SpKey's log."""
        try:
            if self.sound:
                self.settle()
        finally:
            self.world.close()

    def settle(self) -> None:
        """Stop all faults, and let everything end."""
        world = self.world
        world.sandbox.faults.clear()
        acme = self.environment.tenants["acme"]
        world.key_of(acme).revoked = False
        world.store_key(acme, world.key_of(acme))
        for _ in range(MOST_ROUNDS):
            world.work()
            if not HubAction.objects.active().exists():
                break
            world.shift(world.next_due() or 1.0)
        self.everything_holds()
        left = HubAction.objects.active()
        assert not left.exists(), "\n".join(map(_journey, left))
        assert (
            not HubActionAttempt.objects.filter(outcome="")
            .exclude(action__state=State.UNKNOWN)
            .exists()
        )
        assert not Attempt.objects.filter(outcome="", claim__in=Claim.objects.exclude(
            state__in=["verifying", "sending"]
        )).exists()  # fmt: skip
        rows = [*HubAction.objects.values(), *HubActionAttempt.objects.values()]
        kept = "\n".join([*world.log.lines, repr([*rows, *Entry.objects.values()])])
        assert [secret for secret in SECRETS if secret in kept] == []
        world.coverage.states.update(HubAction.objects.values_list("state", flat=True))


def _journey(action: HubAction) -> str:
    lines = [f"{action} {action.pk}: {action.state}/{action.reason}, {action.sends} sends"]
    for each in action.attempts.all():
        what = f"{each.outcome or 'open'} {each.http_status or ''}"
        lines.append(
            f"  {each.number} {each.started_at:%d %H:%M:%S} e{each.epoch} {each.kind} {what}"
        )
    return "\n".join(lines)
