"""A sandbox for each test, and the clients of its organisations."""

from collections.abc import Callable, Iterator

import pytest

from portal import spkey
from portal.sandbox import world
from portal.sandbox.server import Sandbox

type Connect = Callable[..., spkey.Client]


class Clock:
    """Time that only passes when a test says so."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pauses() -> list[float]:
    """The seconds for which the sandbox would have waited."""
    return []


@pytest.fixture
def sandbox(clock: Clock) -> Iterator[Sandbox]:
    with Sandbox(clock=clock) as running:
        yield running


@pytest.fixture
def patient_sandbox(clock: Clock, pauses: list[float]) -> Iterator[Sandbox]:
    """A sandbox that writes down its pauses instead of making them."""
    with Sandbox(clock=clock, pause=pauses.append) as running:
        yield running


@pytest.fixture
def connect(sandbox: Sandbox) -> Iterator[Connect]:
    """A function that opens a client for a key; all are closed at the end."""
    opened: list[spkey.Client] = []

    def connect_with(key: str, **options: object) -> spkey.Client:
        opened.append(spkey.Client(sandbox.url, key, **options))
        return opened[-1]

    yield connect_with
    for client in opened:
        client.close()


@pytest.fixture
def acme(connect: Connect) -> spkey.Client:
    return connect(world.ACME_KEY)


@pytest.fixture
def harbour(connect: Connect) -> spkey.Client:
    return connect(world.HARBOUR_KEY)


@pytest.fixture
def support(connect: Connect) -> spkey.Client:
    return connect(world.SUPPORT_KEY)
