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
from portal.core.leasing import correct_clock
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


def test_before_it_was_given_nothing_stands(sams, acme, consent, clock):
    clock.shift(-HOUR)

    assert why(sams, acme) == Why.ENDED


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


def test_consent_given_anew_does_not_carry_an_older_claim(
    sandbox, agent, ada, admin, spkey_support, consent, mill_court, hub_id
):
    post(agent, filled(hub_id, mill_court), consent)
    giving.revoke(consent, ada)
    giving.give(admin, spkey_support, Scope())

    assert work(Claim.objects.get()).reason == Reason.RIGHT_GONE
    assert not sent(sandbox)
