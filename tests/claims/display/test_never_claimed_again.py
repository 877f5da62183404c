"""A claimed hub is called "Claimed" until it is online for the first time, and never again."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from portal.claims.display import timeline
from portal.hubs import status
from portal.spkey import HubStatus
from tests.claims.engine.facts import read_as
from tests.claims.states import put


@pytest.fixture
def claimed(claim):
    """A claim that succeeded just now, of a hub of which nothing was read since."""
    return put(claim, "claimed", claimed_at=timezone.now())


def answer(claim, online: bool | None, last_seen: datetime | None = None) -> HubStatus:
    """What SpKey says of a hub that is the organisation's."""
    ours = read_as("Claimed", claim.organisation.spkey_org_id, "mill-court", online).hub
    assert ours is not None
    return replace(ours, last_seen=last_seen)


def read(claim, online: bool | None, after: timedelta, last_seen: datetime | None = None) -> str:
    """Have the hub read so long after the claim's end, and return the claim's chip."""
    at = claim.finished_at + after
    status.record(claim.hub, answer(claim, online, last_seen), read_at=at)
    claim.hub.refresh_from_db()
    return str(timeline.chip(claim).word)


def test_it_is_claimed_until_it_is_online(claimed):
    assert read(claimed, None, timedelta(seconds=1)) == "Claimed"
    assert read(claimed, False, timedelta(seconds=2)) == "Claimed"
    assert read(claimed, True, timedelta(seconds=3)) == "Online"


@pytest.mark.parametrize("seen_before", [timedelta(0), timedelta(minutes=1), timedelta(days=3)])
def test_one_that_drops_is_offline_whenever_it_last_reported(claimed, seen_before):
    reported = claimed.finished_at - seen_before
    assert read(claimed, True, timedelta(seconds=1), reported) == "Online"

    assert read(claimed, False, timedelta(seconds=2), reported) == "Offline"
    assert timeline.steps(claimed)[-1].title == "Not online"


def test_one_of_which_smartphonekey_says_nothing_more_is_not_known(claimed):
    read(claimed, True, timedelta(seconds=1))

    assert read(claimed, None, timedelta(seconds=2)) == "Not known"
    assert read(claimed, False, timedelta(seconds=3)) == "Offline"
    assert read(claimed, None, timedelta(seconds=4)) == "Not known"
    assert "Not online yet" not in str(timeline.steps(claimed)[-1].text)


def test_one_that_was_online_when_its_claim_began_is_not_claimed_again(claim):
    status.record(claim.hub, answer(claim, True), read_at=claim.created_at)
    claimed = put(claim, "claimed")
    assert timeline.chip(claimed).word == "Online"

    assert read(claimed, False, timedelta(seconds=1)) == "Offline"


def test_what_was_online_long_before_its_claim_is_claimed_at_first(claimed):
    before = claimed.created_at - timedelta(days=1)
    status.record(claimed.hub, answer(claimed, True), read_at=before)

    assert read(claimed, False, timedelta(seconds=1)) == "Claimed"
