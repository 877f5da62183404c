"""Claims that were given up, or wait for somebody, are told of within minutes, with numbers."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.claims.engine import actions, timing
from portal.claims.models import Claim, State
from portal.core import worker
from portal.jobs import planning
from portal.jobs.planning import Plan
from portal.notices.models import Notice
from portal.sandbox import world
from tests.conftest import claim_request
from tests.notices.conftest import post, readers

TEN = datetime(2031, 1, 14, 10, 0, tzinfo=UTC)


@pytest.fixture
def at_ten(time_machine):
    time_machine.move_to(TEN + timedelta(minutes=20), tick=False)
    return time_machine


def give_up(person, site, numbers) -> None:
    """Let claims of hubs that are offline grow too old."""
    for number in numbers:
        actions.submit(claim_request(person, site, world.hub_id(number)))
    old = timing.MAX_AGE + timedelta(minutes=1)
    Claim.objects.active().update(retry_window_start=TEN - old, created_at=TEN - old)
    worker.run_once()


@pytest.fixture
def offline(sandbox):
    for number in range(3):
        sandbox.state.hubs[world.hub_id(number)].online = False


def test_claims_given_up_in_an_hour_are_one_email_with_their_number(
    offline, acme, ada, ira, mill_court, orchard_rise, at_ten, mailoutbox
):
    give_up(ira, mill_court, (0, 1))
    give_up(ira, orchard_rise, (2,))
    assert set(Claim.objects.values_list("state", flat=True)) == {State.EXPIRED}
    assert mailoutbox == []
    at_ten.move_to(TEN + timedelta(minutes=23))
    post()

    (email,) = mailoutbox
    assert (email.to, email.subject) == ([ada.email], "Acme Properties: 3 claims were given up")
    assert "Mill Court, Orchard Rise" in email.body
    assert "/claims/?state=unclaimed\n" in email.body


def test_who_claimed_is_told_the_next_morning_of_their_own(
    offline, acme, ada, ira, mill_court, at_ten, mailoutbox
):
    give_up(ada, mill_court, (0,))
    give_up(ira, mill_court, (1,))
    at_ten.move_to(TEN + timedelta(days=1))
    post()

    assert readers(mailoutbox) == [ada.email, ira.email]
    of_ira = next(email for email in mailoutbox if email.to == [ira.email])
    assert "1 claim was given up\nhttp://" in of_ira.body


def test_claims_that_wait_for_somebody_are_told_of_if_they_still_do(
    sandbox, acme, ada, ira, mill_court, at_ten, mailoutbox
):
    acme.credential.delete()
    for number in (0, 1):
        actions.submit(claim_request(ira, mill_court, world.hub_id(number)))
    worker.run_once()
    assert set(Claim.objects.values_list("state", flat=True)) == {State.BLOCKED}
    Claim.objects.update(due_at=TEN + timedelta(minutes=20))
    worker.run_once()
    assert Notice.objects.get().user == ada
    actions.stop(Claim.objects.get(hub_id_text=world.hub_id(0)), ira)
    at_ten.move_to(TEN + timedelta(minutes=23))
    post()

    assert mailoutbox[0].subject == "Acme Properties: 1 claim waits for you"
    assert Notice.objects.count() == 1


def test_a_claim_that_waits_for_release_is_told_of_with_its_job(
    sandbox, acme, ada, ira, mill_court, at_ten, mailoutbox
):
    job = planning.make(Plan(mill_court, TEN.date(), TEN.date()), ada)
    actions.submit(claim_request(ira, mill_court, world.hub_id(0)))
    Claim.objects.update(job=job)
    ira.memberships.update(all_sites=False)
    worker.run_once()
    at_ten.move_to(TEN + timedelta(minutes=23))
    post()

    body = next(email.body for email in mailoutbox if email.to == [ada.email])
    assert f"/jobs/{job.pk}/" in body
    assert "An administrator releases or rejects each of them." in body
    assert "by themselves" not in body


def test_nothing_is_told_of_claims_that_wait_no_more(
    sandbox, acme, ada, ira, mill_court, at_ten, mailoutbox
):
    acme.credential.delete()
    claim = actions.submit(claim_request(ira, mill_court, world.hub_id(0)))
    worker.run_once()
    actions.stop(claim, ira)
    at_ten.move_to(TEN + timedelta(minutes=23))
    post()

    assert mailoutbox == []
    assert Notice.objects.get().given_up_at is not None


def test_while_more_follow_they_are_told_of_less_often_and_none_is_told_of_twice(
    offline, acme, ada, ira, mill_court, at_ten, mailoutbox
):
    subjects = []
    for minute, number in ((20, 0), (24, 1), (30, 2)):
        at_ten.move_to(TEN + timedelta(minutes=minute, seconds=50))
        give_up(ira, mill_court, (number,))
        at_ten.move_to(TEN + timedelta(minutes=minute + 3, seconds=50))
        post()
        subjects.append([email.subject.partition(": ")[2] for email in mailoutbox])
    at_ten.move_to(TEN + timedelta(minutes=40))
    post()

    assert [len(each) for each in subjects] == [1, 1, 1]
    assert [email.subject.partition(": ")[2] for email in mailoutbox] == [
        "1 claim was given up",
        "2 claims were given up",
    ]


def test_a_digest_tells_of_each_kind_once(offline, acme, ada, ira, mill_court, at_ten, mailoutbox):
    give_up(ira, mill_court, (0,))
    at_ten.move_to(TEN + timedelta(hours=2))
    give_up(ira, mill_court, (1,))
    at_ten.move_to(TEN + timedelta(days=1))
    post()

    of_ira = next(email for email in mailoutbox if email.to == [ira.email])
    assert "2 claims were given up" in of_ira.body
    assert "1 claim was given up" not in of_ira.body
