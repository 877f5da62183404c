"""Pages of support, and of consent to it, in each look and both languages, from phone to desk."""

import pytest
from django.test import Client
from django.urls import reverse

from portal.consent import asking, codes, giving
from portal.consent.asking import Wanted
from portal.consent.break_glass import break_glass
from portal.consent.models import Scope
from portal.moves import asking as requests
from portal.moves import deciding, holding
from portal.moves.asking import Wish
from portal.moves.models import MoveRequest
from portal.orgs.models import User
from portal.sandbox import world
from tests.browser.test_admin_in_each_look import faults
from tests.conftest import consent_to
from tests.hubs.own_hubs import make_own_hub
from tests.moves.conftest import WHY, bind, member, row_of, work
from tests.people_with_factor import has_used_factor
from tests.support import conftest as support

pytestmark = [pytest.mark.usefixtures("sandbox")]


def asked_for(ira, acme, site, sandbox, number: int) -> MoveRequest:
    """Ira's request for a hub that is bound to Harbour."""
    bind(sandbox, world.hub_id(number), world.HARBOUR_ORG_ID)
    return requests.ask(member(ira, acme), Wish(row_of(acme, world.hub_id(number)), site, WHY))


@pytest.fixture
def moves(
    ira, acme, mill_court, sam, spkey_support, hal, harbour, sandbox
) -> dict[str, MoveRequest]:
    """Requests in each of their states, by what has just been done."""
    agent, holder = member(sam, spkey_support), member(hal, harbour)
    made = {
        name: asked_for(ira, acme, mill_court, sandbox, 7 + number)
        for number, name in enumerate(("new", "found", "put", "agreed", "declined"))
    }
    for name in ("found", "put", "agreed", "declined"):
        deciding.look_up(made[name], agent)
        made[name] = work(made[name])
    for name in ("put", "agreed"):
        deciding.put_to_holder(made[name], agent)
    assert holding.answer(MoveRequest.objects.get(pk=made["agreed"].pk), holder, agrees=True)
    deciding.decline(made["declined"], agent, "It stays. Ask whoever ran the building before.")
    return made


@pytest.fixture
def sams(as_person, sam) -> Client:
    return has_used_factor(as_person(sam), sam)


@pytest.fixture
def of_agents(sams, sam, acme, ada, mill_court, spkey_support, moves) -> list[str]:
    """The agent's pages, once there is something on each of them."""
    grant, agent = consent_to(spkey_support, acme), member(sam, spkey_support)
    glass = break_glass(agent, acme, reason="Nobody answers there", ticket="T-4711")
    over = break_glass(agent, acme, reason="Nobody answered there", ticket="T-4710")
    giving.revoke(over, ada)
    hub = make_own_hub(mill_court, place="Flat 2, behind the fuse box in the hall")
    asking.ask(agent, acme, "Acme Properties", Wanted("Their tablet is broken"))
    support.break_glass(sams, "org-nobody-knows")
    form = {"organisation": "Acme Properties", "reason": support.REASON, "ticket": "T-1"}
    sams.post(support.GLASS, form)
    first = (
        "claims",
        "find",
        "ask",
        "code",
        "break-glass",
        "break-glass-confirm",
        "unknown",
        "moves",
    )
    return [
        *(reverse(f"support:{name}") for name in first),
        reverse("support:find") + "?q=Acme",
        *(
            reverse(f"support:{name}", args=[each.pk])
            for name in ("organisation", "tray", "claim", "hubs", "organisation-claims")
            for each in (grant, glass)
        ),
        reverse("support:organisation", args=[over.pk]),
        reverse("support:move-hub", args=[grant.pk, hub.pk]),
        reverse("support:hub", args=[hub.hub_id]),
        *(reverse("support:move", args=[each.pk]) for each in moves.values()),
        reverse("support:move-approve", args=[moves["agreed"].pk]),
        reverse("support:move-decline", args=[moves["put"].pk]),
    ]


@pytest.fixture
def of_ada(ada, acme, sam, spkey_support, mill_court, moves) -> list[str]:
    """What an administrator who lets support in sees, and one who asked for a hub."""
    consent_to(spkey_support, acme)
    agent = member(sam, spkey_support)
    break_glass(agent, acme, reason="Nobody answers there", ticket="T-4711")
    asked = asking.ask(agent, acme, "Acme Properties", Wanted("Their tablet is broken"))
    codes.make(member(ada, acme), Scope())
    return [
        *(reverse(f"consent:{name}") for name in ("overview", "give", "code")),
        reverse("consent:request", args=[asked.pk]),
        *(reverse("moves:detail", args=[each.pk]) for each in moves.values()),
        "/",
    ]


@pytest.fixture
def of_holder(hal, moves) -> list[str]:
    return [reverse("moves:held", args=[moves[name].pk]) for name in ("put", "agreed")]


@pytest.mark.parametrize("language", ["en", pytest.param("el", marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    "whose",
    [
        pytest.param("of_agents", marks=pytest.mark.slow),
        pytest.param("of_ada", marks=pytest.mark.slow),
        "of_holder",
    ],
)
def test_in_each_look_and_language(tablet, request, as_person, sams, ada, hal, whose, language):
    addresses = request.getfixturevalue(whose)
    User.objects.update(language=language)
    tablet.expected += ["403"]
    clients = {"of_agents": sams, "of_ada": as_person(ada), "of_holder": as_person(hal)}
    page = tablet(client=clients[whose])
    found = {}
    for address in addresses:
        answer = page.goto(address)
        assert answer.status in {200, 403}, address
        found[address] = faults(page)

    assert not {address: each for address, each in found.items() if each}
