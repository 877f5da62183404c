"""From a file to three piles: by the rows, whatever happens meanwhile."""

import dataclasses
import threading
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.utils import timezone

from portal.audit.models import Entry
from portal.claims.engine import actions
from portal.claims.models import Claim
from portal.core import leasing, worker
from portal.hubs import status, watching
from portal.hubs.actions import asking
from portal.hubs.actions.asking import ActionRequest
from portal.hubs.actions.models import HubAction
from portal.hubs.models import Hub
from portal.imports import conduct, handing_on, looking, making, read_in
from portal.imports.models import Batch, Import, Piece, Row
from portal.imports.reading import kinds
from portal.notices.models import Notice
from portal.orgs.models import ApiCredential
from portal.sandbox import world
from portal.sites import changes
from portal.sites.models import Site
from tests.conftest import claim_request
from tests.imports.conftest import give, piles, verdicts, work

MAGIC = world.MAGIC
NOT_DONE = "not_done"


def free(count: int, site: str = "", start: int = 0) -> str:
    hubs = [world.hub_id(n) for n in range(start, start + count)]
    return "Hub id;Site\n" + "".join(f"{hub};{site}\n" for hub in hubs)


def test_a_list_becomes_a_plan_and_the_plan_is_carried_out(sandbox, ada, mill_court, orchard_rise):
    plan = give(
        ada,
        "Hub id;Site;Place\n"
        f"{world.hub_id(0)};Mill Court;Flat 1\n"
        f"{world.hub_id(1)};orchard-rise;\n"
        f"{MAGIC['unknown'].id};Mill Court;\n"
        f"{MAGIC['claimed_elsewhere'].id};Mill Court;\n"
        f"{MAGIC['hidden'].id};Mill Court;\n"
        f"{MAGIC['other_site'].id};Mill Court;\n"
        f"{MAGIC['suspended'].id};Mill Court;\n"
        "no id;Mill Court;\n"
        f"{world.hub_id(0).upper()};Mill Court;\n"
        f"{world.hub_id(2)};Mill Curt;\n"
        f"{world.hub_id(3)};;\n",
    )

    plan = work(plan, 3)

    assert plan.state == "ready"
    assert verdicts(plan) == {
        2: "free",
        3: "free",
        4: "unknown",
        5: "foreign",
        6: "foreign",
        7: "other_site",
        8: "suspended",
        9: "not_an_id",
        10: "twice",
        11: "site_unknown",
        12: "site_needed",
    }
    # A dry run leaves nothing behind, neither there nor here, nor the file.
    assert not Claim.objects.exists()
    assert not Hub.objects.exists()
    assert not Piece.objects.exists()

    assert making.run(plan, ada)
    plan = work(plan, 4)

    assert plan.state == "finished"
    assert piles(plan) == {2: "done", 3: "done"} | dict.fromkeys(range(4, 13), NOT_DONE)
    claims = Claim.objects.order_by("spkey_site_id")
    assert [(c.spkey_site_id, c.place, c.submitted_by, c.state) for c in claims] == [
        ("mill-court", "Flat 1", ada, "claimed"),
        ("orchard-rise", "", ada, "claimed"),
    ]
    assert Entry.objects.filter(verb="import.carried_out").count() == 1
    assert Entry.objects.filter(verb="claim.submitted").count() == 2
    facts = Notice.objects.get(kind="import_finished").facts
    assert (facts["done"], facts["already"], facts["not_done"]) == (2, 0, 9)


def test_hubs_of_ours_are_brought_in_with_place_where_they_are(sandbox, ada, mill_court):
    ours = UUID(MAGIC["other_site"].id)
    lines = f"hub;place\n{ours};Flat 9\n{world.hub_id(0)};\n{MAGIC['unknown'].id};\n"
    plan = work(give(ada, lines, "bring_in"), 3)
    assert verdicts(plan) == {2: "ours", 3: "free", 4: "unknown"}

    making.run(plan, ada)
    plan = work(plan, 4)

    assert piles(plan) == {2: "done", 3: NOT_DONE, 4: NOT_DONE}
    hub = Hub.objects.get()
    assert (hub.hub_id, hub.place, hub.spkey_site_id) == (ours, "Flat 9", "other-site")
    entry = Entry.objects.get(verb="hub.brought_in")
    assert (entry.hub, entry.actor_id, entry.object_label) == (ours, ada.pk, "1")
    assert (hub.binding, hub.kept_until) == ("ours", None)

    again = work(give(ada, lines, "bring_in"), 3)
    assert verdicts(again)[2] == "kept"
    with pytest.raises(making.NothingToDoError):
        making.run(again, ada)


