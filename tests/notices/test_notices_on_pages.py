"""Installers read that administrators know; operators read who was told what."""

import pytest
from django.urls import reverse

from portal.gateway import key_health
from portal.notices.models import Notice
from portal.orgs import api_keys
from portal.orgs.encryption import Secret
from portal.orgs.models import ApiCredential
from portal.sandbox import world
from tests.notices.conftest import notify, post
from tests.people_with_factor import has_used_factor


@pytest.mark.parametrize("sent", [True, False], ids=["sent", "not sent yet"])
def test_an_installer_reads_that_administrators_were_notified_only_when_they_were(
    acme, ada, ira, as_person, sent
):
    key_health.mark_refused(acme.credential)
    if sent:
        post()
    page = as_person(ira).get("/").content.decode()

    assert ("Your administrators have been told." in page) == sent
    assert ("Your administrator can fix it." in page) != sent


def test_an_installer_reads_nothing_of_emails_about_an_earlier_key(acme, ada, ira, as_person):
    key_health.mark_refused(acme.credential)
    post()
    acme.credential.refresh_from_db()
    api_keys.replace(acme, ada, Secret(world.REVOKED_KEY), None)
    ApiCredential.objects.filter(organisation=acme).update(state="refused")

    assert "have been told" not in as_person(ira).get("/").content.decode()


def test_an_administrator_is_led_to_the_key_and_reads_nothing_of_emails(acme, ada, as_person):
    key_health.mark_refused(acme.credential)
    post()
    page = as_person(ada).get("/").content.decode()

    assert "Replace it to continue." in page
    assert "have been told" not in page


def test_operators_see_notices_and_cannot_change_them(acme, ada, otto, as_person):
    notify(acme)
    post()
    notice, client = Notice.objects.get(), has_used_factor(as_person(otto), otto)
    listed = client.get(reverse("admin:notices_notice_changelist")).content.decode()
    shown = client.get(reverse("admin:notices_notice_change", args=(notice.pk,)))

    assert ada.email in listed
    assert "Claim not confirmed" in listed
    assert shown.status_code == 200
    assert client.post(reverse("admin:notices_notice_delete", args=(notice.pk,))).status_code == 403
    assert client.get(reverse("admin:notices_notice_add")).status_code == 403
