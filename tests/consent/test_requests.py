"""What an agent asks is kept and told, and tells them of nobody whom the portal knows."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.audit.models import Entry
from portal.consent import asking, rights
from portal.consent.asking import Wanted
from portal.consent.models import AccessRequest, Grant, Scope
from portal.core import worker
from portal.core.throttle import LimitReachedError
from portal.notices.models import Notice
from portal.orgs.models import Membership

BEFORE = timezone.now() - timedelta(days=1)
WANTED = Wanted("Their tablet is broken", sites="Mill Court", may_move=True, hours=1)


@pytest.fixture
def asked(sams, acme) -> AccessRequest:
    return asking.ask(sams, acme, "acme-properties", WANTED)


def test_administrators_are_told_with_a_link_to_answer(asked, ada, mailoutbox):
    worker.run_once()
    worker.run_once()

    (email,) = mailoutbox
    assert email.to == [ada.email]
    assert f"/support-access/requests/{asked.pk}/" in email.body
    for words in ("SpKey Support", "Their tablet is broken", "Mill Court", "For 1 hour"):
        assert words in email.body
    assert "Sam" not in email.body


def test_of_an_unknown_organisation_nobody_is_told(sams, acme):
    asked = asking.ask(sams, None, "nobody-knows", WANTED)
    worker.run_once()

    asked.refresh_from_db()
    assert asked.due_at is None
    assert asked.is_waiting
    assert not Notice.objects.exists()


def test_what_is_allowed_is_a_grant_and_the_answer(asked, admin, acme, sams, spkey_support):
    grant = asking.allow(asked, admin, Scope(hours=1))

    asked.refresh_from_db()
    assert (asked.grant, asked.declined, asked.answered_by) == (grant, False, admin.user)
    assert (grant.way, grant.support_organisation) == ("request", spkey_support)
    assert rights.may(sams, acme)


def test_it_is_answered_once(asked, admin):
    assert asking.decline(asked, admin)
    assert not asking.decline(asked, admin)
    assert asking.allow(asked, admin, Scope()) is None

    assert not Grant.objects.exists()
    assert Entry.objects.filter(verb="support.declined").count() == 1


def answers(asked: AccessRequest) -> list[Notice]:
    return list(Notice.objects.filter(kind="support_answered", about=str(asked.pk)))


def test_who_asked_is_told_by_email_that_they_are_let_in(asked, admin, sam, mailoutbox, mill_court):
    grant = asking.allow(asked, admin, Scope(sites=[mill_court], hours=1))
    asking.decline(asked, admin)
    for _ in range(2):
        worker.run_once()

    (email,) = [each for each in mailoutbox if each.to == [sam.email]]
    assert "Acme Properties lets you in" in email.subject
    assert f"/support/{grant.pk}/" in email.body
    for words in ("Mill Court", "claim hubs, and move none"):
        assert words in email.body
    assert len(answers(asked)) == 1


def test_who_asked_is_told_by_email_that_it_was_declined(asked, admin, sam, mailoutbox):
    asking.decline(asked, admin)
    for _ in range(2):
        worker.run_once()

    (email,) = [each for each in mailoutbox if each.to == [sam.email]]
    assert "acme-properties declined your request" in email.subject
    assert WANTED.reason in email.body
    assert "Ada" not in email.subject + email.body


@pytest.mark.parametrize("lost", [{"support": False}, {"expires_at": BEFORE}])
def test_who_is_no_agent_any_more_is_told_nothing(asked, admin, sams, lost):
    Membership.objects.filter(pk=sams.pk).update(**lost)
    asking.allow(asked, admin, Scope(hours=1))

    assert not answers(asked)


def test_another_agent_is_not_told(asked, admin, sue):
    asking.allow(asked, admin, Scope(hours=1))

    assert [told.user for told in answers(asked)] == [asked.membership.user]


def test_a_request_of_another_organisation_is_not_answered(asked, hal):
    other = hal.memberships.get()

    assert asking.allow(asked, other, Scope()) is None
    assert not asking.decline(asked, other)


def test_after_three_days_it_is_not_answered(asked, admin, clock):
    clock.shift(timedelta(days=3, seconds=1))

    assert asking.allow(asked, admin, Scope()) is None
    assert not asked.is_waiting


def test_an_agent_asks_so_often_a_day(sams, acme):
    for _ in range(asking.A_DAY.most):
        asking.ask(sams, acme, "acme-properties", WANTED)

    with pytest.raises(LimitReachedError):
        asking.ask(sams, None, "nobody-knows", WANTED)
