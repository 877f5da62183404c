"""Somebody else's flood of lookups keeps nobody's lookup waiting."""

import pytest

from portal.core import worker
from portal.hubs import watching
from portal.hubs.models import Hub
from portal.sandbox import world
from tests.conftest import HELD
from tests.running import running, until


def look_up(organisation, *numbers):
    hubs = [watching.hub_for(organisation, world.hub_id(n)) for n in numbers]
    watching.watch_all(hubs)
    return hubs


def test_organisations_take_turns(acme, harbour):
    look_up(acme, *range(10))
    [late] = look_up(harbour, 20)

    first, second = watching.take_due(2)

    assert late.pk in {first.pk, second.pk}


def test_a_free_thread_goes_to_the_organisation_with_the_fewest_threads(acme, harbour):
    look_up(acme, *range(10))
    watching.take_due(3)
    late = look_up(harbour, 20, 21)

    [lease] = watching.take_due(1)
    assert lease.pk in {hub.pk for hub in late}


def test_one_who_has_every_place_at_spkey_leaves_some_for_who_has_none(acme, harbour):
    look_up(acme, *range(30))
    assert len(watching.take_due(30)) == watching.HOST_AT_ONCE
    assert not watching.some_due()
    late = look_up(harbour, 40, 41)

    assert watching.some_due()
    [lease] = watching.take_due(30)
    assert lease.pk in {hub.pk for hub in late}
    assert not watching.some_due()


def test_an_organisation_that_is_served_gets_no_reserved_thread(acme):
    look_up(acme, *range(3))
    watching.take_due(1)

    assert not any(kind.is_due() for kind in worker.kinds(reserved=True))


@pytest.mark.django_db(transaction=True)
def test_slow_lookups_on_every_thread_do_not_keep_another_organisations_waiting(
    sandbox, let_go, acme, harbour
):
    sandbox.faults.add({"key": "acme"}, action={"latency": HELD})
    look_up(acme, *range(6))

    with running(threads=2) as working:
        until(lambda: len(sandbox.state.requests) >= 2)
        [late] = look_up(harbour, 20)
        until(lambda: Hub.objects.get(pk=late.pk).read_at)
        assert not Hub.objects.filter(organisation=acme, read_at__isnull=False).exists()
        working.stop()
        let_go()
