"""Administrators are reminded of the day on which their key expires, and read of it on pages."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from portal.core import worker
from portal.gateway import key_expiry
from portal.notices.models import Notice
from portal.orgs import api_keys
from portal.orgs.encryption import Secret
from portal.orgs.models import ApiCredential, KeyReminder
from portal.orgs.web.context import key_banner
from portal.sandbox import world
from tests.concurrency import at_once

DAY = date(2030, 12, 31)


def at(days_ahead: int, hour: int = 12) -> datetime:
    noon = datetime(2030, 12, 31, hour, tzinfo=ZoneInfo(settings.TIME_ZONE))
    return noon - timedelta(days=days_ahead)


@pytest.fixture
def traveller():
    with time_machine.travel(at(30), tick=True) as clock:
        yield clock


@pytest.fixture
def ending(traveller, acme, ada) -> ApiCredential:
    """Acme's key, which expires in 30 days."""
    credential = ApiCredential.objects.get(organisation=acme)
    assert api_keys.set_expiry(credential, ada, DAY)
    return credential


def remind() -> list[str]:
    """Let all due reminders be told; return what has been told so far."""
    for job in key_expiry.KEY_REMINDERS.jobs(10):
        job()
    return [about.rpartition("/")[2] for about in Notice.objects.values_list("about", flat=True)]


def test_administrators_are_reminded_14_and_3_days_ahead(ending, traveller, mailoutbox):
    assert remind() == []
    traveller.move_to(at(14, hour=7))
    assert remind() == []
    traveller.move_to(at(14))
    assert remind() == ["14"]
    traveller.move_to(at(9))
    assert remind() == ["14"]
    traveller.move_to(at(3))
    assert sorted(remind()) == ["14", "3"]
    assert KeyReminder.objects.get().due_at is None
    worker.run_once()

    assert [email.subject for email in mailoutbox] == [
        "Acme Properties: the API key expires on 31 December 2030"
    ] * 2


def test_who_stood_still_for_both_reminders_is_told_the_latest(ending, traveller):
    traveller.move_to(at(1))

    assert remind() == ["3"]


def test_nobody_is_reminded_of_a_day_that_is_over(ending, traveller):
    traveller.move_to(at(-1))

    assert remind() == []


@pytest.mark.django_db(transaction=True)
def test_two_workers_tell_a_reminder_once(ending, traveller):
    traveller.move_to(at(14))
    leases = key_expiry.take_due(1)
    KeyReminder.objects.update(lease_until=None)
    again = key_expiry.take_due(1)
    at_once(*[lambda lease=lease: key_expiry.remind(lease) for lease in leases + again])
    KeyReminder.objects.update(due_at=timezone.now(), lease_until=None)

    assert remind() == ["14"]


def test_a_key_that_is_replaced_reminds_nobody_any_more(ending, traveller, acme, ada):
    api_keys.replace(acme, ada, Secret(world.HARBOUR_KEY), None)
    traveller.move_to(at(14))

    assert remind() == []
    assert ApiCredential.objects.get().expires_on is None


def test_a_day_that_is_moved_reminds_by_the_new_one(ending, traveller, ada):
    api_keys.set_expiry(ending, ada, DAY + timedelta(days=7))
    traveller.move_to(at(14))
    assert remind() == []
    traveller.move_to(at(7))

    assert remind() == ["14"]


@pytest.mark.parametrize(
    ("days_ahead", "title"),
    [
        (15, None),
        (14, "The API key expires on 31 December"),
        (0, "The API key expires today"),
        (-1, "The API key has expired"),
    ],
)
def test_who_manages_the_key_reads_of_its_end_on_every_page(
    ending, traveller, ada, ira, days_ahead, title
):
    traveller.move_to(at(days_ahead))
    admin, installer = ada.memberships.get(), ira.memberships.get()
    admin.organisation.credential = installer.organisation.credential = ending

    banner = key_banner(admin)
    assert (banner and banner.title) == title
    assert key_banner(installer) is None


def test_a_key_that_is_refused_is_graver_than_its_end(ending, traveller, ada):
    traveller.move_to(at(1))
    ApiCredential.objects.update(state="refused")

    assert "refuses" in str(key_banner(ada.memberships.get()).title)
