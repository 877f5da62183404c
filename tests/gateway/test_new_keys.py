"""A new key replaces the one in use only after its check; until then, nothing changes."""

import pytest
from cryptography.fernet import Fernet
from django.utils import timezone

from portal.audit.models import Entry
from portal.claims.engine import actions
from portal.claims.engine.work import CANDIDATE_CHECKS
from portal.claims.models import Claim, Reason, State
from portal.core import leasing, worker
from portal.gateway import candidate_checks, key_health
from portal.hubs.models import Hub
from portal.notices.models import Notice
from portal.orgs import key_candidates
from portal.orgs.encryption import Secret
from portal.orgs.models import ApiCredential, KeyCandidate
from portal.sandbox import world
from portal.sandbox.known import KNOWN
from tests.concurrency import at_once
from tests.conftest import claim_request, work, work_until_refused

DEAD_END = "http://127.0.0.1:18701"
FOREIGN_READ = {"method": "GET", "path_contains": "/status", "key": "harbour"}


def offer(organisation, person, key, token=None, **fields):
    return key_candidates.offer(
        organisation, person, Secret(key), token and Secret(token), **fields
    )


def in_use(organisation) -> ApiCredential:
    return ApiCredential.objects.get(organisation=organisation)


def waiting(organisation) -> KeyCandidate:
    return KeyCandidate.objects.get(organisation=organisation)


@pytest.fixture
def fresh(sandbox) -> str:
    """Another key of Acme's, which SpKey takes beside the one in use."""
    return sandbox.state.keys.add("fresh", world.ACME_ORG_ID)


def test_a_wrong_new_key_changes_nothing_and_claims_go_on_with_the_old_one(
    sandbox, acme, ada, claim, ira, mill_court, clock
):
    before = in_use(acme)
    offer(acme, ada, world.REVOKED_KEY)
    assert work(claim).state == State.CLAIMED
    assert waiting(acme).doubted_at is not None

    clock.shift(61)
    worker.run_once()

    assert waiting(acme).state == "refused"
    assert waiting(acme).due_at is None
    for name in ("fingerprint", "state", "version", "replaced_at", "doubted_at"):
        assert getattr(in_use(acme), name) == getattr(before, name)
    assert not Notice.objects.exists()
    second = actions.submit(claim_request(ira, mill_court, world.hub_id(1)))
    assert work(second).state == State.CLAIMED


def test_a_single_401_does_not_refuse_a_new_key(sandbox, acme, ada, fresh, clock):
    sandbox.faults.add({"key": "fresh"}, action={"status": 401}, times=1)
    offer(acme, ada, fresh)
    worker.run_once()
    assert waiting(acme).state == "checking"

    clock.shift(61)
    worker.run_once()

    assert in_use(acme).key.reveal() == fresh


def test_a_new_key_that_works_takes_over_with_its_token_and_its_day(sandbox, acme, ada, fresh):
    day = timezone.localdate() + timezone.timedelta(days=90)
    offer(acme, ada, fresh, world.token_text("fresh"), sent="both", expires_on=day)
    assert in_use(acme).key.reveal() == world.ACME_KEY
    worker.run_once()

    now = in_use(acme)
    assert (now.key.reveal(), now.bearer_token.reveal()) == (fresh, world.token_text("fresh"))
    assert (now.sent, now.expires_on, now.replaced_by) == ("both", day, ada)
    assert (now.state, now.due_at, set(now.accepted)) == ("working", None, {"key", "token", "both"})
    assert not KeyCandidate.objects.exists()
    entry = Entry.objects.get(verb="key.replaced", actor_id=ada.pk)
    assert (entry.detail["before"], entry.detail["after"]) == ("sandboxA…0000", "sandboxF…0000")


def test_claims_that_wait_for_a_key_go_on_as_soon_as_the_new_one_works(sandbox, acme, ada, claim):
    rotated = sandbox.state.keys.rotate("acme")
    assert work_until_refused(claim).reason == Reason.KEY_REFUSED

    offer(acme, ada, rotated)
    worker.run_once()

    assert Claim.objects.get().state == State.CLAIMED


def test_the_first_key_is_in_place_at_once(acme, ada):
    ApiCredential.objects.all().delete()

    assert isinstance(offer(acme, ada, world.ACME_KEY), ApiCredential)
    assert not KeyCandidate.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_keys_that_are_stored_at_once_one_waits(sandbox, acme, ada, fresh):
    at_once(
        lambda: offer(acme, ada, fresh),
        lambda: offer(acme, ada, world.REVOKED_KEY),
    )

    assert KeyCandidate.objects.count() == 1
    assert Entry.objects.filter(verb="key.candidate_stored").count() == 2
    assert in_use(acme).key.reveal() == world.ACME_KEY


