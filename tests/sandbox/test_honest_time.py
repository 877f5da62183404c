"""A claimed hub needs a while until it is online, and then it is honest about itself."""

from datetime import timedelta

import pytest

from portal.sandbox import world

HUB = world.hub_id(3)


def claim(client):
    return client.claim_hub(HUB, site_id="site-1", user_id="somebody")


def test_a_hub_comes_online_some_seconds_after_its_claim(acme, clock):
    claim(acme)
    clock.now += 2.9
    waiting = acme.hub_status(HUB)
    assert waiting.online is None
    assert (waiting.firmware, waiting.last_seen, waiting.uptime_seconds) == (None, None, None)
    clock.now += 0.2
    online = acme.hub_status(HUB)
    assert online.online is True
    assert online.firmware == world.FIRMWARE
    assert online.last_seen.timestamp() == pytest.approx(clock.now, abs=0.001)


def test_the_uptime_grows_with_the_clock(acme, clock):
    claim(acme)
    clock.now += 13
    assert acme.hub_status(HUB).uptime_seconds == 10
    clock.now += 60
    assert acme.hub_status(HUB).uptime_seconds == 70


def test_a_hub_that_goes_offline_keeps_the_moment_it_was_last_seen(acme, sandbox, clock):
    claim(acme)
    clock.now += 10
    seen = acme.hub_status(HUB).last_seen
    sandbox.state.set_hub(HUB, {"online": False})
    clock.now += 100
    gone = acme.hub_status(HUB)
    assert gone.online is False
    assert gone.last_seen == seen
    assert (gone.firmware, gone.uptime_seconds) == (None, None)
    sandbox.state.set_hub(HUB, {"online": None})
    back = acme.hub_status(HUB)
    assert back.online is True
    assert back.last_seen - seen == timedelta(seconds=100)


def test_nobody_but_the_claimed_hub_comes_online(acme, clock):
    claim(acme)
    clock.now += 3600
    assert acme.hub_status(world.hub_id(4)).online is None
