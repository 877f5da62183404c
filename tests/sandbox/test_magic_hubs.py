"""Each magic hub does what the table says, as the client sees it."""

import pytest

from portal import spkey
from portal.sandbox import acted_on, world
from portal.sandbox.table import magic_table

MAGIC = world.MAGIC
PERSON = world.USERS["installer@acme.example"]


def claim(client, name):
    return client.claim_hub(MAGIC[name].id, site_id="site-1", user_id=PERSON)


def status(client, name):
    return client.hub_status(MAGIC[name].id)


def assert_claimed_by_acme(client, name):
    found = status(client, name)
    assert (found.status, found.org_id, found.site_id) == ("Claimed", world.ACME_ORG_ID, "site-1")


def assert_nothing_happened(client, sandbox, name):
    assert status(client, name).status == "Provisioned"
    assert sandbox.state.event_log == []


def test_offline_at_first_counts_reads_and_claims_together_and_then_can_be_claimed(acme):
    assert status(acme, "offline_at_first").online is False
    with pytest.raises(spkey.HubOffline) as offline:
        claim(acme, "offline_at_first")
    assert offline.value.http_status == 502
    assert status(acme, "offline_at_first").online is False
    assert status(acme, "offline_at_first").online is True
    assert claim(acme, "offline_at_first").event.data.site_id == "site-1"


def test_offline_for_ever_stays_offline(acme, sandbox):
    for _ in range(world.OFFLINE_CALLS + 2):
        with pytest.raises(spkey.HubOffline):
            claim(acme, "offline")
        assert status(acme, "offline").online is False
    assert_nothing_happened(acme, sandbox, "offline")


def test_unknown_is_not_found(acme):
    with pytest.raises(spkey.NotFound):
        status(acme, "unknown")
    with pytest.raises(spkey.NotFound):
        claim(acme, "unknown")


@pytest.mark.parametrize(
    ("name", "org_id", "site_id"),
    [
        ("claimed_elsewhere", world.OTHER_ORG_ID, "their-site"),
        ("other_site", world.ACME_ORG_ID, "other-site"),
    ],
)
def test_a_claimed_hub_says_whose_it_is_and_is_refused(acme, name, org_id, site_id):
    found = status(acme, name)
    assert (found.status, found.org_id, found.site_id) == ("Claimed", org_id, site_id)
    assert found.claimed_at is not None
    with pytest.raises(spkey.Refused, match="already claimed"):
        claim(acme, name)


def test_a_hidden_hub_is_told_to_nobody_but_its_owner_and_support(acme, support):
    with pytest.raises(spkey.Forbidden):
        status(acme, "hidden")
    with pytest.raises(spkey.Forbidden):
        claim(acme, "hidden")
    assert status(support, "hidden").org_id == world.OTHER_ORG_ID


@pytest.mark.parametrize(
    ("name", "word"), [("suspended", "Suspended"), ("decommissioned", "Decommissioned")]
)
def test_a_hub_out_of_use_says_so_and_is_refused(acme, name, word):
    assert status(acme, name).status == word
    with pytest.raises(spkey.Refused, match=word):
        claim(acme, name)


def test_rate_limited_names_two_seconds_twice_and_is_then_claimed(acme):
    for _ in range(2):
        with pytest.raises(spkey.RateLimited) as limited:
            claim(acme, "rate_limited")
        assert limited.value.retry_after == 2
    assert claim(acme, "rate_limited").version == 2
    assert_claimed_by_acme(acme, "rate_limited")


def test_server_error_never_takes_effect_and_can_still_be_read(acme, sandbox):
    for _ in range(3):
        with pytest.raises(spkey.Unreachable) as failed:
            claim(acme, "server_error")
        assert failed.value.http_status == 500
        assert failed.value.outcome_unknown
    assert_nothing_happened(acme, sandbox, "server_error")


