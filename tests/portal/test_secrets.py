"""A key goes into the request it is for, and is nowhere else, whatever goes wrong."""

import copy
import json
import logging
import pickle
from pathlib import Path

import pytest
from allauth.account.auth_backends import AuthenticationBackend
from django.core import mail, serializers
from django.core.management import CommandError, call_command
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.test import Client
from django.urls import reverse

from portal.core import worker
from portal.core.logs import JsonFormatter
from portal.orgs import key_candidates
from portal.orgs.encryption import Secret, encrypt
from portal.orgs.models import ApiCredential
from portal.sandbox import world
from tests.conftest import PASSWORD, work

BEARER = "canary.bearer.TOKEN-of-acme_0123456789"
FRESH_KEY = "freshCanary" + "F" * 29
SECRETS = (world.ACME_KEY, world.SUPPORT_KEY, world.HARBOUR_KEY, FRESH_KEY, BEARER)
# The first 8 and last 4 characters may be shown.
CANARIES = tuple(secret[8:-4] for secret in SECRETS)


def found_in(text: str) -> list[str]:
    return [canary for canary in CANARIES if canary in text]


@pytest.fixture
def acme(acme):
    """Acme, whose access has a bearer token as well, which is sent."""
    token = ApiCredential.objects.get(organisation=acme)
    token.bearer_token, token.sent = Secret(BEARER), ApiCredential.Sent.BOTH
    token.save()
    acme.refresh_from_db()
    return acme


def test_no_page_and_no_fragment_holds_a_key(sandbox, every_page, claim, supports_claim):
    work(claim)
    for client, address in every_page:
        answer = client.get(address)

        assert found_in(answer.content.decode() + str(answer.headers)) == [], address


@pytest.mark.parametrize(
    "form",
    [
        {"key": FRESH_KEY, "bearer_token": BEARER},
        {"key": FRESH_KEY, "bearer_token": f"{BEARER}\n{BEARER}"},
        {"key": f"{FRESH_KEY}0"},
        {"key": f"{FRESH_KEY[:-1]}!"},
        {"key": f"{FRESH_KEY[:20]}\n{FRESH_KEY[20:]}"},
        {"bearer_token": BEARER},
    ],
)
def test_the_key_form_never_shows_what_was_typed_whether_right_or_wrong(form, as_person, ada):
    answer = as_person(ada).post(reverse("key:edit"), form, follow=True)

    assert answer.status_code in {200, 422}
    assert found_in(answer.content.decode()) == []


