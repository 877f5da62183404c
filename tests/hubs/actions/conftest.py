"""Hubs of Acme's, and what is done to them."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from portal.core import worker
from portal.hubs.actions import asking, direct
from portal.hubs.actions.asking import ActionRequest
from portal.hubs.actions.models import HubAction, Kind
from portal.hubs.models import Hub
from portal.orgs.models import Organisation
from portal.sandbox import world
from tests.hubs.actions.ways import WAYS, Sides, make_ready, request_of, send_in_this_thread


def hub_of(organisation: Organisation, hub_id: str, site: str = world.ACTED_ON_AT) -> Hub:
    """The organisation's row of a hub, as it was last read."""
    return Hub.objects.create(
        organisation=organisation,
        hub_id=UUID(hub_id),
        binding=Hub.Binding.OURS,
        status="Claimed",
        spkey_site_id=site,
        online=True,
        read_at=timezone.now(),
    )


@pytest.fixture
def ours(acme, sandbox) -> Hub:
    """A hub of Acme's that does what it is told."""
    return hub_of(acme, world.MAGIC["ours"].id)


@pytest.fixture
def magic(acme, sandbox) -> Callable[[str], Hub]:
    """Acme's row of a hub whose commands misbehave."""
    return lambda name: hub_of(acme, world.MAGIC[f"ours_{name}"].id)


@pytest.fixture
def ask(ada, mill_court) -> Callable[..., HubAction]:
    """Let Ada ask for something to be done to a hub: a move to Mill Court, unless said."""

    def asked(hub: Hub, kind: Kind = Kind.MOVE, **fields) -> HubAction:
        fields.setdefault("user", ada)
        fields.setdefault("submission", uuid4())
        if kind == Kind.MOVE:
            fields.setdefault("site", mill_court)
        if kind == Kind.ROLE:
            fields.setdefault("make_primary", True)
        if kind == Kind.COMMAND:
            fields.setdefault("command", "get_nodes")
        if kind in (Kind.MOVE, Kind.SUSPEND):
            fields.setdefault("because", "Installed in the wrong building")
        return asking.submit(ActionRequest(hub=hub, kind=kind, **fields))

    return asked


def work(action: HubAction, rounds: int = 1) -> HubAction:
    """Let the worker do all that is due now, so many times; return the action as it is then."""
    for _ in range(rounds):
        HubAction.objects.active().filter(pk=action.pk).update(due_at=timezone.now())
        worker.run_once()
    return HubAction.objects.with_details().get(pk=action.pk)


@pytest.fixture
def live(clock) -> Callable[..., HubAction]:
    """Let the worker look at an action once in so many seconds, until it ends or time is up."""

    def through(action: HubAction, *, every: float = 30, rounds: int = 12) -> HubAction:
        for _ in range(rounds):
            action = work(action)
            if action.is_final:
                break
            clock.shift(every)
        return action

    return through


def ending(action: HubAction) -> tuple[str, str]:
    return action.state, action.reason


@pytest.fixture
def sides(ada, sam, spkey_support, mill_court) -> Sides:
    """Who asks, and where a hub is brought to."""
    return Sides(ada, sam, spkey_support, mill_court)


@pytest.fixture
def do(sides, sandbox, monkeypatch) -> Callable[..., HubAction]:
    """Have something done to a hub in this way; what is confidential is sent at once."""
    send_in_this_thread(monkeypatch)

    def done(name: str, hub: Hub) -> HubAction:
        way = WAYS[name]
        make_ready(way, hub, sandbox.state)
        hub.refresh_from_db()
        request = request_of(way, hub, sides)
        if not way.is_confidential:
            return asking.submit(request)
        action = direct.submit(request, way.confidential())
        action.refresh_from_db()
        return action

    return done
