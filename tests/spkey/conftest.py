"""A client with a key that is easy to look for, and documented answers for it to read."""

from collections.abc import Callable, Iterator

import pytest
import responses

from portal import spkey
from tests.spkey import people
from tests.spkey.servers import Behaviour, Server


@pytest.fixture
def api() -> Iterator[responses.RequestsMock]:
    """A SpKey API that answers as it is told; every answer told must be asked for."""
    with responses.RequestsMock() as mock:
        yield mock


@pytest.fixture
def client() -> Iterator[spkey.Client]:
    """A client of the API that `api` plays."""
    with spkey.Client(people.BASE_URL, people.key(), people.token()) as it:
        yield it


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Starts a real server with the given behaviour."""
    servers: list[Server] = []

    def start(behave: Behaviour, **options: object) -> Server:
        servers.append(Server(behave, **options))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def client_of() -> Iterator[Callable[[str], spkey.Client]]:
    """Makes a client of a server's URL, patient unless told otherwise."""
    clients: list[spkey.Client] = []

    def make(url: str, timeouts: spkey.Timeouts = people.PATIENT) -> spkey.Client:
        clients.append(spkey.Client(url, people.key(), people.token(), timeouts=timeouts))
        return clients[-1]

    yield make
    for client in clients:
        client.close()
