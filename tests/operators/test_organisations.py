"""What operators do to organisations, their members, sites and keys is recorded."""

import pytest
from django.urls import reverse

from portal.audit.models import Entry
from portal.orgs.models import ApiCredential, Membership, Organisation
from portal.sites.models import Site
from tests.operators.conftest import REASON, acme_form, address, inline, last, member_row


def test_a_new_organisation_is_recorded(operator, otto):
    form = {"name": "Elm Homes", "spkey_org_id": "elm", "administrator": "Eve@Elm.example"}
    assert operator.post(address(Organisation, "add"), form).status_code == 302

    elm = Organisation.objects.get()
    entry = Entry.objects.get(verb="organisation.created")
    assert (entry.actor_id, entry.organisation_id) == (otto.pk, elm.pk)


def test_a_changed_organisation_is_recorded(operator, acme):
    operator.post(address(Organisation, "change", acme.pk), acme_form(name="Acme Ltd"))

    assert Organisation.objects.get().name == "Acme Ltd"
    assert last().verb == "organisation.changed"
    assert last().detail["changes"] == {"name": ["Acme Properties", "Acme Ltd"]}


def test_an_added_member_is_recorded(operator, acme, hal):
    row = {"user": str(hal.pk), "role": "admin", "support": "on", "reason": REASON}
    form = acme_form(**inline("memberships", row))
    operator.post(address(Organisation, "change", acme.pk), form)

    assert Membership.objects.filter(user=hal, organisation=acme, role="admin").exists()
    entry = Entry.objects.get(verb="membership.added")
    assert entry.detail == {
        "member": hal.email,
        "role": "admin",
        "support": True,
        "reason": REASON,
    }
    assert entry.organisation_id == acme.pk


def test_a_member_who_becomes_an_agent_is_recorded(operator, acme, ira):
    row = member_row(ira.memberships.get(), support="on", reason=REASON)
    form = acme_form(**inline("memberships", row, existing=1))
    operator.post(address(Organisation, "change", acme.pk), form)

    assert ira.memberships.get().support
    entry = Entry.objects.get(verb="membership.changed")
    assert entry.detail["changes"] == {"support": ["False", "True"]}
    assert entry.detail["member"] == ira.email


def test_a_removed_member_is_recorded(operator, acme, ira):
    membership = ira.memberships.get()
    row = member_row(membership, DELETE="on")
    form = acme_form(**inline("memberships", row, existing=1))
    operator.post(address(Organisation, "change", acme.pk), form)

    assert not ira.memberships.exists()
    entry = Entry.objects.get(verb="membership.removed")
    assert (entry.object_id, entry.detail["member"]) == (str(membership.pk), ira.email)
    assert not Entry.objects.filter(verb="membership.changed").exists()


def test_a_new_site_is_recorded(operator, acme):
    row = {"name": "Elm Court", "spkey_site_id": "elm-court"}
    form = acme_form(**inline("sites", row))
    operator.post(address(Organisation, "change", acme.pk), form)

    assert Site.objects.get().name == "Elm Court"
    assert Entry.objects.get(verb="site.created").detail["spkey_site_id"] == "elm-court"


def test_a_form_that_changes_nothing_records_no_member_and_no_site(operator, acme, ira):
    row = member_row(ira.memberships.get())
    form = acme_form(**inline("memberships", row, existing=1))
    assert operator.post(address(Organisation, "change", acme.pk), form).status_code == 302

    assert not Entry.objects.filter(verb__startswith="membership.").exists()


def test_a_key_becomes_a_super_key_and_nothing_else_of_it_changes(operator, acme):
    before = ApiCredential.objects.values().get()
    page = address(ApiCredential, "change", acme.credential.pk)
    operator.post(page, {"kind": "super", "masked_key": "x", "state": "refused", "reason": REASON})

    after = ApiCredential.objects.values().get()
    assert after.pop("kind") == "super"
    assert after.pop("version") == before.pop("version") + 1
    before.pop("kind")
    assert after == before
    entry = Entry.objects.get(verb="key.kind_changed")
    assert entry.detail == {"before": "normal", "after": "super", "reason": REASON}


@pytest.mark.parametrize("reason", ["", "   ", "short"])
def test_a_key_is_not_marked_as_super_without_a_reason(operator, acme, reason):
    page = address(ApiCredential, "change", acme.credential.pk)
    operator.post(page, {"kind": "super", "reason": reason})

    assert ApiCredential.objects.get().kind == "normal"


def test_an_administrator_cannot_mark_their_key_as_super(as_person, ada, acme):
    client, fields = as_person(ada), {"kind": "super", "reason": REASON, "is_super": "on"}
    client.post(reverse("key:edit"), {"key": "A" * 40, **fields})
    client.post(reverse("key:expiry"), fields)
    client.post(reverse("organisation:settings"), {"name": acme.name, **fields})
    page = address(ApiCredential, "change", acme.credential.pk)
    assert client.post(page, fields).status_code in {302, 403, 404}

    assert set(ApiCredential.objects.values_list("kind", flat=True)) == {"normal"}
