"""Photos in a bucket: kept, handed out and removed as on a disk; its troubles are a disk's."""

import io

import pytest

pytest.importorskip("boto3")
pytest.importorskip("moto")

import boto3
from environs import Env
from moto.server import ThreadedMotoServer

from portal import environment
from portal.core import worker
from portal.hubs.photos import album, files
from portal.hubs.photos.files import Size
from portal.hubs.photos.models import HubPhoto
from tests.hubs.photos.conftest import JPEG
from tests.hubs.photos.pictures import without_a_process
from tests.hubs.photos.test_album import let_time_pass

pytestmark = pytest.mark.django_db
SECRET = "xCANARYx"


@pytest.fixture(scope="module")
def server():
    """An S3 server that listens on this machine."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def bucket(server, settings, monkeypatch, tmp_path):
    """The portal's bucket, as the environment names it."""
    host, port = server.get_host_and_port()
    said = {"BUCKET": "photos", "ENDPOINT": f"http://{host}:{port}", "REGION": "eu-central-1"}
    said |= {"ACCESS_KEY": "portal", "SECRET_KEY": SECRET}
    for name, value in said.items():
        monkeypatch.setenv(f"PORTAL_PHOTOS_{name}", value)
    photos = environment.photos(Env(), default=tmp_path, public=())
    settings.STORAGES = settings.STORAGES | {"photos": photos}
    keys = {"aws_access_key_id": "portal", "aws_secret_access_key": SECRET}
    s3 = boto3.resource("s3", endpoint_url=said["ENDPOINT"], region_name=said["REGION"], **keys)
    bucket = s3.Bucket("photos")
    bucket.create(CreateBucketConfiguration={"LocationConstraint": said["REGION"]})
    yield bucket
    bucket.objects.all().delete()
    bucket.delete()


@pytest.fixture
def add(hub, iras, monkeypatch):
    without_a_process(monkeypatch)
    return lambda: album.add(hub, iras, io.BytesIO(JPEG))


def test_a_photo_lives_and_goes_in_a_bucket_as_on_a_disk(hub, ira, add, bucket, installer):
    photo = add()
    names = [each.key for each in bucket.objects.all()]
    assert sorted(names) == [f"{photo.pk.hex[:2]}/{photo.pk}-{size}.jpg" for size in Size]
    answer = installer.get(f"/hubs/photos/{photo.pk}/")
    assert answer.status_code == 200, "through the portal, and to no other address"
    assert answer.content == bucket.Object(names[0]).get()["Body"].read()
    assert answer.content == files.content(photo.pk, Size.LARGE)

    album.remove(photo, hub, ira)
    let_time_pass()
    assert list(bucket.objects.all()) == []
    assert not HubPhoto.objects.exists()


def test_a_bucket_that_is_not_there_is_a_storage_that_is_away(
    add, bucket, installer, settings, caplog
):
    photo = add()
    bucket.Object(f"{photo.pk.hex[:2]}/{photo.pk}-large.jpg").delete()
    assert installer.get(f"/hubs/photos/{photo.pk}/").status_code == 404

    gone = settings.STORAGES["photos"]["OPTIONS"] | {"bucket_name": "elsewhere"}
    nobody = gone | {"endpoint_url": "http://127.0.0.1:9"}
    for options in (gone, nobody):
        photos = settings.STORAGES["photos"] | {"OPTIONS": options}
        settings.STORAGES = settings.STORAGES | {"photos": photos}
        assert installer.get(f"/hubs/photos/{photo.pk}/").status_code == 503
        with pytest.raises(album.NotKeptError):
            add()
        worker.run_once()
    assert HubPhoto.objects.filter(removed_at__isnull=False).count() == 2, "they go later"
    assert "could not be removed" in caplog.text
    assert SECRET not in caplog.text


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"FOLDER": "photos"}, "PORTAL_PHOTOS_FOLDER must be a whole path"),
        ({"FOLDER": "/srv/static/photos"}, "PORTAL_PHOTOS_FOLDER must not be where static"),
        ({"FOLDER": "/srv/other/../static"}, "PORTAL_PHOTOS_FOLDER must not be where static"),
        ({"BUCKET": "a", "SECRET_KEY": SECRET}, "are needed together"),
        ({"BUCKET": "a", "ENDPOINT": "http://s3.example"}, "PORTAL_PHOTOS_ENDPOINT must be"),
        ({"BUCKET": "a", "ENDPOINT": "s3.example"}, "PORTAL_PHOTOS_ENDPOINT must be"),
    ],
)
def test_a_place_for_photos_that_cannot_be_right_stops_the_start(
    said, sentence, monkeypatch, tmp_path
):
    for name, value in said.items():
        monkeypatch.setenv(f"PORTAL_PHOTOS_{name}", value)
    with pytest.raises(environment.ImproperlyConfigured) as caught:
        environment.photos(Env(), default=tmp_path, public=(tmp_path.__class__("/srv/static"),))
    assert sentence in str(caught.value)
    assert SECRET not in str(caught.value)


def test_without_a_word_photos_are_in_a_folder_for_the_portal_alone(tmp_path):
    found = environment.photos(Env(), default=tmp_path / "photos", public=(tmp_path / "static",))
    assert found["BACKEND"].endswith("FileSystemStorage")
    assert found["OPTIONS"] == {
        "location": tmp_path / "photos",
        "file_permissions_mode": 0o600,
        "directory_permissions_mode": 0o700,
    }
