"""How often a password, or a code, may be guessed.

A growing wait, never a lock that a stranger could turn against somebody: it is counted by account
and address together, and a device on which the person has signed in before is counted apart. Where
an account is guessed at from many addresses, everybody who is not on such a device waits up to a
minute, each for themselves.
"""

import secrets
from datetime import timedelta
from typing import Any, Final

from allauth.core.internal.cryptokit import normalize_user_code
from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from portal.core.throttle import Backoff, Brake, once
from portal.core.turns import Turns
from portal.core.web.client_address import counted_address, counted_network
from portal.orgs import hashing, queries
from portal.orgs.models import User

OF_ACCOUNT: Final = Backoff("sign-in", free=5, longest=timedelta(minutes=15))
OF_DEVICE: Final = Backoff("sign-in on a known device", free=10, longest=timedelta(minutes=15))
# A whole company may sit behind one address.
OF_ADDRESS: Final = Backoff("sign-ins of an address", free=50, longest=timedelta(minutes=15))
# IPv6 alone: who has one of its networks often has some thousands, but so has a telephone company.
OF_NETWORK: Final = Backoff("sign-ins of a network", free=500, longest=timedelta(minutes=1))
FROM_ANYWHERE: Final = Brake("wrong passwords of an account", free=20, longest=timedelta(minutes=1))
OF_FACTOR: Final = Backoff("second factor", free=5, longest=timedelta(minutes=15))
# Longer than an app's code is taken for.
CODE_SERVES: Final = timedelta(minutes=5)
MOST_PEOPLE: Final = 5
DEVICE_KEPT_SECONDS: Final = 365 * 24 * 3600
_SALT: Final = "device"


def take_password(request: HttpRequest, account: str) -> None:
    """Count a try at the account's password. Raises LimitReachedError while it has to wait."""
    if device := _device(request, account):
        OF_DEVICE.take(device)
        return
    # First by account: who has to wait there does not hold up the others behind the address.
    FROM_ANYWHERE.take(account.lower(), counted_network(request))
    OF_ACCOUNT.take(_account_here(request, account))
    OF_ADDRESS.take(counted_address(request))
    if (network := counted_network(request)) != counted_address(request):
        OF_NETWORK.take(network)


def count_wrong_password(request: HttpRequest, account: str) -> None:
    """Count that the password was wrong, wherever it was tried, but on the person's own devices."""
    if not _device(request, account):
        FROM_ANYWHERE.count_wrong(account.lower())


def turns(request: HttpRequest, account: str) -> Turns:
    """Return the turns at hashing that a try at the account's password takes one of."""
    is_known = request.user.is_authenticated or _device(request, account)
    return hashing.KNOWN if is_known else hashing.STRANGERS


def forgive_password(request: HttpRequest, account: str) -> None:
    """Forget the tries: the password was right. The address's are kept, or a guesser's own account
    would buy it more."""
    if device := _device(request, account):
        OF_DEVICE.forgive(device)
    OF_ACCOUNT.forgive(_account_here(request, account))


def take_code(request: HttpRequest, person: User) -> None:
    """Count a try at the person's second factor. Raises LimitReachedError while it has to wait.

    Their own devices are counted apart: who knows the password does not shut them out.
    """
    OF_FACTOR.take(f"{person.pk} {_people(request).get(str(person.pk), '')}")


def use_code(person: User, code: str) -> bool:
    """Return whether the code, which is right, serves: once, whichever process it is shown to."""
    return once("code", f"{person.pk} {normalize_user_code(code)}", within=CODE_SERVES)


def forgive_code(request: HttpRequest, person: User) -> None:
    """Forget the tries: the code was right."""
    OF_FACTOR.forgive(f"{person.pk} {_people(request).get(str(person.pk), '')}")


def remember_device(request: HttpRequest, response: HttpResponse, person: User) -> None:
    """Have the browser keep that the person has signed in on it."""
    people = {**_people(request), str(person.pk): _known(request, person)}
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        signing.dumps(dict(list(people.items())[-MOST_PEOPLE:]), salt=_SALT),
        max_age=DEVICE_KEPT_SECONDS,
        secure=not settings.DEBUG,
        httponly=True,
        samesite="Lax",
    )


def _known(request: HttpRequest, person: User) -> str:
    return _people(request).get(str(person.pk)) or secrets.token_urlsafe(12)


def _people(request: HttpRequest) -> dict[str, str]:
    """Return who has signed in on this browser: the id of each, and the browser's name for them."""
    try:
        kept: Any = signing.loads(
            request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""),
            salt=_SALT,
            max_age=DEVICE_KEPT_SECONDS,
        )
    except signing.BadSignature:
        return {}
    return dict(kept)


def _device(request: HttpRequest, account: str) -> str:
    """Return the browser's name for the person who has this account, "" where it knows them not."""
    people = _people(request)
    if not people:
        return ""
    person = queries.active_person(account.lower())
    return people.get(str(person.pk), "") if person else ""


def _account_here(request: HttpRequest, account: str) -> str:
    return f"{account.lower()} {counted_address(request)}"
