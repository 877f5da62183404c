"""Facts of a claim and answers about its hub, for decisions that touch nothing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from portal import spkey
from portal.claims.engine.calls import CallOutcome, CallRecord, Reading, Sent
from portal.claims.engine.decide import Facts

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
HUB = "0a1b2c3d-0000-4000-8000-000000000001"
OURS, OUR_SITE = "acme-properties", "mill-court"
META = spkey.AnswerMeta(200, "ray", 0.1, "request")


def ago(**time: float) -> datetime:
    return NOW - timedelta(**time)


FRESH = Facts(
    hub_id=HUB,
    org_id=OURS,
    site_id=OUR_SITE,
    reason="",
    retry_window_start=ago(minutes=1),
    tries=0,
    sends=0,
    recent_sends=0,
    last_send_at=None,
    unresolved=False,
    no_effect_seen_at=None,
    send_requested=False,
    cancelling=False,
)
SENT = replace(FRESH, sends=1, recent_sends=1, last_send_at=ago(seconds=50))
UNRESOLVED = replace(SENT, unresolved=True)


def call_record(outcome: CallOutcome) -> CallRecord:
    return CallRecord(outcome, None, "request", "ray", 0.1)


def read_as(
    status: str = "Provisioned", org: str = "", site: str = "", online: bool | None = None
) -> Reading:
    """A status read that was answered."""
    hub = spkey.HubStatus(
        hub_id=HUB,
        serial="SK-1",
        model="SK-Hub One",
        thing_name=HUB,
        status=status,
        org_id=org,
        site_id=site,
        is_primary=False,
        provisioned_at=None,
        claimed_at=None,
        online=online,
        last_seen=None,
        firmware=None,
        uptime_seconds=None,
        meta=META,
    )
    return Reading(call_record(CallOutcome.ANSWERED), NOW, hub=hub)


def fails(outcome: CallOutcome, held_for: float = 0.0) -> Reading:
    """A status read that was not answered with a status."""
    return Reading(call_record(outcome), NOW, held_for=held_for)


def sent(outcome: CallOutcome, held_for: float = 0.0) -> Sent:
    """A send that ended like this, without an event."""
    return Sent(call_record(outcome), held_for=held_for)


def claimed(hub: str = HUB, org: str = OURS, site: str = OUR_SITE) -> Sent:
    """A send that was answered by the event of a claim."""
    return Sent(
        call_record(CallOutcome.ANSWERED), event=spkey.ClaimedEvent(hub, org, site, "user", NOW)
    )
