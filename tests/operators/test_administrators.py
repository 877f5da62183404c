"""Who administers an organisation changes for a reason, and not behind its administrators."""

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from portal.audit.models import Entry
from portal.core import worker
from portal.notices.models import Notice
from portal.orgs.models import Membership, Organisation, User
from tests.conftest import join, make_person
from tests.operators.conftest import REASON, acme_form, address, inline, member_row
from tests.people_with_factor import set_up_factor

YESTERDAY = {"expires_at_0": "2020-01-01", "expires_at_1": "12:00:00"}
NEW = "another long enough one"
APPOINTED = ["added", "raised", "in another's place", "extended", "reactivated"]
DISMISSED = ["removed", "lowered", "expired", "deactivated"]


@pytest.fixture
def abe(acme) -> User:
    """Abe administers Acme as well."""
    person = make_person("second@acme.example", "Abe Admin")
    join(person, acme, "admin")
    return person


def of_row(acme: Organisation, row: dict[str, str], existing: int = 1) -> tuple[str, dict]:
    form = acme_form(**inline("memberships", row, existing=existing))
    return address(Organisation, "change", acme.pk), form


@pytest.fixture
def appointments(acme, ada, ira, hal, eli) -> dict[str, tuple[str, dict, User]]:
    """Each way to make an administrator of Acme, which has Ada: address, form and whom."""
    gil = make_person("gil@acme.example", "Gil Gone", is_active=False)
    join(gil, acme, "admin")
    eli.memberships.update(role="admin")
    row = {"user": str(hal.pk), "role": "admin"}
    places = {person: person.memberships.get(organisation=acme) for person in (ada, ira, eli)}
    return {
        "added": (*of_row(acme, row, existing=0), hal),
        "raised": (*of_row(acme, member_row(places[ira], role="admin")), ira),
        "in another's place": (*of_row(acme, member_row(places[ada], user=str(hal.pk))), hal),
        "extended": (*of_row(acme, member_row(places[eli])), eli),
        "reactivated": (
            address(User, "change", gil.pk),
            {"email": gil.email, "name": gil.name, "is_active": "on"},
            gil,
        ),
    }


@pytest.fixture
def dismissals(acme, ada, abe) -> dict[str, tuple[str, dict, User]]:
    """Each way to take Abe's place from him."""
    place = abe.memberships.get()
    return {
        "removed": (*of_row(acme, member_row(place, DELETE="on")), abe),
        "lowered": (*of_row(acme, member_row(place, role="installer")), abe),
        "expired": (*of_row(acme, member_row(place, **YESTERDAY)), abe),
        "deactivated": (
            address(User, "change", abe.pk),
            {"email": abe.email, "name": abe.name},
            abe,
        ),
    }


def with_reason(form: dict[str, str]) -> dict[str, str]:
    name = "memberships-0-reason" if "memberships-TOTAL_FORMS" in form else "reason"
    return {**form, name: REASON}


def state() -> list:
    return [list(model.objects.order_by("pk").values()) for model in (User, Membership)]


def changed_only_with_a_reason(operator: Client, page: str, form: dict[str, str]) -> None:
    before = state()
    answer = operator.post(page, form)
    assert answer.status_code == 200
    assert "all operators are told" in answer.text
    assert state() == before
    assert not Notice.objects.exists()

    assert operator.post(page, with_reason(form)).status_code == 302
    assert state() != before


@pytest.mark.parametrize("way", APPOINTED)
def test_one_more_administrator_is_made_for_a_reason_that_all_are_told(
    way, operator, appointments, otto, ada, mailoutbox
):
    page, form, whom = appointments[way]

    changed_only_with_a_reason(operator, page, form)
    worker.run_once()

    told = {(email.to[0], email.subject): email.body for email in mailoutbox}
    subject = f"{whom.email} is now an administrator of Acme Properties"
    assert REASON in told[otto.email, subject]
    assert REASON in told[ada.email, subject]
    assert otto.email not in told[ada.email, subject]
    recorded = Entry.objects.filter(detail__reason=REASON).values_list("verb", flat=True)
    assert {"membership.added", "membership.changed", "person.changed"} & set(recorded)


