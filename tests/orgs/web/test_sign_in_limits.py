"""Guessing is slowed by a growing wait, which no stranger can turn against somebody."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils.module_loading import import_string

from portal import settings as production
from portal.core.models import Slot
from portal.core.throttle import Backoff, alone
from portal.core.turns import BusyError, Turns
from portal.orgs import hashing
from portal.orgs.web import password_changes, passwords, sign_in_limits
from tests.people_with_factor import PASSWORD, code, set_up_factor, sign_in_with_password

STRANGER, OWNER = "198.51.100.7", "203.0.113.9"

pytestmark = pytest.mark.usefixtures("at_noon")


@pytest.fixture
def at_noon(time_machine):
    """A clock that the test moves."""
    time_machine.move_to("2026-06-01T12:00:00Z", tick=False)
    return time_machine


def sign_in(email: str, password: str, address: str, client: Client | None = None):
    form = {"login": email, "password": password}
    return (client or Client()).post(reverse("account_login"), form, REMOTE_ADDR=address)


@pytest.fixture
def busy(monkeypatch) -> Iterator[None]:
    """Strangers' tries take all turns at hashing."""
    turns, over, taken = Turns(at_once=1, waiting=0, seconds=0), Event(), Event()
    monkeypatch.setattr(hashing, "STRANGERS", turns)

    def hash_slowly() -> None:
        with turns.turn():
            taken.set()
            over.wait()

    with ThreadPoolExecutor(1) as other:
        other.submit(hash_slowly)
        taken.wait()
        yield
        over.set()


def guess(email: str, times: int, address: str = STRANGER) -> list[int]:
    return [sign_in(email, f"wrong {n}", address).status_code for n in range(times)]


def test_guesses_at_a_password_have_to_wait_longer_and_longer(ira, at_noon):
    assert guess(ira.email, 7) == [200] * 6 + [429]
    refused = sign_in(ira.email, PASSWORD, STRANGER)
    assert refused.status_code == 429
    assert refused["Retry-After"] == "4"
    assert "Try again in 4 seconds" in " ".join(refused.content.decode().split())

    at_noon.shift(4)
    assert guess(ira.email, 1) == [200]
    assert sign_in(ira.email, PASSWORD, STRANGER)["Retry-After"] == "8"


def test_the_wait_never_becomes_a_lock(ira, at_noon):
    longest = sign_in_limits.OF_ACCOUNT.longest
    for _ in range(30):
        at_noon.shift(longest)
        guess(ira.email, 1)
    waits = int(sign_in(ira.email, PASSWORD, STRANGER)["Retry-After"])
    assert waits <= longest.total_seconds()

    at_noon.shift(waits)
    assert sign_in(ira.email, PASSWORD, STRANGER).status_code == 302


def test_a_stranger_does_not_hold_up_the_owner_at_another_address(ira):
    guess(ira.email, 10)

    assert sign_in(ira.email, PASSWORD, OWNER).status_code == 302


def test_a_stranger_behind_the_same_address_does_not_hold_up_a_known_device(ira):
    tablet = Client()
    sign_in(ira.email, PASSWORD, STRANGER, tablet)
    tablet.post(reverse("account_logout"))
    guess(ira.email, 60)

    assert sign_in(ira.email, PASSWORD, STRANGER).status_code == 429
    assert sign_in(ira.email, PASSWORD, STRANGER, tablet).status_code == 302


def test_a_device_is_known_for_those_who_signed_in_on_it_alone(ira, ada):
    tablet = Client()
    sign_in(ira.email, PASSWORD, STRANGER, tablet)
    guess(ada.email, 6)

    tablet.post(reverse("account_logout"))
    assert sign_in(ada.email, PASSWORD, STRANGER, tablet).status_code == 429


@pytest.mark.parametrize("kept", ["", "nonsense", "e30:1abc:def"])
def test_a_forged_device_is_not_known(ira, kept):
    guess(ira.email, 6)
    browser = Client()
    browser.cookies[settings.DEVICE_COOKIE_NAME] = kept

    assert sign_in(ira.email, PASSWORD, STRANGER, browser).status_code == 429


def test_an_address_that_tries_one_account_after_the_other_has_to_wait(db):
    answers = [guess(f"{n}@acme.example", 1)[0] for n in range(60)]

    assert answers[:51] == [200] * 51
    assert set(answers[51:]) == {429}


def test_an_account_that_is_not_there_is_slowed_like_one_that_is(ira):
    assert guess("nobody@acme.example", 7) == guess(ira.email, 7, address=OWNER)