def test_one_that_is_not_a_site_here_may_be_added_and_its_rows_are_checked_again(
    sandbox, ada, acme, mill_court
):
    plan = work(give(ada, free(2, "Quay 3") + f"{world.hub_id(5)};Mill Court\n"), 3)
    assert making.unknown_sites(plan, 10) == [("Quay 3", 2)]

    making.add_site(plan, "Quay 3", Site(organisation=acme, name="Quay 3"), ada)
    plan = work(plan, 3)

    assert plan.state == "ready"
    assert set(verdicts(plan).values()) == {"free"}


def test_a_plan_carried_out_a_day_later_does_what_is_so_by_then(sandbox, ada, mill_court, harbour):
    plan = work(give(ada, free(5, "mill-court")), 3)
    for n, org, site in (
        (0, world.ACME_ORG_ID, "mill-court"),
        (1, world.HARBOUR_ORG_ID, "x"),
        (2, world.ACME_ORG_ID, "elsewhere"),
    ):
        hub = sandbox.state.hubs[world.hub_id(n)]
        hub.org_id, hub.site_id, hub.status = org, site, "Claimed"
    del sandbox.state.hubs[world.hub_id(3)]

    making.run(plan, ada)
    plan = work(plan, 4)

    assert piles(plan) == {2: "already", 3: NOT_DONE, 4: NOT_DONE, 5: NOT_DONE, 6: "done"}
    causes = dict(plan.rows.values_list("line", "cause"))
    assert causes[3] == "claim:conflict:another_organisation"
    assert causes[4] == "claim:conflict:another_site"
    assert causes[5].startswith("claim:not_found:")


@pytest.mark.parametrize("kind", ["move", "bring_in"])
def test_of_a_plan_of_a_day_ago_each_hub_is_looked_at_again(
    kind, sandbox, ada, mill_court, orchard_rise, clock
):
    hubs = [sandbox.state.hubs[world.hub_id(n)] for n in range(4)]
    for hub in hubs:
        hub.org_id, hub.site_id, hub.status = world.ACME_ORG_ID, "mill-court", "Claimed"
    heads, site = ("hub;site", "Orchard Rise") if kind == "move" else ("hub;place", "Riser")
    lines = "".join(f"{hub.hub_id};{site}\n" for hub in hubs)
    plan = work(give(ada, f"{heads}\n{lines}", kind), 3)
    assert set(verdicts(plan).values()) == {"other_site" if kind == "move" else "ours"}

    clock.shift(24 * 3600)
    same, moved, sold, gone = hubs
    moved.site_id = "orchard-rise"
    sold.org_id = world.HARBOUR_ORG_ID
    del sandbox.state.hubs[gone.hub_id]
    making.run(plan, ada)
    plan = work(plan, 2)
    HubAction.objects.active().update(due_at=timezone.now())
    plan = work(plan, 4)

    assert plan.state == "finished"
    assert piles(plan) == {
        2: "done",
        3: "already" if kind == "move" else "done",
        4: NOT_DONE,
        5: NOT_DONE,
    }
    causes = dict(plan.rows.filter(state=NOT_DONE).values_list("line", "cause"))
    assert causes == (
        {4: "action:refused:not_ours", 5: "action:refused:missing"}
        if kind == "move"
        else {4: "foreign", 5: "unknown"}
    )
    assert (same.org_id, sold.org_id) == (world.ACME_ORG_ID, world.HARBOUR_ORG_ID)


