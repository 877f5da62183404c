"""Administrators are told by e-mail, once, of what happened, and nobody else is."""

import json
import logging
import smtplib
import threading
from datetime import timedelta

import pytest
from django.core.mail.backends.locmem import EmailBackend
from django.db import connections, transaction
from django.urls import reverse
from django.utils import timezone

from portal.audit.models import Entry
from portal.claims import lifecycle, worker
from portal.claims.models import Claim
from portal.hubs import keys
from portal.orgs import credentials, notices
from portal.orgs.encryption import Secret
from portal.orgs.models import ApiCredential, Membership, Notice
from portal.sandbox import world
from tests.conftest import join, make_person, order, work

FACTS = {"claim": "0f8fad5b-d9cb-469f-a165-70867728950e", "hub": world.hub_id(0), "site": "Mill"}


@pytest.fixture
def abe(acme):
    """Abe administers Acme as well."""
    person = make_person("second@acme.example", "Abe Admin")
    join(person, acme, "admin")
    return person


@pytest.fixture
def dead_mail_server(monkeypatch):
    """A mail server that takes nothing until it is given its life back by `undo()`."""

    def refuse(self, messages):
        raise smtplib.SMTPServerDisconnected(f"lost {world.ACME_KEY}")

    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "send_messages", refuse)
        yield patch


def tell(organisation, kind="review", about="one", **facts):
    return notices.tell(organisation.pk, kind, about, **FACTS | facts)


def post():
    """Send all that is due."""
    worker.run_once()


def readers(mailoutbox):
    return sorted(address for letter in mailoutbox for address in letter.to)


def make_due():
    Notice.objects.update(due_at=timezone.now(), lease_until=None)


def refuse_all_claims(ira, site, hubs=4):
    for n in range(hubs):
        lifecycle.submit(order(ira, site, world.hub_id(n)))
    worker.run_once()


def test_a_refused_key_is_told_once_to_each_administrator_however_many_claims_meet_it(
    sandbox, ada, abe, hal, ira, mill_court, mailoutbox
):
    sandbox.faults.add({"key": "acme"}, action={"status": 401})
    refuse_all_claims(ira, mill_court)

    assert set(Claim.objects.values_list("state", flat=True)) == {"blocked"}
    assert readers(mailoutbox) == [ada.email, abe.email]
    assert all("store a new API key" in letter.subject for letter in mailoutbox)
    assert all("http://localhost:8000/organisation/key/" in letter.body for letter in mailoutbox)
    told = Entry.objects.get(verb="notice.told")
    assert told.detail["people"] == [ada.email, abe.email]


def test_late_answers_about_a_key_that_is_known_to_be_refused_tell_nobody_again(acme, ada):
    for _ in range(3):
        keys.mark_refused(ApiCredential.objects.get(organisation=acme))

    assert Notice.objects.count() == 1


def test_a_replaced_key_that_is_refused_again_is_told_again(
    sandbox, acme, ada, ira, mill_court, mailoutbox
):
    sandbox.state.keys.revoke("acme")
    refuse_all_claims(ira, mill_court, hubs=1)
    credentials.replace(acme, ada, Secret(world.REVOKED_KEY), None)
    work(Claim.objects.get(), rounds=2)

    assert readers(mailoutbox) == [ada.email, ada.email]


def test_a_key_that_its_first_check_refuses_is_told_and_one_that_works_is_not(
    sandbox, acme, harbour, ada, hal, mailoutbox
):
    for organisation in (acme, harbour):
        key = {acme: world.REVOKED_KEY, harbour: world.HARBOUR_KEY}[organisation]
        credentials.replace(organisation, None, Secret(key), None)
    worker.run_once()
    credentials.ask_for_check(ApiCredential.objects.get(organisation=acme), ada)
    worker.run_once()

    assert readers(mailoutbox) == [ada.email]


