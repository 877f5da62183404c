"""The news of a day comes in one e-mail, in the morning, once; nothing of it is lost."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connections
from django.utils import timezone

from portal.notices import digests, mornings, outbox, topics
from portal.notices.models import Digest, How, NewsChoice, Notice
from portal.notices.topics import Topic
from portal.orgs.models import Membership
from tests.notices.conftest import notify, post, readers

# In Athens it is two hours later.
EVENING = datetime(2031, 1, 14, 18, 0, tzinfo=UTC)
MORNING = datetime(2031, 1, 15, 5, 0, tzinfo=UTC)


@pytest.fixture
def evening(time_machine, ada, acme):
    """An evening on which Ada has all her news of Acme once a day."""
    time_machine.move_to(EVENING, tick=False)
    for topic in Topic:
        NewsChoice.objects.create(user=ada, organisation=acme, topic=topic, how=How.DIGEST)
    return time_machine


def test_the_news_of_a_day_comes_in_the_morning_in_one_email(acme, ada, evening, mailoutbox):
    notify(acme, "review", "one")
    notify(acme, "key_refused", "two")
    notify(acme, "review", "one")
    evening.move_to(MORNING - timedelta(seconds=1))
    post()
    assert mailoutbox == []
    evening.move_to(MORNING)
    post()
    post()

    (email,) = mailoutbox
    assert (email.to, email.subject) == ([ada.email], "Acme Properties: 2 pieces of news")
    assert "Store a new API key\nhttp://localhost:8000/organisation/key/\n" in email.body
    assert "Acme Properties: S" not in email.body
    assert email.extra_headers["List-Unsubscribe"] == f"<{outbox.news_url(acme.pk)}>"
    assert Notice.objects.filter(sent_at=None).count() == 0
    assert "Store a new API key" in email.alternatives[0][0]


def test_a_day_without_news_has_no_email(evening, mailoutbox):
    evening.move_to(MORNING)
    post()

    assert mailoutbox == []
    assert not Digest.objects.exists()


def test_a_digest_is_in_its_readers_language(acme, ada, evening, mailoutbox):
    ada.language = "el"
    ada.save()
    notify(acme)
    evening.move_to(MORNING)
    post()

    assert mailoutbox[0].subject == "Acme Properties: 1 νέο"


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (MORNING - mornings.CLOSED_BEFORE - timedelta(seconds=1), date(2031, 1, 15)),
        (MORNING - timedelta(minutes=1), date(2031, 1, 16)),
        # In these nights the clocks in Athens go forward, and back.
        (datetime(2031, 3, 30, 3, 54, tzinfo=UTC), date(2031, 3, 30)),
        (datetime(2031, 10, 26, 4, 54, tzinfo=UTC), date(2031, 10, 26)),
    ],
)
def test_news_shortly_before_the_morning_belongs_to_the_next(acme, evening, now, day):
    evening.move_to(now)
    notify(acme)

    digest = Digest.objects.get()
    assert digest.day == day
    assert timezone.localtime(digest.due_at).strftime("%d %H:%M") == f"{day:%d} 07:00"


@pytest.mark.parametrize("how", ["demoted", "off"])
def test_what_concerns_its_reader_no_more_is_left_out(acme, ada, evening, mailoutbox, how):
    notify(acme, "review", "one")
    notify(acme, "key_refused", "two")
    member = ada.memberships.get()
    if how == "demoted":
        Membership.objects.filter(pk=member.pk).update(role="installer")
    else:
        topics.choose(member, {Topic.CLAIMS: How.OFF})
    evening.move_to(MORNING)
    post()

    expected = [] if how == "demoted" else ["Acme Properties: 1 piece of news"]
    assert [email.subject for email in mailoutbox] == expected
    assert Digest.objects.filter(due_at=None).count() == 1


def test_a_digest_of_a_killed_worker_is_sent_again_as_the_same_message(
    acme, ada, evening, mailoutbox
):
    notify(acme)
    evening.move_to(MORNING)
    (lease,) = digests.take_due(9)
    digest = lease.row().get()
    digests._email(digest, digests.told_in(digest)).send()
    assert digests.take_due(9) == []
    evening.shift(Digest.LEASE)
    post()
    post()

    first, second = (email.message()["Message-ID"] for email in mailoutbox)
    assert first == second == f"<{digest.pk}@localhost>"


def test_a_digest_waits_for_the_mail_server(acme, ada, evening, mailoutbox, dead_mail_server):
    notify(acme)
    evening.move_to(MORNING)
    post()
    assert Digest.objects.get().tries == 1
    dead_mail_server.undo()
    evening.shift(outbox.LONGEST_BACKOFF)
    post()

    assert readers(mailoutbox) == [ada.email]


@pytest.mark.django_db(transaction=True)
def test_workers_side_by_side_send_one_digest(acme, ada, evening, mailoutbox):
    notify(acme)
    evening.move_to(MORNING)
    together = threading.Barrier(3)

    def run():
        try:
            together.wait(5)
            for lease in digests.take_due(9):
                digests.send(lease)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert readers(mailoutbox) == [ada.email]


def test_a_long_digest_counts_what_it_does_not_list(acme, ada, evening, mailoutbox, monkeypatch):
    monkeypatch.setattr(digests, "MOST", 2)
    for n in range(5):
        notify(acme, about=str(n))
    evening.move_to(MORNING)
    post()

    assert mailoutbox[0].subject == "Acme Properties: 5 pieces of news"
    assert "And 3 more." in mailoutbox[0].body