def test_a_site_that_is_archived_while_its_rows_are_carried_out_takes_no_more(
    sandbox, ada, mill_court, monkeypatch
):
    monkeypatch.setattr(handing_on, "QUEUED_AT_ONCE", 1)
    plan = work(give(ada, free(3, "Mill Court")), 3)
    making.run(plan, ada)
    [lease] = conduct.take_due(1)
    conduct.conduct(lease)  # The first is handed on, and the others wait for it.
    Import.objects.update(due_at=timezone.now() + timedelta(hours=1))
    worker.run_once()
    changes.archive(mill_court, ada)
    plan = work(plan, 4)

    assert (plan.state, piles(plan)) == ("finished", {2: "done", 3: NOT_DONE, 4: NOT_DONE})
    assert set(plan.rows.filter(state=NOT_DONE).values_list("cause", flat=True)) == {
        "site_archived"
    }


def test_a_site_that_is_archived_in_the_middle_takes_no_more(
    sandbox, ada, mill_court, orchard_rise
):
    plan = work(give(ada, free(2, "Mill Court") + f"{world.hub_id(5)};Orchard Rise\n"), 3)
    changes.archive(mill_court, ada)
    making.run(plan, ada)
    plan = work(plan, 4)

    assert piles(plan) == {2: NOT_DONE, 3: NOT_DONE, 4: "done"}
    assert set(plan.rows.filter(state=NOT_DONE).values_list("cause", flat=True)) == {
        "site_archived"
    }


def test_who_lost_the_right_meanwhile_has_nothing_more_done(sandbox, ira, ada, mill_court):
    plan = work(give(ira, free(2, "Mill Court")), 3)
    making.run(plan, ira)
    ira.memberships.update(expires_at=timezone.now() - timedelta(days=1))
    plan = work(plan, 3)

    assert set(plan.rows.values_list("state", "cause")) == {(NOT_DONE, "no_right")}
    assert not Claim.objects.exists()


def test_a_hub_that_is_being_claimed_elsewhere_is_left_to_that_claim(
    sandbox, ada, mill_court, orchard_rise
):
    plan = work(give(ada, free(1, "Mill Court")), 3)
    standing = actions.submit(claim_request(ada, orchard_rise, world.hub_id(0)))
    making.run(plan, ada)
    # The claim is another's affair: it is not worked on here.
    Claim.objects.filter(pk=standing.pk).update(due_at=timezone.now() + timedelta(hours=1))
    plan = work(plan, 3)

    assert piles(plan) == {2: NOT_DONE}
    assert plan.rows.get().cause == "under_way"


def test_other_tenants_hubs_are_told_apart_by_nothing_but_what_a_look_up_says(
    sandbox, ada, mill_court, hal, lighthouse
):
    """Two of Harbour's hubs, one of them hidden; whoever asks learns that they are somebody's."""
    shown, hidden = (sandbox.state.hubs[world.hub_id(n)] for n in (0, 1))
    for hub in (shown, hidden):
        hub.org_id, hub.site_id, hub.status = world.HARBOUR_ORG_ID, "lighthouse-flats", "Claimed"
    hidden.is_hidden = True
    plan = work(give(ada, free(2, "Mill Court")), 3)

    assert set(plan.rows.values_list("verdict", "at_site", "site")) == {
        ("foreign", "", mill_court.pk)
    }


def test_a_worker_that_is_killed_in_the_middle_costs_no_row(sandbox, ada, mill_court, monkeypatch):
    plan = give(ada, free(60, "Mill Court"))
    [lease] = conduct.take_due(1)  # Killed while it read the file.
    Row.objects.create(plan=plan, line=77)
    leasing.release([leasing.holder()])
    [lease] = conduct.take_due(1)
    conduct.conduct(lease)
    taken = looking.take_due(2)  # Killed before one, and during another batch.
    monkeypatch.setattr(looking, "_judge_all", _killed)
    with pytest.raises(KeyboardInterrupt):
        looking.look(taken[1])
    monkeypatch.undo()
    leasing.release([leasing.holder()])
    plan = work(plan, 3)
    assert plan.state == "ready"
    assert plan.total == plan.rows.filter(verdict="free").count() == 60

    making.run(plan, ada)
    [lease] = conduct.take_due(1)  # Killed after the claims were made, before the rows say so.
    conduct.conduct(lease)
    Row.objects.filter(plan=plan).update(state="to_do", claim=None)
    plan = work(plan, 6)

    assert plan.state == "finished"
    assert set(piles(plan).values()) == {"done"}
    assert Claim.objects.count() == 60


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_worker_that_is_too_late_writes_nothing(sandbox, ada, mill_court):
    plan = give(ada, free(3, "Mill Court"))
    [late] = conduct.take_due(1)
    leasing.release([leasing.holder()])
    work(plan, 3)
    before = set(plan.rows.values_list("pk", flat=True))

    conduct.conduct(late)

    assert set(Row.objects.values_list("pk", flat=True)) == before


