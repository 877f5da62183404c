"""What others may do in the midst of a worker's attempt, or of a submit: acts, by name."""

from collections.abc import Callable

from django.conf import settings
from django.utils import timezone

from portal.claims.engine import actions
from portal.claims.models import Claim
from portal.consent import ending
from portal.consent.models import Grant
from portal.core import leasing, worker
from tests.machine.ledger import intent_is_open
from tests.machine.world import World

TAKEN_OVER_AFTER = 91.0
ASLEEP = 130.0


def interleave(world: World, what: str) -> None:
    """Let this act happen to the claim that is being worked on, or else to the latest."""
    lease = world.ledger.lease
    pk = lease.pk if lease else next(reversed(world.ledger.accepted), None)
    claim = Claim.objects.select_related("organisation", "site", "submitted_by").filter(pk=pk)
    if found := claim.first():
        with world.ledger.at_work(None):
            ACTS[what](world, found)
        with world.steps.quietly():
            world.wire.record_right()


def stop(world: World, claim: Claim) -> None:
    """Somebody stops the claim."""
    ended = claim.is_final
    stopped = actions.stop(claim, world.environment.people["ada"])
    after = Claim.objects.get(pk=claim.pk)
    if not ended:
        world.lose_claim(claim)
        assert after.cancel_requested_at is not None
    assert stopped == (after.state == "cancelled" and not ended)


def take_right(world: World, claim: Claim) -> None:
    """The person who submitted it leaves."""
    world.take_right(claim.submitted_by)


def end_job(world: World, claim: Claim) -> None:
    """The person claims only where jobs send them, and the job here ends."""
    if claim.site is not None and not claim.by_support:
        world.limit_to_jobs(claim.submitted_by)
        world.end_jobs(claim.site, "completed_at")


def revoke_grant(world: World, claim: Claim) -> None:
    """The organisation takes support's leave back."""
    world.revoke_grant(claim)


def let_grant_run_out(world: World, claim: Claim) -> None:
    """The machine sleeps until the leave is over by its own time."""
    end = world.ledger.grants_end.get(claim.support_grant_id)
    if end is not None and end > timezone.now():
        _sleep(world, (end - timezone.now()).total_seconds() + 1.0)


def let_grant_run_out_and_put_clock_back(world: World, claim: Claim) -> None:
    """The leave runs out, a worker ends it for good, and the clock is put back."""
    let_grant_run_out(world, claim)
    for lease in ending.take_due(Grant, 1):
        ending.end_grant(lease)
        world.ledger.grants_over.add(lease.pk)
    world.set_clock(-3600.0)


def release(world: World, claim: Claim) -> None:
    """An administrator lets the claim go on."""
    world.release(claim)


def archive_site(world: World, claim: Claim) -> None:
    """Its site is closed."""
    if claim.site is not None:
        world.archive(claim.site)


def try_now(world: World, claim: Claim) -> None:
    """Somebody asks to try now, as soon as that does anything."""
    world.shift(settings.TRY_NOW_SECONDS)
    actions.try_now(claim)


def revoke_key(world: World, claim: Claim) -> None:
    """SpKey takes the key back."""
    world.key_of(claim.acting_organisation or claim.organisation).revoked = True


def rotate_key(world: World, claim: Claim) -> None:
    """The key is rotated at SpKey, and stored."""
    organisation = claim.acting_organisation or claim.organisation
    world.rotate_key(organisation)
    world.store_key(organisation, world.key_of(organisation))


def claim_for_others(world: World, claim: Claim) -> None:
    """Another organisation is faster."""
    world.claim_for_others(claim.hub_id_text)


def take_over(world: World, _claim: Claim) -> None:
    """The lease runs out, and another worker does all that is due."""
    _sleep(world, TAKEN_OVER_AFTER)
    world.work()


def take_over_from_the_silent(world: World, _claim: Claim) -> None:
    """The worker gives no sign of life, so its leases are taken and another goes on."""
    _sleep(world, worker.SILENT_SECONDS + 1)
    leasing.release([leasing.holder()])
    world.work()


def sleep(world: World, _claim: Claim) -> None:
    """The machine sleeps, and nobody works meanwhile."""
    _sleep(world, ASLEEP)


def put_clock_back(world: World, _claim: Claim) -> None:
    """The portal's clock is put back an hour."""
    world.set_clock(-3600.0)


def _sleep(world: World, seconds: float) -> None:
    """Let time pass. Nothing can hold back a send that is on the verge of leaving."""
    world.ledger.slept |= {
        lease for lease in world.ledger.working if lease and intent_is_open(lease)
    }
    world.shift(seconds)


ACTS: dict[str, Callable[[World, Claim], None]] = {
    "stopped": stop,
    "right gone": take_right,
    "job over": end_job,
    "grant revoked": revoke_grant,
    "grant ran out": let_grant_run_out,
    "grant ran out, clock put back": let_grant_run_out_and_put_clock_back,
    "released": release,
    "site archived": archive_site,
    "tried now": try_now,
    "key revoked": revoke_key,
    "key rotated and stored": rotate_key,
    "another organisation is faster": claim_for_others,
    "taken over after the lease ran out": take_over,
    "taken over from a silent worker": take_over_from_the_silent,
    "machine sleeps": sleep,
    "clock put back": put_clock_back,
}
