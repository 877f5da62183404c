"""What workers do, and what happens to them: faults, death, others meanwhile, and time."""

from collections.abc import Callable

from hypothesis import strategies as st
from hypothesis.stateful import invariant

from portal.claims.engine import actions, leases
from portal.claims.engine.step import attempt
from portal.claims.models import Claim
from portal.core import worker
from portal.orgs import api_keys
from portal.orgs.models import ApiCredential
from tests.machine import ending, invariants, meanwhile
from tests.machine.faults import FAULTS
from tests.machine.people import HUBS, People, fresh, hubs, step, wishes
from tests.machine.stage import Stage, Theatre
from tests.machine.steps import Killed, Place, die

HOUR = 3600.0
LONG = 1.2 * HOUR
MOST_ROUNDS = 40
AFTERWARDS = (None, None, "stopped", "right gone", "hurried")
KEY_CHANGES = (
    "refused",
    "honoured again",
    "rotated",
    "rotated and stored",
    "stored",
    "stored again",
    "replaced by another's",
    "checked",
)

places = st.builds(Place, st.integers(1, 45)) | st.builds(
    Place, st.integers(1, 8), calls_only=st.just(True)
)
names = st.sampled_from(sorted(FAULTS))
sends = st.sampled_from(sorted(name for name in FAULTS if name.startswith("send")))
lasting = st.sampled_from(["read: 500", "send: 503 of a gateway", "send: 409", "send: answer lost"])
acts = st.sampled_from(sorted(meanwhile.ACTS))
seconds = st.sampled_from([1.0, 5.0, 11.0, 46.0, 91.0, 301.0, 1801.0, 3700.0, 86_500.0])
tenants = st.sampled_from(["acme", "harbour", "support"])


class Machine(People):
    """Drives the lifecycle and the worker against the sandbox, and checks after every step."""

    def __init__(self, theatre: Theatre) -> None:
        super().__init__(Stage(theatre))
        self.sound = True
        theatre.coverage.figures["examples"] += 1

    @invariant()
    def everything_holds(self) -> None:
        """Hold the invariants against all that is."""
        self.stage.coverage.figures["steps"] += 1
        self.sound = False
        invariants.check(self.stage)
        self.sound = True

    def teardown(self) -> None:
        """Let everything end, hold the verdicts against SpKey's log, and undo it all."""
        try:
            if self.sound and ending.is_due():
                ending.settle(self.stage)
        finally:
            self.stage.close()

    # Workers.

    def _wait(self) -> None:
        self.stage.shift(self.stage.next_due() or 0.0)

    def _attempt_one(self) -> None:
        for lease in leases.take_due(1):
            attempt(lease)

    @step(rounds=st.integers(0, 5))
    def wait_and_work(self, rounds: int) -> None:
        self.stage.work()
        for _ in range(rounds):
            self._wait()
            self.stage.work()

    @step(name=names, times=st.integers(1, 3))
    def meet_faults(self, name: str, times: int) -> None:
        self.stage.arm(name, times)
        self._wait()
        self.stage.work()

    @step(wish=wishes, hub=hubs, name=sends, then=st.sampled_from(AFTERWARDS))
    def send_into_a_fault(
        self, wish: tuple[str, str], hub: str, name: str, then: str | None
    ) -> None:
        self._order_into_a_fault(wish, hub, name)
        self.stage.work()
        if then:
            meanwhile.happens(self.stage, then)

    def _order_into_a_fault(self, wish: tuple[str, str], hub: str, name: str) -> None:
        self._submit(self._order(wish, hub))
        self.stage.sandbox.faults.clear()
        self.stage.arm(name, 1)

    @step(name=lasting, hurried=st.booleans())
    def live_through_a_long_fault(self, name: str, hurried: bool) -> None:
        self.stage.arm(name, None)
        ends_at = self.stage.clock.true + LONG
        for _ in range(MOST_ROUNDS):
            if hurried:
                for claim in Claim.objects.active():
                    actions.try_now(claim)
            self.stage.work()
            self._wait()
            if self.stage.clock.true > ends_at:
                break
        self.stage.sandbox.faults.clear()

    # Death.

    @step(place=places)
    def die_at_work(self, place: Place) -> None:
        self._wait()
        self.stage.beat()
        self._mortally(place, worker.run_once)

    @step(wish=wishes, hub=hubs, name=sends, place=places)
    def die_while_sending_into_a_fault(
        self, wish: tuple[str, str], hub: str, name: str, place: Place
    ) -> None:
        self._order_into_a_fault(wish, hub, name)
        self._mortally(place, self._attempt_one)

    @step(wish=wishes, hub=hubs, place=places)
    def die_while_submitting(self, wish: tuple[str, str], hub: str, place: Place) -> None:
        made = self._order(wish, hub)
        self._mortally(place, lambda: self._submit(made))

    def _mortally(self, place: Place, work: Callable[[], object]) -> None:
        try:
            with self.stage.steps.at(place, die, between_transactions=False):
                work()
        except Killed:
            self.stage.coverage.kills[self.stage.steps.reached] += 1

    # Others meanwhile.

    @step(place=places, what=acts)
    def be_interrupted_at_work(self, place: Place, what: str) -> None:
        self._wait()
        self.stage.beat()
        self._interrupted(place, what, worker.run_once)

    @step(wish=wishes, hub=hubs, place=places, what=acts, name=sends)
    def be_interrupted_while_sending_into_a_fault(
        self, wish: tuple[str, str], hub: str, place: Place, what: str, name: str
    ) -> None:
        self._order_into_a_fault(wish, hub, name)
        self._interrupted(place, what, self._attempt_one)

    @step(what=acts)
    def let_something_happen(self, what: str) -> None:
        meanwhile.happens(self.stage, what)

    def _interrupted(self, place: Place, what: str, work: Callable[[], object]) -> None:
        def act() -> None:
            meanwhile.happens(self.stage, what)

        with self.stage.steps.at(place, act, between_transactions=True):
            work()
        if self.stage.steps.reached:
            self.stage.coverage.interruptions[f"{self.stage.steps.reached}: {what}"] += 1

    # Keys.

    @step(tenant=tenants, how=st.sampled_from(KEY_CHANGES))
    def change_a_key(self, tenant: str, how: str) -> None:
        organisation, spkeys = self.stage.theatre.tenants[tenant], self.stage.sandbox.state.keys
        if how in {"refused", "honoured again"}:
            spkeys[tenant].revoked = how == "refused"
        if "rotated" in how:
            self.stage.rotate_key(organisation)
        if "stored" in how:
            self.stage.store_key(organisation, spkeys[tenant])
        if how == "replaced by another's" and tenant != "support":
            self.stage.store_key(organisation, spkeys["harbour"])
        if how == "checked":
            credential = ApiCredential.objects.get(organisation=organisation)
            api_keys.ask_for_check(credential, self.stage.theatre.people["ada"])
            worker.run_once()

    # Time, and SpKey.

    @step(passed=seconds)
    def let_time_pass(self, passed: float) -> None:
        self.stage.shift(passed)

    @step(hours=st.sampled_from([-1, 0, 1]))
    def set_the_clock(self, hours: int) -> None:
        self.stage.set_clock(hours * HOUR)

    @step(
        hub=fresh, what=st.sampled_from(["online", "offline", "silent", "another's", "suspended"])
    )
    def change_a_hub(self, hub: str, what: str) -> None:
        if what == "another's":
            self.stage.claim_for_others(HUBS[hub])
        elif what == "suspended":
            self.stage.suspend(HUBS[hub])
        else:
            self.stage.connect(HUBS[hub], {"online": True, "offline": False}.get(what))
