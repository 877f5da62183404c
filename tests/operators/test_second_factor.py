"""The operators' pages need a second factor, which nobody powerful gets by a password alone."""

import time
from datetime import timedelta
from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.audit.models import Entry
from portal.orgs import addresses
from portal.orgs.models import FactorInvitation, User
from tests.conftest import PASSWORD, make_person
from tests.operators.conftest import address
from tests.people_with_factor import code, has_used_factor, set_up_factor, sign_in_with_password

HOME = reverse("admin:index")
ACTIVATE = reverse("mfa_activate_totp")
CHANGED = {"email": "new@elm.example", "name": "New"}


def by_password(person: User) -> Client:
    """Return a client in which they signed in by password, and gave it once more just now."""
    client = Client()
    sign_in_with_password(client, person)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


@pytest.fixture
def password_alone(otto) -> Client:
    """Otto, who has no second factor, signed in by his password just now."""
    return by_password(otto)


def invited(email: str) -> str:
    """Return the address of an invitation, as the command prints it, without the host."""
    out = StringIO()
    call_command("invite_operator", email, stdout=out)
    return out.getvalue().strip().removeprefix("http://localhost:8000")


def enrol(client: Client):
    """Set up an authenticator app, as the page asks for it."""
    secret = client.get(ACTIVATE).context["form"].secret
    shown = totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30))
    return client.post(ACTIVATE, {"code": shown})


def test_a_password_alone_reaches_nothing_and_is_told_why(password_alone, otto, ira):
    for page in (HOME, address(User, "changelist"), address(User, "change", ira.pk)):
        answer = password_alone.get(page)
        assert answer.status_code == 403
        assert f"invite_operator {otto.email}" in answer.text
        assert ira.email not in answer.text

    assert password_alone.post(address(User, "add"), CHANGED).status_code == 403
    assert not User.objects.filter(email=CHANGED["email"]).exists()


def test_a_factor_not_used_in_this_session_is_asked_for_and_leads_back(password_alone, otto):
    set_up_factor(otto)

    way = password_alone.get(HOME)["Location"]
    assert way.startswith(reverse("mfa_reauthenticate"))

    assert password_alone.post(way, {"code": code()})["Location"] == HOME
    assert password_alone.get(HOME).status_code == 200


def test_a_change_needs_a_factor_used_within_a_quarter_of_an_hour(as_person, otto, ira):
    client = has_used_factor(as_person(otto), otto, seconds_ago=15 * 60 + 1)
    page = address(User, "change", ira.pk)
    form = {"email": ira.email, "name": "Changed", "is_active": "on"}
    assert client.get(page).status_code == 200

    answer = client.post(page, form)

    assert answer.status_code == 403
    assert reverse("mfa_reauthenticate") in answer.text
    assert User.objects.get(pk=ira.pk).name == ira.name
    has_used_factor(client, otto, seconds_ago=15 * 60 - 5)
    assert client.post(page, form).status_code == 302


def test_signing_out_needs_no_second_factor(password_alone):
    password_alone.post(reverse("admin:logout"))

    assert "_auth_user_id" not in password_alone.session


@pytest.mark.parametrize("who", ["otto", "sam"])
def test_neither_operator_nor_agent_can_set_up_a_factor_uninvited(who, request):
    client = by_password(request.getfixturevalue(who))
    for answer in (client.get(ACTIVATE), client.post(ACTIVATE, {"code": "1"})):
        assert answer.status_code == 403
        assert "totp_svg" not in (answer.context or {})
        assert "Ask an operator of the portal for an invitation" in answer.text
        assert ("invite_operator" in answer.text) == (who == "otto")
    assert not Authenticator.objects.exists()


def test_an_agent_sets_up_a_factor_by_an_operators_invitation(operator, sam):
    page = address(User, "change", sam.pk)
    answer = operator.post(page, {"CHANGE_FORM-action": "invite", "_selected_action": str(sam.pk)})
    link = answer.context["link"].removeprefix("http://localhost:8000")
    agent = by_password(sam)
    assert "Set it up" in agent.get(link).text

    assert agent.post(link)["Location"] == reverse("mfa_index")
    enrol(agent)

    assert Authenticator.objects.filter(user=sam, type="totp").exists()
    recorded = Entry.objects.filter(
        object_id=str(sam.pk), verb__in=["factor.invited", "factor.accepted"]
    )
    assert recorded.count() == 2