@pytest.mark.parametrize("way", DISMISSED)
def test_an_administrators_place_is_taken_for_a_reason_that_all_are_told(
    way, operator, dismissals, otto, ada, mailoutbox
):
    page, form, whom = dismissals[way]

    changed_only_with_a_reason(operator, page, form)
    worker.run_once()

    subject = f"{whom.email} is no longer an administrator of Acme Properties"
    told = {email.to[0] for email in mailoutbox if email.subject == subject}
    # They learn it of themselves, too.
    assert told == {otto.email, ada.email, whom.email}
    assert Entry.objects.filter(detail__reason=REASON).exists()


def test_who_is_put_aside_first_is_told_all_the_same(operator, acme, ada, abe, hal, mailoutbox):
    gone = member_row(ada.memberships.get(), DELETE="on", reason=REASON)
    operator.post(*of_row(acme, gone))
    row = {"user": str(hal.pk), "role": "admin", "reason": REASON}
    operator.post(*of_row(acme, row, existing=0))
    worker.run_once()

    assert hal.memberships.filter(organisation=acme, role="admin").exists()
    assert {email.subject for email in mailoutbox if email.to == [ada.email]} == {
        f"{ada.email} is no longer an administrator of Acme Properties",
        f"{hal.email} is now an administrator of Acme Properties",
    }


def test_the_first_administrators_of_an_organisation_need_no_reason(operator, hal, ira):
    rows = [{"user": str(person.pk), "role": "admin"} for person in (hal, ira)]
    form = acme_form(name="Elm Homes", spkey_org_id="elm", **inline("memberships", *rows))
    elm = Organisation.objects.create(name="Elm Homes", spkey_org_id="elm")
    operator.post(address(Organisation, "change", elm.pk), form)

    assert elm.memberships.filter(role="admin").count() == 2
    recorded = Entry.objects.filter(verb="membership.added", organisation_id=elm.pk)
    assert {entry.detail["member"] for entry in recorded} == {hal.email, ira.email}
    assert not Notice.objects.exists()


def test_what_changes_no_administrator_needs_no_reason_and_tells_nobody(operator, acme, ada, ira):
    renamed = member_row(
        ada.memberships.get(), spkey_user_id="123e4567-e89b-12d3-a456-426614174000"
    )
    gone = member_row(ira.memberships.get(), DELETE="on")
    form = acme_form(**inline("memberships", renamed, gone, existing=2))

    assert operator.post(address(Organisation, "change", acme.pk), form).status_code == 302

    assert acme.memberships.get().spkey_user_id
    assert not Notice.objects.exists()


@pytest.mark.parametrize(
    ("change", "subject"),
    [
        ("address", "has another e-mail address: admin@acme.example → other@acme.example"),
        ("password", "The password of admin@acme.example, an administrator of Acme"),
        ("factor", "A second factor of admin@acme.example, an administrator of Acme"),
    ],
)
def test_the_others_are_told_when_an_administrators_account_can_be_taken_over(
    change, subject, operator, ada, abe, mailoutbox
):
    set_up_factor(ada)
    page = address(User, "change", ada.pk)
    factor = Authenticator.objects.get(user=ada, type="totp")
    password = {"usable_password": "true", "password1": NEW, "password2": NEW, "set-password": "1"}
    moved = {"email": "other@acme.example", "name": ada.name, "is_active": "on"}
    forms = {
        "address": (page, moved),
        "password": (page.removesuffix("change/") + "password/", password),
        "factor": (address(Authenticator, "delete", factor.pk), {"post": "yes"}),
    }
    operator.post(forms[change][0], with_reason(forms[change][1]))
    worker.run_once()

    [email] = [email for email in mailoutbox if email.to == [abe.email]]
    assert subject in email.subject
    assert REASON in email.body


def test_an_appointment_that_nobody_can_be_told_of_is_undone(
    operator, appointments, ira, monkeypatch
):
    def fail(*_args: object, **_how: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("portal.orgs.web.admin_audit.outbox.notify_of_power", fail)
    operator.raise_request_exception = False
    page, form, _ = appointments["raised"]

    assert operator.post(page, with_reason(form)).status_code == 500
    assert ira.memberships.get().role == "installer"
    assert not Notice.objects.exists()
