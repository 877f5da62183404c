"""Signing in the long way: password, then the code of an authenticator app."""

import time

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.http import HttpRequest
from django.test import Client
from django.urls import reverse

from portal.orgs.models import User

PASSWORD = "a long enough password"
TOTP_SECRET = "ONLYFORTESTSONLYFORTESTSONLYFORT"


def set_up_factor(person: User) -> None:
    """Give the person an authenticator app, once."""
    if not Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).exists():
        totp.TOTP.activate(person, TOTP_SECRET)


def code() -> str:
    """Return what the app shows now, as if it had not been used in this half minute."""
    cache.clear()
    return totp.format_hotp_value(totp.hotp_value(TOTP_SECRET, int(time.time()) // 30))


def sign_in_with_password(client: Client, person: User) -> None:
    """Sign in through the login page."""
    client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})


def sign_in_with_factor(client: Client, person: User) -> Client:
    """Sign in through the login page and the code's page, and return the client."""
    set_up_factor(person)
    sign_in_with_password(client, person)
    answer = client.post(reverse("mfa_authenticate"), {"code": code()})
    assert answer.status_code == 302
    return client


def has_used_factor(client: Client, person: User, seconds_ago: float = 0) -> Client:
    """Let the session be one in which the person used their factor so long ago; return the client.

    As the sign-in library notes it, and much quicker than through its pages.
    """
    set_up_factor(person)
    factor = Authenticator.objects.get(user=person, type=Authenticator.Type.TOTP)
    request = HttpRequest()
    request.session = client.session
    request.session.pop(AUTHENTICATION_METHODS_SESSION_KEY, None)
    record_authentication(request, person, "mfa", id=factor.pk, type="totp")
    request.session[AUTHENTICATION_METHODS_SESSION_KEY][0]["at"] -= seconds_ago
    request.session.save()
    return client
