"""Imports go one way: support, tray → claims → hubs → orgs → audit, and claims, hubs → spkey."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = {
    "audit": set(),
    "orgs": {"audit"},
    "hubs": {"orgs", "audit", "spkey"},
    "claims": {"hubs", "orgs", "audit", "spkey"},
    "tray": {"claims", "hubs", "orgs"},
    "support": {"claims", "hubs", "orgs", "audit"},
    "spkey": set(),
    "sandbox": {"spkey"},
    "pwa": set(),
    "demo": {"claims", "hubs", "orgs", "audit", "sandbox"},
    "formats": set(),
}
# Rooms that another project could lift out, and the parts of them that plug into Django.
WITHOUT_DJANGO = {"spkey": (), "sandbox": ("apps.py", "management")}
DJANGO = {"django", "django_htmx", "django_filters", "allauth", "environs", "whitenoise"}


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


def objection(name: str, room: str, inner: Path) -> str | None:
    """Say why a file of the room may not import that name, or None when it may.

    `inner` is the file's path inside its room.
    """
    first, *rest = name.split(".")
    if room in WITHOUT_DJANGO and first in DJANGO and inner.parts[0] not in WITHOUT_DJANGO[room]:
        return "works without Django"
    if first != "portal" or not rest or rest[0] == room:
        return None
    if rest[0] not in ROOMS[room]:
        return f"may import only {sorted(ROOMS[room])} of the portal"
    if room == "sandbox" and rest[1:2] != ["records"]:
        return "may import only the records of spkey"
    return None


def objections(portal: Path) -> Iterator[str]:
    """Yield a sentence for each import in the rooms of this folder that runs the wrong way."""
    for room in ROOMS:
        for path in sorted((portal / room).rglob("*.py")):
            inner = path.relative_to(portal / room)
            package = ".".join(["portal", room, *inner.parent.parts])
            for name in imported(path.read_text(encoding="utf-8"), package):
                if reason := objection(name, room, inner):
                    yield f"{room}/{inner} imports {name}: {room} {reason}"


def test_imports_go_one_way():
    assert list(objections(ROOT / "portal")) == []


def test_every_folder_of_the_portal_is_a_room_with_a_place_in_the_order():
    folders = {path.parent.name for path in (ROOT / "portal").glob("*/__init__.py")}
    assert folders == set(ROOMS)


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("hubs/views.py", "from portal.claims.models import Claim"),
        ("hubs/views.py", "from portal import claims"),
        ("hubs/views.py", "import portal.support.models"),
        ("hubs/views.py", "from ..claims import models"),
        ("hubs/views.py", "def view():\n    from portal.claims import models"),
        ("hubs/management/commands/look.py", "from ....claims import models"),
        ("orgs/models.py", "from portal.hubs.models import Hub"),
        ("orgs/access.py", "from portal.spkey import Client"),
        ("audit/models.py", "from portal.orgs.models import User"),
        ("claims/models.py", "from portal.support.models import Grant"),
        ("claims/views.py", "from portal.tray import sync"),
        ("claims/worker.py", "from portal.sandbox import world"),
        ("claims/views.py", "from portal.settings import DEBUG"),
        ("spkey/client.py", "from django.conf import settings"),
        ("spkey/client.py", "from portal.orgs.models import User"),
        ("sandbox/world.py", "from django.utils import timezone"),
        ("sandbox/world.py", "from portal.spkey.client import Client"),
        ("sandbox/management/commands/sandbox.py", "from portal.orgs.models import Site"),
    ],
)
def test_an_import_that_runs_up_is_caught(tmp_path, file, source):
    path = tmp_path / file
    path.parent.mkdir(parents=True)
    path.write_text(source, encoding="utf-8")
    assert len(list(objections(tmp_path))) == 1


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("support/views.py", "from portal.claims import lifecycle"),
        ("tray/sync.py", "from portal.claims import lifecycle"),
        ("claims/worker.py", "from portal.spkey import Client"),
        ("claims/views.py", "from . import lifecycle"),
        ("claims/views.py", "from ..hubs.models import Hub"),
        ("claims/management/commands/worker.py", "from portal.claims import worker"),
        ("sandbox/world.py", "from portal.spkey.records import Event"),
        ("sandbox/management/commands/sandbox.py", "from django.core.management import base"),
        ("spkey/client.py", "import requests"),
    ],
)
def test_an_import_that_runs_down_passes(tmp_path, file, source):
    path = tmp_path / file
    path.parent.mkdir(parents=True)
    path.write_text(source, encoding="utf-8")
    assert list(objections(tmp_path)) == []
