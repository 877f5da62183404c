"""A line of the record reads well by itself: who, in which role, from where, by which request."""

import pytest
from django.test import Client
from django.urls import reverse

from portal.audit.models import Entry
from portal.audit.record import Role, record
from portal.core import logs
from portal.orgs.models import Membership
from tests.conftest import join
from tests.people_with_factor import sign_in_with_factor


def test_an_entry_of_a_request_says_who_in_which_role_from_where_and_by_which_request(
    as_person, ada, mill_court
):
    address = reverse("sites:archive", args=(mill_court.pk,))
    answer = as_person(ada).post(address, REMOTE_ADDR="192.0.2.7")

    entry = Entry.objects.get(verb="site.archived")
    assert (entry.actor_name, entry.actor_label, entry.actor_role) == (
        ada.name,
        ada.email,
        "admin",
    )
    assert (entry.address, entry.request) == ("192.0.2.7", answer["X-Request-ID"])
    assert (entry.object_label, entry.site) == ("Mill Court", "mill-court")


def test_what_the_portal_does_by_itself_is_the_portals(claim):
    entry = record("claim.ended", actor=None, organisation_id=claim.organisation_id, subject=claim)

    assert entry.actor_role == Role.PORTAL
    assert (entry.address, entry.request) == ("", "")
    assert (str(entry.hub), entry.object_label) == (claim.hub_id_text, "Mill Court")


def test_a_role_in_one_organisation_is_not_said_of_another(ada, acme, harbour):
    logs.begin(logs.Origin("r", "192.0.2.7", "POST", "/"))
    logs.note(person=ada.pk, organisation=acme.pk, role="admin")
    try:
        here = record("site.changed", actor=ada, organisation_id=acme.pk)
        there = record("site.changed", actor=ada, organisation_id=harbour.pk)
    finally:
        logs._finish()

    assert (here.actor_role, there.actor_role) == ("admin", "")


def test_an_operator_acts_as_an_operator(otto, acme):
    client = sign_in_with_factor(Client(), otto)
    form = {"name": "Acme Ltd", "spkey_org_id": acme.spkey_org_id}
    formset = {"memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"}
    sites = {"sites-TOTAL_FORMS": "0", "sites-INITIAL_FORMS": "0"}
    client.post(reverse("admin:orgs_organisation_change", args=[acme.pk]), form | formset | sites)

    assert Entry.objects.get(verb="organisation.changed").actor_role == Role.OPERATOR


@pytest.mark.parametrize("member_of", ["one", "two", "none"])
def test_a_sign_in_stands_in_the_record_of_each_organisation(ira, acme, harbour, member_of):
    if member_of == "two":
        join(ira, harbour)
    elif member_of == "none":
        Membership.objects.filter(user=ira).delete()
    Client().force_login(ira)

    expected = {"one": {acme.pk}, "two": {acme.pk, harbour.pk}, "none": {None}}[member_of]
    entries = Entry.objects.filter(verb="session.began")
    assert {entry.organisation_id for entry in entries} == expected
    assert len(entries) == len(expected)
    assert len({entry.at for entry in entries}) == 1
