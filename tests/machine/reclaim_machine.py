"""Drives re-claims beside the actions of the hubs' own administrators, and checks every step.

A hub hangs at Acme's and is Harbour's. Ira asks for it, Sam is support, Hal answers for Harbour.
"""

import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress

from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import rule

from portal.core import worker
from portal.core.leasing import Lease
from portal.core.throttle import LimitReachedError
from portal.hubs.actions.models import HubAction
from portal.hubs.models import Hub
from portal.moves import asking, deciding, holding
from portal.moves.asking import CannotAskError, Wish
from portal.moves.deciding import CannotDecideError
from portal.moves.models import Answer, MoveRequest, State
from portal.orgs.models import Membership
from portal.sandbox import world as sandbox_world
from tests.machine.action_machine import MOST_ROUNDS, ActionMachine, ActionWorld, names, points
from tests.machine.steps import Point
from tests.machine.world import Environment

HELD = sandbox_world.hub_id(22)
TO_APPROVAL = ("ask", "look", "work", "put", "yes")
WHAT = (*TO_APPROVAL, "approve", "no", "silence", "decline", "withdraw")
MAY_FOLLOW = {Answer.YES, Answer.SILENT}


class ReclaimWorld(ActionWorld):
    """The actions' world, with a hub that is bound to another organisation."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self.bind(environment.tenants["harbour"].spkey_org_id, "lighthouse-flats")
        Hub.objects.create(
            organisation=environment.tenants["acme"],
            hub_id=uuid.UUID(HELD),
            binding="other",
            status="Claimed",
            read_at=timezone.now(),
        )

    def bind(self, org_id: str, site_id: str) -> None:
        """Let SpKey have the hub bound so."""
        given = {"status": "Claimed", "orgId": org_id, "siteId": site_id}
        self.sandbox.state.set_hub(HELD, given)
        self.look()

    def look(self) -> None:
        """Take in where SpKey has the hub."""
        super().look()
        hub = self.sandbox.state.hubs[HELD]
        if hub.org_id == sandbox_world.ACME_ORG_ID:
            self.was[HELD].add(hub.site_id)

    def next_due(self) -> float | None:
        """Return in how many seconds something is due, a request among it."""
        now = timezone.now()
        rows = MoveRequest.objects.exclude(due_at=None)
        due = [max(row.due_at, row.lease_until or now) for row in rows]
        mine = max(0.0, (min(due) - now).total_seconds()) + 0.001 if due else None
        others = super().next_due()
        return min((each for each in (mine, others) if each is not None), default=None)

    def _begins(self, hub_id: str, lease: Lease[HubAction] | None) -> None:
        super()._begins(hub_id, lease)
        if hub_id != HELD or lease is None:
            return
        asked = MoveRequest.objects.get(action=lease.pk)
        if asked.holder_id and asked.holder_answer not in MAY_FOLLOW:
            self.wrong.append(f"{asked} was sent without its holder's word")


class ReclaimMachine(ActionMachine):
    """Support takes a hub from one organisation for another, while all else goes on."""

    WORLD = ReclaimWorld

    def _member(self, name: str) -> Membership:
        found = Membership.objects.select_related("organisation__credential", "user")
        return found.get(user=self.environment.people[name])

    def _request(self) -> MoveRequest | None:
        return MoveRequest.objects.with_details().order_by("-asked_at", "-pk").first()

    def _take(self, what: str) -> None:
        """Do one step of the way, as far as it may be done now."""
        if what == "work":
            return self.world.work()
        sams, hals, asked = self._member("sam"), self._member("hal"), self._request()
        if what == "ask":
            hub = Hub.objects.get(organisation=self.environment.tenants["acme"], hub_id=HELD)
            site = self.environment.sites["mill_court"]
            with suppress(CannotAskError, LimitReachedError):
                asking.ask(self._member("ira"), Wish(hub, site, "It hangs here"))
        elif asked is not None:
            act: Callable[[], object] = {
                "look": lambda: deciding.look_up(asked, sams),
                "put": lambda: deciding.put_to_holder(asked, sams),
                "approve": lambda: deciding.approve(asked, sams, "The holder agreed"),
                "decline": lambda: deciding.decline(asked, sams, "It stays where it is."),
                "yes": lambda: holding.answer(asked, hals, agrees=True),
                "no": lambda: holding.answer(asked, hals, agrees=False),
                "silence": lambda: self.world.shift(4 * 24 * 3600.0),
                "withdraw": lambda: asking.withdraw(asked, self.environment.people["ira"]),
            }[what]
            with suppress(CannotDecideError, LimitReachedError):
                act()
        return None

    def _approve(self) -> None:
        self._take("approve")
        worker.run_once()

    @rule(what=st.sampled_from(WHAT))
    def go_on(self, what: str) -> None:
        self._take(what)

    @rule()
    def come_to_the_approval(self) -> None:
        for what in TO_APPROVAL:
            self._take(what)

    @rule()
    def go_the_whole_way(self) -> None:
        self.come_to_the_approval()
        self._approve()

    @rule(name=names)
    def approve_into_a_fault(self, name: str) -> None:
        self.come_to_the_approval()
        self._arm(name, 1)
        self._approve()

    @rule(point=points)
    def die_while_it_is_moved(self, point: Point) -> None:
        self.come_to_the_approval()
        self._mortally(point, self._approve)

    @rule(point=points, what=st.sampled_from(["withdraw", "decline", "no", "approve"]))
    def be_interrupted_on_the_way(self, point: Point, what: str) -> None:
        self.come_to_the_approval()
        with self.world.steps.at(point, lambda: self._take(what), between_transactions=True):
            self._approve()

    @rule(whose=st.sampled_from([sandbox_world.HARBOUR_ORG_ID, "somebody-else"]))
    def let_it_be_bound_again(self, whose: str) -> None:
        self.world.vendor_changed = True
        self.world.bind(whose, "their-site")
        acmes = Hub.objects.filter(organisation=self.environment.tenants["acme"], hub_id=HELD)
        acmes.update(binding="other")

    # What must hold.

    def _disagreements(self) -> Iterator[str]:
        yield from super()._disagreements()
        for asked in MoveRequest.objects.select_related("action"):
            sides = {asked.asked_by_id, asked.answered_by_id} - {None}
            if asked.decided_by_id in sides:
                yield f"{asked} was decided by one of its sides"
            if asked.action and asked.holder_id and asked.holder_answer not in MAY_FOLLOW:
                yield f"{asked} is moved without its holder's word"
            if asked.state == State.APPROVED and asked.action.is_final:
                yield f"{asked} has not heard how its re-claim ended"
            if asked.state in {State.UNCLEAR, State.WITH_HOLDER} and asked.due_at is None:
                yield f"nobody will ever look at {asked}"
            if asked.state == State.MOVED and "mill-court" not in self.world.was[HELD]:
                yield f"{asked} says that it was moved, and it never was"
        by_support = HubAction.objects.exclude(acting_organisation=None)
        asked_for = set(map(str, by_support.values_list("hub__hub_id", flat=True)))
        for sent in self.world.sandbox.state.requests:
            if not sent.path.endswith("/ReClaimHub") or sent.key != "support":
                continue
            is_asked_for = sent.path.split("/")[-2] in asked_for
            if not is_asked_for or sent.body.get("newOrgId") != sandbox_world.ACME_ORG_ID:
                yield f"the super key was used for {sent.path}"

    def settle(self) -> None:
        """Stop all faults, and let everything end, the requests as well."""
        support = self.environment.tenants["support"]
        self.world.key_of(support).revoked = False
        super().settle()
        under_way = MoveRequest.objects.filter(state__in=(State.APPROVED, State.UNCLEAR))
        for _ in range(MOST_ROUNDS):
            if not under_way.exists():
                break
            self.world.shift(self.world.next_due() or 1.0)
            self.world.work()
        self.everything_holds()
        assert not under_way.exists(), list(under_way)
        states = MoveRequest.objects.values_list("state", flat=True)
        self.world.coverage.states.update(f"request {state}" for state in states)
