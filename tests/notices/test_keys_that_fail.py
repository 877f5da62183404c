"""A key that SpKey refuses is told once to the administrators who can replace it."""

from portal.audit.models import Entry
from portal.claims.engine import actions
from portal.claims.models import Claim
from portal.core import worker
from portal.gateway import key_health
from portal.notices.models import Notice
from portal.orgs import api_keys
from portal.orgs.encryption import Secret
from portal.orgs.models import ApiCredential
from portal.sandbox import world
from tests.conftest import ask_again, claim_request, join, make_person, work_until_refused
from tests.notices.conftest import post, readers, refuse_all_claims


def test_a_refused_key_is_notified_once_to_each_administrator(
    sandbox, ada, abe, hal, ira, mill_court, mailoutbox
):
    sandbox.faults.add({"key": "acme"}, action={"status": 401})
    refuse_all_claims(ira, mill_court)

    assert set(Claim.objects.values_list("state", flat=True)) == {"blocked"}
    assert readers(mailoutbox) == [ada.email, abe.email]
    assert all("store a new API key" in email.subject for email in mailoutbox)
    assert all("http://localhost:8000/organisation/key/" in email.body for email in mailoutbox)
    entry = Entry.objects.get(verb="notice.told", detail__kind="key_refused")
    assert entry.detail["people"] == [ada.email, abe.email]


def test_late_answers_about_a_key_known_to_be_refused_notify_nobody_again(acme, ada):
    for _ in range(3):
        key_health.mark_refused(ApiCredential.objects.get(organisation=acme))

    assert Notice.objects.count() == 1


def test_a_replaced_key_that_is_refused_again_is_notified_again(
    sandbox, acme, ada, ira, mill_court, mailoutbox
):
    sandbox.state.keys.revoke("acme")
    refuse_all_claims(ira, mill_court, hubs=1)
    api_keys.replace(acme, ada, Secret(world.REVOKED_KEY), None)
    work_until_refused(Claim.objects.get())

    assert readers(mailoutbox) == [ada.email, ada.email]


def test_a_new_key_is_notified_only_when_its_first_check_refuses_it(
    sandbox, acme, harbour, ada, hal, mailoutbox
):
    for organisation in (acme, harbour):
        key = {acme: world.REVOKED_KEY, harbour: world.HARBOUR_KEY}[organisation]
        api_keys.replace(organisation, None, Secret(key), None)
    worker.run_once()
    assert readers(mailoutbox) == []
    ask_again(acme)
    api_keys.ask_for_check(ApiCredential.objects.get(organisation=acme), ada)
    worker.run_once()

    assert readers(mailoutbox) == [ada.email]


def test_a_refused_super_key_is_notified_to_its_own_organisation(
    spkey_support, acme, ada, mailoutbox
):
    keeper = make_person("keeper@support.example", "Kim Keeper")
    join(keeper, spkey_support, "admin")
    key_health.mark_refused(spkey_support.credential)
    post()

    assert readers(mailoutbox) == [keeper.email]
    assert "Support’s claims are saved and wait" in mailoutbox[0].body


def test_a_key_of_another_organisation_is_notified_in_other_words(
    sandbox, acme, harbour, ada, hal, ira, mill_court, mailoutbox
):
    api_keys.replace(acme, None, Secret(world.HARBOUR_KEY), None)
    worker.run_once()
    actions.submit(claim_request(ira, mill_court, world.hub_id(0)))
    worker.run_once()

    assert readers(mailoutbox) == [ada.email]
    assert "belongs to another organisation" in mailoutbox[0].subject