def test_a_refused_super_key_is_told_to_those_who_hold_it(spkey_support, acme, ada, mailoutbox):
    keeper = make_person("keeper@support.example", "Kim Keeper")
    join(keeper, spkey_support, "admin")
    keys.mark_refused(spkey_support.credential)
    post()

    assert readers(mailoutbox) == [keeper.email]
    assert "Support’s claims are saved and wait" in mailoutbox[0].body


def test_a_key_of_another_organisation_is_told_in_other_words(
    sandbox, acme, harbour, ada, hal, ira, mill_court, mailoutbox
):
    credentials.replace(acme, None, Secret(world.HARBOUR_KEY), None)
    worker.run_once()
    lifecycle.submit(order(ira, mill_court, world.hub_id(0)))
    worker.run_once()

    assert readers(mailoutbox) == [ada.email]
    assert "belongs to another organisation" in mailoutbox[0].subject


@pytest.mark.parametrize("kind", Notice.Kind.values)
def test_every_kind_has_words_that_say_where_and_hold_no_markup(acme, ada, mailoutbox, kind):
    acme.name = "O'Brien & <Sons>"
    acme.save()
    tell(acme, kind, site="Mill <Court> & \r\nBcc: x@y.example")
    post()

    (letter,) = mailoutbox
    assert "O'Brien & <Sons>" in letter.subject
    assert "\n" not in letter.subject
    assert "\nhttp://localhost:8000/" in letter.body
    assert "\nBcc" not in letter.body
    assert not {"&amp;", "&#x27;", "&lt;", "{", "None"} & set(letter.body.split())
    assert "\n\n\n" not in letter.body
    if not kind.startswith("key_"):
        assert "Mill <Court> & Bcc: x@y.example" in letter.body
        assert reverse("claims:detail", args=(FACTS["claim"],)) in letter.body
    if kind not in {"key_refused", "key_mismatch"}:
        assert FACTS["hub"] in letter.subject + letter.body


def test_a_kind_that_nobody_has_words_for_is_not_told(acme, ada):
    with pytest.raises(ValueError, match="birthday"):
        notices.tell(acme.pk, "birthday", "one")


def test_installers_people_of_old_and_other_organisations_hear_nothing(
    acme, ada, hal, ira, mailoutbox
):
    gone, expired = make_person("gone@acme.example", "G"), make_person("old@acme.example", "O")
    join(gone, acme, "admin")
    join(expired, acme, "admin", expires_at=timezone.now() - timedelta(minutes=1))
    gone.is_active = False
    gone.save()

    assert tell(acme) == 1
    post()
    assert readers(mailoutbox) == [ada.email]


@pytest.mark.parametrize("how", ["demoted", "removed", "deactivated"])
def test_who_is_no_administrator_any_more_when_the_letter_leaves_is_sent_none(
    acme, ada, abe, mailoutbox, how
):
    tell(acme)
    membership = Membership.objects.filter(user=ada)
    if how == "demoted":
        membership.update(role="installer")
    elif how == "removed":
        membership.delete()
    else:
        ada.is_active = False
        ada.save()
    post()

    assert readers(mailoutbox) == [abe.email]
    theirs = Notice.objects.get(user=ada)
    assert theirs.sent_at is None
    assert theirs.given_up_at is not None


def test_the_same_told_again_is_told_to_newcomers_only(acme, ada, mailoutbox):
    assert tell(acme) == 1
    assert tell(acme) == 0
    late = make_person("late@acme.example", "Lee Late")
    join(late, acme, "admin")
    assert tell(acme) == 1
    assert tell(acme, about="two") == 2
    post()

    assert readers(mailoutbox) == [ada.email] * 2 + [late.email] * 2
    assert Entry.objects.filter(verb="notice.told").count() == 3


def test_an_organisation_without_administrators_is_told_to_the_log(acme, caplog):
    assert tell(acme) == 0
    assert "no administrator to tell" in caplog.text
    assert not Entry.objects.filter(verb="notice.told").exists()