def test_a_reader_whose_lease_was_lost_while_it_read_writes_nothing(
    sandbox, ada, mill_court, monkeypatch
):
    plan = give(ada, free(3, "Mill Court"))
    [late] = conduct.take_due(1)
    read = read_in.reader.read_table

    def overtaken(data: bytes) -> object:
        monkeypatch.undo()
        leasing.release([leasing.holder()])
        work(plan, 3)
        return read(data)

    monkeypatch.setattr(read_in.reader, "read_table", overtaken)
    conduct.conduct(late)

    assert Import.objects.get().state == "ready"
    assert set(verdicts(plan).values()) == {"free"}


def test_a_worker_killed_after_a_claim_has_ended_makes_no_second_one(sandbox, ada, mill_court):
    plan = work(give(ada, free(2, "Mill Court")), 3)
    del sandbox.state.hubs[world.hub_id(1)]  # One is claimed, the other one is not found.
    making.run(plan, ada)
    plan = work(plan, 4)
    # As if it had been killed before it could say so.
    Row.objects.filter(plan=plan).update(state="to_do", claim=None)
    running = {"state": "running", "finished_at": None}
    Import.objects.update(**running, **leasing.due_at(timezone.now()))
    plan = work(plan, 4)

    assert piles(plan) == {2: "done", 3: NOT_DONE}
    assert Claim.objects.count() == 2


def test_a_hub_that_could_not_be_read_is_read_again(sandbox, ada, mill_court):
    sandbox.faults.add({"path_contains": "/status"}, action={"status": 503}, times=1)
    plan = work(give(ada, free(3, "Mill Court")), 2)
    assert plan.state == "checking"
    Batch.objects.filter(due_at__isnull=False).update(due_at=timezone.now())

    assert work(plan, 3).state == "ready"


def test_spkey_away_or_a_key_refused_keeps_the_rows_for_later(sandbox, ada, acme, mill_court):
    plan = give(ada, free(3, "Mill Court"))
    ApiCredential.objects.filter(organisation=acme).update(state="refused")
    plan = work(plan, 2)
    assert plan.state == "checking"
    assert set(verdicts(plan).values()) == {""}

    ApiCredential.objects.filter(organisation=acme).update(state="working")
    Batch.objects.update(due_at=timezone.now())
    assert work(plan, 2).state == "ready"


def test_stopping_leaves_what_was_not_begun_and_says_so(sandbox, ada, mill_court):
    plan = work(give(ada, free(2, "Mill Court")), 3)
    making.run(plan, ada)
    assert making.stop(plan, ada)
    plan = work(plan, 2)

    assert set(plan.rows.values_list("state", "cause")) == {(NOT_DONE, "stopped")}
    assert plan.state == "finished"

    given = making.retry_of(plan, plan.rows.iterator(), plan.pk)
    again, _ = making.make(ada.memberships.get(), given)
    again = work(again, 3)
    assert set(verdicts(again).values()) == {"free"}
    assert again.retry_of == plan

    assert making.stop(again, ada)
    stopped = Entry.objects.filter(verb__in=("import.stopped", "import.discarded"))
    assert list(stopped.order_by("at").values_list("verb", "object_label", "actor_id")) == [
        ("import.stopped", "1", ada.pk),
        ("import.discarded", "2", ada.pk),
    ]


def test_of_ten_thousand_rows_nine_thousand_nine_hundred_ninety_are_wrong(sandbox, ada, mill_court):
    lines = [f"{n}x;Mill Court\n" for n in range(9_990)]
    plan = work(give(ada, free(10, "Mill Court") + "".join(lines)), 3)
    assert plan.state == "ready"
    assert plan.rows.filter(verdict="free").count() == 10

    making.run(plan, ada)
    plan = work(plan, 4)
    states = plan.rows.order_by().values_list("state", flat=True)
    assert (plan.state, states.filter(state="done").count()) == ("finished", 10)
    assert states.filter(state=NOT_DONE).count() == 9_990


