"""Administrators invite, send again and withdraw: several at once, each with a verdict."""

import re

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from portal.audit.models import Entry
from portal.core import worker
from portal.notices import invitation_emails
from portal.notices.models import InvitationEmail
from portal.orgs import invitations
from portal.orgs.models import Invitation
from tests.conftest import join, make_person
from tests.forms import without_tokens
from tests.notices.conftest import dead_mail_server  # noqa: F401 - a fixture
from tests.orgs.conftest import NEW, link

INVITE, PEOPLE = reverse("people:invite"), reverse("people:list")
DUMMY = {"default": {"BACKEND": "django.core.mail.backends.dummy.EmailBackend"}}


@pytest.fixture
def admin(as_person, ada):
    """Ada's browser."""
    return as_person(ada)


def form(*lines: str, **fields: str) -> dict[str, str]:
    return {"addresses": "\n".join(lines), "role": "installer", "where": "all", **fields}


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def words(answer) -> dict[str, str]:
    return {each.address: str(each.chip.word) for each in answer.context["verdicts"]}


def test_a_link_may_ask_for_a_role_which_stays_only_for_mistyped_addresses(admin):
    def chosen(answer) -> str:
        return answer.context["form"]["role"].value()

    assert chosen(admin.get(INVITE)) == "installer"
    assert chosen(admin.get(INVITE, {"role": "admin"})) == "admin"
    assert chosen(admin.get(INVITE, {"role": "operator"})) == "installer"
    assert chosen(admin.post(INVITE, form(NEW, "no address", role="admin"))) == "admin"
    assert chosen(admin.post(INVITE, form("two@elsewhere.example", role="admin"))) == "installer"


def test_each_address_gets_a_verdict(admin, acme, ira, invite):
    invite("waits@elsewhere.example")
    lines = ("New@Elsewhere.example", " new@elsewhere.EXAMPLE;", "", "no address", ira.email)
    answer = admin.post(INVITE, form(*lines, "Waits@elsewhere.example", where="jobs"))

    assert words(answer) == {
        NEW: "Invited",
        "no address": "Not an e-mail address",
        ira.email: "Belongs to the organisation already",
        "waits@elsewhere.example": "Invited already: send it again from the list",
    }
    invitation = Invitation.objects.get(email=NEW)
    assert (invitation.organisation, invitation.role, invitation.all_sites) == (
        acme,
        "installer",
        False,
    )
    assert answer.context["form"].initial["addresses"] == "no address"
    assert Entry.objects.filter(verb="invitation.sent").count() == 2


def test_an_address_with_an_account_is_answered_exactly_as_one_without(admin, hal):
    def answer(address: str) -> tuple[int, str]:
        said = admin.post(INVITE, form(address))
        return said.status_code, without_tokens(said.content)

    known, unknown = (answer(each) for each in (hal.email, "adminxharbour@nowhere.example"))
    assert known[1].replace(hal.email, "X") == unknown[1].replace(
        "adminxharbour@nowhere.example", "X"
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"addresses": " \n "},
        {"addresses": "\n".join(f"p{number}@elsewhere.example" for number in range(51))},
        {"addresses": NEW, "role": "owner"},
        {"addresses": NEW, "role": ""},
    ],
)
def test_a_form_that_cannot_be_meant_invites_nobody(fields, admin):
    answer = admin.post(INVITE, {**form(), **fields})

    assert answer.status_code == 422
    assert 'class="errors"' in text(answer)
    assert not Invitation.objects.exists()


def test_an_organisation_invites_fifty_a_day(admin, invite, ada):
    for number in range(49):
        invitations.A_DAY.take(str(ada.memberships.get().organisation_id))
        assert number < 50
    answer = admin.post(INVITE, form("one@elsewhere.example", "two@elsewhere.example"))

    assert list(words(answer).values()) == [
        "Invited",
        "Not invited: 50 invitations a day are the most",
    ]
    one = Invitation.objects.get()
    assert admin.post(reverse("people:invite-again", args=(one.pk,))).status_code == 429
    assert invitations.is_good(one)


def test_the_letter_has_the_link_that_joins(admin, client, mailoutbox):
    admin.post(INVITE, form(NEW, role="admin"))
    assert "E-mail on its way" in text(admin.get(PEOPLE))
    worker.run_once()
    [email] = mail.outbox

    assert email.to == [NEW]
    assert email.subject == "Ada Admin invites you to Acme Properties"
    assert "as an administrator" in email.body
    assert NEW in email.body  # Why they get it.
    address = re.search(r"(/invitation/\S+)", email.body)[1]
    assert "Join Acme Properties" in text(client.get(address))
    assert "E-mail sent" in text(admin.get(PEOPLE))


def test_the_letter_is_in_the_language_of_whoever_has_one_and_else_of_the_page(
    admin, ira, harbour, hal, as_person, mailoutbox
):
    ira.language = "el"
    ira.save()
    as_person(hal).post(INVITE, form(ira.email, NEW), headers={"Accept-Language": "en"})
    languages = {email.invitation.email: email.language for email in InvitationEmail.objects.all()}
    worker.run_once(8)

    assert languages == {ira.email: "en", NEW: "en"}
    assert len({email.subject for email in mail.outbox}) >= 1


def test_nothing_is_lost_while_the_mail_server_is_away(
    admin,
    dead_mail_server,  # noqa: F811
    clock,
):
    admin.post(INVITE, form(NEW))
    worker.run_once()
    assert "The mail server does not answer. We keep trying." in text(admin.get(PEOPLE))

    dead_mail_server.undo()
    clock.shift(3600)
    worker.run_once()
    assert [email.to for email in mail.outbox] == [[NEW]]


