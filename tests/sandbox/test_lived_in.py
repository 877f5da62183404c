"""The sandbox's world after some weeks of use."""

from portal import spkey
from portal.sandbox import lived_in, world
from portal.sandbox.server import Sandbox


def test_hubs_stand_at_sites_from_the_start_and_after_a_reset(clock):
    sandbox = Sandbox(clock=clock, lived_in=True)
    for _ in range(2):
        for standing in lived_in.STANDING:
            hub = sandbox.state.hubs[standing.hub_id]
            assert (hub.status, hub.org_id, hub.site_id) == (
                "Claimed",
                standing.org_id,
                standing.site_id,
            )
            assert hub.connected(clock()) is (standing.offline_days is None)
        sandbox.reset()


def test_every_hub_of_the_table_is_another_one_of_the_world():
    numbers = [standing.n for standing in lived_in.STANDING] + [*lived_in.UNPLUGGED]
    assert len(set(numbers)) == len(numbers)
    assert max(numbers) < world.HUB_COUNT


def test_an_organisation_that_has_just_begun_has_a_key(clock):
    with (
        Sandbox(clock=clock, lived_in=True) as sandbox,
        spkey.Client(sandbox.url, lived_in.QUAY_KEY) as client,
    ):
        assert client.hub_status(world.hub_id(0)).status == "Provisioned"