def test_a_gateway_error_is_told_apart_from_a_hub_that_is_offline(acme):
    for _ in range(2):
        with pytest.raises(spkey.Unreachable) as failed:
            claim(acme, "html_502")
        assert failed.value.http_status == 502
        assert status(acme, "html_502").status == "Provisioned"
    assert claim(acme, "html_502").version == 2


def test_slow_takes_its_eight_seconds_and_succeeds(patient_sandbox, pauses):
    with spkey.Client(patient_sandbox.url, world.ACME_KEY) as client:
        assert claim(client, "slow").event.data.site_id == "site-1"
        assert_claimed_by_acme(client, "slow")
    assert [seconds for seconds in pauses if seconds] == [world.SLOW_SECONDS]


def test_an_answer_that_is_lost_leaves_the_hub_claimed(acme, sandbox):
    with pytest.raises(spkey.Unreachable) as lost:
        claim(acme, "answer_lost")
    assert lost.value.http_status is None
    assert lost.value.outcome_unknown
    assert_claimed_by_acme(acme, "answer_lost")
    with pytest.raises(spkey.Refused, match="already claimed"):
        claim(acme, "answer_lost")
    assert len(sandbox.state.event_log) == 1


def test_a_malformed_answer_leaves_the_hub_claimed(acme):
    with pytest.raises(spkey.UnusableAnswer) as unusable:
        claim(acme, "malformed")
    assert unusable.value.http_status == 200
    assert unusable.value.outcome_unknown
    assert_claimed_by_acme(acme, "malformed")


@pytest.mark.parametrize("name", ["event_null", "event_missing"])
def test_an_answer_without_event_proves_nothing_but_the_hub_is_claimed(acme, name, sandbox):
    answer = claim(acme, name)
    assert answer.event is None
    assert answer.version == sandbox.state.hubs[MAGIC[name].id].version
    assert_claimed_by_acme(acme, name)


def test_forbidden_is_forbidden_and_can_still_be_read(acme, sandbox):
    with pytest.raises(spkey.Forbidden):
        claim(acme, "forbidden")
    assert_nothing_happened(acme, sandbox, "forbidden")


def move(client, name):
    return client.reclaim_hub(
        MAGIC[name].id,
        new_org_id=world.ACME_ORG_ID,
        new_site_id="site-1",
        reason="Swapped",
        user_id=PERSON,
    )


@pytest.mark.parametrize(
    ("name", "error", "moved_first", "moved_then"),
    [
        ("ours_side_effects", spkey.SideEffectsFailed, True, True),
        ("ours_answer_lost", spkey.Unreachable, True, True),
        ("ours_gateway", spkey.Unreachable, True, True),
        ("ours_offline_at_first", spkey.NotPassedOn, False, True),
        ("ours_rate_limited", spkey.RateLimited, False, True),
        ("ours_restarting", spkey.Unreachable, False, True),
        ("ours_competing", spkey.Busy, False, True),
        ("ours_not_passed_on", spkey.NotPassedOn, False, False),
        ("ours_refused", spkey.Refused, False, False),
        ("ours_forbidden", spkey.Forbidden, False, False),
        ("ours_missing", spkey.NotFound, False, False),
    ],
)
def test_a_hub_of_ones_own_answers_a_move_as_its_line_says(
    name, error, moved_first, moved_then, acme
):
    with pytest.raises(error):
        move(acme, name)
    assert (status(acme, name).site_id == "site-1") == moved_first
    if moved_then:
        move(acme, name)
    assert (status(acme, name).site_id == "site-1") == moved_then


def test_what_is_never_done_is_answered_as_if_it_were(acme, sandbox):
    for _ in range(3):
        assert move(acme, "ours_never_done").event is None
    assert status(acme, "ours_never_done").site_id == world.ACTED_ON_AT
    assert sandbox.state.event_log == []


