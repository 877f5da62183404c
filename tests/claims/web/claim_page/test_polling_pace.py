"""The page looks again as often as its claim's age asks for, and ends when nothing can change."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from portal.claims.engine import actions
from portal.claims.models import Claim
from tests.claims.web.claim_page.conftest import live, seen_in, text_of
from tests.conftest import work


def test_a_poll_with_the_current_version_is_answered_with_204(installer, claim):
    with time_machine.travel(timezone.now(), tick=False):
        seen = seen_in(text_of(installer, claim))
        answer = live(installer, claim, seen)

    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize("seen", ["", "0.0.1", "nonsense", "1.1"])
def test_a_poll_with_another_version_gets_the_fragment(seen, installer, claim):
    answer = live(installer, claim, seen)

    assert answer.status_code == 200
    assert 'id="live"' in answer.content.decode()
    assert "<html" not in answer.content.decode()


def test_a_poll_after_a_change_gets_the_new_fragment(installer, claim, sandbox):
    with time_machine.travel(timezone.now(), tick=False):
        seen = seen_in(text_of(installer, claim))
        work(claim)
        answer = live(installer, claim, seen)

    assert "Waiting for the hub" in answer.content.decode()


@pytest.mark.parametrize(
    ("age", "pace"), [(0, 1), (9, 1), (11, 2), (69, 2), (71, 5), (3600, 5), (80_000, 5)]
)
def test_the_page_polls_quickly_at_first_and_more_slowly_as_the_claim_ages(
    age, pace, installer, claim
):
    Claim.objects.update(created_at=timezone.now() - timedelta(seconds=age))

    assert f'hx-trigger="every {pace}s, poll"' in live(installer, claim).content.decode()


def test_a_slower_pace_reaches_the_page_though_nothing_has_changed(installer, claim):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        seen = seen_in(text_of(installer, claim))
        clock.shift(timedelta(seconds=11))
        answer = live(installer, claim, seen)

    assert answer.status_code == 200
    assert 'hx-trigger="every 2s, poll"' in answer.content.decode()


def test_the_last_fragment_ends_the_polling(installer, claim):
    actions.stop(claim, claim.submitted_by)
    fragment = live(installer, claim).content.decode()

    assert "Cancelled" in fragment
    assert "hx-trigger" not in fragment
    assert "hx-get" not in fragment
    assert "stop-trying" not in fragment


def test_without_scripts_the_page_reloads_itself_while_something_may_change(installer, claim):
    page = text_of(installer, claim)
    noscript = page.partition("<noscript>")[2].partition("</noscript>")[0]

    assert '<meta http-equiv="refresh"' in noscript
    actions.stop(claim, claim.submitted_by)
    assert "http-equiv" not in text_of(installer, claim)
