"""The kinds of due work of claims: attempts, rechecks, and checks of keys that claims wait for."""

from datetime import timedelta
from functools import partial

from portal import spkey
from portal.claims.engine import actions, leases, recheck, step
from portal.claims.models import Claim
from portal.core import logs
from portal.core.leasing import Lease
from portal.core.worker import WorkKind
from portal.gateway import candidate_checks, key_health
from portal.hubs.actions import asking as hub_asking
from portal.hubs.queries import lately_ours
from portal.orgs.models import ApiCredential, KeyCandidate


def attempt(lease: Lease[Claim]) -> None:
    """Take a leased claim one step further."""
    with logs.about(claim=lease.pk):
        step.attempt(lease)


def look_again(lease: Lease[Claim]) -> None:
    """Look again at a leased claim that ended badly."""
    with logs.about(claim=lease.pk):
        recheck.recheck(lease)


def check_key(lease: Lease[ApiCredential]) -> None:
    """Check a leased key; one that works puts the claims that waited for it back to work."""
    if credential := key_health.check(lease):
        _resume(credential)


def _resume(credential: ApiCredential) -> None:
    actions.resume(credential)
    hub_asking.resume(credential.organisation_id)


def check_candidate(lease: Lease[KeyCandidate]) -> None:
    """Check a leased key that is to replace another; where it does, the waiting claims go on."""
    candidate_checks.check(lease, hubs_of=lately_ours, taken_over=_resume)


def _read() -> timedelta:
    return timedelta(seconds=spkey.Timeouts().get_total)


def _attempt() -> timedelta:
    """Return how long an attempt may take: two reads, the look-up of a person, and a send."""
    return 3 * _read() + timedelta(seconds=spkey.Timeouts().post_total)


ATTEMPTS = WorkKind(
    name="attempts",
    model=Claim,
    is_due=leases.some_due,
    take=leases.take_due,
    work=attempt,
    longest=_attempt,
)
UNSERVED = WorkKind(
    name="attempts for organisations that no worker serves",
    model=Claim,
    is_due=leases.unserved_due,
    take=partial(leases.take_due, unserved_only=True),
    work=attempt,
    longest=_attempt,
    reserved=True,
)
KEY_CHECKS = WorkKind(
    name="key checks",
    model=ApiCredential,
    is_due=key_health.some_check_due,
    take=key_health.take_due_checks,
    work=check_key,
    # Each of the ways in which a key and its token may be sent is tried.
    longest=lambda: len(ApiCredential.Sent) * _read(),
)
CANDIDATE_CHECKS = WorkKind(
    name="checks of new keys",
    model=KeyCandidate,
    is_due=candidate_checks.some_due,
    take=candidate_checks.take_due,
    work=check_candidate,
    # Hubs are asked for with it and with the key in use.
    longest=lambda: (len(ApiCredential.Sent) + 2 * candidate_checks.HUBS_ASKED) * _read(),
)
RECHECKS = WorkKind(
    name="rechecks",
    model=Claim,
    is_due=recheck.some_due,
    take=recheck.take_due,
    work=look_again,
    longest=lambda: 2 * _read(),
    priority=1,
)
