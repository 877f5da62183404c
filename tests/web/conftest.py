"""The people and things that the tests of pages need beside those of the whole suite."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test import Client

from portal.orgs.models import Organisation
from portal.sites.models import Site
from tests.web import pages

FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def clients(as_person, hal, ira, eli, ada, otto, agent) -> dict[str, Client]:
    """Everybody, signed in."""
    people = {"hal": hal, "ira": ira, "eli": eli, "ada": ada, "otto": otto}
    signed_in = {name: as_person(person) for name, person in people.items()}
    return {"nobody": Client(), "agent": agent, **signed_in}


@pytest.fixture
def every_page(clients, claim, supports_claim, mill_court) -> pages.Pages:
    """Every page and fragment, with a client in which somebody is signed in who may see it."""
    return pages.every(clients, {"acme": claim, "support": supports_claim}, {"acme": mill_court})


@contextmanager
def undone() -> Iterator[None]:
    """Undo in the database what happens inside."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def at_once(*calls: Callable[[], object]) -> None:
    """Do these things in threads of their own, all at the same moment."""
    ready = Barrier(len(calls))

    def start(call: Callable[[], object]) -> None:
        try:
            connection.ensure_connection()
            ready.wait(timeout=60)
            call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as threads:
        list(threads.map(start, calls))


def without_tokens(body: bytes) -> str:
    """Return a page's text without what differs between any two requests."""
    text = re.sub(r'("X-CSRFToken": |csrfmiddlewaretoken" value=)"[^"]*"', "", body.decode())
    return re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "UUID", text)


def claim_form(site: Site, label: object, **fields: object) -> dict[str, object]:
    """Return what the claim form posts."""
    return {"site": str(site.pk), "label": str(label), "submission": str(uuid4()), **fields}


def choose(client: Client, organisation: Organisation) -> None:
    """Let the person work in this organisation."""
    client.post("/organisation/switch/", {"organisation": str(organisation.pk)})