FAULTS = {
    "nothing wrong": None,
    "refused key": {"status": 401},
    "the key sent back": {"status": 400, "body": json.dumps({"message": world.ACME_KEY})},
    "the key sent back by a gateway": {"status": 502, "body": f"<p>{world.ACME_KEY} {BEARER}"},
    "broken off": {"reset": "mid_body"},
    "lost": {"drop": "after"},
    "another way": {"redirect": f"http://127.0.0.1:9/?{world.ACME_KEY}"},
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_no_fault_writes_a_key_into_the_log_the_rows_or_the_pages(
    fault, sandbox, claim, as_person, ada, caplog
):
    for library in (None, "urllib3", "requests"):
        caplog.set_level(logging.DEBUG, library)
    if fault:
        sandbox.faults.add({"path_contains": "ClaimHub"}, action=fault)
        sandbox.faults.add({"path_contains": "status"}, action=fault, times=1)
    client = as_person(ada)
    client.post(reverse("key:check"))
    work(claim, rounds=3)
    rows = serializers.serialize("json", [*claim.attempts.all(), claim])
    page = client.get(reverse("claims:detail", args=(claim.pk,))).content.decode()

    assert any(request.bearer for request in sandbox.state.requests)
    lines = "".join(map(JsonFormatter().format, caplog.records))
    assert found_in(caplog.text + lines + rows + page) == []


def test_a_key_that_cannot_be_sent_is_named_in_no_trace(claim, settings, caplog):
    settings.SPKEY_BASE_URL = "http://127.0.0.1:18700"
    caplog.set_level(logging.DEBUG)
    done = work(claim)

    assert (done.state, done.reason) == ("waiting", "unreachable")
    assert found_in(caplog.text) == []


@pytest.mark.parametrize("debug", [True, False])
def test_an_error_report_shows_no_key(debug, settings, reports, as_person, ada, monkeypatch):
    settings.DEBUG = debug

    def failing(organisation, actor, key, bearer_token, **_how):
        text = key.reveal()
        raise RuntimeError(len(text))

    monkeypatch.setattr(key_candidates, "offer", failing)
    client = as_person(ada)
    client.raise_request_exception = False
    answer = client.post(reverse("key:edit"), {"key": FRESH_KEY, "bearer_token": BEARER})
    (report,) = reports

    assert answer.status_code == 500
    assert "RuntimeError" in report
    assert ("RuntimeError" in answer.content.decode()) == debug
    assert found_in(answer.content.decode() + report) == []


def test_an_error_report_shows_no_key_on_its_way_through_the_form(
    settings, as_person, ada, monkeypatch
):
    def failing(validator, value):
        raise RuntimeError("broken")

    monkeypatch.setattr("django.core.validators.RegexValidator.__call__", failing)
    settings.DEBUG = True
    client = as_person(ada)
    client.raise_request_exception = False
    answer = client.post(reverse("key:edit"), {"key": FRESH_KEY, "bearer_token": BEARER})

    assert b"RuntimeError" in answer.content
    assert found_in(answer.content.decode()) == []


def test_an_error_report_hides_what_a_view_calls_sensitive(settings, as_person, ira):
    settings.DEBUG = True
    settings.ROOT_URLCONF = "tests.portal.extra_urls"
    client = as_person(ira)
    client.raise_request_exception = False
    answer = client.post("/broken/", {"key": FRESH_KEY, "other": "shown"})

    assert b"RuntimeError" in answer.content
    assert b"shown" in answer.content
    assert found_in(answer.content.decode()) == []


def test_an_error_report_of_a_sign_in_shows_no_password(settings, ira, monkeypatch):
    def failing(*_args, **_credentials):
        raise RuntimeError("broken")

    monkeypatch.setattr(AuthenticationBackend, "authenticate", failing)
    settings.DEBUG = True
    client = Client(raise_request_exception=False)
    form = {"login": ira.email, "password": PASSWORD}
    answer = client.post(reverse("account_login"), form)

    assert b"RuntimeError" in answer.content
    assert PASSWORD not in answer.content.decode()


def test_mails_hold_no_key(acme, ada, sandbox, claim, as_person):
    Client().post(reverse("account_reset_password"), {"email": ada.email})
    as_person(ada).post(reverse("key:edit"), {"key": FRESH_KEY, "bearer_token": BEARER})
    worker.run_once()

    assert mail.outbox
    assert found_in("".join(str(email.message()) for email in mail.outbox)) == []


@pytest.mark.django_db(transaction=True)
def test_the_databases_file_holds_no_key(acme, spkey_support, ada, as_person):
    if connection.vendor != "sqlite":
        pytest.skip("another database than SQLite keeps its files elsewhere")
    as_person(ada).post(reverse("key:edit"), {"key": FRESH_KEY, "bearer_token": BEARER})
    name = Path(connection.settings_dict["NAME"])
    files = [path for path in name.parent.glob(f"{name.name}*") if path.is_file()]
    content = b"".join(path.read_bytes() for path in files)

    assert b"Acme Properties" in content
    assert found_in(content.decode("latin-1")) == []


@pytest.mark.parametrize("kind", ["json", "xml", "jsonl"])
def test_a_dump_refuses_to_hold_a_key(kind, acme, capsys):
    with pytest.raises(CommandError, match="a secret does not serialise"):
        call_command("dumpdata", "orgs", format=kind)
    with pytest.raises(TypeError, match="a secret does not serialise"):
        serializers.serialize(kind, ApiCredential.objects.all())

    assert found_in(str(capsys.readouterr())) == []


@pytest.fixture(params=["typed", "stored"])
def secret(request, acme) -> Secret:
    """A secret as it was typed, and as it came from the database."""
    return Secret(world.ACME_KEY) if request.param == "typed" else acme.credential.key


def test_no_string_form_of_a_secret_shows_it(secret):
    shown = [repr(secret), str(secret), f"{secret}", f"{secret!r:>9}", repr([secret])]

    assert found_in("".join(shown)) == []
    assert not hasattr(secret, "__dict__")
    assert secret.masked == "sandboxA…0000"
    assert secret.reveal() == world.ACME_KEY


@pytest.mark.parametrize(
    "serialise",
    [pickle.dumps, json.dumps, copy.copy, copy.deepcopy, DjangoJSONEncoder().encode],
    ids=["pickle", "json", "copy", "deepcopy", "django"],
)
def test_a_secret_does_not_serialise(serialise, secret):
    with pytest.raises(TypeError) as refusal:
        serialise(secret)

    assert found_in(str(refusal.value)) == []


def test_a_secret_too_short_to_hide_the_rest_shows_nothing():
    assert Secret("a" * 23).masked == "…"


def test_an_encrypted_column_takes_no_plain_text(acme):
    with pytest.raises(TypeError) as refusal:
        ApiCredential.objects.filter(organisation=acme).update(key=world.ACME_KEY)

    assert found_in(str(refusal.value)) == []


def test_two_encryptions_of_one_key_differ():
    assert encrypt(Secret(world.ACME_KEY)) != encrypt(Secret(world.ACME_KEY))
