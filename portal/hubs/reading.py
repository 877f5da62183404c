"""Asking SpKey after one hub with its organisation's own key, whoever wants to know it.

Where that key cannot, support's serves an agent who asked under a grant that stands, and nobody
else.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from portal import spkey
from portal.consent.models import Grant
from portal.gateway import gate, key_health
from portal.gateway.gate import Held
from portal.hubs import status
from portal.hubs.models import Hub
from portal.orgs.models import ApiCredential


@dataclass(frozen=True, slots=True)
class Read:
    """SpKey answered: what it says stands in the hub's row."""

    at: datetime
    is_other_spelling_next: bool = False


@dataclass(frozen=True, slots=True)
class NotRead:
    """SpKey could not be asked, or gave no answer. `wait`: for so long none can be expected.

    `is_general`: that is so of all hubs of the organisation.
    """

    wait: timedelta
    is_general: bool


TROUBLE = timedelta(seconds=20)


def key_for(hub: Hub, under: Grant | None) -> ApiCredential:
    """Return the key to ask with: the organisation's own, or support's under this grant.

    Raises NoUsableKeyError where neither can be used.
    """
    try:
        return gate.usable(hub.organisation)
    except gate.NoUsableKeyError:
        if under is None or not under.stands:
            raise
    return gate.usable(under.support_organisation, is_super=True)


def read(hub: Hub, under: Grant | None = None) -> Read | NotRead:
    """Read the hub's status, unless the key or SpKey must rest, and remember the answer.

    `under` is the grant by which support asks, None where somebody else does.
    """
    try:
        credential = key_for(hub, under)
    except gate.NoUsableKeyError:
        return NotRead(TROUBLE, is_general=True)
    client = gate.ask(credential)
    if isinstance(client, Held):
        return NotRead(timedelta(seconds=client.seconds), is_general=True)
    asked_at = timezone.now()
    try:
        answer = client.hub_status(hub.spkey_id)
    except spkey.BadCredentials:
        key_health.take_refusal(credential)
        return NotRead(TROUBLE, is_general=True)
    except spkey.SpkeyError as error:
        return _refused(hub, error, asked_at)
    status.record(hub, answer, read_at=asked_at)
    return Read(asked_at)


def _refused(hub: Hub, error: spkey.SpkeyError, asked_at: datetime) -> Read | NotRead:
    # Where it is not SpKey's own word it is a gateway's page, and says nothing of the hub.
    if isinstance(error, spkey.NotFound) and error.from_api:
        if status.spell(hub, as_printed=True):
            return Read(asked_at, is_other_spelling_next=True)
        status.spell(hub, as_printed=False)
        status.record_missing(hub, read_at=asked_at)
        return Read(asked_at)
    if isinstance(error, spkey.Forbidden) and error.from_api:
        status.record_foreign(hub, read_at=asked_at)
        return Read(asked_at)
    if isinstance(error, spkey.RateLimited):
        return NotRead(timedelta(seconds=error.held_for), is_general=True)
    is_general = isinstance(error, spkey.Unreachable)
    return NotRead(max(TROUBLE, timedelta(seconds=error.held_for)), is_general)
