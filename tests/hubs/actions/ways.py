"""Everything that can be done to a hub, as somebody asks for it: what pages offer, and support.

A new page of an action is among them by itself, and a new kind without one is noticed
(`test_ways.py`); so whatever is tried with each of them is tried with that, too.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID, uuid4

import pytest
from django.db import connection

from portal.hubs.actions import direct
from portal.hubs.actions.asking import ActionRequest
from portal.hubs.actions.confidential import Confidential
from portal.hubs.actions.models import BRINGS, READ_BACK, HubAction, Kind
from portal.hubs.models import Hub
from portal.hubs.web.action_pages import ACTION_PAGES
from portal.orgs.models import Organisation, User
from portal.sandbox import world
from portal.sites.models import Site
from tests.conftest import consent_to

SSID, PASSWORD, CODE = "CanaryNet-5GHz", "canary-open-sesame", "34970112332"
WIFI: Final = {"ssid": SSID, "credentials": PASSWORD}
SECRETS: Final = (SSID, PASSWORD, CODE)
SENDS: Final = ("ReClaimHub", "SetHubRole", "SuspendHub", "SendHubCommand", "CommissionDevice")


@dataclass(frozen=True, slots=True)
class Way:
    """One thing to do: its kind, what more it is, and whether support does it."""

    kind: Kind
    more: Mapping[str, Any] = field(default_factory=dict)
    by_support: bool = False

    @property
    def is_read_back(self) -> bool:
        """Whether a read shows that it took effect."""
        return self.kind in READ_BACK

    @property
    def is_confidential(self) -> bool:
        """Whether only who sends it has what is sent."""
        return HubAction(kind=self.kind, command=self.more.get("command", "")).is_confidential

    def confidential(self) -> Confidential:
        """What is sent in confidence, for the one send."""
        return Confidential(**({"code": CODE} if self.kind == Kind.COMMISSION else WIFI))


WAYS: Final[Mapping[str, Way]] = {
    **{name: Way(page.kind, page.more) for name, page in ACTION_PAGES.items()},
    "move by support": Way(Kind.MOVE, by_support=True),
    "re-claim": Way(Kind.RECLAIM, by_support=True),
}
# One of each kind, as it goes through the code; the others are as slow, and tell little more.
FEW: Final = {
    (way.kind, way.is_confidential, way.by_support): name for name, way in reversed(WAYS.items())
}
READ: Final = [name for name, way in WAYS.items() if way.is_read_back]
TO_DEVICE: Final = [name for name, way in WAYS.items() if not way.is_read_back]
CONFIDENTIAL: Final = [name for name, way in WAYS.items() if way.is_confidential]


def of_each(few: Collection[str] = tuple(FEW.values())) -> list[Any]:
    """The ways, for a test: those that are not among these few are `slow`."""
    marks = {name: () if name in few else (pytest.mark.slow,) for name in WAYS}
    return [pytest.param(name, marks=marks[name]) for name in WAYS]


@dataclass(frozen=True)
class Sides:
    """Who asks: an administrator, or an agent of support; and the site that a hub is brought to."""

    admin: User
    agent: User
    support: Organisation
    site: Site


def request_of(way: Way, hub: Hub, sides: Sides, submission: UUID | None = None) -> ActionRequest:
    """The request for this to be done to the hub of Acme's."""
    fields: dict[str, Any] = {"because": "It hangs elsewhere", **way.more}
    if way.kind in BRINGS:
        fields["site"] = sides.site
    if way.by_support:
        fields["acting"] = sides.support
    if way.kind == Kind.RECLAIM:
        fields["from_org_id"] = world.HARBOUR_ORG_ID
    elif way.by_support:
        fields["grant"] = consent_to(sides.support, hub.organisation)
    who = sides.agent if way.by_support else sides.admin
    return ActionRequest(who, hub, way.kind, submission or uuid4(), **fields)


def make_ready(way: Way, hub: Hub, state: Any) -> None:
    """Let SpKey have the hub so that this is something to do: not so already, and possible."""
    known = state.hubs[str(hub.hub_id)]
    known.is_primary = way.more.get("make_primary") is False
    if way.kind == Kind.RECLAIM:
        theirs = {"orgId": world.HARBOUR_ORG_ID, "siteId": "lighthouse-flats"}
        state.set_hub(str(hub.hub_id), theirs)
        Hub.objects.filter(pk=hub.pk).update(binding=Hub.Binding.OTHER)


def is_so(way: Way, hub: Hub, sides: Sides, state: Any) -> bool:
    """Whether SpKey has the hub as this wants it, or its device was told."""
    known = state.hubs[str(hub.hub_id)]
    if way.kind in BRINGS:
        ours = hub.organisation.spkey_org_id, sides.site.spkey_site_id
        return (known.org_id, known.site_id) == ours
    if way.kind == Kind.ROLE:
        return known.is_primary == way.more["make_primary"]
    if way.kind == Kind.SUSPEND:
        return known.status == "Suspended"
    return bool(known.told)


def send_in_this_thread(monkeypatch: Any) -> None:
    """Let what is handed to the thread that sends it be sent in this one."""
    monkeypatch.setattr(direct, "_start", direct._send)
    monkeypatch.setattr(direct.connections, "close_all", lambda: None)


def everything_stored() -> str:
    """Every row of every table."""
    text = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            text.append(repr(cursor.fetchall()))
    return "".join(text)
