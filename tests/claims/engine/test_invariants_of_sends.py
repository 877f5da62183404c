"""What holds of every send, whatever happens: by which key, under which lease, how often."""

import json
import logging
from datetime import timedelta

import pytest
from django.core import mail, serializers
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.audit.models import Entry
from portal.claims.engine import actions, calls, credentials, leases, step
from portal.claims.models import Attempt, Claim, State
from portal.core import worker
from portal.gateway import key_health
from portal.notices.models import Notice
from portal.orgs.models import ApiCredential, Membership
from portal.sandbox import world
from portal.sandbox.server import Sandbox
from portal.sites.models import Site
from tests.conftest import claim_request, claimed_events, work

SEND = {"path_contains": "ClaimHub"}


@pytest.fixture
def supports_claim(sam, spkey_support, mill_court):
    """Sam's claim for Acme."""
    request = claim_request(
        sam, mill_court, world.hub_id(5), acting_organisation=spkey_support, reason="Ticket 1"
    )
    return actions.submit(request)


def keys_used(sandbox, claim):
    return {request.key for request in sandbox.state.requests if claim.hub_id_text in request.path}


def test_only_the_target_organisations_key_or_the_super_key_for_a_support_claim(
    sandbox, claim, supports_claim, hal, lighthouse
):
    theirs = actions.submit(claim_request(hal, lighthouse, world.hub_id(6)))
    for each in (claim, supports_claim, theirs):
        assert work(each).state == State.CLAIMED

    assert keys_used(sandbox, claim) == {"acme"}
    assert keys_used(sandbox, supports_claim) == {"support"}
    assert keys_used(sandbox, theirs) == {"harbour"}
    owners = {event.hub_id: event.data["orgId"] for event in sandbox.state.event_log}
    assert owners[supports_claim.hub_id_text] == world.ACME_ORG_ID
    named = {
        r.key for r in sandbox.state.requests if isinstance(r.body, dict) and "orgId" in r.body
    }
    assert named == {"support"}


@pytest.mark.parametrize("lost", ["deleted", "refused", "of the wrong kind"])
def test_no_other_key_replaces_one_that_cannot_be_used(sandbox, claim, supports_claim, lost):
    for credential in ApiCredential.objects.all():
        kind = "normal" if credential.is_super else "super"
        if lost == "deleted":
            credential.delete()
        else:
            fields = {"kind": kind} if lost == "of the wrong kind" else {"state": "refused"}
            ApiCredential.objects.filter(pk=credential.pk).update(**fields)

    worker.run_once()

    assert set(Claim.objects.values_list("state", flat=True)) == {State.BLOCKED}
    assert list(sandbox.state.requests) == []


