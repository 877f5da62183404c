"""Administrators are told of hubs that went offline, of their return, and of hubs that left."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from portal.core import leasing, worker
from portal.hubs import news
from portal.hubs.models import Hub, Spell
from portal.notices import topics
from portal.notices.models import Notice
from portal.notices.topics import Topic
from tests.hubs.own_hubs import make_own_hub

A_MINUTE = 60


@pytest.fixture
def hubs(ada, mill_court, clock):
    """Three hubs of Mill Court, online."""
    return [make_own_hub(mill_court, place=f"Flat {n}") for n in (1, 2, 3)]


def read(hubs, **fields):
    """Let SpKey say this of the hubs now."""
    now = timezone.now()
    Hub.objects.filter(pk__in=[hub.pk for hub in hubs]).update(read_at=now, asked_at=now, **fields)


def live(clock, minutes, hubs=(), **fields):
    """Let so many minutes pass; the hubs are read each minute, and what is due is done."""
    for _ in range(minutes):
        clock.shift(A_MINUTE)
        if hubs:
            read(hubs, **fields)
        news.tell()
        news.tell_back()
    worker.run_once()


def told(kind):
    return [letter.subject for letter in mail.outbox if kind in letter.subject]


def test_hubs_of_a_site_that_are_offline_for_a_quarter_of_an_hour_are_told_of_once_together(
    hubs, clock
):
    read(hubs[:2], online=False)
    live(clock, 10, hubs[:2], online=False)
    assert mail.outbox == []

    live(clock, 30, hubs[:2], online=False)
    assert told("offline") == ["Acme Properties: 2 hubs at Mill Court are offline"]
    assert "Flat 1" in mail.outbox[0].body
    live(clock, 60, hubs[:2], online=False)
    assert len(mail.outbox) == 1


def test_their_return_is_told_once_together(hubs, clock):
    read(hubs[:2], online=False)
    live(clock, 30, hubs[:2], online=False)
    mail.outbox.clear()
    read(hubs[:1], online=True)
    live(clock, 5)
    assert mail.outbox == []

    read(hubs[:2], online=True)
    live(clock, 5)
    assert told("online") == ["Acme Properties: 2 hubs at Mill Court are online again"]
    live(clock, 90)
    assert len(mail.outbox) == 1


def test_who_comes_back_alone_is_told_of_within_the_hour(hubs, clock):
    read(hubs[:2], online=False)
    live(clock, 30, hubs[:2], online=False)
    mail.outbox.clear()
    read(hubs[:1], online=True)
    live(clock, 70)

    assert told("online") == ["Acme Properties: 1 hub at Mill Court is online again"]
    assert "1 of those that went with them is still offline" in mail.outbox[0].body


def test_hubs_that_wait_for_others_keep_nobody_elses_return_from_being_told(
    hubs, acme, clock, monkeypatch
):
    other = make_own_hub(acme, place="Shed")
    for _ in range(4):
        read([*hubs, other], online=False)
        live(clock, 8, [*hubs, other], online=False)
    mail.outbox.clear()
    monkeypatch.setattr(news, "AT_ONCE", 2)
    read(hubs[:2], online=True)
    clock.shift(A_MINUTE)
    read([other], online=True)
    live(clock, 5)

    assert told("online") == ["Acme Properties: 1 hub is online again"]


def test_a_hub_that_came_back_before_the_letter_left_is_not_told_of(hubs, clock):
    read(hubs[:1], online=False)
    for _ in range(16):
        clock.shift(A_MINUTE)
        read(hubs[:1], online=False)
    news.tell()
    read(hubs[:1], online=True)
    live(clock, 90)

    assert mail.outbox == []
    assert not Spell.objects.exclude(back_from=None).exists()


def test_an_offline_hub_that_is_brought_in_is_no_news(ada, mill_court, clock):
    hub = make_own_hub(mill_court, online=False)
    live(clock, 40, [hub], online=False)

    assert mail.outbox == []


def test_a_hub_that_was_not_read_again_is_not_told_of(hubs, clock):
    read(hubs[:1], online=False)
    live(clock, 40)

    assert mail.outbox == []


def test_hubs_that_left_are_told_of_once_they_were_read_again(hubs, clock):
    gone = {"binding": "other", "status": "", "online": None}
    read(hubs[:2], **gone)
    live(clock, 15)
    assert mail.outbox == []
    live(clock, 20, hubs[:2], **gone)

    assert told("yours") == ["Acme Properties: 2 hubs at Mill Court are not yours any more"]


def test_a_clock_that_was_put_back_keeps_nothing_from_being_told(hubs, clock):
    read(hubs[:1], online=False)
    clock.shift(-60 * A_MINUTE)
    leasing.correct_clock()
    live(clock, 45, hubs[:1], online=False)

    assert len(told("offline")) == 1


def test_hubs_are_a_topic_that_administrators_choose(ada, ira):
    assert Topic.HUBS in topics.offered(ada.memberships.get())
    assert Topic.HUBS not in topics.offered(ira.memberships.get())
    assert topics.TOPIC_OF[Notice.Kind.HUBS_BACK] == Topic.HUBS


def test_old_spells_go_and_the_open_one_stays(mill_court, clock):
    hub = make_own_hub(mill_court)
    read([hub], online=False)
    clock.shift((Spell.KEPT + timedelta(days=1)).total_seconds())

    assert news.remove_old() == 1
    assert hub.spells.get().health == "offline"