def test_an_invitation_ends_with_being_an_agent(sam):
    link = invited(sam.email)
    sam.memberships.update(support=False)

    assert by_password(sam).post(link).status_code == 404


def test_an_invitation_is_shown_by_get_taken_by_post_and_good_once(password_alone, otto):
    link = invited(otto.email)
    assert link.rsplit("/", 2)[1] not in str(FactorInvitation.objects.values())
    assert "Set it up" in password_alone.get(link).text
    assert password_alone.get(ACTIVATE).status_code == 403

    assert password_alone.post(link)["Location"] == reverse("mfa_index")
    assert password_alone.post(link).status_code == 404
    assert password_alone.get(link).status_code == 404
    enrol(password_alone)

    assert Authenticator.objects.filter(user=otto, type="totp").exists()
    assert Entry.objects.filter(verb__in=["factor.invited", "factor.accepted"]).count() == 2
    Authenticator.objects.all().delete()
    assert password_alone.get(ACTIVATE).status_code == 403


def test_an_invitation_ends_after_a_week_with_the_next_one_and_with_being_an_operator(
    password_alone, otto
):
    first, link = invited(otto.email), invited(otto.email)
    assert password_alone.post(first).status_code == 404
    User.objects.update(is_staff=False)
    assert password_alone.post(link).status_code == 404
    User.objects.update(is_staff=True)
    FactorInvitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert password_alone.post(link).status_code == 404


def test_an_invitation_is_for_one_operator_alone(otto, ira, as_person):
    link = invited(otto.email)
    other = make_person("second@portal.example", "Ole", is_staff=True, is_superuser=True)

    for client in (as_person(other), as_person(ira)):
        assert client.post(link).status_code == 404
    assert Client().get(link)["Location"].startswith(reverse("account_login"))
    assert FactorInvitation.objects.get().accepted_at is None


@pytest.mark.parametrize("who", ["ira", "otto", "nobody@portal.example"])
def test_only_a_powerful_person_without_a_factor_is_invited(who, ira, otto):
    set_up_factor(otto)
    email = {"ira": ira.email, "otto": otto.email}.get(who, who)

    with pytest.raises(CommandError):
        invited(email)
    assert not FactorInvitation.objects.exists()


def test_a_colleague_invites_on_the_page_of_the_people(operator, ira):
    ole = make_person("second@portal.example", "Ole", is_staff=True, is_superuser=True)
    for person, invitations in ((ira, 0), (ole, 1)):
        form = {"CHANGE_FORM-action": "invite", "_selected_action": str(person.pk)}
        answer = operator.post(address(User, "change", person.pk), form)
        assert FactorInvitation.objects.count() == invitations

    link = answer.context["link"].removeprefix("http://localhost:8000")
    client = Client()
    client.force_login(ole)
    assert client.post(link)["Location"] == reverse("mfa_index")


def test_an_invitation_stays_good_until_the_address_is_confirmed(password_alone, otto):
    addresses.keep(otto)
    EmailAddress.objects.filter(user=otto).update(verified=False)
    link = invited(otto.email)
    for answer, status in ((password_alone.get(link), 200), (password_alone.post(link), 409)):
        assert answer.status_code == status
        assert reverse("account_reset_password") in answer.text
        assert "Set it up" not in answer.text
    assert FactorInvitation.objects.get().accepted_at is None

    addresses.confirm(otto)
    assert password_alone.post(link)["Location"] == reverse("mfa_index")
    assert enrol(password_alone).status_code == 302


def test_everybody_else_sets_up_a_factor_as_before(ira):
    assert enrol(by_password(ira)).status_code == 302
    assert Authenticator.objects.filter(user=ira, type="totp").exists()
