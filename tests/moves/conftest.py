"""A hub that stands at Acme's Mill Court and is bound to Harbour; and what each side does."""

from collections.abc import Callable
from uuid import UUID

import pytest
from django.utils import timezone

from portal.core import worker
from portal.hubs.actions.models import HubAction
from portal.hubs.models import Hub
from portal.moves import asking, deciding, holding
from portal.moves.asking import Wish
from portal.moves.models import MoveRequest
from portal.orgs.models import Membership
from portal.sandbox import world
from tests.conftest import join, make_person

HELD = world.hub_id(7)
WHY = "The building changed hands in May"
BECAUSE = "The holder agreed by the portal"


def member(person, organisation) -> Membership:
    return Membership.objects.select_related("organisation__credential", "user").get(
        user=person, organisation=organisation
    )


def bind(sandbox, hub_id: str, org_id: str, site_id: str = "lighthouse-flats") -> None:
    """Let SpKey have the hub bound to this organisation."""
    hub = sandbox.state.hubs[hub_id]
    hub.status, hub.org_id, hub.site_id = "Claimed", org_id, site_id
    hub.online_from = None
    hub.claimed_at = sandbox.state.clock()


@pytest.fixture
def held(sandbox, acme, harbour) -> Hub:
    """Acme's row of a hub that its own key has found to be somebody else's: Harbour's."""
    bind(sandbox, HELD, world.HARBOUR_ORG_ID)
    return row_of(acme, HELD)


def row_of(organisation, hub_id: str, binding=Hub.Binding.OTHER) -> Hub:
    return Hub.objects.create(
        organisation=organisation,
        hub_id=UUID(hub_id),
        binding=binding,
        read_at=timezone.now(),
        kept_until=timezone.now(),
    )


@pytest.fixture
def asked(held, ira, acme, mill_court) -> MoveRequest:
    """Ira has asked for it."""
    return asking.ask(member(ira, acme), Wish(held, mill_court, WHY))


@pytest.fixture
def sams(sam, spkey_support) -> Membership:
    return member(sam, spkey_support)


@pytest.fixture
def hals(hal, harbour) -> Membership:
    return member(hal, harbour)


@pytest.fixture
def another_agent(spkey_support) -> Membership:
    person = make_person("second@support.example", "Sia Support")
    return join(person, spkey_support, support=True)


def now(asked: MoveRequest) -> MoveRequest:
    """The request as it is."""
    return MoveRequest.objects.with_details().get(pk=asked.pk)


def work(asked: MoveRequest, rounds: int = 1) -> MoveRequest:
    """Let the worker do what is due of the request and its action now; return it as it is then."""
    for _ in range(rounds):
        MoveRequest.objects.filter(pk=asked.pk, due_at__isnull=False).exclude(
            state="with_holder"
        ).update(due_at=timezone.now())
        HubAction.objects.active().filter(move_request=asked.pk).update(due_at=timezone.now())
        worker.run_once()
    return now(asked)


@pytest.fixture
def looked_up(asked, sams, hals) -> MoveRequest:
    """Sam has looked up whose it is."""
    deciding.look_up(asked, sams)
    return work(asked)


@pytest.fixture
def put(looked_up, sams) -> MoveRequest:
    """Sam has asked Harbour."""
    deciding.put_to_holder(looked_up, sams)
    return now(looked_up)


@pytest.fixture
def agreed(put, hals) -> MoveRequest:
    """Hal has agreed."""
    assert holding.answer(put, hals, agrees=True)
    return now(put)


@pytest.fixture
def approved(agreed, sams) -> MoveRequest:
    """Sam has approved it."""
    deciding.approve(agreed, sams, BECAUSE)
    return now(agreed)


@pytest.fixture
def through(clock) -> Callable[..., MoveRequest]:
    """Let the worker look once in so many seconds, until the request is in another state."""

    def live(asked: MoveRequest, *, every: float = 30, rounds: int = 12) -> MoveRequest:
        began = asked.state
        for _ in range(rounds):
            asked = work(asked)
            if asked.state != began:
                break
            clock.shift(every)
        return asked

    return live


def sent(sandbox) -> list:
    """What was sent to SpKey by way of ReClaimHub."""
    return [each for each in sandbox.state.requests if each.path.endswith("/ReClaimHub")]
