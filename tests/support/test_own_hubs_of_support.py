"""A super key reads no hub of the organisation that holds it, whoever asks, and however."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.claims.engine import credentials
from portal.core import worker
from portal.gateway import gate
from portal.hubs import rounds, watching
from portal.hubs.models import Hub, Round
from portal.imports import making
from portal.imports.models import Batch, Import
from portal.orgs.models import ApiCredential, Organisation
from portal.sandbox import world
from portal.tray.desk import Desk
from portal.tray.display import wording
from tests.hubs.own_hubs import make_own_hub
from tests.imports.conftest import give, work
from tests.tray.conftest import Tablet, beat

AN_HOUR = timedelta(hours=1)
OFFICE = "mill-court"


def mark(organisation, kind: str) -> None:
    ApiCredential.objects.filter(organisation=organisation).update(kind=kind)


@pytest.fixture
def partner(sandbox, acme, mill_court, as_person, ira):
    """Acme with a hub of its own, read an hour ago: its key is marked as super only later."""
    at = timezone.now() - AN_HOUR
    hub = world.hub_id(0)
    sandbox.state.set_hub(hub, {"orgId": acme.spkey_org_id, "siteId": OFFICE, "online": True})
    make_own_hub(mill_court, hub_id=hub, read_at=at, asked_at=at)
    rounds.begin()
    return acme


def through(clock, *, every: float = 30, times: int = 6) -> None:
    for _ in range(times):
        worker.run_once()
        clock.shift(every)


def test_rounds_send_nothing_and_say_when_nobody_knows(sandbox, partner, clock):
    mark(partner, "super")
    clock.shift(24 * 3600)
    through(clock)

    assert not sandbox.state.requests
    assert Hub.objects.get().online is None
    turn = Round.objects.get()
    assert turn.due_at - timezone.now() < AN_HOUR
    assert ApiCredential.objects.get().state == "working", "the key is not accused"


@pytest.mark.parametrize("how", ["looked at", "hinted", "awaited"])
def test_watching_sends_nothing(how, sandbox, partner, clock):
    mark(partner, "super")
    hub = Hub.objects.get()
    match how:
        case "looked at":
            watching.watch(hub)
        case "hinted":
            watching.hint([hub.pk])
        case _:
            watching.await_online(hub, OFFICE)
    through(clock)

    assert not sandbox.state.requests


@pytest.mark.parametrize("kind", ["claim", "bring_in", "move"])
def test_an_open_plan_waits_and_goes_on_with_an_ordinary_key(kind, sandbox, partner, ada):
    plan = give(ada, f"hub;site\n{world.hub_id(5)};mill-court\n", kind)
    mark(partner, "super")
    plan = work(plan, 4)

    assert plan.state == "checking"
    assert not sandbox.state.requests
    assert ApiCredential.objects.get().state == "working"

    mark(partner, "normal")
    Batch.objects.update(due_at=timezone.now())
    assert work(plan, 3).state == "ready"


def test_a_plan_under_way_sends_nothing_more(sandbox, partner, ada):
    hubs = f"{world.hub_id(5)};mill-court\n{world.MAGIC['other_site'].id};\n"
    plans = [work(give(ada, f"hub;site\n{hubs}", kind), 3) for kind in ("claim", "bring_in")]
    for plan in plans:
        making.run(plan, ada)
    mark(partner, "super")
    sandbox.state.requests.clear()
    for plan in plans:
        work(Import.objects.get(pk=plan.pk), 4)

    assert not sandbox.state.requests


def test_what_a_tray_asked_for_before_is_not_looked_up(sandbox, partner, as_person, ira, clock):
    beat()
    tablet = Tablet(as_person(ira), ira, partner)
    row = tablet.row(world.hub_id(5))
    tablet.sync(row)
    assert Hub.objects.exclude(due_at=None).exists()
    mark(partner, "super")
    through(clock)

    assert not sandbox.state.requests
    assert tablet.send(tablet.body(row)).status_code == 403


def test_a_tray_that_is_asked_at_this_very_moment_says_why(partner, ira):
    member = ira.memberships.get()
    mark(partner, "super")
    with pytest.raises(gate.NoUsableKeyError) as refused:
        Desk(member).credential()

    assert wording.trouble(credentials.KEY_REASONS[str(refused.value)]).title


def test_who_asks_for_no_super_key_is_given_none(spkey_support, acme):
    spkey_support, acme = (Organisation.objects.get(pk=each.pk) for each in (spkey_support, acme))
    with pytest.raises(gate.NoUsableKeyError, match=gate.WRONG_KIND):
        gate.usable(spkey_support)
    assert not gate.is_usable(spkey_support)
    assert gate.usable(spkey_support, is_super=True).is_super
    with pytest.raises(gate.NoUsableKeyError, match=gate.WRONG_KIND):
        gate.usable(acme, is_super=True)
    assert gate.usable(acme) == acme.credential
