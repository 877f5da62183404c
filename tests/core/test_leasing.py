"""Leasing, on the rows of every kind of work: one holder at a time, fenced, and no clock's prey."""

import threading
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection, connections
from django.utils import timezone

from portal import spkey
from portal.claims.engine import actions
from portal.claims.models import Claim, State
from portal.consent import asking as consent
from portal.consent import codes
from portal.consent.asking import Wanted
from portal.consent.models import Scope
from portal.core import leasing, worker
from portal.core.leasing import LeaseLostError
from portal.core.worker import WorkKind
from portal.events import receivers
from portal.events.models import Delivery
from portal.hubs import rounds, watching
from portal.hubs.actions import asking
from portal.hubs.actions.asking import ActionRequest
from portal.hubs.actions.models import Kind
from portal.hubs.models import Hub
from portal.hubs.photos.models import HubPhoto
from portal.imports.models import Batch, Import
from portal.imports.models import State as PlanState
from portal.moves import asking as moves
from portal.moves.asking import Wish
from portal.moves.models import MoveRequest
from portal.moves.models import State as MoveState
from portal.notices import account_emails, invitation_emails
from portal.notices.models import AccountEmail, Digest, Notice
from portal.orgs import api_keys, invitations, key_candidates
from portal.orgs.encryption import Secret
from portal.orgs.models import ApiCredential
from portal.sandbox import world
from tests.conftest import claim_request, consent_to, join, make_organisation, make_person
from tests.hubs.own_hubs import make_own_hub
from tests.imports.conftest import give
from tests.jobs.conftest import make
from tests.moves.conftest import row_of as own_hub_row
from tests.notices.conftest import notify
from tests.plans import as_of_a_large_table

HOUR = timedelta(hours=1)
ROWS = 3


def claims_of(request):
    ira, mill_court = request.getfixturevalue("ira"), request.getfixturevalue("mill_court")
    for number in range(ROWS):
        actions.submit(claim_request(ira, mill_court, world.hub_id(number)))


def claims_that_ended_badly(request):
    claims_of(request)
    Claim.objects.update(state=State.CANCELLED, finished_at=timezone.now(), sends=1)


def watched_hubs(request):
    for number in range(ROWS):
        watching.watch(watching.hub_for(request.getfixturevalue("acme"), world.hub_id(number)))


def keys_to_check(_request):
    for number in range(ROWS):
        make_organisation(f"Tenant {number}", f"org-{number}", world.ACME_KEY)


def new_keys_to_check(request):
    keys_to_check(request)
    ada = request.getfixturevalue("ada")
    for credential in ApiCredential.objects.exclude(
        organisation__in=ada.memberships.values("organisation")
    ):
        key_candidates.offer(credential.organisation, ada, Secret(world.ACME_KEY))


def keys_that_expire(request):
    new_keys_to_check(request)
    for credential in ApiCredential.objects.filter(organisation__key_candidate__isnull=False):
        day = timezone.localdate() + timedelta(days=7)
        api_keys.set_expiry(credential, request.getfixturevalue("ada"), day)


def notices(request):
    request.getfixturevalue("ada")
    for number in range(ROWS):
        notify(request.getfixturevalue("acme"), about=str(number))


def account_emails_to_send(request):
    for _ in range(ROWS):
        account_emails.write_to(request.getfixturevalue("ada"), "new_password", "en")


def digests(request):
    ada, acme = request.getfixturevalue("ada"), request.getfixturevalue("acme")
    for number in range(ROWS):
        day = timezone.localdate() - timedelta(days=number)
        digest = Digest.objects.create(user=ada, organisation=acme, day=day)
        notify(acme, about=str(number))
        Notice.objects.filter(about=str(number)).update(digest=digest, due_at=None)


def invitations_to_send(request):
    for number in range(ROWS):
        invitation = invitations.invite(
            request.getfixturevalue("acme"),
            f"new-{number}@acme.example",
            role="installer",
            all_sites=True,
            actor=request.getfixturevalue("ada"),
        )
        invitation_emails.write_for(invitation, "en")


def jobs_to_look_at(request):
    for number in range(ROWS):
        make(request.getfixturevalue("mill_court"), request.getfixturevalue("ada"), last=number)


def own_hubs(request):
    return [make_own_hub(request.getfixturevalue("mill_court")) for _ in range(ROWS)]


