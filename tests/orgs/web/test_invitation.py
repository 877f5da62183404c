"""Whoever opens an invitation's link: a look changes nothing, one tap joins, dead ends say why."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import get_hasher, make_password
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.audit.models import Entry
from portal.jobs import invitations as job_invitations
from portal.jobs.models import Job
from portal.orgs import addresses, invitations
from portal.orgs.models import Invitation, Membership, User
from tests.concurrency import at_once
from tests.conftest import join, make_person
from tests.orgs.conftest import NEW, link
from tests.people_with_factor import PASSWORD, has_used_factor
from tests.portal.test_web_security import rows

FORM = {"name": "Nia New", "password": "seven brown lanterns"}


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def test_somebody_new_chooses_a_name_and_password_and_is_in(client, invite, acme):
    invitation = link(invite())
    assert "Then you can add a passkey" in text(client.get(invitation))
    answer = client.post(invitation, FORM)
    nia = User.objects.get(email=NEW)

    assert answer["Location"] == reverse("home")
    assert (nia.name, nia.memberships.get().organisation) == ("Nia New", acme)
    assert (nia.memberships.get().role, addresses.is_confirmed(nia)) == ("installer", True)
    page = text(client.get("/"))
    assert "Acme Properties" in page
    assert "You now belong to Acme Properties." in page
    assert Entry.objects.filter(verb="invitation.accepted", actor_id=nia.pk).exists()
    again = Client()
    again.post(reverse("account_login"), {"login": NEW, "password": FORM["password"]})
    assert again.get(reverse("claims:list")).status_code == 200


def test_no_password_is_hashed_while_rows_are_held(
    client, invite, as_person, ira, otto, transactional_db, monkeypatch
):
    held, hasher = [], type(get_hasher())
    encode = hasher.encode

    def noting(*given):
        held.append(connection.in_atomic_block)
        return encode(*given)

    monkeypatch.setattr(hasher, "encode", noting)
    joined = client.post(link(invite()), FORM)
    operator = has_used_factor(as_person(otto), otto)
    del held[1:]
    page = reverse("admin:auth_user_password_change", args=(ira.pk,))
    new = {"password1": "nine amber ladders", "password2": "nine amber ladders"}
    changed = operator.post(page, {**new, "usable_password": "true", "reason": "Asked by phone."})

    assert (joined.status_code, changed.status_code) == (302, 302)
    assert held[:2] == [False, False]
    assert User.objects.get(pk=ira.pk).check_password("nine amber ladders")


def test_looking_changes_nothing_however_often_a_mail_scanner_does(client, invite):
    address, before = link(invite()), None
    for _ in range(3):
        before = before or rows()
        assert client.get(address).status_code == 200
        assert client.head(address).status_code == 200
        assert rows() == before
    assert client.post(address, FORM).status_code == 302


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"name": "", "password": FORM["password"]}, "required"),
        ({"name": "Nia", "password": "short"}, "too short"),
        ({"name": "Nia", "password": "acmeproperties1"}, "easy to guess"),
        ({"name": "Nia", "password": NEW}, "too similar"),
        ({}, "required"),
    ],
)
def test_a_form_that_lacks_something_says_so_and_uses_nothing_up(form, says, client, invite):
    answer = client.post(link(invite()), form)

    assert answer.status_code == 422
    assert says in text(answer)
    assert FORM["password"] not in text(answer)
    assert not User.objects.filter(email=NEW).exists()
    assert Invitation.objects.good().exists()


@pytest.mark.parametrize("spelt", ["Installer@ACME.example", "  hal.two@Harbour.EXAMPLE "])
def test_an_address_is_the_same_in_other_capitals(spelt, client, invite, harbour, hal):
    person = make_person(spelt.strip().lower(), "Somebody")
    client.force_login(person)

    assert client.post(link(invite(spelt, harbour, hal))).status_code == 302
    assert person.memberships.get().organisation == harbour


def test_who_has_an_account_signs_in_and_joins_with_one_tap(client, invite, ira, harbour, hal):
    address = link(invite(ira.email, harbour, hal, role="viewer"))
    page = text(client.get(address))
    way = re.search(r'href="([^"]*login[^"]*)"', page)[1]
    form = {"login": ira.email, "password": PASSWORD, "next": address}

    assert "You have an account as" in page
    assert client.post(way, form)["Location"] == address
    assert "Join Harbour Living" in text(client.get(address))
    assert client.post(address)["Location"] == "/"
    assert ira.memberships.get(organisation=harbour).role == "viewer"
    assert ira.memberships.count() == 2  # He belongs to Acme as before.
    assert "Harbour Living" in text(client.get("/"))


def test_a_stranger_sets_no_password_of_an_account_through_an_invitation(
    client, invite, ira, harbour, hal
):
    before = User.objects.get(pk=ira.pk).password
    answer = client.post(link(invite(ira.email, harbour, hal)), FORM)

    assert answer["Location"].startswith(reverse("account_login"))
    assert User.objects.get(pk=ira.pk).password == before
    assert not ira.memberships.filter(organisation=harbour).exists()


def test_an_account_that_signs_up_by_no_link_does_not_exist(client, db):
    assert "You need an invitation" in text(client.get(reverse("account_signup")))
    client.post(reverse("account_signup"), {"email": NEW, "password1": FORM["password"]})

    assert not User.objects.filter(email=NEW).exists()


@pytest.mark.parametrize(
    ("state", "status", "says"),
    [
        ("unknown", 404, "not known"),
        ("expired", 410, "older than seven days"),
        ("used", 410, "used already"),
        ("revoked", 410, "withdrawn"),
        ("sent again", 404, "not known"),
    ],
)
def test_a_dead_end_says_why_and_changes_nothing(state, status, says, client, invite, ada):
    invitation = invite()
    address = link(invitation)
    if state == "unknown":
        address = address[:-4] + "x/"
    elif state == "expired":
        Invitation.objects.update(expires_at=timezone.now())
    elif state == "used":
        invitations.join(invitation, name="Nia", language="en", password_hash=make_password(None))
    elif state == "revoked":
        invitations.revoke(invitation, ada)
    else:
        invitations.send_again(invitation, ada)
    before = rows()

    for answer in (client.get(address), client.post(address, FORM)):
        assert answer.status_code == status
        assert says in text(answer)
    assert rows() == before


def test_who_is_signed_in_as_another_is_offered_to_sign_out_and_go_on(as_person, invite, ira, hal):
    # It may have been forwarded, to a stranger or to somebody who belongs there.
    address = link(invite())
    hint = {
        hal: f"ask Ada Admin to invite {hal.email}",
        ira: f"As {ira.email} you belong to Acme Properties already",
    }
    for person in (hal, ira):
        client = as_person(person)
        for answer in (client.get(address), client.post(address)):
            page = text(answer)
            assert answer.status_code == 409
            assert f"It is for {NEW}, and you are signed in as {person.email}" in page
            assert hint[person] in page

    assert not User.objects.filter(email=NEW).exists()
    assert client.post(reverse("account_logout"), {"next": address})["Location"] == address
    assert "You will sign in as" in text(client.get(address))


def test_a_member_is_told_that_there_is_nothing_to_accept(as_person, invite, ira, acme):
    invitation = invite()
    User.objects.filter(pk=ira.pk).update(email=NEW)  # By an operator, meanwhile.
    ira.refresh_from_db()
    answer = as_person(ira).post(link(invitation))

    assert answer.status_code == 200
    assert "You already belong to Acme Properties" in text(answer)
    assert Invitation.objects.good().exists()


def test_who_accepted_and_opens_the_link_again_is_told_that_they_belong(client, invite):
    address = link(invite())
    client.post(address, FORM)

    assert "You already belong" in text(client.get(address))
    assert text(Client().get(address)).count("used already") == 1


def test_somebody_whose_membership_expired_comes_back_by_an_invitation(as_person, invite, eli):
    as_person(eli).post(link(invite(eli.email, role="viewer")))
    member = eli.memberships.get()

    assert (member.role, member.expires_at) == ("viewer", None)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_accept_at_once_one_does(invite, acme):
    address, answers = link(invite()), []
    at_once(*[lambda: answers.append(Client().post(address, FORM))] * 2)

    assert User.objects.filter(email=NEW).count() == 1
    assert acme.memberships.filter(user__email=NEW).count() == 1
    assert EmailAddress.objects.filter(email=NEW).count() == 1
    assert Entry.objects.filter(verb="invitation.accepted").count() == 1
    assert all(answer.status_code in {302, 410} for answer in answers)


def test_the_token_stands_in_no_row_and_in_no_line_of_the_log(client, invite, caplog, ira):
    caplog.set_level("DEBUG")
    invitation = invite()
    token = invitations.token_of(invitation)
    client.force_login(ira)
    client.get(link(invitation))

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM orgs_invitation")
        assert token not in str(cursor.fetchall())
    assert "refused: 409 GET" in caplog.text
    assert token not in caplog.text
    assert token not in str([vars(record) for record in caplog.records if record.args])


def test_who_accepts_is_put_on_the_jobs_that_they_were_invited_to(
    client, invite, mill_court, orchard_rise, lighthouse, acme
):
    today = timezone.localdate()
    window = {"starts_on": today, "ends_on": today + timedelta(days=3)}
    job, over = (
        Job.objects.create(organisation=acme, number=number, site=site, **window)
        for number, site in ((1, mill_court), (2, orchard_rise))
    )
    invitation = invite(all_sites=False)
    for each in (job, over):
        job_invitations.invite_to(each, invitation)
    Job.objects.filter(pk=over.pk).update(cancelled_at=timezone.now())
    others = Job.objects.create(
        organisation=lighthouse.organisation, number=1, site=lighthouse, **window
    )
    with pytest.raises(job_invitations.OtherOrganisationError):
        job_invitations.invite_to(others, invitation)

    assert "Mill Court" in text(client.get(link(invitation)))
    client.post(link(invitation), FORM)
    member = Membership.objects.get(user__email=NEW)
    assert list(member.jobs.all()) == [job]
    assert Job.objects.get(pk=job.pk).version == 2
    assert not member.all_sites


def test_the_page_speaks_the_readers_language_and_escapes_names(client, invite, acme, ada):
    acme.name, ada.name = "Acme & <Sons>", "<b>Ada</b>"
    acme.save()
    page = client.get(link(invite()), headers={"Accept-Language": "el"}).content.decode()

    assert 'lang="el"' in page
    assert "Acme &amp; &lt;Sons&gt;" in page
    assert "<b>Ada" not in page


def test_an_invited_person_of_two_organisations_works_in_the_one_that_invited_last(
    client, invite, harbour, hal
):
    client.post(link(invite()), FORM)
    client.post(link(invite(NEW, harbour, hal)))
    nia = User.objects.get(email=NEW)

    assert nia.memberships.count() == 2
    assert "Harbour Living" in text(client.get("/"))


def test_an_operators_deactivated_account_joins_nothing(client, invite, harbour, hal, acme):
    gone = make_person("gone@acme.example", "Gone", is_active=False)
    join(gone, acme)
    address = link(invite(gone.email, harbour, hal))

    assert "Sign in and join" in text(client.get(address))
    assert client.post(address, FORM)["Location"].startswith(reverse("account_login"))
    assert not gone.memberships.filter(organisation=harbour).exists()
