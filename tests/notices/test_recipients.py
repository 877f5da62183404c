"""What happened is told once to each administrator of the organisation, and to nobody else."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from portal.audit.models import Entry
from portal.gateway import key_health
from portal.notices.models import Notice
from portal.orgs.models import Membership
from tests.conftest import join, make_person
from tests.notices.conftest import notify, post, readers


def test_only_the_organisations_present_administrators_are_notified(
    acme, ada, hal, ira, mailoutbox
):
    gone, expired = make_person("gone@acme.example", "G"), make_person("old@acme.example", "O")
    join(gone, acme, "admin")
    join(expired, acme, "admin", expires_at=timezone.now() - timedelta(minutes=1))
    gone.is_active = False
    gone.save()

    assert notify(acme) == 1
    post()
    assert readers(mailoutbox) == [ada.email]


@pytest.mark.parametrize("how", ["demoted", "removed", "deactivated"])
def test_somebody_who_is_no_longer_an_administrator_when_the_email_is_sent_gets_none(
    acme, ada, abe, mailoutbox, how
):
    notify(acme)
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


def test_a_repeated_notice_goes_to_new_administrators_only(acme, ada, mailoutbox):
    assert notify(acme) == 1
    assert notify(acme) == 0
    late = make_person("late@acme.example", "Lee Late")
    join(late, acme, "admin")
    assert notify(acme) == 1
    assert notify(acme, about="two") == 2
    post()

    assert readers(mailoutbox) == [ada.email] * 2 + [late.email] * 2
    assert Entry.objects.filter(verb="notice.told").count() == 3


def test_a_notice_without_an_administrator_to_read_it_is_logged(acme, caplog):
    assert notify(acme) == 0
    assert "no administrator to tell" in caplog.text
    assert not Entry.objects.filter(verb="notice.told").exists()


def test_a_notice_that_is_rolled_back_is_not_sent(acme, ada, mailoutbox):
    with transaction.atomic():
        key_health.mark_refused(acme.credential)
        transaction.set_rollback(True)
    post()

    assert mailoutbox == []
    assert not Notice.objects.exists()
    assert not Entry.objects.filter(verb="notice.told").exists()
