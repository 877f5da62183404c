"""One form makes an organisation and invites who runs it; two steps invite another."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.audit.models import Entry
from portal.core import worker
from portal.notices.models import Notice
from portal.orgs import invitations
from portal.orgs.models import Invitation, Membership, Organisation
from tests.operators.conftest import REASON, acme_form, address, inline, member_row
from tests.people_with_factor import has_used_factor

ADD = {"name": "Elm Homes", "spkey_org_id": "elm", "administrator": "Eve@Elm.example"}
DUMMY = {"default": {"BACKEND": "django.core.mail.backends.dummy.EmailBackend"}}


def test_one_post_makes_the_organisation_and_invites_its_administrator(operator, otto, mailoutbox):
    answer = operator.post(address(Organisation, "add"), ADD, follow=True)
    elm, invitation = Organisation.objects.get(), Invitation.objects.get()

    assert (elm.name, elm.spkey_org_id) == ("Elm Homes", "elm")
    assert (invitation.organisation, invitation.email) == (elm, "eve@elm.example")
    assert (invitation.role, invitation.inviter_name) == ("admin", "")
    assert Entry.objects.filter(verb="organisation.created", organisation_id=elm.pk).exists()
    sent = Entry.objects.get(verb="invitation.sent")
    assert (sent.actor_id, sent.organisation_id) == (otto.pk, elm.pk)
    assert "The invitation to eve@elm.example is on its way" in answer.text
    assert "/invitation/" not in answer.text  # Never a secret.

    worker.run_once()
    link = re.search(r"(/invitation/\S+)", mail.outbox[0].body)[1]
    eve = Client()
    eve.post(link, {"name": "Eve", "password": "seven brown lanterns"})
    assert eve.get(reverse("people:list")).status_code == 200


def test_a_double_tap_makes_one_organisation_and_finds_no_fault(operator):
    page = operator.get(address(Organisation, "add")).text
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
    sent = {**ADD, "csrfmiddlewaretoken": token}
    answers = [operator.post(address(Organisation, "add"), sent) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert Organisation.objects.count() == Invitation.objects.count() == 1


@pytest.mark.parametrize(
    "lacking", [{"administrator": ""}, {"administrator": "eve"}, {"name": ""}, {"spkey_org_id": ""}]
)
def test_a_form_that_lacks_something_makes_nothing(lacking, operator):
    assert operator.post(address(Organisation, "add"), {**ADD, **lacking}).status_code == 200
    assert not Organisation.objects.exists()
    assert not Invitation.objects.exists()


def test_two_organisations_never_share_an_id_at_spkey(operator, acme):
    answer = operator.post(address(Organisation, "add"), {**ADD, "spkey_org_id": acme.spkey_org_id})

    assert answer.status_code == 200
    assert Organisation.objects.count() == 1
    assert not Invitation.objects.exists()


def twice(client: Client, page: str, fields: dict[str, str]) -> list[str]:
    """The links to join by that are shown after a double tap."""
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', client.get(page).text)[1]
    sent = {**fields, "csrfmiddlewaretoken": token}
    client.post(page, sent)
    return links(client.post(page, sent, follow=True).text)


def links(page: str) -> list[str]:
    return sorted(set(re.findall(r"http://[^/<]+(/invitation/\w+/)", page)))


def test_without_a_mail_server_the_link_is_shown_while_it_is_good(operator, settings):
    settings.MAILERS = DUMMY
    [link] = twice(operator, address(Organisation, "add"), ADD)
    assert Client().get(link).status_code == 200

    elm = Organisation.objects.get()
    form = {"address": "Abe@elm.example", "reason": REASON, "confirmed": "yes"}
    both = twice(operator, address(Organisation, "administrator", elm.pk), form)
    assert len(both) == 2
    assert link in both
    assert Notice.objects.filter(facts__change="administrator_invited").count() == 1

    Invitation.objects.filter(email="abe@elm.example").update(expires_at=timezone.now())
    assert links(operator.get(address(Organisation, "change", elm.pk)).text) == [link]


def test_operators_send_an_administrators_invitation_again_and_withdraw_it(
    operator, acme, ada, otto, settings
):
    invitation = invite_eve(acme, otto, by_operator=True)
    other = invite_eve(acme, ada, "abe@elm.example")
    before, page = invitations.token_of(invitation), address(Organisation, "change", acme.pk)
    action = address(Organisation, "invitation", acme.pk, invitation.pk)

    again = operator.post(action, {"decision": "again"}, follow=True).text
    assert "Sent again to eve@elm.example" in again
    assert "/invitation/" not in again.replace(action, "")
    invitation.refresh_from_db()
    assert invitations.token_of(invitation) != before
    settings.MAILERS = DUMMY  # Of an administrator's invitation, operators see no link.
    assert links(operator.get(page).text) == [f"/invitation/{invitations.token_of(invitation)}/"]

    invites = operator.get(address(Organisation, "administrator", acme.pk)).text
    assert "abe@elm.example, eve@elm.example" in invites
    answer = operator.post(action, {"decision": "withdraw"}, follow=True).text
    assert "The invitation of eve@elm.example is withdrawn." in answer
    verbs = Entry.objects.filter(organisation_id=acme.pk, actor_id=otto.pk).order_by("at")
    assert list(verbs.values_list("verb", "actor_role"))[1:] == [
        ("invitation.sent_again", "operator"),
        ("invitation.revoked", "operator"),
    ]
    assert list(acme.invitations.unanswered()) == [other]


def test_an_invitation_is_changed_only_under_its_organisation(operator, acme, harbour, otto):
    invitation = invite_eve(acme, otto, by_operator=True)
    page = address(Organisation, "invitation", harbour.pk, invitation.pk)

    assert operator.post(page, {"decision": "withdraw"}).status_code == 404
    assert invitations.is_good(Invitation.objects.get())


def invite_eve(organisation, actor, at="eve@elm.example", *, by_operator=False) -> Invitation:
    how = {"role": "admin", "all_sites": True, "actor": actor, "by_operator": by_operator}
    return invitations.invite(organisation, at, **how)


def test_a_factor_that_was_not_used_just_now_makes_nothing(otto, as_person):
    client = has_used_factor(as_person(otto), otto, seconds_ago=3600)

    assert client.post(address(Organisation, "add"), ADD).status_code == 403
    assert not Organisation.objects.exists()


def test_an_organisation_is_recovered_in_two_steps_and_with_a_reason(operator, acme, eli, otto):
    page = address(Organisation, "administrator", acme.pk)
    form = {"address": "Abe@acme.example", "reason": REASON}
    assert "no administrator who may sign in" in operator.get(page).text

    assert operator.post(page, {**form, "reason": ""}).status_code == 422
    first = operator.post(page, form)
    assert "Invite Abe@acme.example to run Acme Properties?" in first.text
    assert not Invitation.objects.exists()

    assert operator.post(page, {**form, "confirmed": "yes"}).status_code == 302
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.role) == ("abe@acme.example", "admin")
    entry = Entry.objects.get(verb="organisation.recovered")
    assert (entry.actor_id, entry.organisation_id) == (otto.pk, acme.pk)
    assert entry.detail == {"address": "abe@acme.example", "reason": REASON}
    assert Notice.objects.get().facts["change"] == "administrator_invited"


def test_a_second_step_without_the_first_ones_reason_invites_nobody(operator, acme, ira):
    page = address(Organisation, "administrator", acme.pk)
    for form in (
        {"address": "abe@acme.example", "confirmed": "yes"},
        {"address": ira.email, "reason": REASON, "confirmed": "yes"},
    ):
        assert operator.post(page, form).status_code == 422

    assert not Invitation.objects.exists()
    assert not Notice.objects.exists()


@pytest.mark.parametrize(
    "change", [{"role": "viewer"}, {"expires_at_0": "2099-01-01"}, {"DELETE": "on"}]
)
def test_operators_do_not_take_the_last_administrator_away_unawares(change, operator, acme, ada):
    fields = {"expires_at_1": "00:00:00", **change} if "expires_at_0" in change else change
    fields = {**fields, "reason": REASON}
    row = member_row(ada.memberships.get(), **fields)
    page = address(Organisation, "change", acme.pk)
    answer = operator.post(page, acme_form(**inline("memberships", row, existing=1)))

    assert answer.status_code == 200
    assert "needs an administrator whose membership has no end" in answer.text
    assert Membership.objects.get(user=ada).role == "admin"