def test_a_hub_that_waits_is_neither_done_nor_lost(sandbox, ada, mill_court):
    sandbox.state.hubs[world.hub_id(0)].online = False
    plan = work(give(ada, free(1, "Mill Court")), 3)
    making.run(plan, ada)
    plan = work(plan, 3)
    assert piles(plan) == {2: "waiting"}
    assert plan.state == "running"

    Import.objects.filter(pk=plan.pk).update(moved_at=timezone.now() - conduct.QUIET)
    plan = work(plan, 1)
    assert plan.state == "finished"
    assert Notice.objects.get(kind="import_finished").facts["waiting"] == 1

    sandbox.state.hubs[world.hub_id(0)].online = True
    Claim.objects.update(due_at=timezone.now(), send_requested=True)
    worker.run_once()
    plan = work(plan, 2)
    assert piles(plan) == {2: "done"}
    assert (plan.state, plan.due_at) == ("finished", None)
    assert Notice.objects.filter(kind="import_finished").count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_file_twice_at_once_is_one_import(ada, mill_court):
    made: list[Import] = []
    ready = threading.Barrier(2)

    def at_once() -> None:
        try:
            ready.wait(5)
            made.append(give(ada, free(3, "Mill Court")))
        finally:
            connection.close()

    threads = [threading.Thread(target=at_once) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(made) == 2
    assert made[0].pk == made[1].pk
    assert Import.objects.count() == 1


def test_hubs_are_moved_and_keep_the_place_that_is_said(sandbox, ada, mill_court, orchard_rise):
    here, there, stray = (sandbox.state.hubs[world.hub_id(n)] for n in range(3))
    for hub, site in ((here, "mill-court"), (there, "orchard-rise"), (stray, "")):
        if site:
            hub.org_id, hub.site_id, hub.status = world.ACME_ORG_ID, site, "Claimed"
    lines = f"{here.hub_id};Orchard Rise;Flat 7\n{there.hub_id};Orchard Rise;\n"
    plan = give(ada, f"hub;site;place\n{lines}{stray.hub_id};Orchard Rise;\n", "move")
    plan = work(plan, 3)
    assert verdicts(plan) == {2: "other_site", 3: "ours", 4: "free"}

    making.run(plan, ada)
    plan = work(plan, 2)
    HubAction.objects.active().update(due_at=timezone.now())  # It is read back some seconds later.
    plan = work(plan, 3)

    assert (plan.state, piles(plan)) == ("finished", {2: "done", 3: "already", 4: NOT_DONE})
    assert (here.org_id, here.site_id) == (world.ACME_ORG_ID, "orchard-rise")
    moved = Hub.objects.get(hub_id=here.hub_id)
    assert (moved.place, moved.spkey_site_id, moved.kept_until) == ("Flat 7", "orchard-rise", None)


def test_a_hub_that_somebody_else_brings_in_at_that_moment_keeps_what_is_said_of_it(
    sandbox, ada, acme, monkeypatch
):
    ours = UUID(MAGIC["other_site"].id)
    plan = work(give(ada, f"hub;place\n{ours};Flat 9\n", "bring_in"), 3)
    making.run(plan, ada)
    make = status.make_ours

    def too_late(read):
        watching.hub_for(acme, ours)
        return make(read)

    monkeypatch.setattr(status, "make_ours", too_late)
    work(plan, 3)

    hub = Hub.objects.get()
    assert (hub.place, hub.binding, piles(plan)) == ("Flat 9", "ours", {2: "done"})


@pytest.mark.parametrize("kind", ["claim", "move"])
def test_what_is_said_of_hubs_that_are_there_already_is_kept_and_recorded(
    kind, sandbox, ada, mill_court
):
    said, bare, fresh = (sandbox.state.hubs[world.hub_id(n)] for n in range(3))
    ours = [(said, "mill-court"), (bare, "mill-court"), (fresh, "quay")]
    for hub, site in ours if kind == "move" else ours[:2]:
        hub.org_id, hub.site_id, hub.status = world.ACME_ORG_ID, site, "Claimed"
    lines = f"{said.hub_id};Flat 9;Riser\n{bare.hub_id};;\n{fresh.hub_id};;Attic\n"
    given = give(ada, f"hub;place;note\n{lines}", kind, site=mill_court, name="hubs.csv")
    plan = work(given, 3)
    making.run(plan, ada)
    plan = work(plan, 2)
    HubAction.objects.active().update(due_at=timezone.now())
    plan = work(plan, 4)

    assert piles(plan) == {2: "already", 3: "already", 4: "done"}
    hub = Hub.objects.get(hub_id=said.hub_id)
    assert (hub.place, hub.note) == ("Flat 9", "Riser")
    assert plan.rows.filter(line=3, claim=None, action=None).exists()
    entry = Entry.objects.get(verb="hub.described", hub=hub.hub_id)
    assert (entry.actor_id, entry.detail["file"]) == (ada.pk, "hubs.csv")
    assert entry.detail["changes"]["note"] == ["", "Riser"]


def test_the_files_of_one_organisation_keep_nobody_elses_imports_from_their_turn(ada, hal):
    for n in range(6):
        give(ada, world.hub_id(n))
    of_hal = give(hal, world.hub_id(0))
    first = conduct.take_due(16)
    assert len(first) == conduct.READINGS_AT_ONCE == 2
    assert of_hal.pk in {lease.pk for lease in first}
    assert conduct.take_due(16) == []
    assert not conduct.some_due()

    Import.objects.filter(pk=of_hal.pk).update(state="running")  # Read, and due again.
    leasing.release([leasing.holder()])
    assert conduct.some_due()
    assert of_hal.pk in {lease.pk for lease in conduct.take_due(3)}


def test_rows_tried_again_are_no_file_and_keep_what_was_wrong_with_them(
    ada, mill_court, monkeypatch
):
    lines = f"x;Mill Court;Θέση;{'n' * 1001}\ny;Mill Court;Θέση;\n"
    plan = work(give(ada, f"hub;site;place;note\n{lines}"), 2)
    monkeypatch.setattr(kinds, "FILE_BYTES", 10)
    given = making.retry_of(plan, plan.rows.iterator(), uuid4())
    again, _ = making.make(ada.memberships.get(), given)
    again = work(again, 2)

    assert verdicts(again) == {2: "cell_too_long", 3: "not_an_id"}
    assert set(again.rows.values_list("place", flat=True)) == {"Θέση"}
    assert (again.state, again.total) == ("ready", 2)


def test_a_plan_that_was_seen_is_carried_out_and_no_other(sandbox, ada, mill_court):
    plan = work(give(ada, free(1, "Mill Court")), 3)
    seen = plan.token
    making.check_again(plan)
    plan = Import.objects.get()
    with pytest.raises(making.PlanChangedError):
        making.run(plan, ada, seen)  # While it is looked at again.
    plan = work(plan, 3)
    with pytest.raises(making.PlanChangedError):
        making.run(plan, ada, seen)
    stale = Import.objects.get()
    making.check_again(plan)
    work(plan, 2)
    with pytest.raises(making.PlanChangedError):
        making.run(stale, ada, stale.token)  # Looked at again after it was asked for.

    plan = Import.objects.get()
    assert making.run(plan, ada, plan.token)
    assert not making.run(plan, ada, plan.token)


def ours(sandbox, n: int, site: str):
    hub = sandbox.state.hubs[world.hub_id(n)]
    hub.org_id, hub.site_id, hub.status = world.ACME_ORG_ID, site, "Claimed"
    return hub


def act(ada, acme, hub, kind="move", **fields) -> HubAction:
    """Have something done to the hub that no worker gets on with here."""
    request = ActionRequest(ada, watching.hub_to_claim(acme, UUID(hub.hub_id)), kind, uuid4())
    action = asking.submit(dataclasses.replace(request, **fields))
    HubAction.objects.update(due_at=timezone.now() + timedelta(hours=1))
    return action


@pytest.mark.parametrize(
    ("at", "claimed_at", "kind", "wanted", "verdict"),
    [
        ("", "orchard-rise", "claim", "mill-court", "under_way"),
        ("", "mill-court", "claim", "mill-court", "free"),
        ("mill-court", "orchard-rise", "claim", "mill-court", "under_way"),
        ("orchard-rise", "orchard-rise", "move", "mill-court", "under_way"),
        ("orchard-rise", "mill-court", "move", "mill-court", "other_site"),
        ("orchard-rise", "mill-court", "bring_in", "", "ours"),
    ],
)
def test_what_a_claim_has_in_hand_is_said_before_and_is_so_afterwards(
    sandbox, ada, mill_court, orchard_rise, at, claimed_at, kind, wanted, verdict
):
    if at:
        ours(sandbox, 0, at)
    site = {"mill-court": mill_court, "orchard-rise": orchard_rise}[claimed_at]
    standing = actions.submit(claim_request(ada, site, world.hub_id(0)))
    waits = {"state": "waiting", "due_at": timezone.now() + timedelta(hours=1)}
    Claim.objects.update(**waits)
    lines = f"hub;site\n{world.hub_id(0)};{wanted}\n{world.hub_id(1)};{wanted}\n"
    ours(sandbox, 1, "orchard-rise") if kind != "claim" else None

    plan = work(give(ada, lines, kind), 3)

    row = plan.rows.get(line=2)
    assert (row.verdict, row.claim) == (verdict, standing if verdict == "under_way" else None)

    making.run(plan, ada)
    plan = work(plan, 2)
    row.refresh_from_db()
    assert (row.state == NOT_DONE) == (verdict == "under_way")
    if verdict == "under_way":
        assert (row.cause, row.claim) == (verdict, standing)


@pytest.mark.parametrize(
    ("kind", "fields", "wanted", "place", "verdict"),
    [
        # It is at Mill Court, and on its way to Orchard Rise.
        ("move", {}, "mill-court", "", "busy"),
        ("move", {}, "orchard-rise", "", "busy"),
        ("move", {}, "quay", "", "busy"),
        ("claim", {}, "mill-court", "", "busy"),
        ("claim", {}, "orchard-rise", "", "busy"),
        ("bring_in", {}, "", "", "ours"),
        # Something is done to it where it is.
        ("move", {"kind": "suspend", "because": "x"}, "quay", "", "busy"),
        ("move", {"kind": "role", "make_primary": True}, "mill-court", "", "ours"),
        ("move", {"kind": "role", "make_primary": True}, "mill-court", "Flat 1", "busy"),
        ("claim", {"kind": "command", "command": "get_nodes"}, "mill-court", "", "ours"),
    ],
)
def test_what_is_being_done_to_a_hub_is_said_before_and_is_so_afterwards(
    sandbox, ada, acme, mill_court, orchard_rise, kind, fields, wanted, place, verdict
):
    hub, other = ours(sandbox, 0, "mill-court"), sandbox.state.hubs[world.hub_id(1)]
    if kind != "claim":
        ours(sandbox, 1, "orchard-rise" if wanted != "orchard-rise" else "mill-court")
    changes.make(Site(organisation=acme, name="Quay", spkey_site_id="quay"), ada)
    fields = fields or {"kind": "move", "site": orchard_rise}
    standing = act(ada, acme, hub, **fields)
    lines = f"{hub.hub_id};{wanted};{place}\n{other.hub_id};{wanted};\n"

    plan = work(give(ada, f"hub;site;place\n{lines}", kind), 3)

    row = plan.rows.get(line=2)
    assert (row.verdict, row.action) == (verdict, standing if verdict == "busy" else None)

    making.run(plan, ada)
    plan = work(plan, 2)
    row.refresh_from_db()
    if verdict == "busy":
        assert (row.state, row.cause, row.action) == (NOT_DONE, "busy", standing)
    else:
        assert row.state in {"done", "already"}


@pytest.mark.parametrize("kind", ["claim", "move"])
def test_what_is_begun_between_the_plan_and_its_start_is_in_its_way(
    kind, sandbox, ada, acme, mill_court, orchard_rise
):
    hub = sandbox.state.hubs[world.hub_id(0)]
    if kind == "move":
        ours(sandbox, 0, "orchard-rise")
    plan = work(give(ada, f"hub;site\n{hub.hub_id};mill-court\n", kind), 3)
    claim = actions.submit(claim_request(ada, orchard_rise, hub.hub_id))
    Claim.objects.update(state="waiting", due_at=timezone.now() + timedelta(hours=1))

    making.run(plan, ada)
    row = work(plan, 2).rows.get()

    assert (row.state, row.cause, row.claim) == (NOT_DONE, "under_way", claim)
