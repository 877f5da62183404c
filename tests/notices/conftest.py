"""Something to tell, somebody to tell it to, and a mail server that refuses."""

import smtplib

import pytest
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from portal.claims.engine import actions
from portal.claims.models import Claim
from portal.core import worker
from portal.notices import outbox
from portal.notices.models import Notice
from portal.sandbox import world
from tests.conftest import ask_again, claim_request, join, make_person

FACTS = {
    "grant": "55555555-5555-4555-8555-555555555555",
    "support": "SpKey Support",
    "ends_at": "2030-12-14T10:00:00+00:00",
    "ticket": "T-4711",
    "customer": "Harbour Living",
    "hours": 24,
    "said": "yes",
    "found": "free",
    "sentence": "Ask whoever ran the building before",
    "most": 60,
    "claim": "0f8fad5b-d9cb-469f-a165-70867728950e",
    "claim_number": "C-7KQ2M4",
    "hub": world.hub_id(0),
    "hub_row": "3d594650-3436-4bb5-8a8c-0d0c3ab0e5a1",
    "sent": "886313e1-3b8a-4372-9b90-0c9aee199e5d",
    "works_in": "9f4e6d3a-0c1b-4a57-8a3e-2d7c5b9f1e60",
    "site": "Mill",
    "person": "Ira",
    "state": "conflict",
    "reason": "another_organisation",
    "on": "2030-12-14",
    "job": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
    "request": "16fd2706-8baf-433b-82eb-8c7fada847da",
    "number": 17,
    "last_day": "2030-12-14",
    "asks": "more_time",
    "granted": True,
    "named": "Harbour Living",
    "handover": 3,
    "since": "2030-12-14T10:41:00+00:00",
    "which": [["4A17", "Flat 12"], ["77F0", ""]],
    "still_offline": 1,
    "hubs": 12,
    "exceptions": 2,
    "plan": "c56a4180-65aa-42ec-a945-5fd21dec0538",
    "done": 12,
    "already": 1,
    "waiting": 1,
    "not_done": 3,
    "until": "2031-01-14T10:02:00+00:00",
}


@pytest.fixture
def abe(acme):
    """Abe administers Acme as well."""
    person = make_person("second@acme.example", "Abe Admin")
    join(person, acme, "admin")
    return person


@pytest.fixture
def dead_mail_server(monkeypatch):
    """A mail server that takes nothing until it is given its life back by `undo()`."""

    def refuse(self, messages):
        raise smtplib.SMTPServerDisconnected(f"lost {world.ACME_KEY}")

    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "send_messages", refuse)
        yield patch


def notify(organisation, kind="review", about="one", **facts):
    return outbox.notify(organisation.pk, kind, about, **FACTS | facts)


def post():
    """Send all that is due."""
    worker.run_once()


def readers(mailoutbox):
    return sorted(address for email in mailoutbox for address in email.to)


def make_due():
    """Let all that is still to be sent be due now: the database refuses it of the rest."""
    Notice.objects.exclude(due_at=None).update(due_at=timezone.now(), lease_until=None)


def refuse_all_claims(ira, site, hubs=4):
    for n in range(hubs):
        actions.submit(claim_request(ira, site, world.hub_id(n)))
    worker.run_once()
    ask_again(site.organisation)
    Claim.objects.active().update(due_at=timezone.now())
    worker.run_once()
