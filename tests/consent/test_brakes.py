"""One agent acts so often an hour, for so many organisations a day; then the leads are told."""

from contextlib import suppress
from datetime import datetime

import pytest

from portal.consent import brakes
from portal.core.throttle import LimitReachedError
from portal.notices.models import Notice
from tests.concurrency import at_once


@pytest.fixture
def noon(clock):
    """In the middle of a day and of an hour, so that no test runs across the end of one."""
    clock.move_to(datetime.fromisoformat("2026-11-30T12:10:00+00:00"))
    return clock


def taken(agent, *organisations: str) -> int:
    """Act for these; return how often that was let pass."""
    passed = 0
    for each in organisations:
        with suppress(LimitReachedError):
            brakes.take(agent, each)
            passed += 1
    return passed


def test_an_hour_has_so_many_actions(sams, sue, noon, settings):
    settings.SUPPORT_CLAIMS_AN_HOUR = 3
    assert taken(sams, *["acme"] * 5) == 3
    assert taken(sue, *["acme"] * 5) == 3

    noon.shift(3600)
    assert taken(sams, "acme") == 1


def test_a_day_has_so_many_organisations(sams, noon, settings):
    settings.SUPPORT_ORGANISATIONS_A_DAY = 2
    assert taken(sams, "a", "b", "a", "c", "b", "d") == 4

    noon.shift(24 * 3600)
    assert taken(sams, "c", "d", "a") == 2


def test_by_default_there_are_60_and_10(settings):
    assert (settings.SUPPORT_CLAIMS_AN_HOUR, settings.SUPPORT_ORGANISATIONS_A_DAY) == (60, 10)


@pytest.mark.parametrize("what", ["actions", "organisations"])
def test_a_burst_is_told_to_the_leads_once(sams, lead, ada, noon, settings, what):
    settings.SUPPORT_CLAIMS_AN_HOUR = 1 if what == "actions" else 60
    settings.SUPPORT_ORGANISATIONS_A_DAY = 1
    taken(sams, "a", "b", "c", "d")

    notice = Notice.objects.get()
    assert (notice.kind, notice.user) == ("support_burst", lead.user)
    assert (notice.facts["what"], notice.facts["person"]) == (what, "Sam Support")


@pytest.mark.django_db(transaction=True)
def test_many_at_once_are_counted_exactly(sams, noon, settings):
    settings.SUPPORT_CLAIMS_AN_HOUR = 4
    passed = []
    at_once(*[lambda: passed.append(taken(sams, "a")) for _ in range(8)])

    assert sum(passed) == 4
