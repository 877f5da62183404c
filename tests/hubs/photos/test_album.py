"""A hub's photos: five at most, nothing lost that is shown, nothing left of what is gone."""

import errno
import io
from contextlib import suppress

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.audit.models import Entry
from portal.core import worker
from portal.core.leasing import due_at
from portal.hubs.labels import photo_reader
from portal.hubs.labels.photos import PhotoProblem
from portal.hubs.photos import album, clearing, files
from portal.hubs.photos.files import Size
from portal.hubs.photos.models import HubPhoto
from tests.concurrency import at_once, undone
from tests.hubs.photos.conftest import JPEG, files_in
from tests.hubs.photos.pictures import CANARY, talkative

pytestmark = pytest.mark.django_db


def shown(hub) -> list[HubPhoto]:
    return list(album.photos_of([hub]))


def let_time_pass() -> None:
    """Whatever is to be done some time is done now."""
    clearing.plan_for_gone_hubs()
    HubPhoto.objects.exclude(due_at=None).update(due_at=timezone.now())
    worker.run_once()


def test_a_photo_is_read_apart_drawn_anew_and_kept_where_only_the_portal_reads(hub, iras, folder):
    photo = album.add(hub, iras, io.BytesIO(talkative("JPEG")))

    assert shown(hub) == [photo]
    assert (photo.width, photo.height, photo.created_by_name) == (400, 300, "Ira Installer")
    kept = files_in(folder)
    assert len(kept) == 2
    assert not any(CANARY in file.read_bytes() for file in kept)
    assert files.content(photo.pk, Size.LARGE).startswith(b"\xff\xd8\xff")
    entry = Entry.objects.get(verb="hub.photo_added")
    assert (entry.hub, entry.actor_name, entry.kind) == (hub.hub_id, "Ira Installer", "hubs")


def test_a_hub_has_five_photos_and_no_more(hub, add):
    for _ in range(5):
        add()
    with pytest.raises(album.FullError):
        add()
    with pytest.raises(IntegrityError), transaction.atomic():
        HubPhoto.objects.create(hub=hub, number=6, width=1, height=1, created_by_name="–")
    with pytest.raises(IntegrityError), transaction.atomic():
        HubPhoto.objects.create(hub=hub, number=5, width=1, height=1, created_by_name="–")


@pytest.mark.django_db(transaction=True)
def test_of_two_that_come_at_once_to_a_hub_with_room_for_one_only_one_is_kept(
    hub, add, folder, ada, monkeypatch
):
    for _ in range(4):
        add()
    monkeypatch.setattr(album, "is_full", lambda _hub: False)
    adas = ada.memberships.get()

    def add_too() -> None:
        with suppress(album.FullError):
            album.add(hub, adas, io.BytesIO(JPEG))

    def add_one() -> None:
        with suppress(album.FullError):
            add()

    at_once(add_one, add_too)
    assert len(shown(hub)) == 5
    assert len(files_in(folder)) == 10


def test_a_photo_that_is_removed_can_be_brought_back_until_its_files_are_gone(
    hub, add, folder, ira
):
    photo = add()
    assert album.remove(photo, hub, ira)
    assert not album.remove(photo, hub, ira)
    assert shown(hub) == []
    worker.run_once()
    assert len(files_in(folder)) == 2, "it is too early"

    assert album.bring_back(photo, hub, ira)
    assert shown(hub) == [photo]
    let_time_pass()
    assert len(files_in(folder)) == 2, "it is shown"

    album.remove(photo, hub, ira)
    let_time_pass()
    assert files_in(folder) == []
    assert not HubPhoto.objects.exists()
    assert not album.bring_back(photo, hub, ira)
    verbs = Entry.objects.filter(verb__startswith="hub.photo").order_by("at")
    assert list(verbs.values_list("verb", flat=True)) == [
        "hub.photo_added",
        "hub.photo_removed",
        "hub.photo_restored",
        "hub.photo_removed",
    ]


def test_a_photo_is_not_brought_back_to_a_hub_that_is_full_again(hub, add, ira):
    first = add()
    album.remove(first, hub, ira)
    for _ in range(5):
        add()
    with pytest.raises(album.FullError):
        album.bring_back(first, hub, ira)


def test_a_removal_that_is_rolled_back_loses_nothing(hub, add, folder, ira):
    photo = add()
    with undone():
        album.remove(photo, hub, ira)
    let_time_pass()
    assert shown(hub) == [photo]
    assert len(files_in(folder)) == 2


def test_what_a_process_that_was_killed_has_written_goes(hub, add, folder, monkeypatch):
    def killed(*_args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(album, "_finish", killed)
    with pytest.raises(KeyboardInterrupt):
        add()
    assert len(files_in(folder)) == 2
    assert shown(hub) == []

    let_time_pass()
    assert files_in(folder) == []
    assert not HubPhoto.objects.exists()


def test_who_comes_back_after_a_worker_has_cleared_up_is_told_that_it_was_not_kept(
    hub, add, folder, monkeypatch
):
    keep = files.keep

    def keep_very_slowly(*photo: object) -> None:
        keep(*photo)
        let_time_pass()

    monkeypatch.setattr(files, "keep", keep_very_slowly)
    with pytest.raises(album.NotKeptError):
        add()
    assert files_in(folder) == []


def test_the_files_go_with_their_hub(hub, add, folder):
    add()
    hub.delete()
    let_time_pass()
    assert files_in(folder) == []
    assert not HubPhoto.objects.exists()


def test_while_the_storage_is_away_nothing_is_kept_and_what_is_to_go_goes_later(
    hub, add, folder, ira, monkeypatch, caplog
):
    photo = add()
    album.remove(photo, hub, ira)

    def away(*_args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(files, "keep", away)
        patch.setattr(files, "forget", away)
        with pytest.raises(album.NotKeptError):
            add()
        assert "could not be kept: [Errno 28] No space left on device" in caplog.text
        HubPhoto.objects.exclude(due_at=None).update(**due_at(timezone.now()))
        worker.run_once()
    assert shown(hub) == []
    assert not album.bring_back(photo, hub, ira), "a file of it may be gone"
    assert len(files_in(folder)) == 2

    let_time_pass()
    assert files_in(folder) == []
    assert not HubPhoto.objects.exists()


def test_who_removes_a_photo_is_who_added_it_or_runs_hubs(add, iras, ada, acme):
    photo = add()
    assert album.may_remove(iras, photo)
    assert album.may_remove(ada.memberships.get(), photo)
    photo.created_by = ada
    assert not album.may_remove(iras, photo)
    iras.role = "viewer"
    photo.created_by = iras.user
    assert not album.may_remove(iras, photo)
    assert not album.may_add(iras)


def test_a_photo_is_refused_while_another_of_the_same_person_is_read(
    hub, iras, folder, monkeypatch
):
    monkeypatch.setattr(photo_reader, "AT_ONCE", 0)
    with pytest.raises(PhotoProblem) as caught:
        album.add(hub, iras, io.BytesIO(JPEG))
    assert caught.value.kind == "busy"
    assert not HubPhoto.objects.exists()
