"""A tablet with a tray, and what it was told of its rows."""

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from portal.claims.models import Claim
from portal.core import worker
from portal.core.models import Heartbeat
from portal.orgs.models import Organisation, User
from portal.sandbox import world
from portal.sandbox.server import Sandbox
from portal.sites.models import Site

TRAY = "/claims/tray/"
HUB = world.hub_id(0)
OTHER_HUB = world.hub_id(1)

Json = dict[str, Any]


@dataclass
class Tablet:
    """Somebody's tablet: it keeps a row's claim and what it has seen, as a browser does."""

    client: Client
    person: User
    organisation: Organisation
    latest: dict[str, Json] = field(default_factory=dict)

    def row(self, text: object = HUB, site: Site | str = "", **fields: object) -> Json:
        """A row as it is after a scan."""
        site_id = str(site.pk) if isinstance(site, Site) else site
        row = {"id": str(uuid4()), "text": str(text), "site": site_id, "claim": False}
        return row | {"claimId": "", "action": "", "seen": ""} | fields

    def body(self, *rows: Json, **fields: object) -> Json:
        owner = {"person": str(self.person.pk), "organisation": str(self.organisation.pk)}
        return owner | {"rows": list(rows)} | fields

    def send(self, body: object, **headers: str) -> HttpResponse:
        text = body if isinstance(body, str | bytes) else json.dumps(body)
        return self.client.post(TRAY, text, content_type="application/json", headers=headers)

    def sync(self, *rows: Json) -> list[Json]:
        """Send the rows, keep what is answered, and return it."""
        answer = self.send(self.body(*rows))
        assert answer.status_code == 200, answer.content
        fresh = {news["id"]: news for news in answer.json()["rows"]}
        for row in rows:
            if news := fresh.get(row["id"]):
                row |= {"seen": news["seen"], "claimId": news["claimId"], "action": ""}
        self.latest |= fresh
        return answer.json()["rows"]

    def news(self, row: Json) -> Json:
        """Ask after one row, and return the last that was told of it."""
        self.sync(row)
        return self.latest[row["id"]]

    def after_work(self, row: Json) -> Json:
        """Let the worker do all that is due, and return what is told of the row then."""
        Claim.objects.active().exclude(due_at=None).update(due_at=timezone.now())
        worker.run_once()
        return self.news(row)


def beat() -> None:
    """Give a worker's sign of life."""
    Heartbeat.objects.update_or_create(name="worker", defaults={"beat_at": timezone.now()})


def claims_sent(sandbox: Sandbox) -> int:
    """How many claims SpKey was sent."""
    return sum(request.method == "POST" for request in sandbox.state.requests)


@pytest.fixture
def tablet(as_person, ira, acme) -> Tablet:
    """Ira's tablet, while a worker runs."""
    beat()
    return Tablet(as_person(ira), ira, acme)


@pytest.fixture
def adas_tablet(as_person, ada, acme) -> Tablet:
    return Tablet(as_person(ada), ada, acme)
