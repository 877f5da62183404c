"""What is kept of consent: within its bounds, told of, and recorded."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.audit.models import Entry
from portal.claims.models import Claim
from portal.consent import giving, rights
from portal.consent.break_glass import break_glass
from portal.consent.giving import NotOfferedError
from portal.consent.models import Grant, Scope
from portal.core import worker
from portal.core.leasing import due_at
from portal.notices.models import Notice


def kept(acme, spkey_support, ada, **fields: Any) -> Grant:
    now = timezone.now()
    whole = {
        "organisation": acme,
        "support_organisation": spkey_support,
        "kind": "consent",
        "granted_by": ada,
        "begins_at": now,
        "ends_at": now + timedelta(hours=1),
        **due_at(now + timedelta(hours=1)),
        **fields,
    }
    with transaction.atomic():
        return Grant.objects.create(**whole)


def test_the_database_takes_consent_for_30_days(acme, spkey_support, ada):
    now = timezone.now()
    kept(acme, spkey_support, ada, begins_at=now, ends_at=now + timedelta(days=30))


GLASS = {"kind": "break_glass", "granted_by": None, "reason": "Nobody answers", "ticket": "T-1"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"lasts": timedelta(days=30, seconds=1)},
        {"lasts": timedelta(0)},
        {"lasts": timedelta(seconds=-1)},
        {"granted_by": None},
        {"kind": "other"},
        {"agent": True},
        {"revoked_at": datetime(2026, 11, 30, tzinfo=UTC)},
        {"due_at": None},
        {**GLASS, "agent": True, "lasts": timedelta(hours=1, seconds=1)},
        {**GLASS, "agent": True, "reason": ""},
        {**GLASS, "agent": True, "ticket": ""},
        GLASS,
    ],
    ids=str,
)
def test_the_database_takes_no_grant_beyond_its_bounds(acme, spkey_support, ada, sam, wrong):
    now, fields = timezone.now(), dict(wrong)
    lasts = fields.pop("lasts", timedelta(hours=1))
    if fields.get("agent"):
        fields["agent"] = sam
    with pytest.raises(IntegrityError):
        kept(acme, spkey_support, ada, begins_at=now, ends_at=now + lasts, **fields)


def test_the_database_takes_no_grant_for_oneself(spkey_support, ada):
    with pytest.raises(IntegrityError):
        kept(spkey_support, spkey_support, ada)


def test_the_database_takes_no_claim_of_supports_without_a_grant(supports_claim):
    with pytest.raises(IntegrityError), transaction.atomic():
        Claim.objects.update(support_grant=None)


def test_the_database_takes_no_grant_on_an_ordinary_claim(claim, consent):
    with pytest.raises(IntegrityError), transaction.atomic():
        Claim.objects.update(support_grant=consent)


@pytest.mark.parametrize("hours", [1, 24, 168, 720])
def test_consent_lasts_as_long_as_it_is_given_for(admin, spkey_support, hours):
    grant = giving.give(admin, spkey_support, Scope(hours=hours))

    assert grant.ends_at - grant.begins_at == timedelta(hours=hours)
    assert grant.due_at == grant.ends_at


def test_administrators_are_told_of_consent_with_a_link_that_takes_it_back(
    consent, ada, mailoutbox
):
    worker.run_once()

    (email,) = mailoutbox
    assert email.to == [ada.email]
    assert f"/support-access/grants/{consent.pk}/" in email.body
    assert Entry.objects.get(verb="support.granted").actor_id == ada.pk


def test_of_the_first_use_they_are_told_once(consent, sams, sue, acme, ada):
    for agent in (sams, sue, sams):
        giving.mark_used(rights.authority(agent, acme))
    stale = rights.Authority(sue, consent)
    assert not giving.mark_used(stale)

    assert Notice.objects.filter(kind="support_used").count() == 1
    entry = Entry.objects.get(verb="support.first_used")
    assert (entry.actor_role, entry.organisation_id) == ("support", acme.pk)
    assert Grant.objects.get().first_used_at is not None


def test_a_letter_that_cannot_be_written_undoes_the_consent(admin, spkey_support, monkeypatch):
    def fail(*_args, **_how):
        raise RuntimeError

    monkeypatch.setattr(giving.outbox, "notify", fail)
    with pytest.raises(RuntimeError):
        giving.give(admin, spkey_support, Scope())

    assert not Grant.objects.exists()
    assert not Entry.objects.filter(verb="support.granted").exists()


def test_consent_is_for_no_other_organisation_than_one_with_a_super_key(admin, harbour, acme):
    for nobody in (harbour, acme):
        with pytest.raises(NotOfferedError):
            giving.give(admin, nobody, Scope())


def test_consent_is_about_ones_own_sites(admin, spkey_support, lighthouse):
    with pytest.raises(NotOfferedError):
        giving.give(admin, spkey_support, Scope(sites=[lighthouse]))

    assert not Grant.objects.exists()


def test_the_end_of_a_grant_is_recorded_once(consent, clock):
    clock.shift(timedelta(hours=24, minutes=1))
    worker.run_once()
    worker.run_once()

    assert Entry.objects.filter(verb="support.ended").count() == 1
    assert Grant.objects.get().ended_at is not None


def test_what_was_revoked_does_not_end_again(consent, ada, clock):
    giving.revoke(consent, ada)
    clock.shift(timedelta(hours=25))
    worker.run_once()

    assert not Entry.objects.filter(verb="support.ended").exists()
    assert Grant.objects.get().revoked_by == ada


def test_break_glass_lasts_an_hour(sams, acme, clock):
    break_glass(sams, acme, reason="Nobody answers", ticket="T-1")
    clock.shift(3599)
    assert rights.may(sams, acme)
    clock.shift(2)

    assert not rights.may(sams, acme)
