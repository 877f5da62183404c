"""An e-mail is sent when the mail server takes it, and is tried for two days."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.notices import outbox
from portal.notices.models import Notice
from portal.sandbox import world
from tests.notices.conftest import make_due, notify, post, readers


def test_an_email_that_the_mail_server_refused_is_sent_once_when_it_is_back(
    acme, ada, dead_mail_server, mailoutbox, caplog
):
    notify(acme)
    for tries in range(3):
        make_due()
        post()
        waits = Notice.objects.get()
        assert waits.tries == tries + 1
        assert timedelta(0) < waits.due_at - timezone.now() <= outbox.LONGEST_BACKOFF
    assert mailoutbox == []
    assert world.ACME_KEY not in caplog.text
    dead_mail_server.undo()
    post()
    assert mailoutbox == []  # It is not due yet.
    make_due()
    post()
    make_due()
    post()

    assert readers(mailoutbox) == [ada.email]
    assert Notice.objects.get().sent_at is not None


def test_a_mail_server_that_is_down_is_waited_for(acme, ada, settings):
    nowhere = {"host": "127.0.0.1", "port": 1, "timeout": 1}
    smtp = {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": nowhere}
    settings.MAILERS = {"default": smtp}
    notify(acme)
    post()

    waits = Notice.objects.get()
    assert (waits.tries, waits.sent_at, waits.given_up_at) == (1, None, None)
    assert waits.due_at > timezone.now()


def test_an_address_that_fails_delays_nobody_elses_email(acme, ada, abe, mailoutbox):
    notify(acme)
    type(ada).objects.filter(pk=ada.pk).update(email="no\naddress")
    post()

    assert readers(mailoutbox) == [abe.email]
    assert not outbox.some_due()


@pytest.mark.parametrize(
    ("age", "tries", "ends"),
    [
        (timedelta(hours=49), 40, True),
        (timedelta(hours=47), 40, False),
        (timedelta(days=9), 0, False),
    ],
    ids=["tried for two days", "not for two days yet", "old, but not tried"],
)
def test_an_email_is_given_up_after_two_days_of_trying_and_not_because_of_a_clock_step(
    acme, ada, dead_mail_server, caplog, age, tries, ends
):
    notify(acme)
    Notice.objects.update(created_at=timezone.now() - age, tries=tries)
    post()

    assert (Notice.objects.get().given_up_at is not None) == ends
    assert ("given up" in caplog.text) == ends
    make_due()
    assert outbox.some_due() != ends


def test_waits_double_up_to_a_quarter_of_an_hour_with_full_jitter():
    for tries, longest in [(0, 30), (1, 60), (3, 240), (9, 900), (500, 900)]:
        waits = [outbox._backoff(tries).total_seconds() for _ in range(200)]

        assert 5 <= min(waits) < longest / 3
        assert longest * 2 / 3 < max(waits) <= longest