@pytest.mark.parametrize(
    ("name", "seconds"),
    [("ours_slow", acted_on.SLOW_SECONDS), ("ours_never_answered", acted_on.SILENT_SECONDS)],
)
def test_a_hub_of_ones_own_takes_its_time_and_then_it_is_done(
    name, seconds, patient_sandbox, pauses
):
    with spkey.Client(patient_sandbox.url, world.ACME_KEY) as client:
        if name == "ours_slow":
            move(client, name)
        else:
            with pytest.raises(spkey.Unreachable):
                move(client, name)
        assert status(client, name).site_id == "site-1"
    assert [waited for waited in pauses if waited] == [seconds]


def test_a_hub_that_is_not_found_in_between_is_there_again(acme):
    assert status(acme, "ours_missing_once").site_id == world.ACTED_ON_AT
    with pytest.raises(spkey.Unreachable):
        move(acme, "ours_missing_once")
    with pytest.raises(spkey.NotFound):
        status(acme, "ours_missing_once")
    assert status(acme, "ours_missing_once").site_id == "site-1"


def test_a_hub_that_is_handed_over_in_between_is_another_organisations(acme):
    with pytest.raises(spkey.Unreachable):
        move(acme, "ours_handed_over")
    assert status(acme, "ours_handed_over").org_id == world.OTHER_ORG_ID
    with pytest.raises(spkey.Forbidden):
        move(acme, "ours_handed_over")


def test_another_organisation_meets_no_magic_but_a_403(harbour):
    with pytest.raises(spkey.Forbidden):
        move(harbour, "ours_side_effects")


def test_a_refused_key_is_refused_for_magic_hubs_too(connect, sandbox):
    stranger = connect(world.REVOKED_KEY)
    for name in ("answer_lost", "event_null", "rate_limited"):
        with pytest.raises(spkey.BadCredentials):
            claim(stranger, name)
    assert sandbox.state.event_log == []


def test_a_reset_lets_the_magic_start_again(acme, sandbox):
    for _ in range(2):
        with pytest.raises(spkey.Unreachable):
            claim(acme, "answer_lost")
        sandbox.reset()
        assert status(acme, "answer_lost").status == "Provisioned"


def test_the_table_has_one_line_for_each_magic_hub():
    header, rule, *rows = magic_table().splitlines()
    assert header.count("|") == rule.count("|") == 4
    assert [row.split("`")[1] for row in rows] == [hub.id for hub in MAGIC.values()]
    assert all(row.count("|") == 4 for row in rows)


def test_no_two_hubs_share_an_id():
    ids = [hub.id for hub in MAGIC.values()]
    ids += [world.hub_id(n) for n in range(world.HUB_COUNT)]
    assert len(set(ids)) == len(ids)
    assert world.hub_id(0, seed=1) != world.hub_id(0, seed=2)


def test_side_effects_that_fail_follow_a_claim_that_took_effect(acme):
    with pytest.raises(spkey.SideEffectsFailed):
        claim(acme, "side_effects")
    assert_claimed_by_acme(acme, "side_effects")


def test_restarting_asks_for_two_seconds_twice_and_then_can_be_claimed(acme, sandbox):
    for _ in range(2):
        with pytest.raises(spkey.Unreachable) as restarting:
            claim(acme, "restarting")
        assert (restarting.value.http_status, restarting.value.retry_after) == (503, 2.0)
        assert_nothing_happened(acme, sandbox, "restarting")
    assert claim(acme, "restarting").event.data.site_id == "site-1"


def test_invalid_is_refused_by_its_field(acme, sandbox):
    with pytest.raises(spkey.Refused) as refused:
        claim(acme, "invalid")
    assert refused.value.details == (spkey.FieldProblem("siteId", "Unknown site"),)
    assert_nothing_happened(acme, sandbox, "invalid")


def test_a_competing_writer_is_named_twice_and_then_it_can_be_claimed(acme, sandbox):
    for _ in range(2):
        with pytest.raises(spkey.Busy, match="VersionConflictError"):
            claim(acme, "competing")
        assert_nothing_happened(acme, sandbox, "competing")
    assert claim(acme, "competing").event.data.site_id == "site-1"
