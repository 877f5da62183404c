"""Photos of hubs on pages: added, seen and removed by who may, and by nobody else."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from portal.core.throttle import LimitReachedError
from portal.hubs.labels.photos import MOST_BYTES, PhotoProblem
from portal.hubs.photos import album, files
from portal.hubs.photos.models import HubPhoto
from portal.jobs import planning
from portal.jobs.models import JobMember
from portal.jobs.planning import Plan
from tests.conftest import join, make_person
from tests.hubs.photos.conftest import JPEG
from tests.hubs.photos.pictures import without_a_process

pytestmark = pytest.mark.django_db
AS_FRAGMENT = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _apart(folder, monkeypatch) -> None:
    without_a_process(monkeypatch)


def upload(content: bytes = JPEG, name: str = "a.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "text/html")


def of(name: str, thing: object) -> str:
    return reverse(f"photos:{name}", args=(thing.pk,))


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_a_photo_is_added_seen_removed_and_brought_back_without_any_script(installer, hub):
    page = of("list", hub)
    assert "No photos yet." in text_of(installer.get(page))

    # A form without scripts sends both of its fields, one of them empty.
    fields = ((b"", b""), (b"../../x.svg", JPEG), (b"", b""))
    head = b'Content-Disposition: form-data; name="photo"; filename="%s"'
    parts = [b"--x\r\n" + head % name + b"\r\n\r\n" + content for name, content in fields]
    body = b"\r\n".join([*parts, b"--x--\r\n"])
    sent = installer.post(page, body, content_type="multipart/form-data; boundary=x")
    assert sent["Location"] == page
    (added,) = album.photos_of([hub])
    shown = text_of(installer.get(page))
    assert of("small", added) in shown
    assert "added by Ira Installer" in shown

    assert installer.post(of("remove", added))["Location"] == page
    shown = text_of(installer.get(page))
    assert "Photo removed." in shown
    assert of("restore", added) in shown
    assert installer.get(of("large", added)).status_code == 404

    assert installer.post(of("restore", added))["Location"] == page
    assert list(album.photos_of([hub])) == [added]


def test_a_picture_is_handed_out_as_what_it_is_and_kept_by_no_cache(installer, hub, add):
    added = add()
    for size in ("large", "small"):
        answer = installer.get(of(size, added))
        assert answer.status_code == 200
        assert answer["Content-Type"] == "image/jpeg"
        assert answer["Content-Disposition"] == f'inline; filename="hub-{size}.jpg"'
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert {"no-store", "private"} <= set(answer["Cache-Control"].split(", "))
        assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
        assert answer.content.startswith(b"\xff\xd8\xff")


def test_in_a_page_with_scripts_the_photos_alone_are_drawn_anew(installer, hub):
    answer = installer.post(of("list", hub), {"photo": upload()}, headers=AS_FRAGMENT)
    (added,) = album.photos_of([hub])
    assert answer.status_code == 200
    assert text_of(answer).strip().startswith("<section")
    assert of("small", added) in text_of(answer)

    answer = installer.post(of("remove", added), headers=AS_FRAGMENT)
    assert of("restore", added) in text_of(answer)
    assert of("small", added) not in text_of(answer)
    answer = installer.post(of("restore", added), headers=AS_FRAGMENT)
    assert of("small", added) in text_of(answer)


REFUSED = {
    "nothing": (None, "No photo arrived."),
    "an iPhone's own": (b"\x00\x00\x00\x18ftypheic" + bytes(100), "HEIC"),
    "no photo": (b"<svg onload=alert(1)>", "not a photo we can read"),
    "half a photo": (JPEG[:1500], "incomplete or damaged"),
    "too many pixels": (b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + b"\0\0\x7f\xff" * 2, ""),
}


@pytest.mark.parametrize("which", REFUSED)
def test_what_cannot_be_added_is_refused_in_a_sentence(which, installer, hub, folder):
    content, sentence = REFUSED[which]
    for headers in ({}, AS_FRAGMENT):
        sent = {} if content is None else {"photo": upload(content)}
        answer = installer.post(of("list", hub), sent, headers=headers)
        assert answer.status_code == 422
        assert sentence in text_of(answer)
    assert not HubPhoto.objects.exists()
    assert not folder.exists()


def test_a_file_that_is_far_too_large_is_refused_before_it_is_read(installer, hub):
    huge = bytes(MOST_BYTES + 2_000_000)
    assert installer.post(of("list", hub), {"photo": upload(huge)}).status_code == 413
    answer = installer.post(of("list", hub), {"photo": upload(huge)}, headers=AS_FRAGMENT)
    assert answer.status_code == 422
    assert answer["HX-Retarget"] == "#photos-trouble"
    assert "12 MB" in text_of(answer)


def test_whatever_stands_in_the_way_is_said_in_a_sentence(installer, hub, add, monkeypatch):
    def refused(problem: Exception) -> str:
        def fail(*_args: object) -> None:
            raise problem

        with monkeypatch.context() as patch:
            patch.setattr(album.photo_reader, "copies", fail)
            answer = installer.post(of("list", hub), {"photo": upload()}, headers=AS_FRAGMENT)
        assert answer.status_code == 422
        return text_of(answer)

    assert "busy with other photos" in refused(PhotoProblem("busy"))
    assert "took too long" in refused(PhotoProblem("too_slow"))
    assert "could not be saved" in refused(album.NotKeptError())
    assert "enough photos for now" in refused(LimitReachedError(90))
    for _ in range(5):
        add()
    answer = installer.post(of("list", hub), {"photo": upload()})
    assert "has five photos already" in text_of(answer)
    assert 'class="photo-add' not in text_of(answer)


def test_a_picture_that_the_storage_lacks_or_does_not_give_is_no_error_of_ours(
    installer, add, folder, monkeypatch
):
    added = add()

    def away(*_args: object) -> bytes:
        raise OSError("away")

    with monkeypatch.context() as patch:
        patch.setattr(files, "content", away)
        assert installer.get(of("large", added)).status_code == 503
    files.forget(added.pk)
    assert installer.get(of("large", added)).status_code == 404


def test_photos_are_seen_and_changed_by_who_may_and_by_nobody_else(
    add, hub, acme, mill_court, as_person, ira, ada, hal, eli, client
):
    added = add()
    vera = make_person("vera@acme.example", "Vera")
    join(vera, acme, "viewer")
    # Omar is limited to jobs, Enzo to none: his only one is somewhere else.
    omar, enzo = (make_person(f"{name}@acme.example", name) for name in ("omar", "enzo"))
    omars = join(omar, acme, all_sites=False)
    join(enzo, acme, all_sites=False)
    job = planning.make(Plan(mill_court, *[planning.timezone.localdate()] * 2), ada)
    JobMember.objects.create(job=job, membership=omars)

    seen = [of("list", hub), of("large", added), of("small", added)]
    answers = {
        person: (
            {as_person(person).get(address).status_code for address in seen},
            as_person(person).post(of("list", hub)).status_code,
            as_person(person).post(of("remove", added)).status_code,
        )
        for person in (vera, omar, enzo, hal, eli)
    }
    assert answers == {
        vera: ({200}, 403, 403),
        omar: ({200}, 422, 403),
        enzo: ({404}, 404, 404),
        hal: ({404}, 404, 404),
        eli: ({404}, 404, 404),
    }
    assert {client.get(address).status_code for address in seen} == {302}
    shown = text_of(as_person(vera).get(of("list", hub)))
    assert 'class="photo-add' not in shown
    assert of("remove", added) not in shown
    assert as_person(ada).post(of("remove", added)).status_code == 302
    assert as_person(vera).post(of("restore", added)).status_code == 403
    assert as_person(hal).post(of("restore", added)).status_code == 404


def test_a_storage_that_hangs_holds_a_few_threads_and_the_next_reader_is_asked_to_come_again(
    installer, hub, monkeypatch
):
    installer.post(of("list", hub), {"photo": upload()})
    (added,) = album.photos_of([hub])
    monkeypatch.setattr(files, "PATIENCE", 0)
    for _ in range(files.READERS):
        files._readers.acquire()
    try:
        answer = installer.get(of("small", added))
    finally:
        files._readers.release(files.READERS)

    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert installer.get(of("small", added)).status_code == 200