def test_a_check_that_is_overtaken_by_another_key_puts_neither_in_place(
    sandbox, acme, ada, fresh, monkeypatch
):
    ask = key_health.ask_about

    def overtaken(key, *sent):
        verdict = ask(key, *sent)
        offer(acme, ada, world.REVOKED_KEY)
        return verdict

    offer(acme, ada, fresh)
    with monkeypatch.context() as patch:
        patch.setattr(key_health, "ask_about", overtaken)
        for job in CANDIDATE_CHECKS.jobs(1):
            job()

    assert in_use(acme).key.reveal() == world.ACME_KEY
    assert waiting(acme).masked_key == "sandboxR…0000"
    assert waiting(acme).state == "checking"


class Killed(BaseException):
    """The worker's process is gone."""


@pytest.mark.parametrize("at", ["the check", "the take-over"])
def test_a_worker_that_is_killed_leaves_the_old_key_and_the_next_one_goes_on(
    sandbox, acme, ada, fresh, claim, clock, monkeypatch, at
):
    def killed(*_args, **_how):
        raise Killed

    rotated = sandbox.state.keys.rotate("acme")
    assert work_until_refused(claim).state == State.BLOCKED
    offer(acme, ada, rotated)
    where, name = (key_health, "ask_about") if at == "the check" else (actions, "resume")
    with monkeypatch.context() as patch:
        patch.setattr(where, name, killed)
        with pytest.raises(Killed):
            worker.run_once()
    assert in_use(acme).key.reveal() == world.ACME_KEY
    worker.run_once()
    assert in_use(acme).key.reveal() == world.ACME_KEY

    clock.shift(KeyCandidate.LEASE.total_seconds() + 1)
    worker.run_once()

    assert in_use(acme).key.reveal() == rotated
    assert Claim.objects.get().state == State.CLAIMED
    assert Entry.objects.filter(verb="key.replaced", actor_id=ada.pk).count() == 1


def test_a_late_check_puts_nothing_in_place(sandbox, acme, ada, fresh, clock, monkeypatch):
    ask = key_health.ask_about

    def overtaken(key, *sent):
        clock.shift(KeyCandidate.LEASE.total_seconds() + 1)
        candidate_checks.take_due(1)
        return ask(key, *sent)

    offer(acme, ada, fresh)
    (late,) = candidate_checks.take_due(1)
    with monkeypatch.context() as patch:
        patch.setattr(key_health, "ask_about", overtaken)
        candidate_checks.check(late, lambda _: [], actions.resume)

    assert in_use(acme).key.reveal() == world.ACME_KEY
    assert waiting(acme).checked_at is None


@pytest.fixture
def own_hub(sandbox, acme, claim) -> Hub:
    """A hub that SpKey has just shown as Acme's."""
    work(claim, rounds=2)
    hub = Hub.objects.get()
    hub.binding, hub.read_at = Hub.Binding.OURS, timezone.now()
    hub.save()
    return hub


def test_a_new_key_of_another_organisation_does_not_take_over(sandbox, acme, ada, own_hub):
    sandbox.faults.add(
        {**FOREIGN_READ, "hub_id": own_hub.spkey_id}, action=KNOWN["read-forbidden"].action
    )

    offer(acme, ada, world.HARBOUR_KEY)
    worker.run_once()

    assert (waiting(acme).state, waiting(acme).due_at) == ("mismatch", None)
    assert in_use(acme).state == "working"
    assert in_use(acme).key.reveal() == world.ACME_KEY
    assert Entry.objects.filter(verb="key.candidate_mismatch").count() == 1


def test_a_hub_that_the_old_key_may_not_see_either_proves_nothing(
    sandbox, acme, ada, fresh, own_hub
):
    sandbox.faults.add(
        {"method": "GET", "hub_id": own_hub.spkey_id}, action=KNOWN["read-forbidden"].action
    )

    offer(acme, ada, fresh)
    worker.run_once()

    assert in_use(acme).key.reveal() == fresh


