"""What follows from a change of a hub's row is written with it, in either database."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.utils import timezone

from portal.hubs import counts, troubles
from portal.hubs.counts import Numbers
from portal.hubs.models import CLAIMED, LEFT, SUSPENDED, Hub, HubCount, Spell
from portal.sites import changes
from portal.sites.models import Site
from tests.hubs.own_hubs import make_own_hub

A_MINUTE = timedelta(minutes=1)


def numbers_of(organisation):
    """The numbers of sites that have hubs: by the site's name, "" for no site."""
    names = {site.pk: site.name for site in Site.objects.all()} | {None: ""}
    found = counts.by_site(organisation)
    return {names[site]: numbers for site, numbers in found.items() if numbers != Numbers()}


def spells_of(hub):
    return list(hub.spells.order_by("started_at", "pk").values_list("health", "ended_at"))


def change(hub, **fields):
    Hub.objects.filter(pk=hub.pk).update(**fields)
    hub.refresh_from_db()


@pytest.mark.parametrize(
    ("row", "health"),
    [
        ({}, "online"),
        ({"online": False}, "offline"),
        ({"online": None}, "unknown"),
        ({"status": SUSPENDED}, "suspended"),
        ({"status": "Decommissioned", "online": False}, "decommissioned"),
        ({"replaced_at": timezone.now(), "online": False}, "replaced"),
        ({"replaced_at": timezone.now(), "status": "Decommissioned"}, "decommissioned"),
        ({"binding": "free"}, ""),
        ({"binding": "other", "online": None}, ""),
    ],
)
def test_the_state_follows_from_the_row(mill_court, row, health):
    assert make_own_hub(mill_court, **row).health == health


def test_counts_follow_every_change_of_a_hub(acme, mill_court, orchard_rise):
    one, two = make_own_hub(mill_court), make_own_hub(mill_court, online=False)
    make_own_hub(acme, online=None)
    assert numbers_of(acme) == {
        "Mill Court": Numbers(hubs=2, online=1, offline=1),
        "": Numbers(hubs=1, unknown=1),
    }

    change(one, online=False)
    change(two, spkey_site_id="orchard-rise")
    assert two.site == orchard_rise
    assert numbers_of(acme) == {
        "Mill Court": Numbers(hubs=1, offline=1),
        "Orchard Rise": Numbers(hubs=1, offline=1),
        "": Numbers(hubs=1, unknown=1),
    }

    change(one, binding="other", spkey_site_id="", status="", online=None)
    two.delete()
    assert numbers_of(acme) == {"": Numbers(hubs=1, unknown=1)}
    assert counts.total(acme) == Numbers(hubs=1, unknown=1)


def test_many_hubs_that_change_in_one_statement_are_all_counted(acme, mill_court):
    hubs = [
        Hub(organisation=acme, hub_id=each, binding="ours", spkey_site_id="mill-court", online=True)
        for each in (UUID(int=n) for n in range(30))
    ]
    Hub.objects.bulk_create(hubs)
    Hub.objects.filter(hub_id__lt=hubs[10].hub_id).update(online=False)

    assert numbers_of(acme) == {"Mill Court": Numbers(hubs=30, online=20, offline=10)}
    assert Spell.objects.filter(ended_at=None).count() == 30


def test_what_is_undone_is_not_counted(acme, mill_court):
    with transaction.atomic():
        make_own_hub(mill_court)
        transaction.set_rollback(True)

    assert counts.total(acme) == Numbers()


def test_a_site_that_is_added_later_has_the_hubs_that_stand_there(acme, ada):
    hub, other = (make_own_hub(acme, spkey_site_id=name) for name in ("bldg-7", "bldg-8"))
    version = hub.version

    site = changes.make(Site(organisation=acme, name="Bldg", spkey_site_id="bldg-7"), ada)

    hub.refresh_from_db()
    other.refresh_from_db()
    assert (hub.site, other.site) == (site, None)
    assert hub.version > version
    assert numbers_of(acme) == {"Bldg": Numbers(hubs=1, online=1), "": Numbers(hubs=1, online=1)}


def test_a_hub_is_at_no_site_of_another_organisation(acme, harbour, lighthouse):
    assert make_own_hub(acme, spkey_site_id=lighthouse.spkey_site_id).site is None


def test_a_site_that_goes_leaves_its_hubs(acme, mill_court):
    hub = make_own_hub(mill_court)
    mill_court.delete()

    hub.refresh_from_db()
    assert hub.site is None
    assert numbers_of(acme) == {"": Numbers(hubs=1, online=1)}


