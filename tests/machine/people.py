"""What people do: they submit, submit again, stop, hurry, and lose and regain their rights."""

import functools
import uuid
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from portal.claims.engine import actions
from portal.claims.models import Claim
from portal.hubs import watching
from portal.sandbox import world
from tests.conftest import order
from tests.machine import meanwhile
from tests.machine.stage import Stage
from tests.machine.steps import Place

FRESH = {f"hub {n}": world.hub_id(n) for n in range(16)}
PECULIAR = ("unknown", "other_site", "claimed_elsewhere", "suspended")
HUBS = FRESH | {name: world.MAGIC[name].id for name in PECULIAR}
WISHES = [
    ("ira", "mill_court"),
    ("ira", "orchard_rise"),
    ("ada", "mill_court"),
    ("hal", "lighthouse"),
    ("sam", "mill_court"),
    ("sam", "lighthouse"),
]
SUBMISSIONS = uuid.UUID(int=1)

fresh = st.sampled_from(["hub 0", "hub 0", "hub 1", *FRESH])
hubs = fresh | fresh | fresh | st.sampled_from(PECULIAR)
wishes = st.sampled_from(WISHES)
picks = st.integers(0, 11)
places = st.builds(Place, st.integers(1, 12))


def step(**arguments: Any) -> Callable[[Callable[..., None]], Any]:
    """A rule that counts itself."""

    def made(function: Callable[..., None]) -> Any:
        @functools.wraps(function)
        def counted(machine: "People", **drawn: Any) -> None:
            machine.stage.coverage.rules[function.__name__] += 1
            function(machine, **drawn)

        return rule(**arguments)(counted)

    return made


def with_claims() -> Callable[..., Any]:
    """A rule for which there must be a claim."""
    return precondition(lambda machine: machine.stage.ledger.accepted)


class People(RuleBasedStateMachine):
    """The people's rules; `stage` is where they act, `ledger` what they remember."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self.stage, self.ledger = stage, stage.ledger

    def _order(self, wish: tuple[str, str], hub: str) -> actions.ClaimRequest:
        person, site = self.stage.theatre.people[wish[0]], self.stage.theatre.sites[wish[1]]
        submission = uuid.uuid5(SUBMISSIONS, str(len(self.ledger.orders)))
        fields: dict[str, Any] = {"submission": submission}
        if wish[0] == "sam":
            fields |= {
                "acting_organisation": self.stage.theatre.tenants["support"],
                "reason": "asked to",
            }
        made = order(person, site, HUBS[hub], **fields)
        self.ledger.orders.append(made)
        return made

    def _submit(self, made: actions.ClaimRequest) -> None:
        """Submit as a view does: whoever lacks the right does not get as far."""
        if {made.user.pk, made.site.pk} & self.ledger.lost_rights:
            return
        self.stage.coverage.figures["submits"] += 1
        before = self.ledger.answers.get(made.submission)
        try:
            claim = actions.submit(made)
        except actions.AnotherSiteError as refusal:
            claim = refusal.claim
        self._stands_for(made, claim)
        if claim.spkey_site_id != made.spkey_site_id:
            assert before is None, "the same submission, another answer"
            return
        assert before in {None, claim.pk}, "the same submission, another claim"
        if claim.submission == made.submission:
            self.ledger.answers[made.submission] = claim.pk
        if claim.pk not in self.ledger.accepted:
            self.ledger.accepted.append(claim.pk)

    @staticmethod
    def _stands_for(made: actions.ClaimRequest, claim: Claim) -> None:
        assert claim.organisation_id == made.organisation.pk, "another organisation's claim"
        assert claim.hub_id_text == str(made.hub_id), "another hub's claim"

    def _pick(self, number: int) -> Claim:
        """Return one of the claims, of those under way if there are any."""
        rows = Claim.objects.select_related("organisation", "site", "hub", "submitted_by")
        active = rows.active().order_by("created_at", "pk")
        among = active if active.exists() else rows.order_by("created_at", "pk")
        return among[number % among.count()]

    @step(wish=wishes, hub=hubs)
    def submit(self, wish: tuple[str, str], hub: str) -> None:
        self._submit(self._order(wish, hub))

    @precondition(lambda machine: machine.ledger.orders)
    @step(number=picks)
    def submit_the_same_again(self, number: int) -> None:
        self._submit(self.ledger.orders[number % len(self.ledger.orders)])

    @step(wish=wishes, other=wishes, hub=hubs, place=places)
    def submit_while_somebody_else_does(
        self, wish: tuple[str, str], other: tuple[str, str], hub: str, place: Place
    ) -> None:
        first, second = self._order(wish, hub), self._order(other, hub)
        with self.stage.steps.at(place, lambda: self._submit(second), between_transactions=True):
            self._submit(first)

    @with_claims()
    @step(number=picks)
    def make_it_again(self, number: int) -> None:
        ended = Claim.objects.exclude(finished_at=None).exclude(site=None)
        ended = ended.select_related("organisation", "site", "hub").order_by("created_at", "pk")
        if count := ended.count():
            claim = ended[number % count]
            made = actions.retry(claim, claim.submitted_by)
            self.ledger.orders.append(made)
            self._submit(made)

    @with_claims()
    @step(number=picks, how=st.sampled_from(["stop", "try now", "look at its hub"]))
    def steer(self, number: int, how: str) -> None:
        claim = self._pick(number)
        if how == "stop":
            meanwhile.stop(self.stage, claim)
        elif how == "try now":
            actions.try_now(claim)
        else:
            watching.watch(claim.hub)

    @step(
        who=st.sampled_from(["ira", "ada", "hal", "sam"]),
        where=st.sampled_from(["mill_court", "orchard_rise", "lighthouse"]),
        gone=st.sampled_from(["person", "site", None, None]),
    )
    def change_who_may_claim_where(self, who: str, where: str, gone: str | None) -> None:
        person, site = self.stage.theatre.people[who], self.stage.theatre.sites[where]
        (self.stage.take_right if gone == "person" else self.stage.give_right)(person)
        (self.stage.archive if gone == "site" else self.stage.restore)(site)
