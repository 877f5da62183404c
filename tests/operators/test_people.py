"""What operators do to people takes effect at once and is recorded."""

import re

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.test import Client
from django.utils.html import strip_tags

from portal.audit.models import Entry
from portal.audit.record import record
from portal.orgs import addresses
from portal.orgs.models import User
from tests.operators.conftest import REASON, address, last
from tests.people_with_factor import set_up_factor, sign_in_with_password


def test_a_new_person_is_a_name_and_an_address_and_sets_a_password_by_a_link(operator):
    page = operator.get(address(User, "add")).content.decode()
    assert "LDAP" not in page
    assert 'type="password"' not in page
    form = {"email": "New@Elm.example", "name": "Nia New", "password1": "a long enough password"}
    assert operator.post(address(User, "add"), form).status_code == 302

    nia = User.objects.get(email="new@elm.example")
    assert not EmailAddress.objects.get(user=nia).verified
    assert not nia.is_staff
    assert not nia.has_usable_password()
    assert last().verb == "person.added"


def test_a_person_who_becomes_an_operator_is_recorded(operator, ira):
    form = {"email": "Installer@acme.example", "name": ira.name, "is_active": "on"}
    operator.post(address(User, "change", ira.pk), {**form, "is_staff": "on", "reason": REASON})

    ira.refresh_from_db()
    assert ira.is_staff
    assert ira.is_superuser
    assert ira.email == "installer@acme.example"
    entry = Entry.objects.get(verb="person.changed")
    assert entry.detail["changes"]["is_staff"] == ["False", "True"]


def test_an_address_is_confirmed_no_more_when_it_is_another(operator, ira):
    form = {"email": ira.email.upper(), "name": ira.name, "is_active": "on"}
    operator.post(address(User, "change", ira.pk), form)
    assert addresses.is_confirmed(ira)

    operator.post(
        address(User, "change", ira.pk), {**form, "email": "ira@elm.example", "reason": REASON}
    )

    ira.refresh_from_db()
    assert ira.email == "ira@elm.example"
    assert not addresses.is_confirmed(ira)


def test_a_deactivated_person_is_out_at_once(operator, ira):
    client = Client()
    sign_in_with_password(client, ira)
    assert client.get("/").status_code == 200

    operator.post(address(User, "change", ira.pk), {"email": ira.email, "name": ira.name})

    assert client.get("/").status_code == 302
    assert last().detail["changes"] == {"is_active": ["True", "False"]}


def test_a_password_change_by_an_operator_is_recorded_without_the_password(operator, ira):
    page = address(User, "change", ira.pk).removesuffix("change/") + "password/"
    secret = "another long enough one"
    form = {"usable_password": "true", "password1": secret, "password2": secret, "reason": REASON}

    operator.post(page, {**form, "password2": "not the same at all"})
    assert not Entry.objects.filter(verb="person.password_set").exists()
    operator.post(page, {**form, "set-password": "1"})

    ira.refresh_from_db()
    assert ira.check_password(secret)
    assert secret not in str(Entry.objects.get(verb="person.password_set").detail)


def test_the_removal_of_a_second_factor_is_recorded(operator, ira):
    set_up_factor(ira)
    factor = Authenticator.objects.get(user=ira)
    page = address(Authenticator, "delete", factor.pk)
    assert page in operator.get(address(Authenticator, "change", factor.pk)).text
    operator.post(page, {"post": "yes", "reason": REASON})

    assert not Authenticator.objects.filter(user=ira).exists()
    assert Entry.objects.get(verb="second_factor.removed").object_id == str(ira.pk)


def test_the_record_speaks_in_sentences_and_names_and_shows_no_ids(operator, ira, acme):
    record("person.changed", actor=ira, organisation_id=acme.pk, subject=ira)
    entry = last()

    for page in (address(Entry, "changelist"), address(Entry, "change", entry.pk)):
        text = strip_tags(operator.get(page).content.decode())
        assert f"{ira.name} changed the account of" in text
        assert acme.name in text
        assert not any(raw in text for raw in (str(acme.pk), str(ira.pk), entry.verb))


def test_members_are_called_members_on_their_organisations_page(operator, ira, acme):
    page = strip_tags(operator.get(address(type(acme), "change", acme.pk)).content.decode())

    assert "Members" in page
    assert "Ends on" in page
    assert not re.findall(".{20}(?:Memberships?\\b|Delete|Expires).{20}", page)
