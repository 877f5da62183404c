"""`manage.py reencrypt`: afterwards the newest encryption key reads every secret by itself."""

from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command

from portal.events import receivers
from portal.orgs import encryption, reencryption
from portal.orgs.encryption import Secret
from portal.orgs.models import ApiCredential, KeyCandidate
from portal.sandbox import world
from tests.people_with_factor import TOTP_SECRET, set_up_factor

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))
TOKEN = "token-token-token-token-token"


@pytest.fixture
def codes(settings, acme, harbour, ira) -> list[str]:
    """Secrets of all sorts under the old key, of which the new one takes the place."""
    settings.PORTAL_ENCRYPTION_KEYS = [OLD]
    for credential, key in ((acme.credential, world.ACME_KEY), (harbour.credential, "k" * 40)):
        credential.set_key(Secret(key), Secret(TOKEN))
        credential.save()
    candidate = KeyCandidate(organisation=acme)
    candidate.set_key(Secret("c" * 40), Secret(TOKEN))
    candidate.save()
    set_up_factor(ira)
    made = RecoveryCodes.activate(ira).generate_codes()
    settings.PORTAL_ENCRYPTION_KEYS = [NEW, OLD]
    return made


def run() -> str:
    """Run the command and return what it printed, and why it failed where it did."""
    out = StringIO()
    try:
        call_command("reencrypt", stdout=out, stderr=out)
    except CommandError as failure:
        out.write(f"FAILED: {failure}")
    return out.getvalue()


def test_the_newest_key_alone_reads_everything_afterwards(codes, acme, ira, settings):
    printed = run()
    settings.PORTAL_ENCRYPTION_KEYS = [NEW]

    credential = ApiCredential.objects.get(organisation=acme)
    assert credential.key.reveal() == world.ACME_KEY
    assert credential.bearer_token.reveal() == TOKEN
    totp = Authenticator.objects.get(type="totp")
    assert encryption.decrypt(totp.data["secret"]).reveal() == TOTP_SECRET
    assert RecoveryCodes.activate(ira).generate_codes() == codes
    assert "orgs.ApiCredential.key: 2 encrypted again, 0 under the newest key already" in printed
    assert "mfa.Authenticator.data: 2 encrypted again" in printed
    assert "FAILED" not in printed


def test_a_second_run_writes_nothing(codes, acme, django_assert_num_queries):
    receivers.replace(acme, None)
    run()
    with django_assert_num_queries(2 * len(reencryption.columns())) as queries:
        printed = run()

    assert all(query["sql"].startswith("SELECT") for query in queries)
    assert "2 under the newest key already" in printed


def test_a_run_that_was_stopped_is_taken_up_and_goes_through_every_batch(
    codes, monkeypatch, settings
):
    monkeypatch.setattr(reencryption, "AT_A_TIME", 1)
    [keys, *_] = reencryption.columns()
    assert next(reencryption.run(keys))[1] == reencryption.Outcome.RENEWED

    assert "ApiCredential.key: 1 encrypted again, 1 under the newest key already" in run()
    settings.PORTAL_ENCRYPTION_KEYS = [NEW]
    assert all(one.is_readable for one in ApiCredential.objects.all())


def test_what_is_stored_meanwhile_is_kept_and_encrypted_again_itself(codes, monkeypatch, settings):
    """Another process, which has only the old key, stores a key between our read and write."""
    fresh = "f" * 40
    token = Fernet(OLD).encrypt(fresh.encode()).decode()
    renewed, overtaken = encryption.renewed, []

    def overtake(value: str) -> str | None:
        new = renewed(value)
        if not overtaken:
            overtaken.append(value)
            ApiCredential.objects.update(key=encryption.StoredSecret(token))
        return new

    monkeypatch.setattr(reencryption, "renewed", overtake)
    run()
    settings.PORTAL_ENCRYPTION_KEYS = [NEW]

    assert {one.key.reveal() for one in ApiCredential.objects.all()} == {fresh}


def test_a_recovery_code_used_meanwhile_stays_used(codes, ira, monkeypatch, settings):
    renewed, used = encryption.renewed, []

    def use_a_code(value: str) -> str | None:
        if not used and value == RecoveryCodes.activate(ira).instance.data["seed"]:
            used.append(RecoveryCodes.activate(ira).validate_code(codes[0]))
        return renewed(value)

    monkeypatch.setattr(reencryption, "renewed", use_a_code)
    run()
    settings.PORTAL_ENCRYPTION_KEYS = [NEW]

    assert used == [True]
    assert RecoveryCodes.activate(ira).get_unused_codes() == codes[1:]


def test_a_value_that_never_stands_still_is_left_and_said_so(codes, monkeypatch):
    def change(value: str) -> str | None:
        new = Secret("n" * 40)
        ApiCredential.objects.update(key=new)
        return encryption.renewed(Fernet(OLD).encrypt(b"x").decode())

    monkeypatch.setattr(reencryption, "renewed", change)
    printed = run()

    assert "2 changed meanwhile" in printed
    assert "FAILED" in printed


def test_an_unreadable_secret_is_named_left_as_it_is_and_makes_the_command_fail(
    codes, acme, ira, settings
):
    settings.PORTAL_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    ApiCredential.objects.filter(organisation=acme).update(key=Secret("lost"))
    Authenticator.objects.filter(type="totp").delete()
    TOTP.activate(ira, TOTP_SECRET)
    before = ApiCredential.objects.get(organisation=acme).key.token
    settings.PORTAL_ENCRYPTION_KEYS = [NEW, OLD]

    printed = run()

    assert "FAILED: 2 left as they were: keep the older encryption keys." in printed
    assert f"orgs.ApiCredential.key of {acme.credential.pk}: unreadable" in printed
    assert "orgs.ApiCredential.bearer_token: 2 encrypted again" in printed
    assert "mfa.Authenticator.data: 1 encrypted again" in printed
    assert ApiCredential.objects.get(organisation=acme).key.token == before
    for secret in (before, world.ACME_KEY, TOKEN, TOTP_SECRET, OLD, NEW):
        assert secret not in printed
