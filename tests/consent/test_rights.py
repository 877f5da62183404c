"""Whether an agent may act now: by a grant that stands, covers the site, and is theirs."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.claims.engine import credentials
from portal.claims.models import Claim, Reason, State
from portal.consent import giving, rights
from portal.consent.break_glass import break_glass
from portal.consent.models import Grant, Scope
from portal.consent.rights import NoConsentError, Why
from portal.core import worker
from portal.core.leasing import ClockPutBackError, correct_clock
from portal.orgs.models import Membership
from tests.conftest import join, make_organisation, work
from tests.support.conftest import filled, post, sent

HOUR = timedelta(hours=1)


def why(agent: Membership, organisation, **asked) -> Why:
    with pytest.raises(NoConsentError) as problem:
        rights.authority(agent, organisation, **asked)
    return problem.value.why


def test_nobody_acts_for_an_organisation_that_has_said_nothing(sams, acme):
    assert why(sams, acme) == Why.NONE


def test_every_agent_of_the_support_organisation_acts_by_its_consent(sams, sue, consent, acme):
    assert rights.authority(sams, acme).grant == rights.authority(sue, acme).grant == consent


def test_who_is_no_agent_does_not(lead, consent, acme):
    assert why(lead, acme) == Why.NONE


def test_agents_of_another_support_do_not(consent, acme, ira):
    other = make_organisation("Other Support", "other-support", "0" * 40, "super")
    assert why(join(ira, other, support=True), acme) == Why.NONE


def test_consent_of_one_organisation_is_none_of_another(sams, consent, harbour):
    assert why(sams, harbour) == Why.NONE
    assert why(sams, harbour, grant=consent.pk) == Why.NONE


def test_break_glass_is_the_agents_own(sams, sue, acme):
    grant = break_glass(sams, acme, reason="Nobody answers", ticket="T-1")

    assert rights.authority(sams, acme).grant == grant
    assert why(sue, acme) == Why.NONE


def test_consent_comes_before_break_glass(sams, acme, consent):
    break_glass(sams, acme, reason="Nobody answers", ticket="T-1")

    assert rights.authority(sams, acme).grant == consent


@pytest.mark.parametrize("how", ["its time", "a worker", "its own times alone"])
def test_what_is_over_is_over(sams, acme, consent, clock, how):
    if how == "its own times alone":
        Grant.objects.update(ends_at=timezone.now() + timedelta(seconds=1))
        clock.shift(2)
    else:
        clock.shift(25 * HOUR)
    if how == "a worker":
        worker.run_once()

    assert why(sams, acme) == Why.ENDED


def test_what_is_revoked_is_so_at_once(sams, acme, ada, consent):
    assert giving.revoke(consent, ada)

    assert why(sams, acme) == Why.REVOKED
    assert not giving.revoke(consent, ada)


def test_a_clock_that_is_put_back_revives_nothing_that_had_ended(sams, acme, consent, clock):
    clock.shift(25 * HOUR)
    worker.run_once()
    clock.shift(-10 * HOUR)

    assert why(sams, acme) == Why.ENDED


def test_a_clock_that_is_put_back_makes_nothing_last_longer(sams, acme, consent, clock):
    clock.shift(23 * HOUR)
    Grant.objects.update(timed_at=timezone.now())
    clock.shift(-20 * HOUR)
    correct_clock()

    clock.shift(2 * HOUR)
    assert why(sams, acme) == Why.ENDED


def test_before_it_was_given_nobody_knows_whether_it_stands_until_the_clock_is_made_up_for(
    sams, acme, consent, clock
):
    clock.shift(-HOUR)
    with pytest.raises(ClockPutBackError):
        rights.may(sams, acme)

    correct_clock()
    assert rights.authority(sams, acme).grant == consent


@pytest.mark.parametrize("how", ["revoked", "ended", "another site"])
def test_what_would_not_stand_by_any_clock_is_said_at_once(
    how, sams, acme, ada, admin, spkey_support, mill_court, orchard_rise, clock
):
    grant = giving.give(admin, spkey_support, Scope(sites=[mill_court]))
    if how == "revoked":
        giving.revoke(grant, ada)
    elif how == "ended":
        Grant.objects.update(ended_at=timezone.now(), due_at=None)
    clock.shift(-HOUR)

    assert not rights.may(sams, acme, site=orchard_rise if how == "another site" else mill_court)


def test_only_the_sites_that_were_named(sams, acme, admin, spkey_support, mill_court, orchard_rise):
    giving.give(admin, spkey_support, Scope(sites=[mill_court]))

    assert rights.may(sams, acme, site=mill_court)
    assert why(sams, acme, site=orchard_rise) == Why.SITE
    assert why(sams, acme, unlisted_site=True) == Why.SITE


def test_moves_only_where_they_were_allowed(sams, acme, admin, spkey_support, mill_court, consent):
    assert why(sams, acme, site=mill_court, move=True) == Why.MOVE
    giving.give(admin, spkey_support, Scope(sites=[mill_court], may_move=True))

    assert rights.may(sams, acme, site=mill_court, move=True)
    assert why(sams, acme, unlisted_site=True, move=True) == Why.MOVE


def test_another_grant_does_not_stand_in_for_the_one_that_is_asked_for(
    sams, acme, ada, admin, spkey_support, consent
):
    giving.give(admin, spkey_support, Scope())
    giving.revoke(consent, ada)

    assert rights.may(sams, acme)
    assert why(sams, acme, grant=consent.pk) == Why.REVOKED


def _revoked(grant, sam, ada, clock):
    giving.revoke(grant, ada)


def _over(grant, sam, ada, clock):
    clock.shift(25 * HOUR)


def _no_agent(grant, sam, ada, clock):
    Membership.objects.filter(user=sam).update(support=False)


def _narrowed(grant, sam, ada, clock):
    Grant.objects.update(all_sites=False)


@pytest.mark.parametrize("gone", [_revoked, _over, _no_agent, _narrowed])
def test_a_claim_ends_unsent_when_its_grant_goes_between_form_and_send(
    gone, sandbox, agent, sam, ada, consent, mill_court, hub_id, clock
):
    post(agent, filled(hub_id, mill_court), consent)
    gone(consent, sam, ada, clock)

    done = work(Claim.objects.get())

    assert (done.state, done.reason) == (State.CANCELLED, Reason.RIGHT_GONE)
    assert not sent(sandbox)


def test_a_claim_is_not_sent_when_its_grant_is_revoked_while_spkey_is_read(
    sandbox, agent, ada, consent, mill_court, hub_id, monkeypatch
):
    post(agent, filled(hub_id, mill_court), consent)
    asked = credentials.claim_body

    def revoked_meanwhile(*args):
        giving.revoke(consent, ada)
        return asked(*args)

    monkeypatch.setattr(credentials, "claim_body", revoked_meanwhile)
    done = work(Claim.objects.get())

    assert (done.state, done.reason) == (State.CANCELLED, Reason.RIGHT_GONE)
    assert not sent(sandbox)


@pytest.mark.parametrize("when", ["before", "while SpKey is read"])
def test_a_clock_that_is_put_back_ends_no_claim(
    when, sandbox, agent, consent, mill_court, hub_id, clock, monkeypatch
):
    post(agent, filled(hub_id, mill_court), consent)
    asked = credentials.claim_body

    def put_back(*args):
        clock.shift(-HOUR)
        return asked(*args)

    if when == "before":
        clock.shift(-HOUR)
    else:
        monkeypatch.setattr(credentials, "claim_body", put_back)
    waits = work(Claim.objects.get())
    monkeypatch.undo()

    assert (waits.state, waits.due_at > timezone.now()) == (State.WAITING, True)
    assert not sent(sandbox)
    correct_clock()
    assert work(waits).state == State.CLAIMED


def test_a_page_says_meanwhile_that_it_cannot_answer_just_now(agent, consent, clock):
    agent.raise_request_exception = False
    clock.shift(-HOUR)
    answer = agent.get(f"/support/{consent.pk}/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")

    correct_clock()
    assert agent.get(f"/support/{consent.pk}/").status_code == 200


def test_consent_given_anew_does_not_carry_an_older_claim(
    sandbox, agent, ada, admin, spkey_support, consent, mill_court, hub_id
):
    post(agent, filled(hub_id, mill_court), consent)
    giving.revoke(consent, ada)
    giving.give(admin, spkey_support, Scope())

    assert work(Claim.objects.get()).reason == Reason.RIGHT_GONE
    assert not sent(sandbox)
