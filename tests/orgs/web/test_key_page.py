"""The key's page: a new key, what may be shown of it, and what SpKey says of it."""

from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from portal.audit.models import Entry
from portal.core import worker
from portal.hubs.models import Hub
from portal.orgs import api_keys
from portal.orgs.display import key_wording
from portal.orgs.encryption import Secret
from portal.orgs.models import ApiCredential, KeyCandidate, Organisation
from portal.sandbox import world
from tests.concurrency import at_once
from tests.conftest import ask_again, join, make_person, work, work_until_refused
from tests.forms import FRAGMENT, choose

KEY = "/organisation/key/"


@pytest.fixture
def admin(as_person, ada):
    """Ada's browser."""
    return as_person(ada)


def credential() -> ApiCredential:
    return ApiCredential.objects.get()


def store_first(client, key: str, **fields: str):
    """Store the organisation's first key, which is in place at once."""
    ApiCredential.objects.all().delete()
    return client.post(KEY, {"key": key, **fields}, follow=True)


def words(client) -> str:
    return client.get(KEY).content.decode()


@pytest.mark.parametrize(
    "key",
    [
        "",
        "too short",
        "x" * 39,
        "x" * 41,
        "x" * 39 + "-",
        "x" * 39 + "é",
        f"{'x' * 20}\r\n{'y' * 18}",
    ],
)
def test_what_is_no_key_is_refused_and_not_echoed(key, admin):
    before = credential().fingerprint
    answer = admin.post(KEY, {"key": key})

    assert answer.status_code == 422
    assert not key or key not in answer.content.decode()
    assert credential().fingerprint == before


def test_a_key_with_space_around_it_is_taken(admin):
    store_first(admin, f"  {world.HARBOUR_KEY}\n")

    assert credential().key.reveal() == world.HARBOUR_KEY


@pytest.mark.parametrize("token", ["two words", "x" * 4097, "line\nbreak", 'quo"te', "ümlaut"])
def test_what_is_no_bearer_token_is_refused_and_not_echoed(token, admin):
    before = credential().fingerprint
    answer = admin.post(KEY, {"key": world.HARBOUR_KEY, "bearer_token": token})

    assert answer.status_code == 422
    assert token not in answer.content.decode()
    assert credential().fingerprint == before


def test_a_new_key_without_a_token_removes_the_stored_one(admin, sandbox):
    store_first(admin, world.ACME_KEY, bearer_token="abc.def")
    assert credential().bearer_token.reveal() == "abc.def"
    admin.post(KEY, {"key": world.ACME_KEY})
    worker.run_once()

    assert credential().bearer_token is None


def test_a_first_key_is_shown_by_its_ends_and_is_due_for_a_check(admin):
    answer = store_first(admin, world.REVOKED_KEY).text

    assert "sandboxR…0000" in answer
    assert "by Ada Admin" in answer
    assert "Checking" in answer
    assert credential().due_at is not None
    entry = Entry.objects.get(verb="key.replaced", actor_label="admin@acme.example")
    assert entry.detail["before"] == ""
    assert entry.detail["after"] == "sandboxR…0000"


def test_a_working_key_is_shown_as_working(admin, sandbox):
    store_first(admin, world.ACME_KEY)
    worker.run_once()

    assert credential().state == "working"
    assert "SmartphoneKey accepts this key." in words(admin)


def test_a_refused_key_is_shown_on_every_page(admin, sandbox):
    store_first(admin, world.REVOKED_KEY)
    worker.run_once()
    assert "SmartphoneKey refused this key just now" in words(admin)
    assert "SmartphoneKey refuses the API key" not in admin.get("/").content.decode()
    ask_again(credential().organisation)

    assert credential().state == "refused"
    assert "SmartphoneKey does not accept this key" in words(admin)
    assert "SmartphoneKey refuses the API key" in admin.get("/").content.decode()


def test_a_key_that_could_not_be_checked_is_shown_as_unreachable(admin, settings):
    settings.SPKEY_BASE_URL = "http://127.0.0.1:18701"
    store_first(admin, world.ACME_KEY)
    worker.run_once()

    assert credential().state == "unreachable"
    assert "SmartphoneKey did not answer" in words(admin)
    assert "The API key could not be checked" in admin.get("/").content.decode()


def test_a_key_whose_check_is_held_is_shown_as_waiting(admin, sandbox):
    limited = {"status": 429, "headers": {"Retry-After": "120"}}
    sandbox.faults.add(action=limited, times=1)
    admin.post(reverse("key:check"))
    seen = {"seen": f"{credential().version}-"}
    worker.run_once()
    answer = admin.get(reverse("key:live"), seen, headers=FRAGMENT).content.decode()

    assert "SmartphoneKey asks us to wait" in answer
    assert "did not answer" not in answer
    assert "hx-trigger" in answer
    assert "The API key could not be checked" not in admin.get("/").content.decode()

    ApiCredential.objects.update(paused_until=None, due_at=timezone.now())
    assert "Asking SmartphoneKey about this key." in words(admin)
    worker.run_once()
    assert "SmartphoneKey accepts this key." in words(admin)


