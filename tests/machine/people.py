"""What people do: they submit, submit again, stop, try_now, and lose and regain their rights."""

import functools
import uuid
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from portal.claims.engine import actions
from portal.claims.models import Claim, Reason
from portal.hubs import watching
from portal.sandbox import world
from tests.conftest import claim_request
from tests.machine import interleavings
from tests.machine.steps import Point
from tests.machine.world import World

FRESH = {f"hub {n}": world.hub_id(n) for n in range(16)}
PECULIAR = ("unknown", "other_site", "claimed_elsewhere", "suspended")
HUBS = FRESH | {name: world.MAGIC[name].id for name in PECULIAR}
REQUESTS = [
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
requests = st.sampled_from(REQUESTS)
picks = st.integers(0, 11)
points = st.builds(Point, st.integers(1, 12))


def step(**arguments: Any) -> Callable[[Callable[..., None]], Any]:
    """A rule that counts itself."""

    def made(function: Callable[..., None]) -> Any:
        @functools.wraps(function)
        def counted(machine: "People", **drawn: Any) -> None:
            machine.world.coverage.rules[function.__name__] += 1
            function(machine, **drawn)

        return rule(**arguments)(counted)

    return made


def with_claims() -> Callable[..., Any]:
    """A rule for which there must be a claim."""
    return precondition(lambda machine: machine.world.ledger.accepted)


class People(RuleBasedStateMachine):
    """The people's rules; `world` is where they act, `ledger` what they remember."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world, self.ledger = world, world.ledger

    def _claim_request(self, request: tuple[str, str], hub: str) -> actions.ClaimRequest:
        person, site = (
            self.world.environment.people[request[0]],
            self.world.environment.sites[request[1]],
        )
        submission = uuid.uuid5(SUBMISSIONS, str(len(self.ledger.claim_requests)))
        fields: dict[str, Any] = {"submission": submission}
        if request[0] == "sam":
            fields |= {
                "acting_organisation": self.world.environment.tenants["support"],
                "support_grant": self.world.let_support_in(site.organisation),
                "reason": "asked to",
            }
        made = claim_request(person, site, HUBS[hub], **fields)
        self.ledger.claim_requests.append(made)
        return made

    def _submit(self, made: actions.ClaimRequest) -> None:
        """Submit as a view does: people without the right do not get as far."""
        if {made.user.pk, made.site.pk} & self.ledger.lost_rights:
            return
        # As the tray: what was scanned for a job that has ended is taken, and waits.
        self.world.coverage.figures["submits"] += 1
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

    @step(request=requests, hub=hubs)
    def submit(self, request: tuple[str, str], hub: str) -> None:
        self._submit(self._claim_request(request, hub))

    @precondition(lambda machine: machine.ledger.claim_requests)
    @step(number=picks)
    def submit_the_same_again(self, number: int) -> None:
        self._submit(self.ledger.claim_requests[number % len(self.ledger.claim_requests)])

    @step(request=requests, other=requests, hub=hubs, point=points)
    def submit_while_somebody_else_does(
        self, request: tuple[str, str], other: tuple[str, str], hub: str, point: Point
    ) -> None:
        first, second = self._claim_request(request, hub), self._claim_request(other, hub)
        with self.world.steps.at(point, lambda: self._submit(second), between_transactions=True):
            self._submit(first)

    @with_claims()
    @step(number=picks)
    def retry_a_claim(self, number: int) -> None:
        ended = Claim.objects.exclude(finished_at=None).exclude(site=None)
        ended = ended.select_related("organisation", "site", "hub").order_by("created_at", "pk")
        if count := ended.count():
            claim = ended[number % count]
            made = actions.retry(claim, claim.submitted_by)
            self.ledger.claim_requests.append(made)
            self._submit(made)

    @with_claims()
    @step(number=picks, how=st.sampled_from(["stop", "try now", "look at its hub"]))
    def act_on_a_claim(self, number: int, how: str) -> None:
        claim = self._pick(number)
        if how == "stop":
            interleavings.stop(self.world, claim)
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
        person, site = self.world.environment.people[who], self.world.environment.sites[where]
        (self.world.take_right if gone == "person" else self.world.give_right)(person)
        (self.world.archive if gone == "site" else self.world.restore)(site)

    @with_claims()
    @step(number=picks)
    def end_a_grant(self, number: int) -> None:
        made = Claim.objects.exclude(support_grant=None).select_related("support_grant")
        if count := made.count():
            self.world.revoke_grant(made.order_by("created_at", "pk")[number % count])

    @step(
        who=st.sampled_from(["ira", "ada", "hal"]),
        where=st.sampled_from(["mill_court", "orchard_rise", "lighthouse"]),
        how=st.sampled_from(["limited", "sent", "completed_at", "cancelled_at", "over"]),
    )
    def change_who_is_sent_where(self, who: str, where: str, how: str) -> None:
        person, site = self.world.environment.people[who], self.world.environment.sites[where]
        if how == "limited":
            self.world.limit_to_jobs(person)
        elif how == "sent":
            self.world.send_to(person, site)
        else:
            self.world.end_jobs(site, how)

    @with_claims()
    @step(number=picks)
    def release_a_claim(self, number: int) -> None:
        waiting = Claim.objects.filter(reason=Reason.RIGHT_GONE).active()
        waiting = waiting.select_related("organisation", "submitted_by", "site")
        if count := waiting.count():
            self.world.release(waiting.order_by("created_at", "pk")[number % count])
