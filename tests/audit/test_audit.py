"""The record of who did what: complete, and closed to changes."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from portal.audit.models import Entry
from portal.audit.record import record
from portal.claims.engine import actions
from portal.claims.models import Claim, State
from portal.orgs import api_keys
from portal.orgs.encryption import Secret
from portal.orgs.models import ApiCredential, Membership
from portal.sandbox import world
from portal.sites import changes
from portal.sites.models import Site
from tests.conftest import claim_request, work, work_until_refused
from tests.people_with_factor import sign_in_with_factor

NEW_KEY = "newKeyForAcmeOfTheAuditTests000000000001"


@pytest.fixture
def entry(acme, ada) -> Entry:
    return record("site.created", actor=ada, organisation_id=acme.pk, subject=acme, name="Mill")


def rows_of(claim: Claim, verb: str) -> list[Entry]:
    return list(Entry.objects.filter(verb=verb, object_id=str(claim.pk)))


# What is in it


def test_a_submitted_claim_is_one_row_that_says_who_what_and_where(claim, ira, acme, hub_id):
    [row] = rows_of(claim, "claim.submitted")

    assert (row.actor_id, row.actor_label) == (ira.pk, ira.email)
    assert (row.organisation_id, row.acting_organisation_id) == (acme.pk, None)
    assert row.object_type == "claims.claim"
    assert row.detail == {"hub": str(hub_id), "site": "mill-court", "reason": ""}


def test_a_submission_that_comes_twice_is_one_row(claim, ira, mill_court, hub_id):
    again = claim_request(ira, mill_court, hub_id, submission=claim.submission)

    assert actions.submit(again) == claim
    assert len(rows_of(claim, "claim.submitted")) == 1


def test_a_claim_that_ends_is_one_row_by_the_portal_itself(sandbox, claim):
    work(claim, rounds=3)

    [row] = rows_of(claim, "claim.ended")
    assert (row.actor_id, row.detail["state"]) == (None, State.CLAIMED)
    assert str(row).startswith("The portal, ")


def test_a_claim_that_waits_has_not_ended(sandbox, ira, mill_court):
    claim = actions.submit(claim_request(ira, mill_court, world.MAGIC["offline"].id))

    assert work(claim, rounds=2).state == State.WAITING
    assert rows_of(claim, "claim.ended") == []


def test_a_claim_that_somebody_stops_is_one_row_with_their_name(claim, ira):
    assert actions.stop(claim, ira)
    actions.stop(claim, ira)

    [row] = rows_of(claim, "claim.ended")
    assert (row.actor_id, row.detail["state"]) == (ira.pk, State.CANCELLED)


def test_a_replaced_key_is_recorded_by_its_first_and_last_characters_only(acme, ada):
    api_keys.replace(acme, ada, Secret(NEW_KEY), Secret("a-bearer-token-of-the-tests"))

    row = Entry.objects.get(verb="key.replaced", actor_id=ada.pk)
    assert row.detail == {
        "before": Secret(world.ACME_KEY).masked,
        "after": "newKeyFo…0001",
        "bearer_token": True,
        "expires_on": None,
    }


def test_a_key_that_spkey_refuses_is_a_row(sandbox, claim, acme):
    sandbox.state.keys.revoke("acme")
    work_until_refused(claim)

    [row] = Entry.objects.filter(verb="key.refused")
    assert (row.organisation_id, row.actor_id) == (acme.pk, None)


def test_support_that_acts_for_another_is_named_with_its_organisation(
    sam, spkey_support, mill_court, hub_id, acme
):
    wanted = claim_request(
        sam, mill_court, hub_id, acting_organisation=spkey_support, reason="Ticket 4711"
    )
    [row] = rows_of(actions.submit(wanted), "claim.submitted")

    assert (row.organisation_id, row.acting_organisation_id) == (acme.pk, spkey_support.pk)
    assert row.detail["reason"] == "Ticket 4711"


def test_a_site_that_is_archived_twice_is_one_row(mill_court, ada):
    changes.archive(mill_court, ada)
    changes.archive(mill_court, ada)

    assert Entry.objects.filter(verb="site.archived", object_id=str(mill_court.pk)).count() == 1


def test_a_member_whom_an_operator_adds_is_a_row(acme, hal, otto):
    client = sign_in_with_factor(Client(), otto)
    form = {
        "name": acme.name,
        "spkey_org_id": acme.spkey_org_id,
        "memberships-TOTAL_FORMS": "1",
        "memberships-INITIAL_FORMS": "0",
        "memberships-0-user": str(hal.pk),
        "memberships-0-role": "installer",
        "sites-TOTAL_FORMS": "0",
        "sites-INITIAL_FORMS": "0",
    }
    client.post(reverse("admin:orgs_organisation_change", args=[acme.pk]), form)

    membership = Membership.objects.get(user=hal, organisation=acme)
    row = Entry.objects.get(verb="membership.added")
    assert (row.actor_id, row.organisation_id) == (otto.pk, acme.pk)
    assert (row.object_type, row.object_id) == ("orgs.membership", str(membership.pk))


def test_an_audit_row_outlives_the_thing_it_describes(acme, ada, orchard_rise):
    changes.archive(orchard_rise, ada)
    Site.objects.filter(pk=orchard_rise.pk).delete()
    ada.delete()

    row = Entry.objects.get(verb="site.archived")
    assert row.actor_label == "admin@acme.example"


# What cannot be done to it


def by_orm_update(entry: Entry) -> None:
    Entry.objects.filter(pk=entry.pk).update(actor_label="somebody else")


def by_orm_save(entry: Entry) -> None:
    entry.verb = "site.archived"
    entry.save()


def by_orm_delete(entry: Entry) -> None:
    Entry.objects.filter(pk=entry.pk).delete()


def by_sql_update(entry: Entry) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE audit_entry SET actor_label = 'somebody else'")


def by_sql_delete(entry: Entry) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_entry")


def by_sql_replace(entry: Entry) -> None:
    """SQLite's own way round a delete trigger; PostgreSQL's is an update in disguise."""
    replace = "INSERT OR REPLACE INTO audit_entry SELECT * FROM audit_entry"
    upsert = (
        "INSERT INTO audit_entry SELECT * FROM audit_entry "
        "ON CONFLICT (id) DO UPDATE SET actor_label = 'somebody else'"
    )
    with connection.cursor() as cursor:
        cursor.execute(replace if connection.vendor == "sqlite" else upsert)


@pytest.mark.parametrize(
    "tampering",
    [by_orm_update, by_orm_save, by_orm_delete, by_sql_update, by_sql_delete, by_sql_replace],
)
def test_the_database_refuses_to_change_or_remove_a_row(entry, tampering):
    before = list(Entry.objects.values())

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        tampering(entry)

    assert list(Entry.objects.values()) == before


def test_operators_can_neither_change_nor_remove_a_row(entry, otto):
    client = sign_in_with_factor(Client(), otto)
    before = list(Entry.objects.values())

    for action, form in (("change", {"verb": "nothing"}), ("delete", {"post": "yes"})):
        page = reverse(f"admin:audit_entry_{action}", args=[entry.pk])
        assert client.post(page, form).status_code == 403
    assert client.post(reverse("admin:audit_entry_add"), {"verb": "made.up"}).status_code == 403

    assert list(Entry.objects.values()) == before


# Nothing half done


class Trouble(Exception):
    """Something that goes wrong after the change, and before its end."""


def test_a_change_that_is_rolled_back_leaves_no_row(acme, ada):
    rows = Entry.objects.count()

    @transaction.atomic
    def replace_and_fail() -> None:
        api_keys.replace(acme, ada, Secret(NEW_KEY), None)
        raise Trouble

    with pytest.raises(Trouble):
        replace_and_fail()

    assert Entry.objects.count() == rows
    assert ApiCredential.objects.get().masked_key != "newKeyFo…0001"


def test_a_row_that_cannot_be_written_rolls_the_change_back(ira, mill_court, hub_id, monkeypatch):
    def refuse(*args, **kwargs):
        raise Trouble

    monkeypatch.setattr(Entry.objects, "bulk_create", refuse)
    with pytest.raises(Trouble):
        actions.submit(claim_request(ira, mill_court, hub_id))

    assert not Claim.objects.exists()
