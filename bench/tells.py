"""Whether the time of an answer tells support whom the portal knows, or whose a hub is.

An agent asks the same of one whom the portal knows and of one whom it does not, by turns, as they
would who try it out. What an answer says, and which statements it takes, tests compare
(`tests/support/test_nothing_tells.py`). On SQLite the database works in this process, so the
processor's time is compared, which others at work do not lengthen.
"""

import logging
import time
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any, Final

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client

from bench.people import Installer, give_key, installer, use_factor
from bench.report import Figure
from portal.consent import codes
from portal.consent.models import AccessRequest, Scope
from portal.core.models import Slot, Throttle
from portal.hubs.models import CLAIMED, Hub
from portal.orgs.access import ADDRESS_ORGANISATION
from portal.orgs.models import Membership, Organisation, User
from portal.sandbox import world

TARGET: Final = 1.1
PAIRS: Final = 120
REASON: Final = "Their installer called from the basement"
ADMIN: Final = "admin@acme.example"
# Of each way to name an organisation: one that the portal knows, and one as long that it does not.
NAMED: Final = {
    "SpKey id": (world.ACME_ORG_ID, "x" * len(world.ACME_ORG_ID)),
    "name": ("Acme Properties", "Nobody Knows Us"),
    "hub": (str(world.hub_id(0)), "00000000-0000-4000-8000-00000000ffff"),
    "address": (ADMIN, "nobody@no.example"),
}

# A story of a hub that nobody let support see is 404, whether there is any.
ANSWERED: Final = {200, 302, 404, 422}

type Ask = Callable[[Client, str], Any]


def _search(agent: Client, named: str) -> Any:
    return agent.get("/support/search/", {"q": named}, secure=True)


def _story(agent: Client, named: str) -> Any:
    return agent.get(f"/support/hubs/{named}/", secure=True)


def _post(agent: Client, page: str, fields: dict[str, str]) -> Any:
    # As its form says of which organisation it is.
    of = Organisation.objects.values_list("pk", flat=True).get(spkey_org_id=world.SUPPORT_ORG_ID)
    return agent.post(f"/support/{page}/?{ADDRESS_ORGANISATION}={of}", fields, secure=True)


def _ask(agent: Client, named: str) -> Any:
    fields = {"organisation": named, "reason": REASON, "what": "claim", "hours": "24"}
    return _post(agent, "ask", fields)


def _code(agent: Client, named: str) -> Any:
    return _post(agent, "code", {"organisation": named, "code": "AAAAAA"})


def _glass(agent: Client, named: str) -> Any:
    fields = {"organisation": named, "reason": REASON, "ticket": "T-1"}
    return _post(agent, "break-glass", fields)


WAYS: Final[dict[str, Ask]] = {
    "search": _search,
    "request for access": _ask,
    "code": _code,
    "break glass": _glass,
}


def measure(*, quick: bool) -> list[Figure]:
    """Return how far the times of the two are apart, at the most."""
    call_command("collectstatic", interactive=False, verbosity=0)
    # A line for each answer of 404.
    logging.getLogger("portal.security").setLevel(logging.ERROR)
    _known(installer())
    agent = _agent()
    found = {
        name: _ratio(agent, ask, pair, 3 if quick else PAIRS) for name, ask, pair in _compared()
    }
    worst = max(found.values())
    return [
        Figure(
            "Answers for whom the portal knows, times as long as for whom it does not, or shorter",
            worst,
            TARGET,
            unit="×",
            at_most=True,
            details=[f"{name}: {ratio:.3f}" for name, ratio in found.items()],
        )
    ]


def _compared() -> Iterator[tuple[str, Ask, tuple[str, str]]]:
    for what, ask in WAYS.items():
        for way, pair in NAMED.items():
            yield f"{what}, by {way}", ask, pair
    yield "a hub's story", _story, NAMED["hub"]


def _known(ira: Installer) -> None:
    organisation = ira.organisation
    admin = User.objects.create_user(ADMIN, name="Ada Admin")
    member = Membership.objects.create(user=admin, organisation=organisation, role="admin")
    Hub.objects.create(
        organisation=organisation,
        hub_id=world.hub_id(0),
        status=CLAIMED,
        binding=Hub.Binding.OURS,
        spkey_site_id=ira.site.spkey_site_id,
        online=True,
    )
    codes.make(member, Scope())


def _agent() -> Client:
    support = Organisation.objects.create(name="Support", spkey_org_id=world.SUPPORT_ORG_ID)
    give_key(support, world.SUPPORT_KEY, "super")
    user = User.objects.create_user("agent@support.example", name="Sam Support")
    Membership.objects.create(user=user, organisation=support, support=True)
    client = Client(HTTP_HOST=settings.ALLOWED_HOSTS[0])
    client.force_login(user)
    use_factor(client, user)
    return client


def _ratio(agent: Client, ask: Ask, pair: tuple[str, str], pairs: int) -> float:
    """Ask for the two by turns. Return how many times one takes as long as the other, 1 or more."""
    took: tuple[list[float], list[float]] = ([], [])
    for turn in range(2 * (pairs + 1)):
        # Neither is always the first of the two.
        side = (turn + turn // 2) % 2
        seconds = _cost(lambda: ask(agent, pair[side]))  # noqa: B023 - called at once
        if turn > 1:
            took[side].append(seconds)
    ratio = median(took[0]) / median(took[1])
    return max(ratio, 1 / ratio)


def _cost(do: Callable[[], Any]) -> float:
    # What is asked often is held back, and that is not what is measured.
    for rows in (Throttle, Slot, AccessRequest):
        rows.objects.all().delete()
    clock = time.thread_time if connection.vendor == "sqlite" else time.monotonic
    began = clock()
    answer = do()
    cost = clock() - began
    if answer.status_code not in ANSWERED:
        raise RuntimeError(f"{answer.request['PATH_INFO']} was answered {answer.status_code}")
    return cost