def organisations_with_hubs(_request):
    for number in range(ROWS):
        own = make_organisation(f"Tenant {number}", f"org-{number}", world.ACME_KEY)
        make_own_hub(own, asked_at=timezone.now() - HOUR)
    rounds.begin()


def photos_that_were_removed(request):
    shape = {"number": 1, "width": 4, "height": 3, "created_by_name": "Ira"}
    for hub in own_hubs(request):
        HubPhoto.objects.create(hub=hub, removed_at=timezone.now(), **shape)


def actions_on_hubs(request):
    for hub in own_hubs(request):
        ada = request.getfixturevalue("ada")
        asking.submit(ActionRequest(ada, hub, Kind.COMMAND, uuid4(), command="get_nodes"))


def imports_to_conduct(request):
    for number in range(ROWS):
        give(request.getfixturevalue("ada"), str(world.hub_id(number)))
    # Of those that are still to be read, fewer are taken at once.
    Import.objects.update(state=PlanState.CHECKING)


def batches_to_look_at(request):
    plan = give(request.getfixturevalue("ada"), str(world.hub_id(1)))
    Batch.objects.bulk_create(
        [Batch(plan=plan, organisation=plan.organisation) for _ in range(ROWS)]
    )


def events_to_work_on(request):
    receiver = receivers.replace(request.getfixturevalue("acme"), None)
    for number in range(ROWS):
        known = {"event_id": str(number), "type": "HubClaimed", "hub": world.hub_id(number)}
        Delivery.objects.create(receiver=receiver, names_us=True, **known)


def grants_that_end(request):
    for number in range(ROWS):
        support = make_organisation(
            f"Support {number}", f"support-{number}", f"key-{number}", "super"
        )
        consent_to(support, request.getfixturevalue("acme"))


def codes_that_end(request):
    for number in range(ROWS):
        organisation = make_organisation(f"Elm {number}", f"elm-{number}", f"key-{number}")
        admin = make_person(f"admin@elm-{number}.example", "Eve")
        codes.make(join(admin, organisation, "admin"), Scope())


def requests_for_access(request):
    agent = request.getfixturevalue("sam").memberships.get()
    for _ in range(ROWS):
        consent.ask(agent, request.getfixturevalue("acme"), "Acme", Wanted("A broken tablet"))


def hubs_asked_for(request):
    acme, mill_court = request.getfixturevalue("acme"), request.getfixturevalue("mill_court")
    asker = request.getfixturevalue("ira").memberships.get()
    for number in range(ROWS):
        held = own_hub_row(acme, world.hub_id(number))
        moves.ask(asker, Wish(held, mill_court, "The building changed hands"))
    agent = request.getfixturevalue("sam").memberships.get()
    MoveRequest.objects.update(
        state=MoveState.ASKED, agent=agent.user, support_organisation=agent.organisation
    )


# What they write stands in transactions, which wait for nobody.
CALLING_NOBODY = {
    *("reminders of keys that expire", "overdue jobs"),
    *("photos to remove", "imports", "rows of imports", "events"),
    *("grants that end", "codes that end", "requests for access"),
}
SETUPS = {
    "digests": digests,
    "invitation e-mails": invitations_to_send,
    "account e-mails": account_emails_to_send,
    "attempts": claims_of,
    "rechecks": claims_that_ended_badly,
    "hub refreshes": watched_hubs,
    "rounds of hubs": organisations_with_hubs,
    "photos to remove": photos_that_were_removed,
    "actions on hubs": actions_on_hubs,
    "events": events_to_work_on,
    "grants that end": grants_that_end,
    "codes that end": codes_that_end,
    "requests for access": requests_for_access,
    "move requests": hubs_asked_for,
    "imports": imports_to_conduct,
    "rows of imports": batches_to_look_at,
    "key checks": keys_to_check,
    "checks of new keys": new_keys_to_check,
    "reminders of keys that expire": keys_that_expire,
    "notices": notices,
    "overdue jobs": jobs_to_look_at,
}


@pytest.fixture(params=SETUPS)
def kind(request, db, sandbox, time_machine) -> WorkKind:
    """A kind of work of which three rows are due, and a clock that runs and can be put."""
    time_machine.move_to(datetime.now(UTC))
    SETUPS[request.param](request)
    [found] = [kind for kind in worker.kinds() if kind.name == request.param]
    pks = found.model.objects.values_list("pk", flat=True)
    for seconds, pk in enumerate(reversed(pks)):
        planned = leasing.due_at(timezone.now() - timedelta(seconds=seconds + 1))
        found.model.objects.filter(pk=pk).update(**planned)
    sandbox.state.requests.clear()
    return found