def test_a_right_password_is_forgiven_the_wrong_ones(ira):
    guess(ira.email, 5)
    assert sign_in(ira.email, PASSWORD, STRANGER).status_code == 302
    assert guess(ira.email, 5) == [200] * 5


def test_guesses_at_a_code_have_to_wait(ira):
    set_up_factor(ira)
    browser = Client()
    sign_in_with_password(browser, ira)
    answers = [
        browser.post(reverse("mfa_authenticate"), {"code": f"00000{n}"}).status_code
        for n in range(7)
    ]

    assert answers == [200] * 6 + [429]


def test_a_code_serves_once_whichever_process_is_shown_it(ira):
    set_up_factor(ira)
    shown = code()
    answers = []
    for _ in range(2):
        browser = Client()
        sign_in_with_password(browser, ira)
        # Each process has a cache of its own.
        assert code() == shown
        answers.append(browser.post(reverse("mfa_authenticate"), {"code": shown}))

    assert answers[0].status_code == 302
    assert answers[1].status_code == 200
    assert "That code has been used" in answers[1].content.decode()


def test_nobodys_address_is_kept_in_clear(ira):
    guess(ira.email, 1)

    assert not [slot for slot in Slot.objects.all() if "198" in slot.key or "acme" in slot.key]


def test_guesses_at_the_present_password_have_to_wait_too(as_person, ira):
    browser = as_person(ira)
    new = {"password1": "tulip harbour anvil", "password2": "tulip harbour anvil"}
    answers = [
        browser.post(reverse("account_change_password"), {"oldpassword": f"wrong {n}", **new})
        for n in range(7)
    ]

    assert [answer.status_code for answer in answers] == [200] * 6 + [429]


def test_a_code_that_set_up_an_app_does_not_serve_at_sign_in(ira):
    browser = Client()
    sign_in_with_password(browser, ira)
    browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    secret = browser.get(reverse("mfa_activate_totp")).context["form"].secret
    shown = totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30))
    assert browser.post(reverse("mfa_activate_totp"), {"code": shown}).status_code == 302
    cache.clear()

    other = Client()
    sign_in_with_password(other, ira)
    answer = other.post(reverse("mfa_authenticate"), {"code": shown})
    assert answer.status_code == 200
    assert "That code has been used" in answer.content.decode()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"),
        ("203.0.113.7", "203.0.113.7:5000"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("[2001:db8::1]:5000", "2001:db8::2"),
    ],
)
def test_addresses_of_one_client_are_counted_as_one(ira, one, other):
    guess(ira.email, 6, address=one)

    assert sign_in(ira.email, PASSWORD, other).status_code == 429


@pytest.mark.parametrize("spelt", ["{0}", "{0:.3} {1}", "{0:.3}!{1}", "{0:.3}-{1}"])
def test_a_code_is_the_same_however_it_is_spelt(ira, spelt):
    set_up_factor(ira)
    shown = code()
    assert sign_in_limits.use_code(ira, shown)

    assert not sign_in_limits.use_code(ira, spelt.format(shown, shown[3:]))


def test_who_knows_the_password_does_not_shut_the_owner_out_at_the_factor(ira):
    set_up_factor(ira)
    tablet = Client()
    sign_in_with_password(tablet, ira)
    assert tablet.post(reverse("mfa_authenticate"), {"code": code()}).status_code == 302
    tablet.post(reverse("account_logout"))
    thief = Client()
    sign_in_with_password(thief, ira)
    for n in range(8):
        thief.post(reverse("mfa_authenticate"), {"code": f"00000{n}"})

    sign_in_with_password(tablet, ira)
    assert tablet.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code == 200


def test_a_stranger_is_told_at_once_to_come_again_while_others_are_hashing(ira, busy):
    for email in (ira.email, "nobody@acme.example") * 6:
        answer = sign_in(email, PASSWORD, STRANGER)
        assert (answer.status_code, answer["Retry-After"]) == (429, "2")
        assert "Many others are signing in just now" in answer.text

    assert not Slot.objects.exists()


def test_a_known_device_is_let_in_while_strangers_are_hashing(ira, request):
    tablet = Client()
    sign_in(ira.email, PASSWORD, OWNER, tablet)
    tablet.post(reverse("account_logout"))
    request.getfixturevalue("busy")

    assert sign_in(ira.email, PASSWORD, OWNER).status_code == 429
    assert sign_in(ira.email, PASSWORD, OWNER, tablet).status_code == 302


