"""What workers do, and what happens to them: faults, death, others meanwhile, and time."""

from collections.abc import Callable

from django.conf import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant

from portal.claims.engine import actions, leases, work
from portal.claims.models import Claim
from portal.core import worker
from portal.orgs import api_keys
from portal.orgs.models import ApiCredential
from tests.machine import ending, interleavings, invariants
from tests.machine.faults import FAULTS
from tests.machine.people import HUBS, People, fresh, hubs, requests, step
from tests.machine.steps import Killed, Point, die
from tests.machine.world import Environment, World

HOUR = 3600.0
LONG = 1.2 * HOUR
MOST_ROUNDS = 40
ENDED = ("grant revoked", "grant ran out", "grant ran out, clock put back")
NO_LONGER_WANTED = ("stopped", "right gone", "job over", "site archived", *ENDED)
TAKEN_OVER = ("taken over after the lease ran out", "taken over from a silent worker")
AFTERWARDS = (None, None, "stopped", "right gone", "tried now", *ENDED)
KEY_CHANGES = (
    "refused",
    "honoured again",
    "rotated",
    "rotated and stored",
    "stored",
    "stored again",
    "replaced by another's",
    "a wrong one stored",
    "checked",
)

points = st.builds(Point, st.integers(1, 45)) | st.builds(
    Point, st.integers(1, 8), calls_only=st.just(True)
)
names = st.sampled_from(sorted(FAULTS))
sends = st.sampled_from(sorted(name for name in FAULTS if name.startswith("send")))
lasting = st.sampled_from(["read: 500", "send: 503 of a gateway", "send: 409", "send: answer lost"])
refused_all_the_same = st.sampled_from(
    [f"send: {what} after the effect" for what in ("400 with details", "403", "404")]
)
acts = st.sampled_from(sorted(interleavings.ACTS))
seconds = st.sampled_from([1.0, 5.0, 11.0, 46.0, 91.0, 301.0, 1801.0, 3700.0, 86_500.0])
tenants = st.sampled_from(["acme", "harbour", "support"])


