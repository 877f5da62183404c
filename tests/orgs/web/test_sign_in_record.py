"""How people get in is recorded: with the person, and never with what they typed."""

import time

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.test import Client
from django.urls import reverse

from portal.audit.models import Entry
from portal.orgs import sign_in_record
from tests.conftest import PASSWORD
from tests.core.web.sessions.conftest import sign_in
from tests.orgs.web.test_password_by_link import follow_link
from tests.people_with_factor import has_used_factor, sign_in_with_factor

OF_PEOPLE = ("session.", "sign_in.", "password.", "factor.")


def verbs() -> list[str]:
    found = Entry.objects.order_by("at").values_list("verb", flat=True)
    return [verb for verb in found if verb.startswith(OF_PEOPLE)]


def fail(email: str, password: str = "wrong one") -> None:
    form = {"login": email, "password": password}
    Client().post(reverse("account_login"), form)


def test_a_session_is_recorded_from_its_beginning_to_its_end(client, ira):
    answer = sign_in(client, ira)
    client.post(reverse("account_logout"))

    began, ended = Entry.objects.filter(actor_id=ira.pk).order_by("at")
    assert (began.verb, began.actor_id, began.object_id) == ("session.began", ira.pk, str(ira.pk))
    assert (began.request, began.address) == (answer["X-Request-ID"], "127.0.0.1")
    assert (ended.verb, ended.actor_id, ended.detail["by"]) == ("session.ended", ira.pk, "sign-out")


def test_a_session_that_grew_old_is_told_from_one_that_somebody_ended(as_person, ira, time_machine):
    time_machine.move_to(1_800_000_000)
    client = as_person(ira)
    client.get("/")
    time_machine.shift(13 * 3600)
    client.get("/")

    assert Entry.objects.get(verb="session.ended").detail["by"] == "age"


def test_a_failed_sign_in_names_the_account_only_if_there_is_one(ira, caplog):
    secret = "hunter2@typed-as-an-address.example"
    fail(ira.email.upper(), secret)
    fail(secret)

    known, unknown = Entry.objects.filter(verb="sign_in.failed").order_by("at")
    assert (known.actor_id, known.object_id) == (None, str(ira.pk))
    assert unknown.object_id == ""
    assert len(unknown.detail["account"]) == 16
    everything = str(list(Entry.objects.values())) + caplog.text
    assert secret not in everything
    assert ira.email not in everything


def test_strangers_do_not_fill_the_record(ira):
    most = sign_in_record.RECORDED["sign_in.failed"].most
    for n in range(most + 3):
        fail(f"nobody{n}@acme.example")
    fail(ira.email)

    failed = Entry.objects.filter(verb="sign_in.failed")
    assert failed.filter(object_id="").count() == most
    assert failed.filter(object_id=str(ira.pk)).count() == 1


def test_a_sign_in_that_is_locked_is_recorded_once(ira):
    for _ in range(9):
        fail(ira.email)

    assert verbs() == ["sign_in.failed"] * 6 + ["sign_in.locked"]


NEW = {"password1": "tulip harbour anvil", "password2": "tulip harbour anvil"}


@pytest.mark.parametrize(
    ("page", "form"),
    [
        ("account_change_password", {"oldpassword": "wrong one", **NEW}),
        ("account_reauthenticate", {"password": "wrong one"}),
    ],
)
def test_a_wrong_present_password_is_recorded_and_waits_like_a_failed_sign_in(
    page, form, as_person, ira
):
    browser = as_person(ira)
    answers = [browser.post(reverse(page), form).status_code for _ in range(7)]

    assert answers == [200] * 6 + [429]
    of_tries = [verb for verb in verbs() if verb.startswith("sign_in.")]
    assert of_tries == ["sign_in.failed"] * 6 + ["sign_in.locked"]
    failed = Entry.objects.filter(verb="sign_in.failed")
    assert set(failed.values_list("object_id", flat=True)) == {str(ira.pk)}
    # Whoever it is has to wait at the door as well.
    answer = Client().post(reverse("account_login"), {"login": ira.email, "password": PASSWORD})
    assert answer.status_code == 429


def test_a_password_is_recorded_as_changed_and_as_reset(as_person, ira):
    as_person(ira).post(reverse("account_change_password"), {"oldpassword": PASSWORD, **NEW})
    follow_link(ira)

    assert [verb for verb in verbs() if verb.startswith("password.")] == [
        "password.changed",
        "password.reset",
    ]


def test_a_factor_is_recorded_as_added_used_and_removed(ira, django_capture_on_commit_callbacks):
    client = Client()
    sign_in(client, ira)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    now = totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30))
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("mfa_activate_totp"), {"code": now})
    has_used_factor(client, ira)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.post(reverse("mfa_deactivate_totp"))

    of_factors = Entry.objects.filter(verb__startswith="factor.").order_by("at")
    assert list(of_factors.values_list("verb", "detail__factor")) == [
        ("factor.added", "totp"),
        ("factor.added", "recovery_codes"),
        ("factor.removed", "totp"),
        ("factor.removed", "recovery_codes"),
    ]
    assert set(of_factors.values_list("actor_id", flat=True)) == {ira.pk}
    assert secret not in str(list(Entry.objects.values()))


def test_the_use_of_a_factor_is_recorded(sam):
    sign_in_with_factor(Client(), sam)

    assert verbs() == ["factor.used", "session.began"]


def test_a_wrong_code_is_recorded_with_the_person(sam):
    sign_in_with_factor(Client(), sam)
    client = Client()
    sign_in(client, sam)
    client.post(reverse("mfa_authenticate"), {"code": "000000"})

    assert Entry.objects.get(verb="factor.failed").actor_id == sam.pk


@pytest.mark.parametrize("verb", sign_in_record.RECORDED)
def test_a_verb_fits_its_column(verb):
    assert len(verb) <= Entry._meta.get_field("verb").max_length
