"""The key's page while a new key is checked: old and new side by side, and what came of it."""

import json
import logging
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.audit.models import Entry
from portal.core import worker
from portal.orgs.models import ApiCredential, KeyCandidate
from portal.sandbox import world
from tests.conftest import join, make_person, work, work_until_refused
from tests.forms import FRAGMENT

KEY = "/organisation/key/"


@pytest.fixture
def admin(as_person, ada):
    """Ada's browser."""
    return as_person(ada)


@pytest.fixture
def fresh(sandbox) -> str:
    """Another key of Acme's, which SpKey takes beside the one in use."""
    return sandbox.state.keys.add("fresh", world.ACME_ORG_ID)


def live(page: str) -> str:
    """Return the address that a page asks for its keys' state."""
    found = re.search(r'hx-get="([^"]*key/live/[^"]*)"', page)
    assert found
    return found[1].replace("&amp;", "&")


def press(client, name: str):
    return client.post(
        reverse(f"key:{name}"), {"candidate": KeyCandidate.objects.get().pk}, follow=True
    )


def test_old_and_new_stand_side_by_side_until_the_new_one_works(admin, sandbox, fresh):
    page = admin.post(KEY, {"key": fresh}, follow=True).text
    assert "sandboxA…0000" in page
    assert "sandboxF…0000" in page
    assert "The new key is saved and is being checked." in page
    assert "The old one stays in use until it works." in page
    assert admin.get(live(page), headers=FRAGMENT).status_code == 204

    worker.run_once()
    answer = admin.get(live(page), headers=FRAGMENT).text

    assert "The new key works and is in use." in answer
    assert "sandboxA…0000" not in answer
    assert "hx-get" not in answer


def test_a_refused_new_key_is_said_plainly_and_can_be_discarded(admin, sandbox, clock):
    page = admin.post(KEY, {"key": world.REVOKED_KEY}, follow=True).text
    worker.run_once()
    doubted = admin.get(live(page), headers=FRAGMENT).text
    assert "The new key was refused just now." in doubted
    clock.shift(61)
    worker.run_once()

    answer = admin.get(live(doubted), headers=FRAGMENT).text
    assert "The new key was refused: mistyped, replaced, revoked or expired." in answer
    assert "The old one stays in use." in answer
    assert "Use it now, unchecked" not in answer
    assert "SmartphoneKey refuses the API key" not in admin.get("/").text

    after = press(admin, "candidate-discard").text
    assert "The new key is discarded." in after
    assert "sandboxR…0000" not in after


def test_a_key_of_another_organisation_is_called_one(admin):
    admin.post(KEY, {"key": world.HARBOUR_KEY})
    KeyCandidate.objects.update(state="mismatch", due_at=None)

    assert "The new key belongs to another organisation" in admin.get(KEY).text


def test_while_spkey_is_away_the_new_key_waits_and_where_claims_wait_too_it_may_be_used(
    admin, settings, fresh
):
    settings.SPKEY_BASE_URL = "http://127.0.0.1:18701"
    admin.post(KEY, {"key": fresh})
    worker.run_once()
    page = admin.get(KEY).text
    assert "so the new key is not checked yet. We ask again in a moment." in page
    assert "Use it now, unchecked" not in page
    assert "Nothing was done" in press(admin, "candidate-use").text

    ApiCredential.objects.update(state="refused")
    assert "Use it now, unchecked" in admin.get(KEY).text
    assert "The new key is in use. It is checked" in press(admin, "candidate-use").text
    assert ApiCredential.objects.get().key.reveal() == fresh


def test_what_is_done_to_a_key_that_another_has_replaced_does_nothing(admin, fresh):
    admin.post(KEY, {"key": fresh})
    seen = KeyCandidate.objects.get().pk
    admin.post(KEY, {"key": world.REVOKED_KEY})

    for name in ("candidate-check", "candidate-discard", "candidate-use"):
        answer = admin.post(reverse(f"key:{name}"), {"candidate": seen}, follow=True).text
        assert "Nothing was done: the keys have changed meanwhile." in answer
    assert KeyCandidate.objects.get().masked_key == "sandboxR…0000"


def test_a_new_key_that_cannot_be_decrypted_is_asked_for_again(admin, fresh, settings):
    admin.post(KEY, {"key": fresh})
    settings.PORTAL_ENCRYPTION_KEYS = ["A" * 43 + "="]

    assert "The portal cannot decrypt the new key" in admin.get(KEY).text


def test_neither_key_nor_token_is_written_anywhere_in_the_open(admin, sandbox, fresh, caplog):
    caplog.set_level(logging.DEBUG)
    token = world.token_text("fresh")
    answer = admin.post(KEY, {"key": fresh, "bearer_token": token, "sent": "both"}, follow=True)
    worker.run_once()
    trail = json.dumps(list(Entry.objects.values()), default=str)

    for text in (answer.text, admin.get(KEY).text, trail, caplog.text):
        assert fresh not in text
        assert token not in text


def test_the_card_says_when_spkey_last_answered(admin, sandbox, claim):
    assert "No answer yet" in admin.get(KEY).text
    work(claim)

    page = admin.get(KEY).text
    assert "Last answered" in page
    assert "<dd>No claims</dd>" in page


def test_claims_that_wait_for_the_key_are_counted_and_found(admin, sandbox, claim):
    sandbox.state.keys.revoke("acme")
    assert work_until_refused(claim).state == "blocked"

    assert '<a href="/claims/?state=key">1</a>' in admin.get(KEY).text
    assert str(claim.pk) in admin.get("/claims/?state=key").text


def test_the_day_is_saved_shown_and_taken_away(admin):
    day = timezone.localdate() + timedelta(days=200)
    admin.post(reverse("key:expiry"), {"expires_on": day.isoformat()})
    assert ApiCredential.objects.get().expires_on == day
    assert f"{day.day} {day:%B} {day.year}" in admin.get(KEY).text
    admin.post(reverse("key:expiry"), {"expires_on": ""})

    assert ApiCredential.objects.get().expires_on is None
    assert Entry.objects.filter(verb="key.expiry_set").count() == 2


@pytest.mark.parametrize("day", ["yesterday", "2001-01-01"])
@pytest.mark.parametrize("name", ["edit", "expiry"])
def test_a_day_that_is_none_or_over_is_refused_with_the_form(admin, name, day):
    answer = admin.post(reverse(f"key:{name}"), {"key": world.ACME_KEY, "expires_on": day})

    assert answer.status_code == 422
    assert ApiCredential.objects.get().expires_on is None
    assert not KeyCandidate.objects.exists()


def test_an_organisation_without_a_key_has_no_day_and_no_new_key(admin):
    ApiCredential.objects.all().delete()
    for name in ("expiry", "candidate-check"):
        assert admin.post(reverse(f"key:{name}"))["Location"] == KEY


def test_who_may_not_manage_the_key_stores_none(as_person, acme, fresh):
    person = make_person("i@acme.example", "Ivo")
    join(person, acme)

    assert as_person(person).post(KEY, {"key": fresh}).status_code == 403
    assert not KeyCandidate.objects.exists()