def test_checking_the_key_asks_spkey_and_updates_the_page(admin, sandbox):
    sandbox.state.keys.revoke("acme")
    answer = admin.post(reverse("key:check"), headers=FRAGMENT)

    assert "Checking" in answer.content.decode()
    assert "<html" not in answer.content.decode()
    worker.run_once()
    ask_again(credential().organisation)
    assert credential().state == "refused"


def test_what_is_sent_is_chosen_where_a_token_is_stored(admin, sandbox):
    assert "Use this way" not in words(admin)
    store_first(admin, world.ACME_KEY, bearer_token=world.token_text("acme"))
    sandbox.state.keys["acme"].ways = frozenset({"token", "both"})
    worker.run_once()
    page = words(admin)
    assert "Use this way" in page
    assert "Both together" in page

    answer = admin.post(reverse("key:sent"), {"sent": "token"}, follow=True)

    assert "Saved." in answer.text
    assert credential().sent == "token"
    worker.run_once()
    assert "SmartphoneKey accepts this bearer token." in words(admin)
    assert "The bearer token alone<br>Both together" in words(admin)


def test_a_refused_token_is_called_one_and_leads_to_what_is_accepted(admin, sandbox):
    store_first(admin, world.ACME_KEY, bearer_token=world.token_text("acme"))
    admin.post(reverse("key:sent"), {"sent": "token"})
    ApiCredential.objects.update(state="refused", due_at=None, accepted={})
    alone = words(admin)
    assert "does not accept this bearer token: mistyped" in alone
    assert "SmartphoneKey refuses the bearer token" in admin.get("/").text

    ApiCredential.objects.update(accepted={"key": None, "token": None})
    led = words(admin)
    assert "mistyped" not in led
    assert "Choose what it accepts under “Key or token” below." in led
    assert "Choose what it accepts under “Key or token” to continue." in admin.get("/").text
    assert "<dd>The API key alone</dd>" in led


def test_a_key_that_never_worked_is_not_called_in_use_and_its_page_needs_no_banner(admin):
    store_first(admin, world.REVOKED_KEY)
    ApiCredential.objects.update(state="refused", due_at=None)
    page = words(admin)
    assert "Stored key" in page
    assert "Key in use" not in page
    assert "stays in use" not in page
    assert "Go to the API key" not in page
    assert "Go to the API key" in admin.get("/").text


def test_a_key_that_shows_none_of_the_hubs_is_not_praised_unasked(admin, acme):
    working = {"state": "working", "checked_at": timezone.now()}
    ApiCredential.objects.update(**working, replaced_at=timezone.now() - timedelta(hours=1))
    assert "shows with your first hub" in words(admin)

    hub = Hub.objects.create(organisation=acme, hub_id=uuid4(), binding="ours")
    assert "None of your hubs has been read with it yet" in words(admin)
    Hub.objects.filter(pk=hub.pk).update(read_at=timezone.now())
    assert "whether it is your" not in words(admin)
    Hub.objects.filter(pk=hub.pk).update(binding="other")
    assert "SmartphoneKey shows it none of your hubs" in words(admin)


@pytest.mark.parametrize(
    ("ahead", "doubted", "paused", "said"),
    [
        (300, False, 0, "is not answering now. The check goes on by itself at 12:05."),
        (60, True, 0, "so we ask again at 12:01."),
        (
            60,
            True,
            600,
            "asks us to wait before we ask about this key. The check goes on by itself",
        ),
        (0, True, 0, "Asking SmartphoneKey about this key."),
    ],
)
def test_a_check_that_is_put_off_says_until_when(ahead, doubted, paused, said):
    noon = datetime(2030, 1, 7, 12, tzinfo=ZoneInfo("Europe/Athens"))
    with time_machine.travel(noon, tick=False), timezone.override(noon.tzinfo):
        credential = ApiCredential(
            key=Secret(world.ACME_KEY),
            due_at=noon + timedelta(seconds=ahead),
            doubted_at=noon if doubted else None,
            paused_until=noon + timedelta(seconds=paused),
        )
        assert said in key_wording.words(credential)[1]


def test_a_page_hears_of_a_check_that_was_put_off(admin, sandbox):
    admin.post(reverse("key:check"))
    seen = {"seen": f"{credential().version}-"}
    away = {"status": 503, "headers": {"Retry-After": "120"}}
    sandbox.faults.add(action=away, times=1)
    worker.run_once()

    answer = admin.get(reverse("key:live"), seen, headers=FRAGMENT).content.decode()
    assert "SmartphoneKey is not answering now. The check goes on by itself at " in answer