@pytest.mark.parametrize("gone", ["revoked", "expired", "accepted"])
def test_an_invitation_that_is_good_no_more_is_not_sent(gone, admin, invite, ada, mailoutbox):
    admin.post(INVITE, form(NEW))
    invitation = Invitation.objects.get()
    if gone == "revoked":
        admin.post(reverse("people:revoke", args=(invitation.pk,)))
    elif gone == "expired":
        Invitation.objects.update(expires_at=timezone.now())
    else:
        Invitation.objects.update(accepted_at=timezone.now())
    worker.run_once()

    assert mail.outbox == []
    assert InvitationEmail.objects.get().given_up_at is not None


def test_sending_again_makes_the_link_before_void(admin, client, invite, mailoutbox):
    invitation = invite()
    before = link(invitation)
    Invitation.objects.update(expires_at=timezone.now())
    assert "Too old. Send it again." in text(admin.get(PEOPLE))
    admin.post(reverse("people:invite-again", args=(invitation.pk,)))
    worker.run_once()

    assert client.get(before).status_code == 404
    address = re.search(r"(/invitation/\S+)", mail.outbox[0].body)[1]
    assert client.get(address).status_code == 200
    assert Entry.objects.filter(verb="invitation.sent_again").count() == 1


def test_what_was_answered_is_neither_sent_again_nor_withdrawn(admin, invite):
    invitation = invite()
    Invitation.objects.update(accepted_at=timezone.now())
    for name in ("people:invite-again", "people:revoke"):
        assert admin.post(reverse(name, args=(invitation.pk,)))["Location"] == PEOPLE

    assert not Entry.objects.filter(verb="invitation.revoked").exists()
    page = text(admin.get(PEOPLE))
    assert "This invitation was used already" in page
    assert "answered, or withdrawn, already" in page


def test_a_withdrawn_address_can_be_invited_anew(admin, invite):
    admin.post(reverse("people:revoke", args=(invite().pk,)))
    assert NEW not in text(admin.get(PEOPLE)).partition('id="invitations"')[2]

    assert words(admin.post(INVITE, form(NEW))) == {NEW: "Invited"}


def test_an_expired_invitation_is_made_anew_by_inviting_again(admin, invite):
    invite()
    Invitation.objects.update(expires_at=timezone.now())

    assert words(admin.post(INVITE, form(NEW, role="viewer"))) == {NEW: "Invited"}
    assert Invitation.objects.get().role == "viewer"


def test_without_a_mail_server_the_administrator_copies_each_link_once(
    admin, client, settings, acme
):
    settings.MAILERS = DUMMY
    page = text(admin.post(INVITE, form(NEW)))
    [address] = set(re.findall(r"http://[^/<]+(/invitation/\w+/)", page))
    assert f'{address}"' in page.partition("data-copy=")[2]
    assert client.get(address).status_code == 200
    assert address in text(admin.get(PEOPLE))

    again = text(
        admin.post(reverse("people:invite-again", args=(Invitation.objects.get().pk,)), follow=True)
    )
    [other] = set(re.findall(r"http://[^/<]+(/invitation/\w+/)", again))
    assert other != address
    assert (client.get(address).status_code, client.get(other).status_code) == (404, 200)


def test_with_a_mail_server_no_page_has_a_link(admin):
    page = text(admin.post(INVITE, form(NEW))) + text(admin.get(PEOPLE))

    assert "/invitation/" not in page


def test_an_administrator_of_two_organisations_invites_to_the_one_of_the_page(
    admin, ada, harbour, acme
):
    join(ada, harbour, "admin")
    make_person("else@acme.example", "Else")
    admin.post(INVITE, form(NEW))

    assert Invitation.objects.get().organisation == acme


def test_without_a_mail_server_people_shows_the_link_again_and_the_first_stays_good(
    admin, settings, as_person, ira
):
    admin.post(INVITE, form(NEW))
    invitation = Invitation.objects.get(email=NEW)
    token = invitations.token_of(invitation)
    assert token not in text(admin.get(PEOPLE))
    settings.MAILERS = DUMMY

    page = text(admin.get(PEOPLE))

    assert page.count(token) == 2  # To read, and to copy.
    assert "data-copy" in page
    assert invitations.find(token)[1] == "good"
    assert token not in text(as_person(ira).get(PEOPLE))
    Invitation.objects.update(expires_at=timezone.now())
    assert token not in text(admin.get(PEOPLE))


def test_an_operator_invites_as_the_portals_operator(acme, otto, client, settings):
    how = {"role": "installer", "all_sites": True, "actor": otto, "by_operator": True}
    invitation = invitations.invite(acme, NEW, **how)
    invitation_emails.write_for(invitation, "en")
    worker.run_once()

    [letter] = mail.outbox
    assert letter.subject.startswith("The portal’s operator invites you")
    assert "because the operator of the SpKey installer portal typed" in letter.body
    page = text(client.get(link(invitation)))
    assert "The portal’s operator invites you" in page
    assert invitation.inviter_name == ""


def test_whoever_joins_is_seen_at_once(client, invite, acme):
    invitation = invite(NEW)
    join_form = {"name": "Nia New", "password": "a long enough password"}
    page = text(client.post(link(invitation), join_form, follow=True))

    assert reverse("mfa_add_webauthn") in page
    assert acme.memberships.get(user__email=NEW).seen_at
