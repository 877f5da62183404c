"""What the tests of a claim's page ask for and look at."""

from django.urls import reverse
from django.utils import timezone

from portal.claims.engine import actions
from portal.claims.models import Claim
from portal.hubs.models import Hub
from portal.sandbox import world
from tests.conftest import claim_request, work
from tests.forms import FRAGMENT


def address(claim: Claim, action: str = "") -> str:
    return f"{reverse('claims:detail', args=(claim.pk,))}{action}"


def text_of(client, claim: Claim) -> str:
    return client.get(address(claim)).content.decode()


def live(client, claim: Claim, seen: str = ""):
    return client.get(address(claim, "live/"), {"seen": seen} if seen else {}, headers=FRAGMENT)


def seen_in(body: str) -> str:
    return body.partition("?seen=")[2].partition('"')[0]


def due(claim: Claim) -> None:
    """Let the worker read the hub, whose next reading is due."""
    Hub.objects.update(due_at=timezone.now())
    work(claim)


def offline_claim(ira, mill_court) -> Claim:
    return work(actions.submit(claim_request(ira, mill_court, world.MAGIC["offline"].id)))
