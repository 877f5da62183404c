"""From asking to the new building: what each step needs, and how it is tried to do without."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.audit.models import Entry
from portal.core.throttle import LimitReachedError
from portal.hubs.models import Hub
from portal.moves import asking, deciding, holding
from portal.moves.asking import CannotAskError, Wish
from portal.moves.checks import somebody_sees_new_requests
from portal.moves.deciding import CannotDecideError, Hindrance, TellsError
from portal.moves.models import HOLDER_HAS, Answer, MoveRequest, State
from portal.notices.models import Notice
from portal.orgs.models import ApiCredential, Membership, Organisation
from portal.sandbox import world
from tests.conftest import join, make_organisation, make_person
from tests.moves.conftest import BECAUSE, HELD, WHY, bind, member, now, row_of, sent, work


def told(kind: str) -> set[str]:
    return set(Notice.objects.filter(kind=kind).values_list("user__email", flat=True))


def test_the_whole_way_leads_to_the_new_building(sandbox, approved, ira, mill_court, harbour):
    done = work(approved, rounds=3)

    assert done.state == State.MOVED
    hub = sandbox.state.hubs[HELD]
    assert (hub.org_id, hub.site_id) == (world.ACME_ORG_ID, mill_court.spkey_site_id)
    assert done.hub.binding == Hub.Binding.OURS
    assert done.hub.claimed_by == ira
    [body] = [each.body for each in sent(sandbox)]
    assert body["newOrgId"] == world.ACME_ORG_ID
    assert body["reason"] == BECAUSE
    assert {each.key for each in sandbox.state.requests} == {"support"}
    assert told("move_ended") >= {ira.email}
    assert told("hub_taken") == {"admin@harbour.example"}
    assert told("move_held") == {"admin@harbour.example"}
    assert told("move_answered") == {"agent@support.example"}


@pytest.mark.parametrize("binding", ["free", "ours", "missing", "unknown"])
def test_only_what_is_somebody_elses_is_asked_for(ira, acme, mill_court, binding):
    hub = row_of(acme, world.hub_id(9), binding)

    with pytest.raises(CannotAskError) as refused:
        asking.ask(member(ira, acme), Wish(hub, mill_court, WHY))

    assert refused.value.why == binding
    assert not MoveRequest.objects.exists()


def test_asked_twice_it_is_one_request(asked, ira, ada, acme, held, mill_court):
    again = asking.ask(member(ira, acme), Wish(held, mill_court, WHY))
    by_a_colleague = asking.ask(member(ada, acme), Wish(held, mill_court, "Ada asks as well"))

    assert again == by_a_colleague == asked


def test_somebody_asks_for_so_many_hubs_a_day(ira, acme, mill_court, monkeypatch):
    limit = asking.A_DAY
    monkeypatch.setattr(asking, "A_DAY", type(limit)(limit.name, most=2, seconds=limit.seconds))
    for number in range(2):
        hub = row_of(acme, world.hub_id(20 + number))
        asking.ask(member(ira, acme), Wish(hub, mill_court, WHY))

    with pytest.raises(LimitReachedError):
        asking.ask(member(ira, acme), Wish(row_of(acme, world.hub_id(30)), mill_court, WHY))


def test_a_hub_is_asked_for_at_a_site_of_ones_own(ira, acme, held, lighthouse):
    with pytest.raises(ValueError, match="one's own"):
        asking.ask(member(ira, acme), Wish(held, lighthouse, WHY))


def test_what_was_asked_for_stays_though_it_was_only_looked_up(asked, held):
    held.refresh_from_db()
    assert held.kept_until is None


def test_nothing_is_read_with_the_super_key_before_an_agent_looks(sandbox, asked):
    work(asked)

    assert not sandbox.state.requests


def test_the_look_finds_the_holder(looked_up, harbour):
    assert (looked_up.holder, looked_up.found_org_id) == (harbour, world.HARBOUR_ORG_ID)
    assert looked_up.support_organisation is not None
    # The row of who asked still says only that it is somebody else's.
    assert (looked_up.hub.binding, looked_up.hub.spkey_site_id) == (Hub.Binding.OTHER, "")


@pytest.mark.parametrize(
    ("org_id", "status", "found"),
    [("", "Provisioned", "free"), (world.ACME_ORG_ID, "Claimed", "ours")],
)
def test_a_hub_that_nobody_else_has_needs_no_request(sandbox, asked, sams, org_id, status, found):
    hub = sandbox.state.hubs[HELD]
    hub.org_id, hub.status = org_id, status

    deciding.look_up(asked, sams)
    done = work(asked)

    assert (done.state, done.found) == (State.NOT_NEEDED, found)
    assert "move_ended" in Notice.objects.values_list("kind", flat=True)


def test_a_hub_that_spkey_does_not_know_needs_no_request(sandbox, asked, sams):
    del sandbox.state.hubs[HELD]

    deciding.look_up(asked, sams)

    assert (work(asked).state, work(asked).found) == (State.NOT_NEEDED, "missing")


def test_a_key_that_is_no_super_key_any_more_reads_nothing(sandbox, asked, sams, spkey_support):
    deciding.look_up(asked, sams)
    ApiCredential.objects.filter(organisation=spkey_support).update(kind="normal")

    done = work(asked)

    assert (done.state, done.trouble, done.due_at) == (State.ASKED, "key", None)
    assert not sandbox.state.requests


def test_a_look_goes_on_while_spkey_is_away_and_stops_some_time(sandbox, asked, sams, settings):
    settings.SPKEY_BASE_URL = "http://127.0.0.1:9"
    deciding.look_up(asked, sams)

    once = work(asked)
    assert (once.trouble, once.is_being_looked_up) == ("unreachable", True)
    done = work(asked, rounds=12)
    assert not done.is_being_looked_up


def test_the_holder_is_asked_after_the_look_and_once(asked, sams, put):
    for request in (asked, put):
        with pytest.raises(CannotDecideError):
            deciding.put_to_holder(request, sams)
    assert put.state == State.WITH_HOLDER


def test_nothing_is_approved_before_the_holder_has_answered(looked_up, put, sams):
    with pytest.raises(CannotDecideError) as refused:
        deciding.approve(put, sams, BECAUSE)
    assert refused.value.why == Hindrance.TOO_LATE


def test_a_known_holder_is_not_passed_over(looked_up, sams):
    with pytest.raises(CannotDecideError) as refused:
        deciding.approve(looked_up, sams, BECAUSE)
    assert refused.value.why == Hindrance.TOO_LATE


def test_a_no_ends_it_and_support_declines(sandbox, put, sams, hals, ira):
    assert holding.answer(put, hals, agrees=False)

    with pytest.raises(CannotDecideError) as refused:
        deciding.approve(put, sams, BECAUSE)
    assert refused.value.why == Hindrance.TOO_LATE
    deciding.decline(put, sams, "It cannot be moved. Ask whoever ran the building.")

    assert now(put).state == State.DECLINED
    assert not sent(sandbox)
    letter = Notice.objects.get(kind="move_ended", user=ira)
    assert letter.facts["sentence"].startswith("It cannot")


def test_a_holder_that_the_portal_does_not_know_is_passed_over(sandbox, asked, sams):
    bind(sandbox, HELD, world.OTHER_ORG_ID)
    deciding.look_up(asked, sams)
    found = work(asked)
    assert (found.holder, found.found_org_id) == (None, world.OTHER_ORG_ID)

    deciding.approve(found, sams, BECAUSE)

    assert work(found, rounds=3).state == State.MOVED


@pytest.mark.parametrize("status", ["Suspended", "Decommissioned"])
@pytest.mark.parametrize("holds", [world.HARBOUR_ORG_ID, world.OTHER_ORG_ID])
def test_of_a_hub_out_of_use_nobody_is_asked_and_nothing_approved(
    sandbox, asked, sams, hals, status, holds
):
    bind(sandbox, HELD, holds)
    sandbox.state.hubs[HELD].status = status
    deciding.look_up(asked, sams)
    found = work(asked)

    for decide in (
        lambda: deciding.put_to_holder(found, sams),
        lambda: deciding.approve(found, sams, BECAUSE),
    ):
        with pytest.raises(CannotDecideError) as refused:
            decide()
        assert refused.value.why == Hindrance.OUT_OF_USE
    assert not told("move_held")

    sandbox.state.hubs[HELD].status = "Claimed"
    deciding.look_up(now(asked), sams)
    again = work(asked)
    assert again.can_put_to_holder or again.can_approve


def test_after_three_days_of_silence_support_may_approve(put, sams, hals, clock):
    clock.shift(HOLDER_HAS.total_seconds() + 1)
    assert not holding.answer(put, hals, agrees=False)
    done = work(put)
    assert (done.state, done.holder_answer) == (State.ANSWERED, Answer.SILENT)
    assert not holding.answer(done, hals, agrees=False)

    deciding.approve(done, sams, BECAUSE)
    assert work(done, rounds=3).state == State.MOVED


def test_a_clock_that_is_put_back_gives_the_holder_no_days_back(put, hals, clock):
    clock.shift(HOLDER_HAS.total_seconds() + 1)
    work(put)
    clock.shift(-2 * 24 * 3600)

    assert not holding.answer(put, hals, agrees=True)


def test_two_administrators_answer_once(put, hals, harbour):
    other = join(
        Membership.objects.get(pk=hals.pk).user.__class__.objects.create_user(
            "two@harbour.example", "x", name="Two"
        ),
        harbour,
        "admin",
    )
    assert holding.answer(put, hals, agrees=False)
    assert not holding.answer(put, other, agrees=True)
    assert now(put).holder_answer == Answer.NO


def test_nobody_answers_for_another_organisation(put, ada, acme):
    assert not holding.answer(put, member(ada, acme), agrees=True)


def test_who_asked_does_not_answer_for_the_holder(put, ira, harbour):
    twice = join(ira, harbour, "admin")

    assert not holding.answer(put, member(ira, harbour), agrees=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        MoveRequest.objects.filter(pk=put.pk).update(
            state="answered", holder_answer="yes", answered_by=twice.user
        )


def test_who_asked_does_not_decide_in_whatever_role(agreed, ira, spkey_support, mill_court):
    join(ira, spkey_support, support=True)
    agent = member(ira, spkey_support)

    for act in (
        lambda: deciding.approve(agreed, agent, BECAUSE),
        lambda: deciding.decline(agreed, agent, "Not wanted any more"),
        lambda: deciding.look_up(agreed, agent),
    ):
        with pytest.raises(CannotDecideError) as refused:
            act()
        assert refused.value.why == Hindrance.OWN
    with pytest.raises(IntegrityError), transaction.atomic():
        MoveRequest.objects.filter(pk=agreed.pk).update(decided_by=ira)


def test_who_answered_for_the_holder_does_not_decide(agreed, hal, spkey_support):
    join(hal, spkey_support, support=True)

    with pytest.raises(CannotDecideError) as refused:
        deciding.approve(agreed, member(hal, spkey_support), BECAUSE)
    assert refused.value.why == Hindrance.OWN
    with pytest.raises(IntegrityError), transaction.atomic():
        MoveRequest.objects.filter(pk=agreed.pk).update(decided_by=hal)


def test_two_agents_at_once_approve_it_once(agreed, sams, another_agent):
    deciding.approve(agreed, sams, BECAUSE)

    with pytest.raises(CannotDecideError):
        deciding.approve(agreed, member(another_agent.user, sams.organisation), BECAUSE)
    with pytest.raises(CannotDecideError):
        deciding.decline(agreed, sams, "Too late to decline this")


def test_no_agent_of_another_support_handles_it(agreed, sams):
    partner = Organisation.objects.create(name="Partner", spkey_org_id="partner")
    agent = join(sams.user.__class__.objects.create_user("p@p.example", "x"), partner, support=True)

    with pytest.raises(CannotDecideError):
        deciding.approve(agreed, agent, BECAUSE)


def a_partner() -> Membership:
    """An agent of another support."""
    partner = make_organisation("Partner Support", "partner", "partner-key", "super")
    return join(make_person("p@partner.example", "Pia"), partner, support=True)


def test_with_one_super_key_its_agents_see_what_is_new(asked, sams):
    assert asked in MoveRequest.objects.for_agent(sams)


def test_with_several_super_keys_nobody_sees_what_is_new_until_one_is_named(asked, sams, settings):
    theirs, seen = a_partner(), MoveRequest.objects.for_agent
    for agent in (sams, theirs):
        assert asked not in seen(agent)
        with pytest.raises(CannotDecideError):
            deciding.look_up(asked, agent)

    settings.SUPPORT_OF_MOVES = "partner"
    assert asked in seen(theirs)
    assert asked not in seen(sams)
    with pytest.raises(CannotDecideError):
        deciding.look_up(asked, sams)
    deciding.look_up(asked, theirs)

    # What somebody has begun with stays theirs.
    settings.SUPPORT_OF_MOVES = sams.organisation.spkey_org_id
    assert asked in seen(theirs)
    assert asked not in seen(sams)


@pytest.mark.parametrize("named", ["harbour-living", "nobody-at-all", "PARTNER"])
def test_one_that_is_named_and_holds_no_super_key_leaves_it_to_nobody(
    asked, sams, harbour, settings, named
):
    settings.SUPPORT_OF_MOVES = named

    assert asked not in MoveRequest.objects.for_agent(sams)
    assert [each.id for each in somebody_sees_new_requests()] == ["portal.W002"]


def test_what_is_deployed_is_asked_whether_somebody_sees_them(sams, settings):
    said = somebody_sees_new_requests
    assert said() == []
    a_partner()
    assert [each.id for each in said()] == ["portal.W002"]
    settings.SUPPORT_OF_MOVES = "partner"
    assert said() == []
    settings.SUPPORT_OF_MOVES = ""
    with pytest.raises(SystemCheckError, match="W002"):
        call_command("check", deploy=True, databases=["default"], fail_level="WARNING")


def test_without_any_super_key_there_is_nothing_to_warn_of(db):
    assert somebody_sees_new_requests() == []


def test_declining_counts_as_an_action_for_others(asked, sams, settings):
    settings.SUPPORT_CLAIMS_AN_HOUR = 1
    deciding.look_up(asked, sams)

    with pytest.raises(LimitReachedError):
        deciding.decline(work(asked), sams, "It stays where it is.")

    assert now(asked).state == State.ASKED
    assert not told("move_ended")


def test_so_does_what_comes_to_nothing(asked, sams, settings):
    settings.SUPPORT_CLAIMS_AN_HOUR = 2
    for _ in range(2):
        with pytest.raises(TellsError):
            deciding.decline(asked, sams, "Ask nobody@nowhere.example for it")

    with pytest.raises(LimitReachedError):
        deciding.decline(asked, sams, "It stays where it is.")


def test_a_hub_is_moved_for_one_organisation_at_a_time(
    approved, sams, ira, harbour, spkey_support, sandbox
):
    third = Organisation.objects.create(name="Third", spkey_org_id="third")
    site = third.sites.create(name="There", spkey_site_id="there")
    tess = join(sams.user.__class__.objects.create_user("t@t.example", "x", name="T"), third)
    request = asking.ask(tess, Wish(row_of(third, HELD), site, WHY))
    MoveRequest.objects.filter(pk=request.pk).update(
        state="answered",
        holder=harbour,
        holder_answer="silent",
        found="other",
        found_org_id=world.HARBOUR_ORG_ID,
        support_organisation=spkey_support,
    )

    with pytest.raises(CannotDecideError) as refused:
        deciding.approve(request, sams, BECAUSE)
    assert refused.value.why == Hindrance.BUSY


def test_a_request_is_taken_back_until_it_is_decided(put, ira, hals):
    assert asking.withdraw(put, ira)
    assert not asking.withdraw(put, ira)
    assert not holding.answer(put, hals, agrees=True)
    assert now(put).state == State.WITHDRAWN


def test_what_is_approved_is_not_taken_back(approved, ira):
    assert not asking.withdraw(approved, ira)


def test_at_a_site_that_was_archived_nothing_is_moved(agreed, sams, mill_court):
    mill_court.archived_at = timezone.now()
    mill_court.save()

    with pytest.raises(CannotDecideError) as refused:
        deciding.approve(agreed, sams, BECAUSE)
    assert refused.value.why == Hindrance.SITE


def test_an_agent_approves_so_many_an_hour(agreed, sams, settings):
    settings.SUPPORT_CLAIMS_AN_HOUR = 0

    with pytest.raises(LimitReachedError):
        deciding.approve(agreed, sams, BECAUSE)
    assert now(agreed).state == State.ANSWERED


def test_looking_up_and_asking_count_like_any_action_of_an_agents(asked, sams, settings):
    settings.SUPPORT_CLAIMS_AN_HOUR = 1
    deciding.look_up(asked, sams)
    found = work(asked)

    for act in (deciding.look_up, deciding.put_to_holder):
        with pytest.raises(LimitReachedError):
            act(found, sams)
    assert now(found).state == State.ASKED


def test_the_holders_record_says_that_support_looked_and_not_for_whom(looked_up, acme, harbour):
    entry = Entry.objects.get(verb="support.looked_up", organisation_id=harbour.pk)

    assert entry.detail["hub"] == looked_up.hub_id_text
    assert acme.name not in f"{entry.detail} {entry.object_label} {entry.object_id}"


def test_the_database_holds_that_a_no_is_never_moved(put, hals, sams, approved):
    with pytest.raises(IntegrityError), transaction.atomic():
        MoveRequest.objects.filter(pk=approved.pk).update(
            holder_answer="no", holder_expires_at=timezone.now() - timedelta(days=1)
        )


def test_neither_side_learns_of_the_other(approved, acme, harbour, ira, hal):
    work(approved, rounds=3)

    hidden = {
        acme.pk: ("Harbour", world.HARBOUR_ORG_ID, hal.name, hal.email, "lighthouse"),
        harbour.pk: ("Acme", world.ACME_ORG_ID, ira.name, ira.email, "Mill Court", WHY),
    }
    for organisation, words in hidden.items():
        rows = [
            *Entry.objects.filter(organisation_id=organisation).values_list(
                "verb", "detail", "object_label", "site", "actor_label"
            ),
            *Notice.objects.filter(organisation=organisation).values_list("kind", "facts", "about"),
        ]
        text = str(rows)
        assert rows
        assert not [word for word in words if word in text]
