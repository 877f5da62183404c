"""Who sets a password through a link that was sent to their address has confirmed it."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.urls import reverse

from portal.core import worker
from portal.orgs import addresses
from tests.people_with_factor import sign_in_with_password

NEW = "another long enough one"


@pytest.fixture
def unconfirmed(ira):
    """Ira, whose address an operator typed."""
    EmailAddress.objects.filter(user=ira).update(verified=False)
    return ira


def follow_link(person, password: str = NEW) -> Client:
    client = Client()
    client.post(reverse("account_reset_password"), {"email": person.email})
    worker.run_once()
    (path,) = re.findall(r"https?://[^/]+(/\S+)", mail.outbox[-1].body)
    page = client.get(path)
    client.post(page.url, {"password1": password, "password2": password})
    return client


def test_a_password_set_through_the_link_confirms_the_address(unconfirmed):
    follow_link(unconfirmed)

    unconfirmed.refresh_from_db()
    assert unconfirmed.check_password(NEW)
    assert addresses.is_confirmed(unconfirmed)


def test_a_link_with_a_password_that_will_not_do_confirms_nothing(unconfirmed):
    follow_link(unconfirmed, password="short")

    assert not addresses.is_confirmed(unconfirmed)


def test_a_device_on_which_a_password_was_set_by_the_link_is_known(ira):
    client = follow_link(ira)
    for n in range(25):
        address, form = f"2001:db8:{n:x}::1", {"login": ira.email, "password": "wrong"}
        Client().post(reverse("account_login"), form, REMOTE_ADDR=address)

    sign_in = {"login": ira.email, "password": NEW}
    assert Client().post(reverse("account_login"), sign_in).status_code == 429
    assert client.post(reverse("account_login"), sign_in).status_code == 302


def test_signing_in_confirms_nothing(unconfirmed):
    client = Client()
    sign_in_with_password(client, unconfirmed)

    assert "_auth_user_id" in client.session
    assert not addresses.is_confirmed(unconfirmed)


def test_a_person_without_an_address_of_record_gets_one(ira):
    EmailAddress.objects.filter(user=ira).delete()
    follow_link(ira)

    assert addresses.is_confirmed(ira)


def test_administrators_read_that_an_address_is_not_confirmed(as_person, ada, unconfirmed):
    page = reverse("people:edit", args=(unconfirmed.memberships.get().pk,))
    assert "nobody has confirmed that address" in as_person(ada).get(page).content.decode()

    addresses.confirm(unconfirmed)

    assert "nobody has confirmed" not in as_person(ada).get(page).content.decode()