def test_what_is_rolled_back_was_never_told(acme, ada, mailoutbox):
    with transaction.atomic():
        keys.mark_refused(acme.credential)
        transaction.set_rollback(True)
    post()

    assert mailoutbox == []
    assert not Notice.objects.exists()
    assert not Entry.objects.filter(verb="notice.told").exists()


def test_a_letter_that_the_mail_server_refused_is_sent_once_when_it_is_back(
    acme, ada, dead_mail_server, mailoutbox, caplog
):
    tell(acme)
    for tries in range(3):
        make_due()
        post()
        waits = Notice.objects.get()
        assert waits.tries == tries + 1
        assert timedelta(0) < waits.due_at - timezone.now() <= notices.LONGEST_BACKOFF
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


def test_a_mail_server_that_is_not_there_is_waited_for(acme, ada, settings):
    nowhere = {"host": "127.0.0.1", "port": 1, "timeout": 1}
    smtp = {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": nowhere}
    settings.MAILERS = {"default": smtp}
    tell(acme)
    post()

    waits = Notice.objects.get()
    assert (waits.tries, waits.sent_at, waits.given_up_at) == (1, None, None)
    assert waits.due_at > timezone.now()


def test_one_address_that_cannot_be_written_to_holds_up_nobody_else(acme, ada, abe, mailoutbox):
    tell(acme)
    type(ada).objects.filter(pk=ada.pk).update(email="no\naddress")
    post()

    assert readers(mailoutbox) == [abe.email]
    assert not notices.some_due()


@pytest.mark.parametrize(
    ("age", "tries", "ends"),
    [
        (timedelta(hours=49), 40, True),
        (timedelta(hours=47), 40, False),
        (timedelta(days=9), 0, False),
    ],
    ids=["tried for two days", "not for two days yet", "old, but not tried"],
)
def test_a_letter_is_given_up_after_two_days_of_trying_and_not_because_the_clock_leapt(
    acme, ada, dead_mail_server, caplog, age, tries, ends
):
    tell(acme)
    Notice.objects.update(created_at=timezone.now() - age, tries=tries)
    post()

    assert (Notice.objects.get().given_up_at is not None) == ends
    assert ("given up" in caplog.text) == ends
    make_due()
    assert notices.some_due() != ends


def test_waits_double_have_full_jitter_and_end_at_a_quarter_of_an_hour():
    for tries, longest in [(0, 30), (1, 60), (3, 240), (9, 900), (500, 900)]:
        waits = [notices._backoff(tries).total_seconds() for _ in range(200)]

        assert 5 <= min(waits) < longest / 3
        assert longest * 2 / 3 < max(waits) <= longest


def test_whoever_lost_the_lease_sends_nothing(acme, ada, mailoutbox):
    tell(acme)
    (slow,) = notices.lease_due(9)
    assert notices.lease_due(9) == []
    make_due()
    (quick,) = notices.lease_due(9)
    notices.send(slow)
    assert mailoutbox == []
    notices.send(quick)
    notices.send(quick)

    assert readers(mailoutbox) == [ada.email]


def test_a_letter_whose_lease_would_end_on_the_way_is_left_to_the_next(acme, ada, mailoutbox):
    tell(acme)
    (late,) = notices.lease_due(9)
    Notice.objects.update(lease_until=timezone.now() + notices.LONGEST_SEND / 2)
    notices.send(late)

    assert mailoutbox == []


def test_what_a_killed_worker_sent_is_sent_again_as_the_same_message(acme, ada, mailoutbox):
    tell(acme)
    for _ in range(2):
        (leased,) = notices.lease_due(9)
        notices._letter(leased).send()
        make_due()

    first, second = (letter.message()["Message-ID"] for letter in mailoutbox)
    assert first == second == f"<{Notice.objects.get().pk}@localhost>"


def test_a_slow_mail_server_takes_no_more_than_a_few_threads(acme, ada):
    for n in range(9):
        tell(acme, about=str(n))
    leased = notices.lease_due(16)

    assert len(leased) == notices.AT_A_TIME
    assert not notices.some_due()
    assert notices.lease_due(16) == []
    notices.send(leased[0])
    assert notices.some_due()
    assert len(notices.lease_due(16)) == 1


@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(days=400)])
def test_a_clock_that_was_put_back_holds_no_letter_up(acme, ada, mailoutbox, back):
    tell(acme, about="fresh")
    tell(acme, about="leased")
    future = timezone.now() + back
    Notice.objects.update(due_at=future, created_at=future)
    Notice.objects.filter(about="leased").update(lease_until=future + notices.LEASE)
    post()

    assert len(mailoutbox) == 2


