"""The client of the SpKey API against the sandbox, over real HTTP."""

import uuid

import pytest

from portal import spkey
from portal.sandbox import world

HUB = world.hub_id(0)
PERSON = world.USERS["installer@acme.example"]


def claim(client, hub=HUB, site="site-1", **more):
    return client.claim_hub(hub, site_id=site, user_id=PERSON, **more)


def test_an_unclaimed_hub_reads_as_provisioned(acme):
    status = acme.hub_status(HUB)
    assert (status.status, status.org_id, status.site_id) == ("Provisioned", "", "")
    assert status.claimed_at is None
    assert status.online is None
    assert status.serial == world.serial(HUB)


def test_a_claim_binds_the_hub_to_the_organisation_of_the_key_and_the_site(acme, sandbox, clock):
    answer = claim(acme)
    assert (answer.aggregate_id, answer.version) == (HUB, 2)
    assert answer.event.type == "HubClaimed"
    data = answer.event.data
    assert (data.hub_id, data.org_id, data.site_id) == (HUB, world.ACME_ORG_ID, "site-1")
    assert data.claimed_by == PERSON
    assert data.claimed_at.timestamp() == clock.now
    status = acme.hub_status(HUB)
    assert (status.status, status.org_id, status.site_id) == (
        "Claimed",
        world.ACME_ORG_ID,
        "site-1",
    )


def test_a_second_claim_is_refused_and_changes_nothing(acme, harbour, sandbox):
    claim(acme)
    for client in (acme, harbour):
        with pytest.raises(spkey.Refused, match="already claimed") as refused:
            claim(client, site="site-2")
        assert refused.value.details == ()
    assert len(sandbox.state.event_log) == 1
    assert acme.hub_status(HUB).site_id == "site-1"


def test_each_accepted_change_raises_the_version_and_is_logged(acme, sandbox):
    versions = [
        claim(acme).version,
        acme.set_hub_role(HUB, is_primary=True, user_id=PERSON).version,
        acme.reclaim_hub(
            HUB,
            new_org_id=world.ACME_ORG_ID,
            new_site_id="site-2",
            reason="moved",
            user_id=PERSON,
        ).version,
        acme.suspend_hub(HUB, reason="stolen", user_id=PERSON).version,
    ]
    assert versions == [2, 3, 4, 5]
    logged = [(event.type, event.version, event.key) for event in sandbox.state.event_log]
    assert logged == [
        ("HubClaimed", 2, "acme"),
        ("HubRoleSet", 3, "acme"),
        ("HubReClaimed", 4, "acme"),
        ("HubSuspended", 5, "acme"),
    ]
    status = acme.hub_status(HUB)
    assert (status.status, status.site_id, status.is_primary) == ("Suspended", "site-2", True)


def test_a_reclaim_names_the_old_and_the_new_site(acme):
    claim(acme)
    answer = acme.reclaim_hub(
        HUB,
        new_org_id=world.ACME_ORG_ID,
        new_site_id="site-2",
        reason="moved",
        user_id=PERSON,
    )
    data = answer.event.data
    assert (data.previous_site_id, data.new_site_id) == ("site-1", "site-2")
    assert (data.previous_org_id, data.new_org_id) == (world.ACME_ORG_ID, world.ACME_ORG_ID)


def test_commands_for_the_device_are_forwarded_without_an_event(acme, sandbox):
    claim(acme)
    sent = acme.send_hub_command(HUB, command="get_nodes", args={"all": True})
    commissioned = acme.commission_device(HUB, commissioning_code="12345678901")
    assert (sent.event, commissioned.event) == (None, None)
    assert (sent.version, commissioned.version) == (2, 2)
    assert sandbox.state.requests[-2].body["args"] == {"all": True}


def test_a_device_answers_an_accepted_command_later_and_one_without_power_once_it_is_back(
    acme, sandbox, clock
):
    claim(acme)
    sandbox.state.set_hub(HUB, {"online": False})
    acme.send_hub_command(HUB, command="get_nodes")
    clock.now += 60
    (waiting,) = sandbox.state.log()["commands"]
    sandbox.state.set_hub(HUB, {"online": True})
    (answered,) = sandbox.state.log()["commands"]

    assert (waiting["answered_at"], answered["answered_at"]) == (None, clock.now)


def test_what_a_device_is_told_in_confidence_stands_in_no_log(acme, sandbox):
    claim(acme)
    acme.send_hub_command(
        HUB, command="set_wifi_credentials", args={"ssid": "Cellar", "credentials": "open sesame"}
    )
    acme.commission_device(HUB, commissioning_code="12345678901")

    assert sandbox.state.hubs[HUB].told == [
        ("set_wifi_credentials", {"ssid": "Cellar", "credentials": "open sesame"}),
        ("CommissionDevice", {"code": "12345678901"}),
    ]
    everything = repr(sandbox.state) + repr(sandbox.state.hubs) + str(sandbox.state.log())
    for secret in ("Cellar", "open sesame", "12345678901"):
        assert secret not in everything


@pytest.mark.parametrize("code", ["", "123", "1234567890a", "MT:", "123456789012"])
def test_a_commissioning_code_of_another_form_is_refused_by_its_field(acme, code):
    claim(acme)
    with pytest.raises(spkey.Refused) as refused:
        acme.commission_device(HUB, commissioning_code=code)
    assert [problem.field for problem in refused.value.details] == ["commissioningCode"]


