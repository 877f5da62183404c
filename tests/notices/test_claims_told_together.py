"""Claims that were given up, or wait for somebody, are told of within minutes, with numbers."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from portal.claims import letters
from portal.claims.engine import actions, effects, timing
from portal.claims.engine.decide import Decision
from portal.claims.models import Claim, Reason, State
from portal.core import worker
from portal.jobs import planning
from portal.jobs.planning import Plan
from portal.notices import topics
from portal.notices.models import How, Notice
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
    numbers = Claim.objects.order_by("created_at", "pk").values_list("number", flat=True)
    assert f"Claim numbers: {', '.join(numbers)}\n" in email.body
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
    assert "1 claim of yours was given up\nhttp://" in of_ira.body
    of_ada = next(email for email in mailoutbox if email.to == [ada.email])
    assert of_ada.subject == "Acme Properties: 2 claims were given up"


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
    assert {notice.user for notice in Notice.objects.all()} == {ada, ira}
    actions.stop(Claim.objects.get(hub_id_text=world.hub_id(0)), ira)
    at_ten.move_to(TEN + timedelta(minutes=23))
    post()

    assert mailoutbox[0].subject == "Acme Properties: 1 claim waits for you"
    assert Notice.objects.count() == 2


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
    assert Notice.objects.get(user=ada).given_up_at is not None


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
    assert "2 claims of yours were given up" in of_ira.body
    assert "1 claim of yours" not in of_ira.body


def at_once(person, acme):
    """Have the person told of claims as they happen."""
    topics.choose(person.memberships.get(organisation=acme), {topics.Topic.CLAIMS: How.INSTANT})


def block(person, site, reason, number=0) -> Claim:
    """Let a claim wait for somebody."""
    claim = actions.submit(claim_request(person, site, world.hub_id(number)))
    with transaction.atomic():
        letters.tell_of_wait(claim, State.BLOCKED, reason)
        Claim.objects.filter(pk=claim.pk).update(state=State.BLOCKED, reason=reason, due_at=None)
    return claim


@pytest.mark.parametrize("reason", ["key_missing", "no_user", "right_gone"])
def test_who_claimed_is_told_that_an_administrator_must_act(
    acme, ada, ira, mill_court, at_ten, mailoutbox, reason
):
    at_once(ira, acme)
    claim = block(ira, mill_court, reason)
    at_ten.move_to(TEN + timedelta(minutes=23))
    post()

    of_ada, of_ira = (next(e for e in mailoutbox if e.to == [who.email]) for who in (ada, ira))
    assert of_ada.subject == "Acme Properties: 1 claim waits for you"
    assert of_ira.subject == "Acme Properties: 1 claim of yours waits for an administrator"
    assert f"Claim number: {claim.number}\n" in of_ira.body


@pytest.mark.parametrize("reason", ["key_refused", "key_mismatch"])
def test_who_claimed_is_told_of_a_bad_key_and_administrators_by_its_own_email(
    acme, ada, ira, mill_court, at_ten, mailoutbox, reason
):
    at_once(ira, acme)
    block(ira, mill_court, reason)
    at_ten.move_to(TEN + timedelta(minutes=23))
    post()

    (email,) = mailoutbox
    assert email.to == [ira.email]
    assert email.subject == "Acme Properties: 1 claim of yours waits for an administrator"


def test_who_can_confirm_the_address_is_told_to(acme, ada, ira, mill_court, at_ten, mailoutbox):
    at_once(ira, acme)
    block(ira, mill_court, "address_unconfirmed")
    at_ten.move_to(TEN + timedelta(minutes=23))
    post()

    of_ada, of_ira = (next(e for e in mailoutbox if e.to == [who.email]) for who in (ada, ira))
    assert of_ira.subject == "Acme Properties: 1 claim waits for you"
    assert "Confirm your e-mail address" in of_ira.body
    assert "Confirm your e-mail address" not in of_ada.body


def test_who_claimed_is_told_that_nobody_can_confirm_it(
    acme, ada, ira, mill_court, at_ten, mailoutbox
):
    at_once(ira, acme)
    claim = actions.submit(claim_request(ira, mill_court, world.hub_id(0)))
    effects.notify(claim, Decision(State.REVIEW, Reason.NOT_CONFIRMED), None)
    post()

    of_ada, of_ira = (next(e for e in mailoutbox if e.to == [who.email]) for who in (ada, ira))
    assert "Ask SmartphoneKey’s support" in of_ada.body
    assert "Your administrators are told as well" in of_ira.body
    assert all(claim.number in email.body for email in (of_ada, of_ira))
