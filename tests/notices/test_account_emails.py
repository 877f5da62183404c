"""People's own e-mails: sent by the worker for an hour, to who may still sign in."""

import pytest

from portal.core import worker
from portal.notices import account_emails
from portal.notices.models import AccountEmail
from tests.notices.conftest import notify, post, readers


@pytest.fixture
def asked(ira):
    """Ira has asked for a link to set a new password."""
    account_emails.write_to(ira, "new_password", "en")
    return ira


def test_a_link_is_sent_when_the_mail_server_is_back_within_the_hour(
    clock, asked, dead_mail_server, mailoutbox
):
    post()
    dead_mail_server.undo()
    clock.shift(50 * 60)
    post()
    clock.shift(50 * 60)
    post()

    assert readers(mailoutbox) == [asked.email]
    assert AccountEmail.objects.get().tries == 2


def test_a_link_that_could_not_be_sent_for_an_hour_is_dropped(
    clock, asked, dead_mail_server, mailoutbox
):
    post()
    dead_mail_server.undo()
    clock.shift(3600)
    post()

    assert mailoutbox == []
    assert AccountEmail.objects.get().given_up_at is not None
    assert not account_emails.some_due()


def test_who_may_not_sign_in_any_more_is_sent_no_link(asked, mailoutbox):
    asked.is_active = False
    asked.save()
    post()

    assert mailoutbox == []


def test_a_link_goes_to_the_address_that_the_person_has_now(asked, mailoutbox):
    asked.email = "new@acme.example"
    asked.save()
    post()

    assert readers(mailoutbox) == ["new@acme.example"]


def test_many_notices_do_not_come_before_a_link(acme, ada, abe, asked, mailoutbox):
    for number in range(9):
        notify(acme, about=str(number))
    for job in worker.due_jobs(8):
        job()

    assert asked.email in readers(mailoutbox)