def taken(leases):
    return [lease.pk for lease in leases]


def row(lease):
    return lease.model.objects.filter(pk=lease.pk).values().get()


def leasing_of(lease):
    """What a worker writes of a row when it gives it back."""
    return {field.name: row(lease)[field.name] for field in leasing.Leased._meta.fields}


def plan(kind, **fields):
    """Write to all rows of the kind."""
    assert kind.model.objects.update(**fields) == ROWS


def test_every_registered_kind_of_work_is_tested_here():
    assert {kind.name for kind in worker.kinds()} == set(SETUPS)


def test_two_takers_get_different_rows(kind):
    first, second = kind.take(2), kind.take(2)

    assert (len(first), len(second)) == (2, 1)
    assert len({*taken(first), *taken(second)}) == ROWS
    assert kind.take(2) == []


@pytest.mark.django_db(transaction=True)
def test_takers_at_the_same_moment_get_different_rows(kind):
    together, found = threading.Barrier(4), []

    def take():
        try:
            together.wait(5)
            found.extend(taken(kind.take(ROWS)))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert len(found) == len(set(found)) == ROWS


def test_the_longest_due_rows_are_taken_first_and_no_more_than_asked_for(kind):
    oldest_first = kind.model.objects.order_by("due_at").values_list("pk", flat=True)
    expected = list(oldest_first)

    assert [taken(kind.take(1)) for _ in range(ROWS)] == [[pk] for pk in expected]


def test_a_row_that_is_not_due_is_not_taken(kind):
    plan(kind, **leasing.due_at(timezone.now() + timedelta(seconds=5)))

    assert not kind.is_due()
    assert kind.take(ROWS) == []


def test_there_is_work_until_all_of_it_is_taken(kind):
    assert kind.is_due()
    kind.take(ROWS)

    assert not kind.is_due()


def test_a_row_that_was_given_back_is_taken_when_it_is_due_again(kind, time_machine):
    for lease in kind.take(ROWS):
        lease.write(**leasing.given_back(timezone.now() + timedelta(seconds=5)))
    assert kind.take(ROWS) == []
    time_machine.shift(5)

    assert len(kind.take(ROWS)) == ROWS


def test_a_lease_runs_out(kind, time_machine):
    first = kind.take(1)
    kind.take(ROWS)
    time_machine.shift(kind.model.LEASE - timedelta(seconds=1))
    assert kind.take(ROWS) == []
    time_machine.shift(1)

    [again] = [lease for lease in kind.take(ROWS) if lease.pk == first[0].pk]
    assert again.epoch == first[0].epoch + 1


def test_a_late_worker_neither_calls_nor_writes(kind, time_machine, sandbox, mailoutbox):
    late = kind.take(1)[0]
    time_machine.shift(kind.model.LEASE)
    kind.take(ROWS)
    before = row(late)

    kind.work(late)
    with pytest.raises(LeaseLostError):
        late.write(**leasing.given_back(None))

    assert row(late) == before
    assert list(sandbox.state.requests) == []
    assert mailoutbox == []


def test_a_lease_lost_in_the_midst_of_the_work_is_not_given_back(kind, time_machine, monkeypatch):
    late, moments = kind.take(1)[0], []

    def overtaken(call):
        def called(*args, **kwargs):
            try:
                return call(*args, **kwargs)
            finally:
                if not moments:
                    time_machine.shift(kind.model.LEASE)
                    kind.take(ROWS)
                    moments.append(leasing_of(late))

        return called

    for owner, name in ((spkey.Client, "_request"), (EmailBackend, "send_messages")):
        monkeypatch.setattr(owner, name, overtaken(getattr(owner, name)))
    kind.work(late)

    if kind.name not in CALLING_NOBODY:
        assert [leasing_of(late)] == moments


def test_a_worker_writes_nothing_once_its_lease_has_run_out(kind, time_machine):
    lease = kind.take(1)[0]
    lease.write(for_at_least=kind.model.LEASE / 2, lease_until=row(lease)["lease_until"])
    time_machine.shift(kind.model.LEASE * 2 / 3)

    with pytest.raises(LeaseLostError):
        lease.write(for_at_least=kind.model.LEASE / 2, **leasing.given_back(None))
    assert row(lease)["lease_until"] is not None


