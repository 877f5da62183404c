"""A hub with an album, and photos that are read without a process of their own."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from portal.hubs.models import Hub
from portal.hubs.photos import album
from portal.hubs.photos.models import HubPhoto
from portal.orgs.models import Membership
from tests.hubs.own_hubs import make_own_hub
from tests.hubs.photos.pictures import photo, without_a_process

JPEG = photo()


@pytest.fixture
def hub(mill_court) -> Hub:
    return make_own_hub(mill_court, place="Riser, 2nd floor")


@pytest.fixture
def iras(ira) -> Membership:
    return ira.memberships.get()


@pytest.fixture
def folder(settings, tmp_path) -> Path:
    """Where the files of photos are kept, in this test alone."""
    place = tmp_path / "photos"
    photos = settings.STORAGES["photos"] | {"OPTIONS": {"location": place}}
    settings.STORAGES = settings.STORAGES | {"photos": photos}
    return place


@pytest.fixture
def add(hub, iras, folder, monkeypatch) -> Callable[[], HubPhoto]:
    """Add a photo of the hub, as Ira."""
    without_a_process(monkeypatch)
    return lambda: album.add(hub, iras, io.BytesIO(JPEG))


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