def test_the_clocks_of_two_workers_may_differ_without_a_letter_sent_twice(acme, ada):
    tell(acme)
    notices.lease_due(9)
    ahead = timezone.now() + notices.LEASE + timedelta(minutes=1)
    Notice.objects.update(lease_until=ahead, due_at=timezone.now())

    assert not notices.some_due()


@pytest.mark.django_db(transaction=True)
def test_workers_side_by_side_send_one_letter_to_each(acme, ada, abe, mailoutbox):
    tell(acme)
    together = threading.Barrier(3)

    def run():
        try:
            together.wait(5)
            for notice in notices.lease_due(9):
                notices.send(notice)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert readers(mailoutbox) == [ada.email, abe.email]


def test_no_row_and_no_letter_holds_a_key_and_none_can_be_put_there(
    sandbox, acme, ada, ira, mill_court, mailoutbox, caplog
):
    caplog.set_level(logging.DEBUG)
    sandbox.state.keys.revoke("acme")
    refuse_all_claims(ira, mill_court, hubs=1)
    rows = json.dumps(
        list(Notice.objects.values()) + list(Entry.objects.filter(verb="notice.told").values()),
        default=str,
    )
    letters = "".join(letter.message().as_string() for letter in mailoutbox)

    assert letters
    for text in (rows, letters):
        assert world.ACME_KEY[:8] not in text
        assert acme.credential.fingerprint not in text
    with pytest.raises(TypeError):
        tell(acme, about="secret", key=acme.credential.key)


@pytest.mark.parametrize("told", [True, False], ids=["with", "without an administrator"])
def test_an_installer_reads_that_the_administrators_know_when_they_do(
    acme, ira, as_person, request, told
):
    if told:
        request.getfixturevalue("ada")
    keys.mark_refused(acme.credential)
    page = as_person(ira).get("/").content.decode()

    assert ("Your administrators have been told." in page) == told
    assert ("Your administrator can fix it." in page) != told


def test_an_installer_is_not_told_of_letters_about_a_key_before_this_one(acme, ada, ira, as_person):
    keys.mark_refused(acme.credential)
    acme.credential.refresh_from_db()
    credentials.replace(acme, ada, Secret(world.REVOKED_KEY), None)
    ApiCredential.objects.filter(organisation=acme).update(state="refused")

    assert "have been told" not in as_person(ira).get("/").content.decode()


def test_an_administrator_is_led_to_the_key_and_not_told_of_letters(acme, ada, as_person):
    keys.mark_refused(acme.credential)
    page = as_person(ada).get("/").content.decode()

    assert "Replace it to continue." in page
    assert "have been told" not in page


def test_operators_see_what_was_told_to_whom_and_change_nothing(acme, ada, otto, as_person):
    tell(acme)
    post()
    notice, client = Notice.objects.get(), as_person(otto)
    listed = client.get(reverse("admin:orgs_notice_changelist")).content.decode()
    shown = client.get(reverse("admin:orgs_notice_change", args=(notice.pk,)))

    assert ada.email in listed
    assert "Claim not confirmed" in listed
    assert shown.status_code == 200
    assert client.post(reverse("admin:orgs_notice_delete", args=(notice.pk,))).status_code == 403
    assert client.get(reverse("admin:orgs_notice_add")).status_code == 403
