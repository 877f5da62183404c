"""What an import's page says of a row that something else has in hand, and of what was not done."""

from uuid import UUID, uuid4

import pytest

from portal.claims.engine import actions
from portal.hubs import watching
from portal.hubs.actions import asking
from portal.hubs.actions.asking import ActionRequest
from portal.hubs.actions.models import HubAction
from portal.imports import queries
from portal.imports.display import page
from portal.imports.models import Import, Kind, Row, RowState, Verdict
from portal.imports.site_finder import SiteFinder
from portal.sandbox import world
from tests.conftest import claim_request


@pytest.fixture
def sites(acme, ada):
    return SiteFinder(acme, ada.memberships.get())


@pytest.fixture
def standing(ada, orchard_rise):
    """A claim at Orchard Rise that goes on."""
    return actions.submit(claim_request(ada, orchard_rise, world.hub_id(0)))


@pytest.fixture
def act(acme, ada):
    """Have something done to a hub that goes on."""

    def act(kind: str, **fields: object) -> HubAction:
        hub = watching.hub_to_claim(acme, UUID(world.hub_id(1)))
        return asking.submit(ActionRequest(ada, hub, kind, uuid4(), **fields))

    return act


def test_of_a_hub_that_is_being_claimed_it_is_said_where(standing, sites):
    row = Row(verdict=Verdict.UNDER_WAY, claim=standing)
    assert page.about(row, sites) == "at Orchard Rise"


def test_a_site_that_the_portal_does_not_have_is_called_by_its_id(standing, sites):
    standing.spkey_site_id = "boiler-room"
    row = Row(verdict=Verdict.UNDER_WAY, claim=standing)
    assert page.about(row, sites) == "at boiler-room"


@pytest.mark.parametrize("state", ["claimed", "conflict", "expired", "cancelled"])
def test_of_a_claim_that_is_over_nothing_is_said(standing, sites, state):
    standing.state = state
    row = Row(verdict=Verdict.UNDER_WAY, claim=standing)
    assert page.about(row, sites) == ""


@pytest.mark.parametrize("verdict", [Verdict.FREE, Verdict.FOREIGN, Verdict.UNREAD])
def test_a_claim_of_ones_own_is_in_nobodys_way(standing, sites, verdict):
    assert page.about(Row(verdict=verdict, claim=standing), sites) == ""


def test_of_a_hub_that_is_being_moved_it_is_said_whereto(act, sites, orchard_rise):
    row = Row(verdict=Verdict.BUSY, action=act("move", site=orchard_rise))
    assert page.about(row, sites) == "being moved to Orchard Rise"


@pytest.mark.parametrize("verdict", [Verdict.OTHER_SITE, Verdict.OURS, Verdict.UNREAD])
def test_a_move_of_ones_own_is_in_nobodys_way(act, sites, orchard_rise, verdict):
    row = Row(state=RowState.UNDER_WAY, verdict=verdict, action=act("move", site=orchard_rise))
    assert page.about(row, sites) == ""


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("suspend", {"because": "Rent"}),
        ("role", {"make_primary": True}),
        ("command", {"command": "get_nodes"}),
    ],
)
def test_of_what_else_is_done_to_it_no_site_is_said(act, sites, kind, fields):
    row = Row(verdict=Verdict.BUSY, action=act(kind, **fields))
    assert page.about(row, sites) == ""


@pytest.mark.parametrize("state", ["done", "refused", "cancelled"])
def test_of_a_move_that_is_over_nothing_is_said(act, sites, orchard_rise, state):
    action = act("move", site=orchard_rise)
    action.state = state
    assert page.about(Row(verdict=Verdict.BUSY, action=action), sites) == ""


def test_without_what_is_in_the_way_nothing_is_said(sites):
    for verdict in (Verdict.UNDER_WAY, Verdict.BUSY):
        assert page.about(Row(verdict=verdict), sites) == ""