def test_a_dead_workers_rows_are_taken_over_at_once(kind):
    leases = kind.take(ROWS)
    plan(kind, leased_by="dead-1")

    assert leasing.release(["alive-1"]) == 0
    assert kind.take(ROWS) == []
    assert leasing.release(["dead-1", "dead-2"]) == ROWS
    for lease in leases:
        with pytest.raises(LeaseLostError):
            lease.write(**leasing.given_back(None))
    assert len(kind.take(ROWS)) == ROWS


def test_a_resting_row_is_due_in_time_after_the_clock_was_set_back_an_hour(kind, time_machine):
    plan(kind, **leasing.due_at(timezone.now() + timedelta(seconds=20)))
    time_machine.shift(-HOUR)

    assert leasing.correct_clock() >= ROWS
    assert leasing.correct_clock() == 0
    assert kind.take(ROWS) == []
    time_machine.shift(20)
    assert len(kind.take(ROWS)) == ROWS


def test_a_due_row_stays_due_after_the_clock_was_set_back_an_hour(kind, time_machine):
    plan(kind, **leasing.due_at(timezone.now()))
    time_machine.shift(-HOUR)
    leasing.correct_clock()

    assert len(kind.take(ROWS)) == ROWS


@pytest.mark.parametrize("seconds", [1, 30, 110])
def test_a_clock_set_back_by_seconds_delays_nothing_for_longer(kind, time_machine, seconds):
    plan(kind, **leasing.due_at(timezone.now() + timedelta(seconds=20)))
    kind.take(ROWS)
    time_machine.shift(-seconds)
    assert leasing.correct_clock() == 0
    time_machine.shift(20 + seconds)

    assert len(kind.take(ROWS)) == ROWS


def test_a_killed_workers_lease_runs_out_after_the_clock_was_set_back_an_hour(kind, time_machine):
    kind.take(ROWS)
    time_machine.shift(-HOUR)
    leasing.correct_clock()
    assert kind.take(ROWS) == []
    time_machine.shift(kind.model.LEASE)

    assert len(kind.take(ROWS)) == ROWS


def test_rescheduling_a_leased_row_before_the_clock_is_corrected_hides_no_lease(kind, time_machine):
    kind.take(ROWS)
    time_machine.shift(-HOUR)
    plan(kind, **leasing.due_at(timezone.now()))
    leasing.correct_clock()
    time_machine.shift(kind.model.LEASE)

    assert len(kind.take(ROWS)) == ROWS


def test_a_clock_set_forward_makes_rows_due_early_and_loses_none(kind, time_machine):
    plan(kind, **leasing.due_at(timezone.now() + timedelta(seconds=20)))
    time_machine.shift(HOUR)

    assert leasing.correct_clock() == 0
    assert len(kind.take(ROWS)) == ROWS


def test_a_right_clock_is_recognised_without_a_write(kind, django_assert_num_queries):
    kind.take(1)

    timed = [model for model in apps.get_models() if issubclass(model, leasing.Timed)]
    with django_assert_num_queries(len(timed)) as queries:
        assert leasing.correct_clock() == 0
    assert all(query["sql"].startswith("SELECT") for query in queries)


@pytest.mark.parametrize("model", [Claim, Hub, Notice, AccountEmail, ApiCredential])
def test_due_and_leased_rows_are_found_by_an_index(db, model):
    as_of_a_large_table(model)
    name = model._meta.model_name
    rows = model.objects.all()
    due, leased = leasing.due(rows), leasing.under_way(rows)

    assert f"{name}_due" in due.explain()
    assert f"{name}_leased" in leased.explain()


@pytest.mark.parametrize("model", [Claim, Hub])
def test_whose_turn_it_is_is_found_by_an_index(db, model):
    as_of_a_large_table(model)

    owners = leasing._owners_due(leasing.due(model.objects.all()), "organisation")
    index = f"{model._meta.model_name}_due"
    # In a table as small as this one, PostgreSQL holds either for as good.
    assert (index if connection.vendor == "postgresql" else f"{index}_of_organisation") in (
        owners.explain()
    )


@pytest.mark.parametrize("model", [Claim, Hub, Notice, AccountEmail])
def test_rows_planned_too_far_ahead_are_found_by_an_index(db, model):
    as_of_a_large_table(model)

    ahead = leasing._set_ahead(model, timezone.now()).order_by()
    assert f"{model._meta.model_name}_due" in ahead.explain()