@pytest.mark.parametrize("sent", ["", "nothing", "token"])
def test_what_cannot_be_chosen_changes_nothing(admin, sent):
    assert admin.post(reverse("key:sent"), {"sent": sent})["Location"] == KEY
    assert credential().sent == "key"


def test_asking_twice_for_a_check_is_recorded_once(admin):
    for _ in range(2):
        assert admin.post(reverse("key:check"))["Location"] == KEY

    assert Entry.objects.filter(verb="key.check_asked").count() == 1


def test_the_fragment_answers_nothing_while_nothing_has_changed(admin, sandbox):
    admin.post(reverse("key:check"))
    live = reverse("key:live")
    seen = {"seen": f"{credential().version}-"}
    assert admin.get(live, seen, headers=FRAGMENT).status_code == 204
    worker.run_once()
    answer = admin.get(live, seen, headers=FRAGMENT)

    assert answer.status_code == 200
    assert "hx-trigger" not in answer.content.decode()
    assert "Working" in answer.content.decode()


def test_the_fragment_polls_only_while_a_check_is_under_way(admin):
    assert "hx-trigger" not in words(admin)
    admin.post(reverse("key:check"))

    assert "hx-trigger" in words(admin)


def test_a_new_key_puts_the_claims_that_waited_back_to_work(admin, sandbox, claim):
    sandbox.state.keys.revoke("acme")
    assert work_until_refused(claim).state == "blocked"
    fresh = sandbox.state.keys.rotate("acme")
    admin.post(KEY, {"key": fresh})
    worker.run_once()

    assert work(claim).state == "claimed"


def test_an_organisation_without_a_key_is_asked_for_one(db, as_person, sandbox):
    organisation = Organisation.objects.create(name="Fresh", spkey_org_id=world.ACME_ORG_ID)
    person = make_person("new@fresh.example", "Nina New")
    join(person, organisation, "admin")
    client = as_person(person)

    assert "Store the key" in words(client)
    assert "No API key yet" in client.get("/").content.decode()
    assert client.get(reverse("key:live")).status_code == 204
    assert client.post(reverse("key:check")).status_code == 302
    client.post(KEY, {"key": world.ACME_KEY})
    worker.run_once()
    assert "SmartphoneKey accepts this key." in words(client)


def test_a_change_of_kind_during_a_replacement_stays(admin, ada, acme, monkeypatch):
    put = ApiCredential.set_key
    before = credential().version

    def overtaken(stored, *secrets):
        ApiCredential.objects.update(kind="super", version=before + 1)
        put(stored, *secrets)

    monkeypatch.setattr(ApiCredential, "set_key", overtaken)
    replaced = api_keys.replace(acme, ada, Secret(world.HARBOUR_KEY), None)

    assert (credential().kind, credential().version) == ("super", before + 2)
    assert credential().key.reveal() == world.HARBOUR_KEY
    assert replaced.version == before + 2


@pytest.mark.django_db(transaction=True)
def test_two_who_store_the_first_key_at_once_are_both_served(ada, acme):
    ApiCredential.objects.all().delete()
    at_once(
        lambda: api_keys.replace(acme, ada, Secret(world.ACME_KEY), None),
        lambda: api_keys.replace(acme, ada, Secret(world.HARBOUR_KEY), None),
    )

    assert credential().version == 2
    assert Entry.objects.filter(verb="key.replaced", actor_id=ada.pk).count() == 2


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"support": True}, ["Support’s claims are saved and wait.", "Your administrator can"]),
        ({"role": "admin"}, ["Support’s claims are saved and wait.", "Replace it to continue."]),
        ({}, []),
    ],
    ids=["agent", "administrator", "neither"],
)
def test_support_members_read_of_a_refused_super_key_where_it_concerns_them(
    fields, expected, as_person, spkey_support
):
    ApiCredential.objects.update(state="refused")
    person = make_person("somebody@support.example", "Sy")
    join(person, spkey_support, **fields)
    page = as_person(person).get("/").content.decode()

    assert ("SmartphoneKey refuses the API key" in page) == bool(expected)
    for words_ in expected:
        assert words_ in page
    assert "Claims are saved and wait." not in page


def test_no_form_makes_a_key_a_super_key(admin):
    store_first(admin, world.SUPPORT_KEY, kind="super", state="working")

    assert (credential().kind, credential().state) == ("normal", "unchecked")


def test_the_key_belongs_to_the_organisation_one_works_in(admin, ada, acme, harbour):
    join(ada, harbour, "admin")
    choose(admin, harbour)
    admin.post(KEY, {"key": world.REVOKED_KEY})

    assert KeyCandidate.objects.get().organisation == harbour