def test_a_new_key_waits_while_spkey_does_not_answer_and_is_tried_again(
    sandbox, acme, ada, fresh, settings, clock
):
    settings.SPKEY_BASE_URL = DEAD_END
    offer(acme, ada, fresh)
    worker.run_once()
    first = waiting(acme)
    assert (first.state, first.tries) == ("unreachable", 1)
    assert first.due_at > timezone.now()
    assert in_use(acme).key.reveal() == world.ACME_KEY

    settings.SPKEY_BASE_URL = sandbox.url
    clock.shift(11)
    worker.run_once()

    assert in_use(acme).key.reveal() == fresh


def test_a_429_holds_the_new_key_back_and_not_the_old_one(sandbox, acme, ada, fresh, clock):
    limited = {"status": 429, "headers": {"Retry-After": "120"}}
    sandbox.faults.add({"key": "fresh"}, action=limited, times=1)
    offer(acme, ada, fresh)
    worker.run_once()

    assert waiting(acme).paused_for > 100
    assert not in_use(acme).paused_for
    clock.shift(130)
    worker.run_once()
    assert in_use(acme).key.reveal() == fresh


def test_a_new_key_is_used_unchecked_only_where_the_old_one_serves_no_claims(
    sandbox, acme, ada, fresh, settings
):
    settings.SPKEY_BASE_URL = DEAD_END
    candidate = offer(acme, ada, fresh)
    worker.run_once()
    assert not key_candidates.use_unchecked(acme, ada, candidate.pk)
    assert in_use(acme).key.reveal() == world.ACME_KEY

    ApiCredential.objects.update(state="refused")
    assert key_candidates.use_unchecked(acme, ada, candidate.pk)

    assert in_use(acme).key.reveal() == fresh
    assert (in_use(acme).state, in_use(acme).is_being_checked) == ("unchecked", True)
    assert Entry.objects.filter(verb="key.used_unchecked", actor_id=ada.pk).count() == 1


@pytest.mark.parametrize("state", ["refused", "mismatch"])
def test_a_new_key_that_spkey_has_refused_is_never_used_unchecked(acme, ada, state):
    candidate = offer(acme, ada, world.REVOKED_KEY)
    KeyCandidate.objects.update(state=state, due_at=None)
    ApiCredential.objects.update(state="refused")

    assert not key_candidates.use_unchecked(acme, ada, candidate.pk)


def test_a_new_key_that_cannot_be_decrypted_waits_for_its_encryption_key(
    sandbox, acme, ada, fresh, settings, clock
):
    right, wrong = settings.PORTAL_ENCRYPTION_KEYS, [Fernet.generate_key().decode()]
    candidate = offer(acme, ada, fresh)
    settings.PORTAL_ENCRYPTION_KEYS = wrong
    worker.run_once()
    assert waiting(acme).due_at is not None
    assert not key_candidates.use_unchecked(acme, ada, candidate.pk)

    settings.PORTAL_ENCRYPTION_KEYS = right
    clock.shift(11)
    worker.run_once()
    assert in_use(acme).key.reveal() == fresh


def test_a_super_key_is_replaced_in_the_same_way_and_stays_one(sandbox, spkey_support, sam):
    key = sandbox.state.keys.add("another", world.SUPPORT_ORG_ID)
    sandbox.state.keys["another"].is_super = True
    offer(spkey_support, sam, key)
    worker.run_once()

    assert in_use(spkey_support).key.reveal() == key
    assert in_use(spkey_support).is_super


def test_a_discarded_key_is_forgotten_and_another_organisations_is_left_alone(
    acme, harbour, ada, hal
):
    harbours = offer(harbour, hal, world.REVOKED_KEY)
    ours = offer(acme, ada, world.REVOKED_KEY)

    for act in (
        key_candidates.discard,
        key_candidates.check_again,
        key_candidates.use_unchecked,
    ):
        assert not act(acme, ada, harbours.pk)
    assert key_candidates.discard(acme, ada, ours.pk)

    assert [each.organisation for each in KeyCandidate.objects.all()] == [harbour]


def test_a_refused_key_is_checked_again_when_somebody_asks(sandbox, acme, ada, fresh, clock):
    sandbox.state.keys.revoke("fresh")
    candidate = offer(acme, ada, fresh)
    worker.run_once()
    clock.shift(61)
    worker.run_once()
    assert waiting(acme).state == "refused"

    sandbox.state.keys.restore("fresh")
    assert key_candidates.check_again(acme, ada, candidate.pk)
    worker.run_once()
    assert in_use(acme).key.reveal() == fresh


def test_a_check_of_a_new_key_fits_into_its_lease():
    assert CANDIDATE_CHECKS in worker.kinds()
    worker.check_leases()
    assert KeyCandidate in leasing.leased_models()
