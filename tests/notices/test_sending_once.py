"""An e-mail stays one message, with workers side by side, slow or killed, and clocks apart."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections
from django.utils import timezone

from portal.core import leasing
from portal.notices import outbox
from portal.notices.models import Notice
from tests.notices.conftest import make_due, notify, post, readers


def test_a_worker_that_lost_its_lease_sends_nothing(acme, ada, mailoutbox):
    notify(acme)
    (slow,) = outbox.take_due(9)
    assert outbox.take_due(9) == []
    make_due()
    (quick,) = outbox.take_due(9)
    outbox.send(slow)
    assert mailoutbox == []
    outbox.send(quick)
    outbox.send(quick)

    assert readers(mailoutbox) == [ada.email]


def test_an_email_whose_lease_is_about_to_end_is_left_to_the_next_worker(acme, ada, mailoutbox):
    notify(acme)
    (late,) = outbox.take_due(9)
    Notice.objects.update(lease_until=timezone.now() + outbox.LONGEST_SEND / 2)
    outbox.send(late)

    assert mailoutbox == []


def test_an_email_of_a_killed_worker_is_sent_again_with_the_same_message_id(acme, ada, mailoutbox):
    notify(acme)
    for _ in range(2):
        (leased,) = outbox.take_due(9)
        outbox._email(leased.row().get()).send()
        make_due()

    first, second = (email.message()["Message-ID"] for email in mailoutbox)
    assert first == second == f"<{Notice.objects.get().pk}@localhost>"


def test_a_slow_mail_server_takes_no_more_than_a_few_threads(acme, ada):
    for n in range(9):
        notify(acme, about=str(n))
    leased = outbox.take_due(16)

    assert len(leased) == outbox.AT_A_TIME
    assert not outbox.some_due()
    assert outbox.take_due(16) == []
    outbox.send(leased[0])
    assert outbox.some_due()
    assert len(outbox.take_due(16)) == 1


@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(days=400)])
def test_a_clock_set_back_delays_no_email(acme, ada, mailoutbox, time_machine, back):
    time_machine.move_to(datetime.now(UTC) + back)
    notify(acme, about="leased")
    outbox.take_due(1)
    notify(acme, about="fresh")
    time_machine.shift(-back)
    leasing.correct_clock()
    post()

    assert [mail.subject for mail in mailoutbox] != []
    time_machine.shift(Notice.LEASE)
    post()

    assert len(mailoutbox) == 2


def test_two_workers_with_different_clocks_send_no_email_twice(acme, ada):
    notify(acme)
    outbox.take_due(9)
    ahead = timezone.now() + Notice.LEASE + timedelta(minutes=1)
    Notice.objects.update(lease_until=ahead, due_at=timezone.now())

    assert not outbox.some_due()


@pytest.mark.django_db(transaction=True)
def test_workers_side_by_side_send_one_email_to_each_administrator(acme, ada, abe, mailoutbox):
    notify(acme)
    together = threading.Barrier(3)

    def run():
        try:
            together.wait(5)
            for lease in outbox.take_due(9):
                outbox.send(lease)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert readers(mailoutbox) == [ada.email, abe.email]
