"""Nobody can choose who learns of a change of power: those do who had it before."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from portal.audit.models import Entry
from portal.core import worker
from portal.notices.models import Notice
from portal.orgs.models import Membership, Organisation, User
from tests.conftest import join, make_person
from tests.operators.conftest import REASON, acme_form, address, inline, member_row

PAST = timezone.now() - timedelta(days=1)


@pytest.fixture
def ole() -> User:
    """Ole operates the portal as well."""
    return make_person("second@portal.example", "Ole", is_staff=True, is_superuser=True)


def person_form(person: User, **changed: str) -> tuple[str, dict[str, str]]:
    form = {"email": person.email, "name": person.name}
    form |= {name: "on" for name in ("is_active", "is_staff") if getattr(person, name)}
    form |= changed
    page = address(User, "change", person.pk)
    return page, {name: value for name, value in form.items() if value}


def row_form(place: Membership, **changed: str) -> tuple[str, dict[str, str]]:
    row = member_row(place, **({"support": "on"} if place.support else {}), **changed)
    form = acme_form(**inline("memberships", row, existing=1))
    return address(Organisation, "change", place.organisation_id), form


def new_row(organisation: Organisation, person: User) -> tuple[str, dict[str, str]]:
    row = {"user": str(person.pk), "role": "installer"}
    form = acme_form(**inline("memberships", row))
    return address(Organisation, "change", organisation.pk), form


@pytest.fixture
def changes(acme, ada, ira, sam, otto, ole) -> dict[str, tuple[str, dict[str, str]]]:
    """Changes of power: page and form, without a reason."""
    gone = make_person("gone@portal.example", "G", is_staff=True, is_active=False)
    agent = join(make_person("agent@acme.example", "Agent"), acme, "installer", support=True)
    former = join(
        make_person("former@acme.example", "F"), acme, "installer", support=True, expires_at=PAST
    )
    late = {"expires_at_0": "2050-01-01", "expires_at_1": "12:00:00"}
    asleep = make_person("asleep@acme.example", "A", is_active=False)
    join(asleep, acme, "installer", support=True)
    return {
        "an operator is deactivated": person_form(ole, is_active=""),
        "an operator is reactivated": person_form(gone, is_active="on"),
        "an agent is deactivated": person_form(agent.user, is_active=""),
        "an agent is reactivated": person_form(asleep, is_active="on"),
        "an agent is removed": row_form(agent, DELETE="on"),
        "an agent's place goes on": row_form(former),
        "an administrator's end is set": row_form(ada.memberships.get(), **late),
        "the only administrator is deactivated": person_form(ada, is_active=""),
        "the organisation is another one": (
            address(Organisation, "change", acme.pk),
            acme_form(spkey_org_id="elm"),
        ),
        "an operator joins": new_row(acme, otto),
    }


OF_ACME = ("agent", "administrator", "organisation", "joins")


@pytest.mark.parametrize(
    "change",
    [
        "an operator is deactivated",
        "an operator is reactivated",
        "an agent is deactivated",
        "an agent is reactivated",
        "an agent is removed",
        "an agent's place goes on",
        "an administrator's end is set",
        "the only administrator is deactivated",
        "the organisation is another one",
        "an operator joins",
    ],
)
def test_a_change_of_power_needs_a_reason_and_is_told_to_those_who_had_it(
    change, changes, operator, otto, ole, ada, mailoutbox
):
    page, form = changes[change]
    if change == "an administrator's end is set":
        # One who stays has to be left.
        stays = make_person("abe@acme.example", "Abe Admin")
        join(stays, ada.memberships.get().organisation, "admin")
    assert operator.post(page, form).status_code == 200
    assert not Notice.objects.exists()

    field = "memberships-0-reason" if "memberships-0-role" in form else "reason"
    assert operator.post(page, {**form, field: REASON}).status_code == 302
    worker.run_once()

    told = {email.to[0] for email in mailoutbox if REASON in email.body}
    of_acme = {ada.email} if any(word in change for word in OF_ACME) else set()
    assert told - {"abe@acme.example"} == {otto.email, ole.email} | of_acme
    assert Entry.objects.filter(detail__reason=REASON).exists()
    assert all(email.subject in email.body for email in mailoutbox)


def test_an_operator_cannot_be_the_only_one_in_a_new_organisation_without_a_reason(operator, otto):
    row = {"user": str(otto.pk), "role": "admin"}
    form = acme_form(name="Elm", spkey_org_id="elm", **inline("memberships", row))

    assert operator.post(address(Organisation, "add"), form).status_code == 200
    assert not Organisation.objects.exists()


def post(operator: Client, change: tuple[str, dict[str, str]], **reason: str) -> None:
    page, form = change
    assert operator.post(page, {**form, **reason}).status_code == 302


def grant(operator: Client, acme: Organisation, person: User) -> None:
    row = member_row(person.memberships.get(organisation=acme), support="on", reason=REASON)
    form = acme_form(**inline("memberships", row, existing=1))
    post(operator, (address(Organisation, "change", acme.pk), form))


def test_operators_who_were_put_aside_first_are_told_for_a_week(
    operator, acme, ira, ole, mailoutbox
):
    post(operator, person_form(ole, is_active=""), reason=REASON)
    grant(operator, acme, ira)
    worker.run_once()
    told = {email.subject for email in mailoutbox if email.to == [ole.email]}
    assert told == {
        f"{ole.email} is no longer an operator of the portal",
        f"{ira.email} is now a support agent of {acme.name}",
    }


def test_after_a_week_who_is_no_operator_any_more_is_told_nothing(operator, acme, ada, ira, ole):
    with time_machine.travel(timezone.now() - timedelta(days=8)):
        Notice.objects.create(user=ada, kind="operator_change", about="1", facts={})
        Notice.objects.create(
            user=ole, kind="operator_change", about="2", facts={"gone": str(ole.pk)}
        )
    User.objects.filter(pk=ole.pk).update(is_active=False)
    grant(operator, acme, ira)

    assert Notice.objects.filter(user=ole).count() == 1


def test_administrators_who_were_put_aside_first_are_told_of_their_successor(
    operator, acme, ada, ira
):
    post(operator, person_form(ada, is_active=""), reason=REASON)
    raised = member_row(ira.memberships.get(), role="admin", reason=REASON)
    form = acme_form(**inline("memberships", raised, existing=1))
    post(operator, (address(Organisation, "change", acme.pk), form))

    told = Notice.objects.filter(user=ada, kind="administrators")
    assert {notice.facts["change"] for notice in told} == {
        "administrator_taken",
        "administrator_given",
    }


def test_the_letter_goes_to_the_address_that_the_reader_had_before(operator, ole, mailoutbox):
    post(operator, person_form(ole, email="otto2@portal.example"), reason=REASON)
    worker.run_once()

    assert "second@portal.example" in {email.to[0] for email in mailoutbox}
