"""Operators come in through the portal's own sign-in, and nobody else does."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.people_with_factor import sign_in_with_password

HOME = reverse("admin:index")


def test_operators_sign_in_on_the_portals_own_page(client, db):
    for page in (HOME, reverse("admin:login")):
        answer = client.get(page, follow=True)
        assert answer.redirect_chain[-1] == (f"{reverse('account_login')}?next={HOME}", 302)


def test_the_admins_own_sign_in_takes_no_password(client, otto, operator):
    form = {"username": otto.email, "password": "a long enough password"}

    assert client.post(reverse("admin:login"), form).status_code == 302
    assert "_auth_user_id" not in client.session
    assert operator.post(reverse("admin:login"), form).headers["Location"] == HOME


@pytest.mark.parametrize("who", ["ira", "ada", "sam"])
def test_nobody_but_operators_reaches_the_admin_site(who, request):
    client = Client()
    sign_in_with_password(client, request.getfixturevalue(who))

    assert client.get(HOME, follow=True).status_code == 403
