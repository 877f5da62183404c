"""Asking for a link to set a new password: answered at once, alike for everybody, secret."""

import logging
import re
from datetime import timedelta

import pytest
from django.core import mail, serializers
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.core import worker
from portal.notices.models import AccountEmail
from tests.notices.conftest import dead_mail_server  # noqa: F401 - a fixture

NOBODY = "nobody@acme.example"


def ask(email: str, **headers: str):
    return Client(headers=headers).post(reverse("account_reset_password"), {"email": email})


def sent() -> list[str]:
    """Return to whom the worker sends now, and has sent before."""
    worker.run_once()
    return [address for email in mail.outbox for address in email.to]


def test_the_request_sends_nothing_whatever_the_mail_server_does(ira, dead_mail_server):  # noqa: F811
    answer = ask(ira.email)
    dead_mail_server.undo()

    assert answer.status_code == 302
    assert mail.outbox == []
    assert sent() == [ira.email]


def test_an_address_without_an_account_is_sent_nothing(ira):
    known, unknown = ask(ira.email), ask(NOBODY)

    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert sent() == [ira.email]


def test_a_known_address_costs_one_row_more_than_an_unknown_one_and_beyond_the_limit_none(
    ira, settings
):
    def tables_written_or_read(email: str) -> list[str]:
        ask(email)
        with CaptureQueriesContext(connection) as queries:
            ask(email)
        sql = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
        return re.findall(r"(?:INTO|FROM) \W?(\w+)", " ".join(sql))

    known, unknown = (tables_written_or_read(email) for email in (ira.email, NOBODY))
    assert known == [*unknown, "notices_accountemail"]
    assert "core_throttle" in unknown

    settings.PASSWORD_LINKS_A_DAY = 1
    # One count for the network address, one for the e-mail address.
    counted = ["core_throttle", "core_throttle"]
    assert tables_written_or_read(ira.email) == tables_written_or_read(NOBODY) == counted


def test_one_address_is_sent_five_links_a_day_and_the_answer_does_not_change(
    ira, ada, time_machine
):
    time_machine.move_to("2026-11-29T09:00:00Z", tick=False)
    answers = {
        (ask(spelt).status_code, ask(spelt).url) for spelt in [ira.email, ira.email.upper()] * 4
    }
    ask(ada.email)

    assert len(answers) == 1
    assert sorted(sent()) == [ada.email, *[ira.email] * 5]
    time_machine.shift(timedelta(days=1))
    ask(ira.email)
    assert sent().count(ira.email) == 6


def test_the_link_stands_in_the_email_alone(ira, caplog):
    caplog.set_level(logging.DEBUG)
    ask(ira.email)
    waiting = serializers.serialize("json", AccountEmail.objects.all())
    assert sent() == [ira.email]
    [token] = re.findall(r"/key/\w+?-(\S+)/", mail.outbox[0].body)

    for text in (waiting, serializers.serialize("json", AccountEmail.objects.all()), caplog.text):
        assert token not in text
        assert "/password/reset/key/" not in text


@pytest.mark.parametrize("host", ["portal.example:1337", "127.0.0.1:9999"])
def test_the_link_begins_with_the_configured_address_whatever_the_request_named(
    ira, settings, host
):
    settings.ALLOWED_HOSTS = ["portal.example", "127.0.0.1"]
    settings.PORTAL_URL = "https://portal.example"
    assert ask(ira.email, host=host).status_code == 302
    assert sent() == [ira.email]

    [email] = mail.outbox
    assert "\nhttps://portal.example/accounts/password/reset/key/" in email.body
    assert f":{host.rpartition(':')[2]}" not in str(email.message())