def test_a_hub_cannot_be_given_a_role_or_moved_before_it_is_claimed(acme):
    with pytest.raises(spkey.Refused, match="not claimed"):
        acme.set_hub_role(HUB, is_primary=True, user_id=PERSON)
    with pytest.raises(spkey.Refused, match="not claimed"):
        acme.reclaim_hub(HUB, new_org_id="x", new_site_id="y", reason="z", user_id=PERSON)


def test_an_unknown_hub_is_not_found_by_any_call(acme):
    nobody = uuid.uuid4()
    calls = [
        lambda: acme.hub_status(nobody),
        lambda: claim(acme, nobody),
        lambda: acme.suspend_hub(nobody, reason="r", user_id=PERSON),
        lambda: acme.send_hub_command(nobody, command="server_info"),
    ]
    for call in calls:
        with pytest.raises(spkey.NotFound):
            call()


def test_an_id_spelt_otherwise_than_it_was_provisioned_is_no_hub(acme):
    with pytest.raises(spkey.NotFound):
        acme.hub_status(HUB.upper())
    capitals = world.MAGIC["capitals"].id
    assert acme.hub_status(capitals).hub_id == capitals.lower()
    with pytest.raises(spkey.NotFound):
        acme.hub_status(capitals.lower())


def test_every_answer_carries_a_reference_of_its_own(acme):
    references = [acme.hub_status(HUB).meta.reference for _ in range(3)]
    with pytest.raises(spkey.NotFound) as missing:
        acme.hub_status(uuid.uuid4())
    references.append(missing.value.reference)
    assert all(reference and reference.endswith("-SBX") for reference in references)
    assert len(set(references)) == 4


def test_a_known_person_is_found_by_e_mail_and_an_unknown_one_not_made(acme, sandbox):
    known = len(sandbox.state.users)
    assert acme.find_user_by_email("installer@acme.example").uuid == PERSON
    with pytest.raises(spkey.NotFound):
        acme.find_user_by_email("nobody@acme.example")
    assert len(sandbox.state.users) == known


def test_a_revoked_an_unknown_and_a_rotated_key_are_refused(connect, acme, sandbox):
    for key in (world.REVOKED_KEY, "0" * 40):
        with pytest.raises(spkey.BadCredentials):
            connect(key).hub_status(HUB)
    sandbox.state.keys.revoke("acme")
    with pytest.raises(spkey.BadCredentials):
        acme.hub_status(HUB)
    sandbox.state.keys.restore("acme")
    assert acme.hub_status(HUB)
    renewed = sandbox.state.keys.rotate("acme")
    with pytest.raises(spkey.BadCredentials):
        claim(acme)
    assert spkey.check_key_alphabet(renewed) == renewed
    assert claim(connect(renewed)).version == 2


def test_a_normal_key_may_name_its_own_organisation_and_no_other(acme, sandbox):
    with pytest.raises(spkey.Forbidden):
        claim(acme, org_id=world.HARBOUR_ORG_ID)
    assert sandbox.state.event_log == []
    assert claim(acme, org_id=world.ACME_ORG_ID).event.data.org_id == world.ACME_ORG_ID


def test_a_normal_key_has_no_power_over_the_hub_of_another_organisation(acme, harbour):
    claim(acme)
    with pytest.raises(spkey.Forbidden):
        harbour.suspend_hub(HUB, reason="envy", user_id=PERSON)
    with pytest.raises(spkey.Forbidden):
        harbour.send_hub_command(HUB, command="server_info")
    with pytest.raises(spkey.Forbidden):
        harbour.reclaim_hub(
            HUB,
            new_org_id=world.HARBOUR_ORG_ID,
            new_site_id="s",
            reason="envy",
            user_id=PERSON,
        )
    with pytest.raises(spkey.Forbidden):
        acme.reclaim_hub(
            HUB, new_org_id=world.HARBOUR_ORG_ID, new_site_id="s", reason="gift", user_id=PERSON
        )


def test_a_super_key_claims_and_moves_for_any_organisation(support):
    claimed = claim(support, org_id=world.HARBOUR_ORG_ID)
    assert claimed.event.data.org_id == world.HARBOUR_ORG_ID
    moved = support.reclaim_hub(
        HUB, new_org_id=world.ACME_ORG_ID, new_site_id="s", reason="sold", user_id=PERSON
    )
    assert moved.event.data.previous_org_id == world.HARBOUR_ORG_ID
    assert support.hub_status(HUB).org_id == world.ACME_ORG_ID


def test_a_super_key_without_an_organisation_claims_for_its_own(support):
    assert claim(support).event.data.org_id == world.SUPPORT_ORG_ID


def test_the_log_names_the_key_and_never_holds_it(connect, sandbox):
    client = connect(world.ACME_KEY, bearer_token="canary.bearer.token")
    client.hub_status(HUB)
    logged = sandbox.state.requests[-1]
    assert (logged.method, logged.path, logged.status) == ("GET", f"/hubs/{HUB}/status", 200)
    assert (logged.key, logged.bearer) == ("acme", True)
    everything = repr(sandbox.state.requests) + repr(sandbox.state) + str(sandbox.state.log())
    assert world.ACME_KEY not in everything
    assert "canary" not in everything
    assert world.ACME_KEY not in repr(sandbox.state.keys["acme"])
