"""What lets an operator take over what is others' needs a reason, and all operators are told."""

import pytest
from allauth.mfa.models import Authenticator

from portal.audit.models import Entry
from portal.core import worker
from portal.notices.models import Notice
from portal.orgs.models import ApiCredential, Organisation, User
from tests.conftest import make_person
from tests.operators.conftest import REASON, acme_form, address, inline, member_row
from tests.people_with_factor import set_up_factor

NEW = "another long enough one"
CHANGES = ["support_given", "super_given", "operator_given", "address", "password", "factor"]


@pytest.fixture
def changes(acme, ira) -> dict[str, tuple[str, dict[str, str]]]:
    """Each change: its address, and what is posted there beside the reason."""
    set_up_factor(ira)
    row = member_row(ira.memberships.get(), support="on")
    person = address(User, "change", ira.pk)
    factor = Authenticator.objects.get(user=ira, type="totp")
    password = {"usable_password": "true", "password1": NEW, "password2": NEW}
    active = {"email": ira.email, "name": ira.name, "is_active": "on"}
    return {
        "support_given": (
            address(Organisation, "change", acme.pk),
            acme_form(**inline("memberships", row, existing=1)),
        ),
        "super_given": (
            address(ApiCredential, "change", acme.credential.pk),
            {"kind": "super"},
        ),
        "operator_given": (person, {**active, "is_staff": "on"}),
        "address": (person, {**active, "email": "other@acme.example"}),
        "password": (
            person.removesuffix("change/") + "password/",
            {**password, "set-password": "1"},
        ),
        "factor": (address(Authenticator, "delete", factor.pk), {"post": "yes"}),
    }


def with_reason(form: dict[str, str], reason: str) -> dict[str, str]:
    name = "memberships-0-reason" if "memberships-TOTAL_FORMS" in form else "reason"
    return {**form, name: reason}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("reason", ["", "because", " " * 40])
def test_nothing_is_changed_without_a_reason(change, reason, operator, changes):
    page, form = changes[change]
    before = [
        list(model.objects.order_by("pk").values())
        for model in (User, ApiCredential, Authenticator)
    ]

    operator.post(page, with_reason(form, reason))

    after = [
        list(model.objects.order_by("pk").values())
        for model in (User, ApiCredential, Authenticator)
    ]
    assert after == before
    assert not Notice.objects.exists()


@pytest.mark.parametrize("change", CHANGES)
def test_all_operators_are_told_who_changed_what_and_why(
    change, operator, otto, ira, acme, changes, mailoutbox
):
    ole = make_person("second@portal.example", "Ole", is_staff=True, is_superuser=True)
    make_person("gone@portal.example", "Gone", is_staff=True, is_active=False)
    page, form = changes[change]

    assert operator.post(page, with_reason(form, REASON)).status_code == 302
    worker.run_once()

    assert [entry.detail["reason"] for entry in Entry.objects.all() if "reason" in entry.detail]
    emails = [email for email in mailoutbox if REASON in email.body]
    assert {otto.email, ole.email} <= {email.to[0] for email in emails}
    assert "gone@portal.example" not in {email.to[0] for email in emails}
    for email in emails:
        assert email.subject in email.body
        assert (acme.name if change == "super_given" else ira.email) in email.subject
        assert otto.email in email.body
        assert NEW not in email.body


def test_putting_another_person_in_an_agents_place_needs_a_reason(operator, acme, ira, hal):
    ira.memberships.update(support=True)
    row = member_row(ira.memberships.get(), support="on", user=str(hal.pk))
    page = address(Organisation, "change", acme.pk)
    operator.post(page, acme_form(**inline("memberships", row, existing=1)))
    assert ira.memberships.filter(organisation=acme).exists()

    row["reason"] = REASON
    operator.post(page, acme_form(**inline("memberships", row, existing=1)))

    assert hal.memberships.filter(organisation=acme, support=True).exists()
    told = {(notice.facts["change"], notice.facts["whom"]) for notice in Notice.objects.all()}
    assert told == {("support_taken", ira.email), ("support_given", hal.email)}


def test_recovery_codes_go_with_the_factor_that_is_removed(operator, ira, changes):
    Authenticator.objects.create(user=ira, type="recovery_codes", data={"seed": "x"})
    page, form = changes["factor"]

    operator.post(page, with_reason(form, REASON))

    assert not Authenticator.objects.filter(user=ira).exists()
