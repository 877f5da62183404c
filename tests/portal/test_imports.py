"""Imports go one way: to rooms on the ground, and from the web to display to the domain.

The rooms of `portal/` are listed in ORDER, and a file may import only from its own room and those
before it. Each room has up to three floors: the domain (its own folder, or `engine/`),
`display/` and `web/`. A file of a lower floor never imports a higher one, in any room; pages
may use what any room knows and shows. The domain knows no requests and says nothing to people.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ORDER = (
    "spkey",
    "sandbox",
    "core",
    "audit",
    "orgs",
    "notices",
    "gateway",
    "sites",
    "consent",
    "hubs",
    "jobs",
    "claims",
    "events",
    "moves",
    "imports",
    "tray",
    "support",
    "monitoring",
    "pwa",
    "demo",
)
# Rooms that are separate: what else they may import, and who may import them.
APART = {"formats": set(), "spkey": set(), "sandbox": {"spkey"}}
ONLY_FOR = {
    "spkey": {"sandbox", "gateway", "hubs", "claims", "events"},
    "sandbox": {"demo"},
    "demo": set(),
    "formats": set(),
}
DOMAIN, DISPLAY, WEB = "domain", "display", "web"
FLOORS = (DOMAIN, DISPLAY, WEB)
# Django looks for these in the room's own folder; they are pages and commands all the same.
TOP_FLOOR = {"admin", "management", "templatetags", "urls"}
# Rooms that another project could lift out, and the parts of them that plug into Django.
WITHOUT_DJANGO = {"spkey": (), "sandbox": ("apps.py", "management")}
DJANGO = {"django", "django_htmx", "django_filters", "allauth", "environs", "whitenoise"}

# What Django has for answers, pages and words: the domain has none of them.
FOR_PAGES = (
    "django.contrib.messages",
    "django.forms",
    "django.http",
    "django.middleware",
    "django.shortcuts",
    "django.template",
    "django.templatetags",
    "django.urls",
    "django.utils.html",
    "django.utils.safestring",
    "django.utils.translation",
    "django.views",
    "django_filters",
    "django_htmx",
    "gettext",
)
# What `display/` has none of either: it makes words and links of rows, and answers nobody.
FOR_ANSWERS = ("django.http", "django.shortcuts", "django.views", "django_htmx")
GETTEXT, LAZILY = "django.utils.translation.gettext", "django.utils.translation.gettext_lazy"
# Models name their fields and rows for operators. Views get their Membership from `access`, and
# e-mails are templates that `letters` fills in.
EXCEPTIONS = {
    "audit/apps.py": {LAZILY},
    "audit/models.py": {GETTEXT, LAZILY},
    "claims/apps.py": {LAZILY},
    "claims/models.py": {GETTEXT, LAZILY},
    "consent/apps.py": {LAZILY},
    "consent/models.py": {LAZILY},
    "core/leasing.py": {LAZILY},
    "core/models.py": {LAZILY},
    "events/apps.py": {LAZILY},
    "gateway/models.py": {LAZILY},
    "hubs/actions/apps.py": {LAZILY},
    "hubs/actions/models.py": {LAZILY},
    "hubs/apps.py": {LAZILY},
    "imports/apps.py": {LAZILY},
    "hubs/models.py": {LAZILY},
    "hubs/photos/apps.py": {LAZILY},
    "hubs/photos/models.py": {LAZILY},
    "monitoring/apps.py": {LAZILY},
    "monitoring/models.py": {LAZILY},
    "moves/apps.py": {LAZILY},
    "moves/models.py": {LAZILY},
    "notices/apps.py": {LAZILY},
    "jobs/models/handovers.py": {LAZILY},
    "jobs/models/jobs.py": {LAZILY},
    "jobs/models/requests.py": {LAZILY},
    "notices/models.py": {GETTEXT, LAZILY},
    "notices/letters.py": {"django.template.loader.render_to_string", "django.utils.translation"},
    "orgs/access.py": {"django.http.Http404", "django.http.HttpRequest"},
    "orgs/apps.py": {LAZILY},
    "orgs/models/invitations.py": {LAZILY},
    "orgs/models/keys.py": {GETTEXT, LAZILY},
    "orgs/models/organisations.py": {GETTEXT, LAZILY},
    "orgs/models/people.py": {LAZILY},
    "sites/models.py": {LAZILY},
}


def imported(source: str, package: str) -> list[str]:
    """Return the dotted names that the source of a module in that package imports.

    >>> imported("from . import models", "portal.claims")
    ['portal.claims.models']
    """
    names: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".")
            base = parts[: len(parts) - node.level + 1] if node.level else []
            base += node.module.split(".") if node.module else []
            names += [".".join([*base, alias.name]) for alias in node.names]
    return names


def floor_of(parts: tuple[str, ...]) -> str:
    """Return the floor of a module, given its path inside its room, without the suffix."""
    first = parts[0] if parts else ""
    if first in {DISPLAY, WEB}:
        return first
    # An app of its own within a room, as `hubs/actions` is, has its own admin.
    is_admin = first in TOP_FLOOR or parts[1:2] == ("admin",)
    return WEB if is_admin else DOMAIN


def objection(name: str, room: str, inner: Path) -> str | None:
    """Say why a file of the room may not import that name, or None when it may.

    `inner` is the file's path inside its room.
    """
    first, *rest = name.split(".")
    if room in WITHOUT_DJANGO and first in DJANGO and inner.parts[0] not in WITHOUT_DJANGO[room]:
        return "works without Django"
    if first != "portal" or not rest:
        return _objection_to_library(name, room, inner)
    other, *inside = rest
    floor, others_floor = floor_of(inner.with_suffix("").parts), floor_of(tuple(inside))
    if FLOORS.index(others_floor) > FLOORS.index(floor):
        return f"is of the {floor} floor and may not import from the {others_floor} floor"
    if other == room:
        return None
    if not _may_enter(room, floor, other, others_floor):
        return "may not import from that room"
    if room == "sandbox" and inside[:1] != ["records"]:
        return "may import only the records of spkey"
    return None


def _objection_to_library(name: str, room: str, inner: Path) -> str | None:
    floor = floor_of(inner.with_suffix("").parts)
    forbidden = {DOMAIN: FOR_PAGES, DISPLAY: FOR_ANSWERS}.get(floor, ())
    if name in EXCEPTIONS.get(f"{room}/{inner}", ()):
        return None
    of_pages = any(name == part or name.startswith(f"{part}.") for part in forbidden)
    return f"has nothing of pages on its {floor} floor" if of_pages else None


def _may_enter(room: str, floor: str, other: str, others_floor: str) -> bool:
    if room in APART:
        return other in APART[room]
    if other in ONLY_FOR:
        return room in ONLY_FOR[other]
    if other not in ORDER:
        return False
    is_below = ORDER.index(other) < ORDER.index(room)
    # A page may know and show what belongs to any room, but not be built of its pages.
    return is_below or (floor == WEB and others_floor != WEB)


def ways_round_the_gate(portal: Path) -> Iterator[str]:
    """Yield a sentence for each way to SpKey outside `gateway/` that does not ask its gate.

    Only the gate hands out clients, so nobody else makes one, or reaches for those it keeps,
    or asks the circuit in its place: who asks may become the prober.
    """
    for path in sorted(portal.rglob("*.py")):
        inner = path.relative_to(portal)
        if inner.parts[0] in {"spkey", "gateway"}:
            continue
        source = path.read_text(encoding="utf-8")
        package = ".".join(["portal", *inner.parent.parts])
        kept = ("portal.gateway.clients", "portal.gateway.circuit.retry_in")
        for name in imported(source, package):
            if name.startswith(kept):
                yield f"{inner} imports {name}"
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Attribute) and node.attr == "retry_in":
                yield f"{inner}:{node.lineno} asks the circuit"
            callees = [node.func] if isinstance(node, ast.Call) else []
            callees += node.bases if isinstance(node, ast.ClassDef) else []
            if any(ast.unparse(callee).split(".")[-1] == "Client" for callee in callees):
                yield f"{inner}:{node.lineno} makes a client"


def objections(portal: Path) -> Iterator[str]:
    """Yield a sentence for each import in the rooms of this folder that runs the wrong way."""
    for room in {*ORDER, *APART}:
        for path in sorted((portal / room).rglob("*.py")):
            inner = path.relative_to(portal / room)
            package = ".".join(["portal", room, *inner.parent.parts])
            for name in imported(path.read_text(encoding="utf-8"), package):
                if reason := objection(name, room, inner):
                    yield f"{room}/{inner} imports {name}: {room} {reason}"


def test_imports_go_one_way():
    assert sorted(objections(ROOT / "portal")) == []


def test_every_call_to_spkey_goes_through_the_gate():
    assert list(ways_round_the_gate(ROOT / "portal")) == []


def test_only_the_outbox_speaks_to_a_mail_server():
    portal = ROOT / "portal"
    sources = {path: path.read_text(encoding="utf-8") for path in portal.rglob("*.py")}
    senders = {
        path.relative_to(portal).parts[0]
        for path, source in sources.items()
        if any(name.startswith("django.core.mail") for name in imported(source, "portal"))
    }
    assert senders == {"notices"}


@pytest.mark.parametrize(
    "source",
    [
        "from portal import spkey\nclient = spkey.Client('https://api.example', key)",
        "from portal.spkey import Client\ndef ask(): return Client(url, key)",
        "import portal.spkey\nclient = portal.spkey.client.Client(url, key)",
        "from portal import spkey\nclass Mine(spkey.Client): pass",
        "from portal.gateway import clients",
        "from portal.gateway.clients import client_for",
        "from ..gateway import clients",
        "from portal.gateway import circuit\nheld = circuit.retry_in()",
        "from portal.gateway.circuit import retry_in",
    ],
)
def test_a_call_that_bypasses_the_gate_is_caught(tmp_path, source):
    path = tmp_path / "hubs/watching.py"
    path.parent.mkdir(parents=True)
    path.write_text(source, encoding="utf-8")
    assert len(list(ways_round_the_gate(tmp_path))) == 1


def test_the_gate_may_be_asked_and_its_client_named_in_a_type(tmp_path):
    path = tmp_path / "hubs/watching.py"
    path.parent.mkdir(parents=True)
    path.write_text(
        "from portal import spkey\nfrom portal.gateway import circuit, gate\n"
        "def read(client: spkey.Client): return client.hub_status(1), circuit.is_probing()\n"
        "client = gate.ask(credential)\n",
        encoding="utf-8",
    )
    assert list(ways_round_the_gate(tmp_path)) == []


def test_every_folder_of_the_portal_has_a_place_in_the_order():
    folders = {path.parent.name for path in (ROOT / "portal").glob("*/__init__.py")}
    assert folders == {*ORDER, *APART}


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("hubs/status.py", "from portal.claims.models import Claim"),
        ("hubs/status.py", "from portal import claims"),
        ("hubs/status.py", "import portal.support.models"),
        ("hubs/status.py", "from ..claims import models"),
        ("hubs/status.py", "def view():\n    from portal.claims import models"),
        ("hubs/web/views.py", "from portal.claims.web import forms"),
        ("orgs/models/keys.py", "from portal.hubs.models import Hub"),
        (
            "orgs/models/keys.py",
            "from portal.spkey.client import Client",
        ),
        ("audit/models.py", "from portal.orgs.models import User"),
        ("core/leasing.py", "from portal.audit.models import Entry"),
        ("sites/models.py", "from portal.hubs.models import Hub"),
        ("claims/models.py", "from portal.support.models import Grant"),
        ("claims/engine/work.py", "from portal.sandbox import world"),
        ("core/worker.py", "from portal.claims.engine import work"),
        ("claims/engine/step.py", "from portal.claims.display import wording"),
        ("claims/engine/step.py", "from portal.claims.web import views"),
        ("claims/models.py", "from portal.claims import admin"),
        ("claims/display/wording.py", "from portal.claims.web import views"),
        ("claims/display/wording.py", "from portal.support.targets import Target"),
        ("hubs/status.py", "from portal.orgs.display.key_wording import words"),
        ("claims/web/views.py", "from portal.settings import DEBUG"),
        ("claims/web/views.py", "from portal.demo import people"),
        ("spkey/client.py", "from django.conf import settings"),
        ("spkey/client.py", "from portal.orgs.models import User"),
        ("sandbox/world.py", "from django.utils import timezone"),
        ("sandbox/world.py", "from portal.spkey.client import Client"),
        ("sandbox/management/commands/sandbox.py", "from portal.sites.models import Site"),
        ("claims/engine/step.py", "from django.utils.translation import gettext as _"),
        ("claims/engine/step.py", "from django.http import HttpRequest"),
        ("hubs/watching.py", "from django.template.loader import render_to_string"),
        ("sites/rules.py", "from django.shortcuts import get_object_or_404"),
        ("sites/rules.py", "from django import http"),
        ("sites/rules.py", "import django.http"),
        ("hubs/watching.py", "from django.utils import translation"),
        ("hubs/watching.py", "from django.utils.translation import *"),
        ("hubs/watching.py", "import gettext"),
        ("hubs/labels/models.py", "from django.utils.translation import gettext_lazy as _"),
        ("notices/outbox.py", "from django.http import HttpRequest"),
        ("claims/display/wording.py", "from django.shortcuts import render"),
    ],
)
def test_an_import_from_a_higher_room_is_caught(tmp_path, file, source):
    path = tmp_path / file
    path.parent.mkdir(parents=True)
    path.write_text(source, encoding="utf-8")
    assert len(list(objections(tmp_path))) == 1


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("support/web/views.py", "from portal.claims.web import forms"),
        ("support/flow.py", "from portal.claims.engine import actions"),
        ("gateway/clients.py", "from portal.spkey import Client"),
        ("claims/web/views.py", "from . import home"),
        ("claims/web/views.py", "from ...hubs.models import Hub"),
        ("claims/display/wording.py", "from portal.claims.engine import timing"),
        ("orgs/web/context.py", "from portal.notices import outbox"),
        ("core/management/commands/worker.py", "from portal.core import worker"),
        ("claims/apps.py", "def ready():\n    from portal.core import worker"),
        ("sandbox/world.py", "from portal.spkey.records import Event"),
        ("sandbox/management/commands/sandbox.py", "from django.core.management import base"),
        ("spkey/client.py", "import requests"),
        ("claims/models.py", "from django.utils.translation import gettext_lazy as _"),
        ("claims/display/wording.py", "from django.utils.translation import gettext as _"),
        ("notices/letters.py", "from django.utils import translation"),
        ("hubs/web/views.py", "from django.http import HttpRequest"),
        ("orgs/access.py", "from django.http import HttpRequest"),
    ],
)
def test_an_import_from_a_lower_room_passes(tmp_path, file, source):
    path = tmp_path / file
    path.parent.mkdir(parents=True)
    path.write_text(source, encoding="utf-8")
    assert list(objections(tmp_path)) == []
