"""Encryption keys change: what the portal can still read, and what it says when it cannot."""

import pytest
from cryptography.fernet import Fernet
from django.urls import reverse

from portal.core import worker
from portal.orgs.encryption import Secret, UnreadableSecretError
from portal.orgs.models import ApiCredential
from portal.sandbox import world
from tests.conftest import work
from tests.portal.test_secrets import found_in

OLD, NEW, STRANGE = (Fernet.generate_key().decode() for _ in range(3))


def stored(organisation) -> ApiCredential:
    return ApiCredential.objects.get(organisation=organisation)


@pytest.fixture
def acme(settings, acme):
    """Acme, whose key was stored under the old encryption key."""
    settings.PORTAL_ENCRYPTION_KEYS = [OLD]
    credential = stored(acme)
    credential.key = Secret(world.ACME_KEY)
    credential.save()
    acme.refresh_from_db()
    return acme


def test_the_first_key_writes_and_every_key_reads(acme, settings):
    settings.PORTAL_ENCRYPTION_KEYS = [NEW, OLD]
    assert stored(acme).key.reveal() == world.ACME_KEY

    credential = stored(acme)
    credential.key = Secret(credential.key.reveal())
    credential.save()
    settings.PORTAL_ENCRYPTION_KEYS = [NEW]
    assert stored(acme).key.reveal() == world.ACME_KEY


def test_saving_something_else_does_not_encrypt_a_secret_again(acme, settings):
    settings.PORTAL_ENCRYPTION_KEYS = [STRANGE]
    credential = stored(acme)
    credential.kind = "super"
    credential.save()
    settings.PORTAL_ENCRYPTION_KEYS = [OLD]

    assert stored(acme).key.reveal() == world.ACME_KEY


@pytest.mark.parametrize("keys", [[STRANGE], [STRANGE, NEW]])
def test_without_its_encryption_key_a_secret_is_unreadable_and_says_so(keys, acme, settings):
    settings.PORTAL_ENCRYPTION_KEYS = keys
    with pytest.raises(UnreadableSecretError) as problem:
        stored(acme).key.reveal()

    assert problem.value.__cause__ is None
    assert str(problem.value) == "no configured encryption key opens this secret"


def test_the_key_page_shows_an_unreadable_key_and_takes_it_again(
    acme, settings, as_person, ada, sandbox
):
    settings.PORTAL_ENCRYPTION_KEYS = [STRANGE]
    client = as_person(ada)
    page = client.get(reverse("key:edit"))

    assert page.status_code == 200
    assert "cannot decrypt the stored key" in page.content.decode()
    client.post(reverse("key:edit"), {"key": world.ACME_KEY})
    worker.run_once()
    assert stored(acme).state == "working"
    assert "cannot decrypt" not in client.get(reverse("key:edit")).content.decode()


def test_every_page_shows_an_unreadable_key_and_who_can_fix_it(acme, settings, as_person, ada, ira):
    settings.PORTAL_ENCRYPTION_KEYS = [STRANGE]
    admins, installers = (as_person(one).get("/").content.decode() for one in (ada, ira))

    for page in (admins, installers):
        assert "The portal cannot read the API key" in page
    assert "Store it again to continue." in admins
    assert "Your administrator can fix it." in installers
    settings.PORTAL_ENCRYPTION_KEYS = [OLD]
    assert "cannot read the API key" not in as_person(ira).get("/").content.decode()


def test_claims_wait_for_the_encryption_key_and_go_on_with_it(
    acme, settings, sandbox, claim, as_person, ira, caplog
):
    settings.PORTAL_ENCRYPTION_KEYS = [STRANGE]
    waits = work(claim)
    page = as_person(ira).get(reverse("claims:detail", args=(claim.pk,))).content.decode()

    assert (waits.state, waits.reason) == ("blocked", "key_unreadable")
    assert "The portal cannot read the stored API key" in page
    assert sandbox.state.requests == type(sandbox.state.requests)()
    assert found_in(caplog.text) == []
    settings.PORTAL_ENCRYPTION_KEYS = [NEW, OLD]
    assert work(claim).state == "claimed"


def test_claims_go_on_once_the_key_is_stored_again(acme, settings, sandbox, claim, as_person, ada):
    settings.PORTAL_ENCRYPTION_KEYS = [STRANGE]
    work(claim)
    as_person(ada).post(reverse("key:edit"), {"key": world.ACME_KEY})

    assert work(claim, rounds=2).state == "claimed"


def test_a_check_of_an_unreadable_key_delays_no_other_check(acme, harbour, settings, sandbox):
    settings.PORTAL_ENCRYPTION_KEYS = [STRANGE]
    other = stored(harbour)
    other.key = Secret(world.HARBOUR_KEY)
    other.save()
    ApiCredential.objects.update(due_at="2020-01-01T00:00:00Z")
    worker.run_once()

    assert stored(harbour).state == "working"
    assert (stored(acme).state, stored(acme).due_at) == ("unchecked", None)


@pytest.mark.slow
def test_an_unreadable_key_breaks_no_page(acme, settings, every_page):
    settings.PORTAL_ENCRYPTION_KEYS = [STRANGE]
    for client, address in every_page:
        answer = client.get(address)
        assert answer.status_code < 500 or "Your second factor cannot be read" in answer.text, (
            address
        )
