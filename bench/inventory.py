"""An organisation's hubs as years leave them: in every state, with their spells and actions; and
the imports that they came with."""

import uuid
from collections.abc import Sequence
from datetime import timedelta
from itertools import batched
from typing import Any, Final

from django.utils import timezone

from portal.hubs.actions.models import HubAction, HubActionAttempt
from portal.hubs.actions.models import Kind as ActionKind
from portal.hubs.actions.models import State as ActionState
from portal.hubs.models import CLAIMED, DECOMMISSIONED, SUSPENDED, Binding, Health, Hub, Spell
from portal.imports.models import Import, Kind, Row, RowState, State, Verdict
from portal.orgs.models import Organisation, User
from portal.sites.models import Site

BATCH: Final = 5_000
A_PAGE: Final = 26
SPELLS: Final = 10
HUBS_WITH_AN_ACTION: Final = 5
ROWS_OF_AN_IMPORT: Final = 100
FIRMWARES: Final = tuple(f"2.{n}.0" for n in range(12))
MODELS: Final = ("SK-Hub 1", "SK-Hub 2", "SK-Hub 2 PoE")
_ONLINE: Final[dict[str, Any]] = {"status": CLAIMED, "online": True}
# How hubs are, and how many of a hundred are so.
STATES: Final[tuple[tuple[int, dict[str, Any]], ...]] = (
    (88, _ONLINE),
    (6, {"status": CLAIMED, "online": False}),
    (2, {"status": CLAIMED, "online": None}),
    (1, {"status": SUSPENDED, "online": False}),
    (1, {"status": DECOMMISSIONED, "online": False}),
    (2, {"binding": Binding.OTHER, "left": True}),
)


def make_hubs(
    organisation: Organisation, sites: Sequence[Site], people: Sequence[User], count: int
) -> list[Hub]:
    """Make so many more hubs of the organisation's, site by site in turns, and their pasts."""
    states = [state for number, state in STATES for _ in range(number)]
    # So that each hundred hubs are of all states, and each site's as well.
    mixed = [states[n * 37 % len(states)] for n in range(len(states))]
    return _make(organisation, sites, people, [mixed[n % len(mixed)] for n in range(count)])


def make_troubled(
    organisation: Organisation, sites: Sequence[Site], people: Sequence[User], each: int
) -> None:
    """Make so many hubs in each of the states: a page of each of them is full then."""
    _make(organisation, sites, people, [state for _, state in STATES for _ in range(each)])


def make_elsewhere(
    organisation: Organisation, sites: Sequence[Site], people: Sequence[User]
) -> None:
    """Make a page's worth of hubs where the portal has no site, in flats of the same number."""
    state = {**_ONLINE, "spkey_site_id": "annex", "place": "Annex, flat 7"}
    _make(organisation, sites, people, [state] * A_PAGE)


def _make(
    organisation: Organisation,
    sites: Sequence[Site],
    people: Sequence[User],
    states: Sequence[dict[str, Any]],
) -> list[Hub]:
    known = Hub.objects.filter(organisation=organisation).count()
    hubs = [
        _hub(known + n, sites[n % len(sites)], people[n % len(people)], state)
        for n, state in enumerate(states)
    ]
    Hub.objects.bulk_create(hubs, BATCH)
    _make_spells(hubs)
    _make_actions(organisation, sites, people, hubs[::HUBS_WITH_AN_ACTION])
    return hubs


def _hub(number: int, site: Site, person: User, state: dict[str, Any]) -> Hub:
    now = timezone.now()
    known = {"binding": Binding.OURS, **state}
    has_left = known.pop("left", False)
    since = now - timedelta(minutes=7 * number % 120_000, seconds=number % 60)
    read_at = now - timedelta(seconds=number % 3_000)
    where = {
        "place": f"House {number // 25}, flat {number % 25}",
        # Some stand where the portal has no site yet.
        "spkey_site_id": site.spkey_site_id if number % 50 else f"annex-{number % 7}",
    }
    return Hub(
        organisation_id=site.organisation_id,
        hub_id=uuid.uuid4(),
        serial=f"SK-{number:06}",
        model=MODELS[number % len(MODELS)],
        firmware=FIRMWARES[number % len(FIRMWARES)],
        last_seen=read_at,
        read_at=read_at,
        asked_at=None if has_left else read_at,
        claimed_at=now - timedelta(hours=number),
        claimed_by=person,
        claimed_by_name=person.display_name,
        health_since=since,
        left_at=since if has_left else None,
        **(where | known),
    )