def test_spells_follow_one_another_without_a_gap(mill_court):
    began = timezone.now() - 10 * A_MINUTE
    hub = make_own_hub(mill_court, read_at=began)
    seen = began + 4 * A_MINUTE
    change(hub, online=False, read_at=began + 5 * A_MINUTE, last_seen=seen)
    assert hub.health_since == seen
    change(hub, online=True, read_at=began + 9 * A_MINUTE, last_seen=began + 9 * A_MINUTE)

    back = began + 9 * A_MINUTE
    assert spells_of(hub) == [("online", seen), ("offline", back), ("online", None)]


def test_a_hub_last_seen_before_it_was_read_online_is_offline_since_that_reading(mill_court):
    began = timezone.now() - A_MINUTE
    hub = make_own_hub(mill_court, read_at=began)
    change(hub, online=False, read_at=timezone.now(), last_seen=began - A_MINUTE)

    assert hub.health_since == began
    assert spells_of(hub) == [("online", began), ("offline", None)]


def test_the_same_state_again_begins_no_spell(mill_court):
    hub = make_own_hub(mill_court)
    since = hub.health_since
    change(hub, online=True, status=CLAIMED, binding="ours", read_at=timezone.now())

    assert hub.health_since == since
    assert spells_of(hub) == [("online", None)]


def test_a_hub_that_leaves_stays_in_the_inventory_as_such(ada, mill_court):
    hub = make_own_hub(mill_court)
    change(hub, binding="other", status="", online=None, read_at=timezone.now())
    assert hub.left_at == hub.health_since
    assert [health for health, _ in spells_of(hub)] == ["online", LEFT]
    member = ada.memberships.get()
    assert list(Hub.objects.of(member)) == [hub]
    assert not Hub.objects.of(member).own().exists()

    change(hub, binding="ours", online=True)
    assert hub.left_at is None


def test_a_hub_that_was_never_theirs_is_in_no_inventory(ada, acme):
    Hub.objects.create(organisation=acme, hub_id=acme.pk, binding="free", online=True)

    assert not Hub.objects.of(ada.memberships.get()).exists()
    assert not Spell.objects.exists()


def test_counting_again_puts_right_what_was_wrong_and_says_so(acme, mill_court, caplog):
    make_own_hub(mill_court)
    make_own_hub(acme)
    assert counts.recount(acme) == 0
    HubCount.objects.filter(site=mill_court).update(online=7)
    HubCount.objects.filter(site=None).delete()

    assert counts.recount(acme) == 2

    assert numbers_of(acme) == {
        "Mill Court": Numbers(hubs=1, online=1),
        "": Numbers(hubs=1, online=1),
    }
    assert len([r for r in caplog.records if "counted wrong" in r.message]) == 2


def test_the_triggers_are_there(db):
    """A migration that makes SQLite build a table anew loses them."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        else:
            cursor.execute("SELECT tgname FROM pg_trigger")
        names = {name for (name,) in cursor.fetchall()}
    assert {
        "hub_came",
        "hub_changed",
        "hub_placed",
        "hub_put",
        "hub_moved",
        "hub_site_added",
        "hub_counted",
        "hub_uncounted",
        "hub_counted_anew",
    } <= names


def test_of_a_hub_that_was_replaced_nobody_is_told(acme, mill_court):
    hub = make_own_hub(mill_court)
    change(hub, online=False)
    change(hub, replaced_at=timezone.now())
    change(hub, online=True)
    change(hub, online=False)
    assert numbers_of(acme) == {"Mill Court": Numbers(hubs=1, replaced=1)}
    change(hub, binding="other", read_at=timezone.now())

    assert [health for health, _ in spells_of(hub)] == ["online", "offline", "replaced", LEFT]
    assert not hub.spells.exclude(tell_from=None).exists()
    assert troubles.gone_lately(acme) is None


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("more", [{}, {"online": False}])
def test_hubs_that_move_there_and_back_at_once_do_not_lock_each_other_out(
    acme, mill_court, orchard_rise, more
):
    there, back = make_own_hub(mill_court), make_own_hub(orchard_rise)
    threads = ThreadPoolExecutor(2)

    def move(hub, site):
        try:
            Hub.objects.filter(pk=hub.pk).update(spkey_site_id=site.spkey_site_id, **more)
        finally:
            connection.close()

    with transaction.atomic():
        HubCount.objects.select_for_update().get(site=orchard_rise)
        moved = []
        for hub, site in ((back, mill_court), (there, orchard_rise)):
            moved.append(threads.submit(move, hub, site))
            wait_until_so_many_wait(len(moved))
    for each in moved:
        each.result(timeout=20)

    there.refresh_from_db()
    assert (there.site, counts.total(acme).hubs) == (orchard_rise, 2)


def wait_until_so_many_wait(number):
    with connection.cursor() as cursor:
        for _ in range(200):
            cursor.execute("SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone() == (number,):
                return
            time.sleep(0.05)
    pytest.fail("they do not wait")
