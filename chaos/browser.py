"""A signed-in person's browser: cookies, forms with their tokens, and several web processes."""

import random
import re
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests
from allauth.mfa.totp.internal import auth as totp

from chaos import clock

REAUTHENTICATE = "/accounts/2fa/reauthenticate/"
CODE_SECONDS = 30
HIDDEN = re.compile(r'name="(csrfmiddlewaretoken|submission)" value="([\w-]+)"')
SECONDS = 30.0
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Page:
    """An answer: its status, where it leads, the hidden fields of its forms, and its text."""

    status: int
    location: str
    hidden: dict[str, str]
    text: str


def loopback(address: str) -> str:
    """Return the address. Raises ValueError for any that is not of this machine."""
    if urlsplit(address).hostname != LOOPBACK:
        raise ValueError("chaos talks to this machine only")
    return address


class Browser:
    """One person's session, shared by all their tabs; each request goes to any web process.

    `webs` gives the addresses of those that run. A request whose answer is lost raises
    requests.RequestException: whether it was carried out, nobody knows.
    """

    def __init__(self, webs: Callable[[], Sequence[str]]) -> None:
        self._webs = webs
        self._cookies: dict[str, str] = {}
        self._lock = threading.Lock()
        self._token = ""
        self._totp_secret = ""
        self._codes_given: set[int] = set()

    def sign_in(self, email: str, password: str, totp_secret: str = "") -> None:
        """Sign in through the login page, and with an authenticator app's code when there is one.

        Raises RuntimeError when the portal does not let them in.
        """
        self.get("/accounts/login/")
        page = self.post("/accounts/login/", {"login": email, "password": password})
        if totp_secret:
            self._totp_secret = totp_secret
            page = self.give_code(page.location) or page
        if page.status != 302 or self.get("/").status != 200:
            raise RuntimeError(f"{email} could not sign in: {page.status} {page.location}")

    def give_code(self, path: str) -> Page | None:
        """Give the authenticator app's code at this page; None where that code was given before.

        One is good once: the next one comes within half a minute.
        """
        number = int(time.time() + clock.ahead()) // CODE_SECONDS
        with self._lock:
            if number in self._codes_given:
                return None
            self._codes_given.add(number)
        self.get(path)
        code = totp.format_hotp_value(totp.hotp_value(self._totp_secret, number))
        return self.post(path, {"code": code})

    def get(self, path: str) -> Page:
        """Return what the portal answers at the path."""
        return self._ask("GET", path, {})

    def post(self, path: str, fields: dict[str, str], seconds: float = SECONDS) -> Page:
        """Return what the portal answers, in so many seconds, to a form with our token."""
        return self._ask("POST", path, {"csrfmiddlewaretoken": self._token, **fields}, seconds)

    def _ask(
        self, method: str, path: str, fields: dict[str, str], seconds: float = SECONDS
    ) -> Page:
        web = loopback(random.choice(self._webs()))
        answer = requests.request(
            method,
            web + path,
            data=fields or None,
            headers=self._headers(web),
            timeout=seconds,
            allow_redirects=False,
        )
        hidden = dict(HIDDEN.findall(answer.text))
        with self._lock:
            self._cookies |= answer.cookies.get_dict()
            self._token = hidden.get("csrfmiddlewaretoken", self._token)
        return Page(answer.status_code, answer.headers.get("Location", ""), hidden, answer.text)

    def _headers(self, web: str) -> dict[str, str]:
        """Return what a proxy that ends TLS passes on of a browser's request."""
        with self._lock:
            cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        return {
            "Cookie": cookies,
            "Origin": web.replace("http:", "https:"),
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": LOOPBACK,
        }