def _make_spells(hubs: Sequence[Hub]) -> None:
    """Make the spells of a hub that was offline now and then; the database has made the last."""
    length = timedelta(hours=7)
    turns = [Health.OFFLINE if turn % 2 else Health.ONLINE for turn in range(SPELLS)]
    spells = (
        Spell(hub=hub, health=health, started_at=ended - length, ended_at=ended)
        for hub in hubs
        if hub.health_since is not None
        for turn, health in enumerate(turns)
        for ended in [hub.health_since - turn * length]
    )
    for some in batched(spells, BATCH, strict=False):
        Spell.objects.bulk_create(some)


def _make_actions(
    organisation: Organisation, sites: Sequence[Site], people: Sequence[User], hubs: Sequence[Hub]
) -> None:
    actions = [
        HubAction(
            organisation=organisation,
            hub=hub,
            kind=ActionKind.MOVE,
            site=sites[n % len(sites)],
            spkey_site_id=hub.spkey_site_id,
            asked_by=people[n % len(people)],
            submission=uuid.uuid4(),
            state=ActionState.DONE,
            reference=uuid.uuid4().hex,
            created_at=hub.health_since,
            finished_at=hub.health_since,
            due_at=None,
        )
        for n, hub in enumerate(hubs)
    ]
    HubAction.objects.bulk_create(actions, BATCH)
    HubActionAttempt.objects.bulk_create(
        (
            HubActionAttempt(
                action=action,
                number=1,
                kind="send",
                epoch=1,
                reference=action.reference,
                started_at=action.created_at,
            )
            for action in actions
        ),
        BATCH,
    )


def make_imports(person: User, site: Site, count: int) -> Import:
    """Make an import with so many rows, a plan that can be carried out, and smaller ones before it.

    The rows that were done were brought in by them all together.
    """
    number = max(count // ROWS_OF_AN_IMPORT, 1)
    plans = make_past_imports(person, site, number, ROWS_OF_AN_IMPORT)
    plan = _import(person, site, plans[-1].number + 1, State.READY, count)
    _save([plan], site)
    return plan


def make_past_imports(person: User, site: Site, number: int, rows: int) -> list[Import]:
    """Make so many more imports that are finished, each with so many rows."""
    last = Import.objects.filter(organisation=site.organisation_id).count()
    plans = [_import(person, site, last + n, State.FINISHED, rows) for n in range(1, number + 1)]
    _save(plans, site)
    return plans


def _save(plans: list[Import], site: Site) -> None:
    Import.objects.bulk_create(plans)
    rows = (row for each in plans for row in _rows(each, site))
    for some in batched(rows, BATCH, strict=False):
        Row.objects.bulk_create(some)


def _import(person: User, site: Site, number: int, state: State, total: int) -> Import:
    return Import(
        organisation_id=site.organisation_id,
        number=number,
        kind=Kind.BRING_IN,
        state=state,
        made_by=person,
        run_by=person,
        submission=uuid.uuid4(),
        digest=uuid.uuid4().hex,
        name=f"hubs-{number}.csv",
        total=total,
        due_at=None,
    )


def _rows(plan: Import, site: Site) -> list[Row]:
    is_plan = plan.state == State.READY
    of_verdicts = (
        (Verdict.OURS, RowState.PLANNED if is_plan else RowState.DONE),
        (Verdict.FOREIGN, RowState.PLANNED if is_plan else RowState.NOT_DONE),
        (Verdict.SITE_UNKNOWN, RowState.PLANNED if is_plan else RowState.NOT_DONE),
    )
    return [
        Row(
            plan=plan,
            line=line,
            hub_text=(hub_id := uuid.uuid4()),
            hub_id=hub_id,
            site_text=site.name if verdict != Verdict.SITE_UNKNOWN else f"Shed {line % 7}",
            place=f"Flat {line}",
            state=state,
            verdict=verdict,
            cause=verdict if state == RowState.NOT_DONE else "",
        )
        for line in range(2, plan.total + 2)
        for verdict, state in [of_verdicts[line % len(of_verdicts)]]
    ]