class Witness(Sandbox):
    """A sandbox that looks into the portal's database when a send arrives."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, int, str, str]] = []

    def answer(self, request, is_local):
        if request.path.endswith("ClaimHub"):
            # In the server's own thread: it sees only what is committed.
            last = Attempt.objects.select_related("claim").last()
            self.seen.append((last.claim.state, last.claim.sends, last.kind, last.outcome))
            connection.close()
        return super().answer(request, is_local)


@pytest.mark.django_db(transaction=True)
def test_an_intent_is_committed_before_every_send(settings, claim, live_through):
    with Witness() as witness:
        settings.SPKEY_BASE_URL = witness.url
        witness.faults.add(SEND, action={"status": 409}, times=2)
        live_through(claim)

    assert witness.seen == [(State.SENDING, n, Attempt.Kind.SEND, "") for n in (1, 2, 3)]


@pytest.mark.parametrize("taken_over", [True, False], ids=["taken over", "run out"])
def test_no_send_from_a_stale_lease(
    sandbox, claim, clock, monkeypatch, wire, taken_over, live_through
):
    (lease,) = leases.take_due(1)
    read = calls.read

    def too_slow(*args, **kwargs):
        answer = read(*args, **kwargs)
        clock.shift(91)
        if taken_over:
            assert len(leases.take_due(1)) == 1
        return answer

    with monkeypatch.context() as patch:
        patch.setattr(calls, "read", too_slow)
        step.attempt(lease)
    assert wire("ClaimHub") == []
    assert Claim.objects.get(pk=claim.pk).sends == 0

    clock.shift(91)
    assert live_through(claim).state == State.CLAIMED
    assert len(wire("ClaimHub")) == 1


def remove_person(claim):
    Membership.objects.filter(user=claim.submitted_by).delete()


def archive_site(claim):
    Site.objects.filter(pk=claim.site_id).update(archived_at=timezone.now())


def end_pass(claim):
    past = timezone.now() - timedelta(seconds=1)
    Membership.objects.filter(user=claim.submitted_by).update(expires_at=past)


def stop(claim):
    actions.stop(claim, claim.submitted_by)


def after(loss) -> State:
    """Where the claim is then: what a person may not do any more waits for an administrator."""
    return State.BLOCKED if loss in {remove_person, end_pass} else State.CANCELLED


@pytest.mark.parametrize("loss", [remove_person, archive_site, end_pass, stop])
@pytest.mark.parametrize(
    ("module", "name"),
    [(calls, "read"), (credentials, "spkey_user_id"), (credentials, "claim_body")],
    ids=["after the read", "after the look-up", "at the last moment"],
)
def test_no_send_after_the_right_to_claim_is_gone_or_a_cancel_is_recorded(
    sandbox, claim, wire, monkeypatch, module, name, loss
):
    step = getattr(module, name)

    def meanwhile(*args, **kwargs):
        result = step(*args, **kwargs)
        loss(claim)
        return result

    monkeypatch.setattr(module, name, meanwhile)
    done = work(claim)

    assert done.state == after(loss)
    assert wire("ClaimHub") == []


@pytest.mark.parametrize("loss", [remove_person, archive_site, end_pass, stop])
def test_a_cancelled_claim_is_not_sent_again_when_the_first_send_had_no_effect(
    sandbox, claim, wire, live_through, loss
):
    sandbox.faults.add(SEND, action={"drop": "before"}, times=1)
    work(claim)
    loss(claim)

    assert live_through(claim).state == after(loss)
    assert len(wire("ClaimHub")) == 1


@pytest.mark.slow
def test_at_most_8_sends_and_3_in_ten_minutes(sandbox, ira, mill_court, wire, live_through):
    always = actions.submit(claim_request(ira, mill_court, world.MAGIC["server_error"].id))
    done = live_through(always, every=600, rounds=110)

    sends = [request.at for request in wire("ClaimHub")]
    assert done.state == State.EXPIRED
    assert len(sends) == done.sends == 8
    assert all(fourth - first > 600 for first, fourth in zip(sends, sends[3:], strict=False))
    assert claimed_events(sandbox, done.hub_id_text) == []


def test_at_most_8_sends_even_if_somebody_taps_try_now_all_day(
    sandbox, ira, mill_court, wire, clock
):
    claim = actions.submit(claim_request(ira, mill_court, world.MAGIC["server_error"].id))
    for _ in range(60):
        work(claim)
        clock.shift(240)
        actions.try_now(claim)

    sends = [request.at for request in wire("ClaimHub")]
    assert 3 <= len(sends) <= 8
    assert all(fourth - first > 600 for first, fourth in zip(sends, sends[3:], strict=False))


TOKEN = "canary.bearer.TOKEN-of-acme_0123456789"
# The first 8 and last 4 characters may be shown.
SECRETS = [text[8:-4] for text in (world.ACME_KEY, world.SUPPORT_KEY, world.HARBOUR_KEY, TOKEN)]
ECHO = json.dumps(
    {"success": False, "error": world.ACME_KEY, "message": f"{world.ACME_KEY} {TOKEN}"}
)
ECHOES = (
    {"status": 400, "body": ECHO},
    {"status": 401, "body": ECHO},
    {"status": 403, "body": ECHO},
    {"status": 409, "body": ECHO, "headers": {"CF-Ray": world.ACME_KEY}},
    {"status": 429, "body": ECHO, "headers": {"Retry-After": world.ACME_KEY}},
    {"status": 500, "body": ECHO},
    {"status": 502, "body": f"<p>{world.ACME_KEY} {TOKEN}"},
    {"status": 200, "body": f'{{"key": "{world.ACME_KEY}"'},
    {"redirect": f"http://127.0.0.1:9/{world.ACME_KEY}"},
    {"reset": "mid_body"},
)


def shown_to_people(client: Client) -> str:
    pages = [reverse("claims:list"), reverse("home"), reverse("key:edit"), reverse("key:live")]
    for claim in Claim.objects.all():
        pages += [reverse(f"claims:{name}", args=(claim.pk,)) for name in ("detail", "live")]
    answers = [client.get(page) for page in pages]
    assert {answer.status_code for answer in answers} == {200}
    return "".join(f"{answer.headers}{answer.content.decode()}" for answer in answers)


def stored_texts() -> str:
    kinds = (Claim, Attempt, Entry, Notice, Membership, Site)
    rows = (serializers.serialize("json", kind.objects.all()) for kind in kinds)
    return "".join([*rows, *(str(email.message()) for email in mail.outbox)])


def test_no_key_is_observable_anywhere(
    sandbox, acme, ada, ira, mill_court, as_person, clock, caplog
):
    for library in (None, "urllib3", "requests", "django"):
        caplog.set_level(logging.DEBUG, library)
    ada_reads = as_person(ada)
    ada_reads.post(reverse("key:edit"), {"key": world.ACME_KEY, "bearer_token": TOKEN})
    worker.run_once()  # Which checks the new key: from then on it is in use.
    ada_reads.post(reverse("key:sent"), {"sent": "both"})
    for number, echo in enumerate(ECHOES):
        match = {"hub_id": world.hub_id(number)}
        sandbox.faults.add(match | SEND, action=echo, times=1)
        sandbox.faults.add(match | {"method": "GET"}, action=echo, times=1)
        actions.submit(claim_request(ira, mill_court, world.hub_id(number)))
    for _ in range(12):
        ApiCredential.objects.update(due_at=timezone.now(), state="working", doubted_at=None)
        worker.run_once()
        clock.shift(45)
    key_health.mark_refused(ApiCredential.objects.get(organisation=acme))
    worker.run_once()

    found = shown_to_people(ada_reads) + stored_texts() + caplog.text
    assert any(request.bearer for request in sandbox.state.requests)
    assert Attempt.objects.count() > 2 * len(ECHOES)
    assert mail.outbox
    assert [secret for secret in SECRETS if secret in found] == []


def test_no_key_is_observable_in_the_trace_of_an_attempt_that_fails(
    sandbox, claim, caplog, monkeypatch
):
    def fall(client, *_args, **_fields):
        raise RuntimeError(f"nobody foresaw this of {client!r} {vars(client)}")

    monkeypatch.setattr(calls, "read", fall)
    work(claim)

    assert "nobody foresaw this" in caplog.text
    assert [secret for secret in SECRETS if secret in caplog.text] == []