def test_once_it_was_not_done_the_cause_says_what_was_in_the_way(standing, sites):
    row = Row(
        state=RowState.NOT_DONE,
        verdict=Verdict.FREE,
        cause=Verdict.UNDER_WAY,
        claim=standing,
    )
    assert page.about(row, sites) == "at Orchard Rise"


def names(kind: str, counts: dict[tuple[str, str], int], state: str = "finished") -> dict[str, int]:
    found = page.tabs(Import(kind=kind, state=state), counts)
    return {tab.name: tab.number for tab in found if tab.name.startswith(queries.NOT_DONE_AS)}


@pytest.mark.parametrize("kind", Kind)
def test_what_was_not_done_is_told_apart_by_what_the_dry_run_found(kind):
    counts = {
        (RowState.NOT_DONE, Verdict.NOT_AN_ID): 3,
        (RowState.NOT_DONE, Verdict.FOREIGN): 1,
        (RowState.NOT_DONE, Verdict.SITE_UNKNOWN): 2,
        (RowState.DONE, Verdict.NOT_AN_ID): 7,
        (RowState.ALREADY, Verdict.FOREIGN): 5,
        (RowState.WAITING, Verdict.UNREAD): 4,
    }
    assert names(kind, counts) == {
        "not_done-not_an_id": 3,
        "not_done-foreign": 1,
        "not_done-site_unknown": 2,
    }


@pytest.mark.parametrize(
    ("kind", "fine"),
    [("claim", ("free", "ours")), ("bring_in", ("ours", "kept")), ("move", ("other_site", "ours"))],
)
def test_what_the_dry_run_found_nothing_wrong_with_is_not_told_by_it(kind, fine):
    counts = {(RowState.NOT_DONE, verdict): 2 for verdict in (*fine, "")}
    assert names(kind, counts) == {}
    assert names(kind, counts | {(RowState.NOT_DONE, "twice"): 1}) == {"not_done-twice": 1}


def test_a_plan_has_its_verdicts_and_no_piles():
    counts = {(RowState.PLANNED, Verdict.NOT_AN_ID): 3}
    assert names("claim", counts, "ready") == {}


def test_what_has_to_be_mended_stands_before_what_is_refused_and_the_many_before_the_few():
    counts = {
        (RowState.NOT_DONE, Verdict.FOREIGN): 9,
        (RowState.NOT_DONE, Verdict.NOT_AN_ID): 2,
        (RowState.NOT_DONE, Verdict.SITE_UNKNOWN): 5,
    }
    found = list(names("claim", counts))
    kinds = {tab.name: tab.kind for tab in page.tabs(Import(kind="claim", state="running"), counts)}
    assert [kinds[name] for name in found] == sorted(
        (kinds[name] for name in found), key=["good", "attention", "stop"].index
    )
    assert found.index("not_done-site_unknown") < found.index("not_done-not_an_id")


def test_an_import_of_which_rows_wait_is_not_called_finished():
    over = Import(kind="claim", state="finished", done=3)
    assert str(page.chip(over, waits=True).word) == "Some rows wait"
    assert str(page.chip(over).word) == "Finished"
    for state in ("running", "ready", "checking"):
        assert page.chip(Import(kind="claim", state=state), waits=True) == page.chip(
            Import(kind="claim", state=state)
        )


def test_the_list_knows_which_imports_still_wait(ada, acme):
    made = {}
    for number, (state, rows) in enumerate(
        [("finished", ["done", "waiting"]), ("finished", ["done"]), ("running", ["waiting"])], 1
    ):
        plan = Import.objects.create(
            organisation=acme,
            number=number,
            kind="claim",
            state=state,
            made_by=ada,
            submission=uuid4(),
            digest=str(number),
        )
        for line, row in enumerate(rows, 2):
            Row.objects.create(plan=plan, line=line, state=row)
        made[number] = plan
    assert queries.still_waiting(made.values()) == {made[1].pk}