def test_whatever_hashes_a_password_takes_a_turn(monkeypatch):
    monkeypatch.setattr(hashing, "KNOWN", turns := Turns(at_once=1, waiting=0, seconds=0))
    hasher = import_string(production.PASSWORD_HASHERS[0])()
    assert hasher.verify("right", hasher.encode("right", "salt", 1))

    with ThreadPoolExecutor(1) as other, turns.turn(), pytest.raises(BusyError):
        other.submit(hasher.encode, "right", "salt", 1).result()


def from_everywhere(email: str) -> list[int]:
    networks = [f"2001:db8:{n:x}::1" for n in range(12)]
    return [status for address in networks for status in guess(email, 5, address)]


@pytest.mark.parametrize("email", ["ira@acme.example", "nobody@acme.example"])
def test_guesses_at_one_account_from_everywhere_have_to_wait(ira, email):
    assert from_everywhere(email) == [200] * 20 + [429] * 40


@pytest.mark.slow
def test_who_guesses_from_everywhere_keeps_the_owner_waiting_for_a_minute_and_no_more(ira, at_noon):
    for _ in range(2):
        from_everywhere(ira.email)
        at_noon.shift(61)
    refused = sign_in(ira.email, PASSWORD, OWNER)
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) <= 60

    for waits in ("30", "1"):
        at_noon.shift(30 if waits == "30" else 29)
        from_everywhere(ira.email)
        assert sign_in(ira.email, PASSWORD, OWNER)["Retry-After"] == waits
    at_noon.shift(1)
    assert sign_in(ira.email, PASSWORD, OWNER).status_code == 302


@pytest.mark.slow
def test_a_known_device_does_not_wait_for_those_who_guess_from_everywhere(ira):
    tablet = Client()
    sign_in(ira.email, PASSWORD, OWNER, tablet)
    tablet.post(reverse("account_logout"))
    from_everywhere(ira.email)

    assert sign_in(ira.email, PASSWORD, "192.0.2.1", tablet).status_code == 302


def test_the_networks_of_one_line_are_counted_together_too(db, monkeypatch):
    limit = Backoff("sign-ins of a network", free=3, longest=timedelta(minutes=1))
    monkeypatch.setattr(sign_in_limits, "OF_NETWORK", limit)
    answers = [guess(f"{n}@acme.example", 1, f"2001:db8:1:{n}::1")[0] for n in range(6)]

    assert answers == [200] * 4 + [429] * 2
    assert guess("9@acme.example", 1, "2001:db8:2::1") == [200]


def test_clients_without_an_address_sign_in_and_are_counted_as_one(ira, settings):
    settings.TRUSTED_PROXIES = 1

    def sign_in_from(said: str, password: str) -> int:
        form = {"login": ira.email, "password": password}
        page = reverse("account_login")
        return Client().post(page, form, headers={"X-Forwarded-For": said}).status_code

    assert sign_in_from("garbage", PASSWORD) == 302
    assert [sign_in_from("unknown", "wrong") for _ in range(6)] == [200] * 6
    assert sign_in_from("_hidden", PASSWORD) == 429


def test_a_new_password_is_judged_only_after_the_present_one_was_right(as_person, ira, monkeypatch):
    monkeypatch.setattr(passwords, "_guesses", lambda *_: pytest.fail("it was judged"))
    page, new = reverse("account_change_password"), "tulip harbour anvil"
    for old, again in (("wrong", new), (PASSWORD, "tulip harbour hammer")):
        form = {"oldpassword": old, "password1": new, "password2": again}
        assert as_person(ira).post(page, form).status_code == 200


def test_a_new_password_that_is_too_easy_is_refused(as_person, ira):
    form = {"oldpassword": PASSWORD, "password1": "Summer2026!", "password2": "Summer2026!"}
    answer = as_person(ira).post(reverse("account_change_password"), form)

    assert "easy to guess" in answer.text
    ira.refresh_from_db()
    assert ira.check_password(PASSWORD)


def test_one_person_changes_their_password_once_at_a_time(as_person, ira, ada):
    form = {"oldpassword": PASSWORD, "password1": "x", "password2": "x"}
    page = reverse("account_change_password")
    with alone("password change", str(ira.pk), at_most=password_changes.AT_MOST):
        assert as_person(ira).post(page, form).status_code == 429
        assert as_person(ada).post(page, form).status_code == 200