class Machine(People):
    """Drives the lifecycle and the worker against the sandbox, and checks after every step."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(World(environment))
        self.sound = True
        environment.coverage.figures["examples"] += 1

    @invariant()
    def everything_holds(self) -> None:
        """Hold the invariants against all that is."""
        self.world.coverage.figures["steps"] += 1
        self.sound = False
        invariants.check(self.world)
        self.sound = True

    def teardown(self) -> None:
        """Let everything end, hold the verdicts against SpKey's log, and undo it all."""
        try:
            if self.sound and ending.is_due():
                ending.settle(self.world)
        finally:
            self.world.close()

    # Workers.

    def _wait(self) -> None:
        self.world.shift(self.world.next_due() or 0.0)

    def _attempt_one(self) -> None:
        for lease in leases.take_due(1):
            work.attempt(lease)

    @step(rounds=st.integers(0, 5))
    def wait_and_work(self, rounds: int) -> None:
        self.world.work()
        for _ in range(rounds):
            self._wait()
            self.world.work()

    @step(name=names, times=st.integers(1, 3))
    def meet_faults(self, name: str, times: int) -> None:
        self.world.arm(name, times)
        self._wait()
        self.world.work()

    @step(request=requests, hub=hubs, name=sends, then=st.sampled_from(AFTERWARDS))
    def send_into_a_fault(
        self, request: tuple[str, str], hub: str, name: str, then: str | None
    ) -> None:
        self._submit_into_a_fault(request, hub, name)
        self.world.work()
        if then:
            interleavings.interleave(self.world, then)

    @step(request=requests, hub=hubs, name=refused_all_the_same)
    def be_refused_though_it_took_effect(
        self, request: tuple[str, str], hub: str, name: str
    ) -> None:
        self._submit_into_a_fault(request, hub, name)
        self.world.work()

    def _submit_into_a_fault(self, request: tuple[str, str], hub: str, name: str) -> None:
        self._submit(self._claim_request(request, hub))
        self.world.sandbox.faults.clear()
        self.world.arm(name, 1)

    @step(name=lasting, trying_now=st.booleans())
    def live_through_a_long_fault(self, name: str, trying_now: bool) -> None:
        self.world.arm(name, None)
        ends_at = self.world.clock.true + LONG
        for _ in range(MOST_ROUNDS):
            if trying_now:
                self.world.shift(settings.TRY_NOW_SECONDS)
                for claim in Claim.objects.active():
                    actions.try_now(claim)
            self.world.work()
            self._wait()
            if self.world.clock.true > ends_at:
                break
        self.world.sandbox.faults.clear()

    # Death.

    @step(point=points)
    def die_at_work(self, point: Point) -> None:
        self._wait()
        self.world.beat()
        self._mortally(point, worker.run_once)

    @step(request=requests, hub=hubs, name=sends, point=points)
    def die_while_sending_into_a_fault(
        self, request: tuple[str, str], hub: str, name: str, point: Point
    ) -> None:
        self._submit_into_a_fault(request, hub, name)
        self._mortally(point, self._attempt_one)

    @step(request=requests, hub=hubs, point=points)
    def die_while_submitting(self, request: tuple[str, str], hub: str, point: Point) -> None:
        made = self._claim_request(request, hub)
        self._mortally(point, lambda: self._submit(made))

    def _mortally(self, point: Point, work: Callable[[], object]) -> None:
        try:
            with self.world.steps.at(point, die, between_transactions=False):
                work()
        except Killed:
            self.world.coverage.kills[self.world.steps.reached] += 1

    # Others meanwhile.

    @step(point=points, what=acts)
    def be_interrupted_at_work(self, point: Point, what: str) -> None:
        self._wait()
        self.world.beat()
        self._interrupted(point, what, worker.run_once)

    @step(request=requests, hub=hubs, point=points, what=acts, name=sends)
    def be_interrupted_while_sending_into_a_fault(
        self, request: tuple[str, str], hub: str, point: Point, what: str, name: str
    ) -> None:
        self._submit_into_a_fault(request, hub, name)
        self._interrupted(point, what, self._attempt_one)

    @step(request=requests, hub=hubs, point=points, what=st.sampled_from(TAKEN_OVER), name=sends)
    def be_taken_over_while_sending_into_a_fault(
        self, request: tuple[str, str], hub: str, point: Point, what: str, name: str
    ) -> None:
        self._submit_into_a_fault(request, hub, name)
        self._interrupted(point, what, self._attempt_one)

    @step(request=requests, hub=hubs, point=points, what=st.sampled_from(NO_LONGER_WANTED))
    def be_no_longer_wanted_while_it_is_tried(
        self, request: tuple[str, str], hub: str, point: Point, what: str
    ) -> None:
        self._submit(self._claim_request(request, hub))
        self._interrupted(point, what, self._attempt_one)

    @step(
        where=st.sampled_from(["mill_court", "lighthouse"]),
        hub=hubs,
        point=points,
        what=st.sampled_from(ENDED),
    )
    def be_let_in_no_longer_while_support_claims(
        self, where: str, hub: str, point: Point, what: str
    ) -> None:
        self._submit(self._claim_request(("sam", where), hub))
        self._interrupted(point, what, self._attempt_one)

    @step(what=acts)
    def let_something_happen(self, what: str) -> None:
        interleavings.interleave(self.world, what)

    def _interrupted(self, point: Point, what: str, work: Callable[[], object]) -> None:
        def act() -> None:
            interleavings.interleave(self.world, what)

        with self.world.steps.at(point, act, between_transactions=True):
            work()
        if self.world.steps.reached:
            self.world.coverage.interruptions[f"{self.world.steps.reached}: {what}"] += 1

    # Keys.

    @step(tenant=tenants, how=st.sampled_from(KEY_CHANGES))
    def change_a_key(self, tenant: str, how: str) -> None:
        organisation, spkeys = self.world.environment.tenants[tenant], self.world.sandbox.state.keys
        if how in {"refused", "honoured again"}:
            spkeys[tenant].revoked = how == "refused"
        if "rotated" in how:
            self.world.rotate_key(organisation)
        if "stored" in how:
            self.world.store_key(organisation, spkeys[tenant])
        if how == "replaced by another's" and tenant != "support":
            self.world.store_key(organisation, spkeys["harbour"])
        if how == "a wrong one stored":
            self.world.store_wrong_key(organisation)
        if how == "checked":
            credential = ApiCredential.objects.get(organisation=organisation)
            api_keys.ask_for_check(credential, self.world.environment.people["ada"])
            worker.run_once()

    # Time, and SpKey.

    @step(passed=seconds)
    def let_time_pass(self, passed: float) -> None:
        self.world.shift(passed)

    @step(hours=st.sampled_from([-1, 0, 1]))
    def set_the_clock(self, hours: int) -> None:
        self.world.set_clock(hours * HOUR)

    @step(
        hub=fresh, what=st.sampled_from(["online", "offline", "silent", "another's", "suspended"])
    )
    def change_a_hub(self, hub: str, what: str) -> None:
        if what == "another's":
            self.world.claim_for_others(HUBS[hub])
        elif what == "suspended":
            self.world.suspend(HUBS[hub])
        else:
            self.world.connect(HUBS[hub], {"online": True, "offline": False}.get(what))
