"""What others may do in the midst of a worker's attempt, or of a submit: acts, by name."""

from collections.abc import Callable

from portal.claims.engine import actions
from portal.claims.models import Claim
from portal.core import leasing, worker
from tests.machine.ledger import intent_is_open
from tests.machine.stage import Stage

TAKEN_OVER_AFTER = 91.0
ASLEEP = 130.0


def happens(stage: Stage, what: str) -> None:
    """Let this act happen to the claim that is being worked on, or else to the latest."""
    lease = stage.ledger.lease
    pk = lease.pk if lease else next(reversed(stage.ledger.accepted), None)
    claim = Claim.objects.select_related("organisation", "site", "submitted_by").filter(pk=pk)
    if found := claim.first():
        with stage.ledger.at_work(None):
            ACTS[what](stage, found)
        with stage.steps.quietly():
            stage.wire.note_right()


def stop(stage: Stage, claim: Claim) -> None:
    """Somebody stops the claim."""
    ended = claim.is_final
    stopped = actions.stop(claim, stage.theatre.people["ada"])
    after = Claim.objects.get(pk=claim.pk)
    if not ended:
        stage.lose_claim(claim)
        assert after.cancel_requested_at is not None
    assert stopped == (after.state == "cancelled" and not ended)


def take_right(stage: Stage, claim: Claim) -> None:
    """The person who submitted it leaves."""
    stage.take_right(claim.submitted_by)


def archive_site(stage: Stage, claim: Claim) -> None:
    """Its site is closed."""
    if claim.site is not None:
        stage.archive(claim.site)


def hurry(_stage: Stage, claim: Claim) -> None:
    """Somebody asks to try now."""
    actions.try_now(claim)


def revoke_key(stage: Stage, claim: Claim) -> None:
    """SpKey takes the key back."""
    stage.key_of(claim.acting_organisation or claim.organisation).revoked = True


def rotate_key(stage: Stage, claim: Claim) -> None:
    """The key is rotated at SpKey, and stored."""
    organisation = claim.acting_organisation or claim.organisation
    stage.rotate_key(organisation)
    stage.store_key(organisation, stage.key_of(organisation))


def claim_for_others(stage: Stage, claim: Claim) -> None:
    """Another organisation is faster."""
    stage.claim_for_others(claim.hub_id_text)


def take_over(stage: Stage, _claim: Claim) -> None:
    """The lease runs out, and another worker does all that is due."""
    _sleep(stage, TAKEN_OVER_AFTER)
    stage.work()


def take_over_from_the_silent(stage: Stage, _claim: Claim) -> None:
    """The worker gives no sign of life, so its leases are taken and another goes on."""
    _sleep(stage, worker.SILENT_SECONDS + 1)
    leasing.release([leasing.holder()])
    stage.work()


def sleep(stage: Stage, _claim: Claim) -> None:
    """The machine sleeps, and nobody works meanwhile."""
    _sleep(stage, ASLEEP)


def put_clock_back(stage: Stage, _claim: Claim) -> None:
    """The portal's clock is put back an hour."""
    stage.set_clock(-3600.0)


def _sleep(stage: Stage, seconds: float) -> None:
    """Let time pass. Nothing can hold back a send that is on the verge of leaving."""
    stage.ledger.slept |= {
        lease for lease in stage.ledger.working if lease and intent_is_open(lease)
    }
    stage.shift(seconds)


ACTS: dict[str, Callable[[Stage, Claim], None]] = {
    "stopped": stop,
    "right gone": take_right,
    "site archived": archive_site,
    "hurried": hurry,
    "key revoked": revoke_key,
    "key rotated and stored": rotate_key,
    "another organisation is faster": claim_for_others,
    "taken over after the lease ran out": take_over,
    "taken over from a silent worker": take_over_from_the_silent,
    "machine sleeps": sleep,
    "clock put back": put_clock_back,
}
