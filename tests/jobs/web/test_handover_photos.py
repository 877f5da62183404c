"""Photos of a handover: those that its hubs had, for its readers, until somebody removes them."""

import io
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.core.throttle import Limit
from portal.hubs.models import Hub
from portal.hubs.photos import album
from portal.hubs.photos.files import Size
from portal.jobs import handover_links
from portal.jobs.models import HandoverLink
from portal.jobs.web import handover_link
from portal.jobs.web.handover_photos import of_handover
from tests.hubs.photos.pictures import photo, without_a_process
from tests.jobs.handed_over import claim_hubs, complete, job_at


@pytest.fixture
def crew(ira, mill_court, settings, tmp_path, monkeypatch):
    """Ira's membership, who can keep photos in this test alone."""
    without_a_process(monkeypatch)
    photos = settings.STORAGES["photos"] | {"OPTIONS": {"location": tmp_path / "photos"}}
    settings.STORAGES = settings.STORAGES | {"photos": photos}
    return ira.memberships.get()


def take(hub: Hub, member):
    return album.add(hub, member, io.BytesIO(photo()))


@pytest.fixture
def link(crew, ada, mill_court) -> HandoverLink:
    """A link to a handover of two hubs: the first has two photos, of which one is taken later."""
    job = job_at(mill_court, crew)
    one, _ = claim_hubs(job, crew.user, 2, places=("Riser, 2nd floor", "Roof"))
    take(one.hub, crew)
    done = complete(job, crew.user)
    take(one.hub, crew)
    return handover_links.make(done, ada)


def address(link: HandoverLink) -> str:
    return f"/handover/{handover_links.token_of(link)}/"


def pictures(page: str) -> list[str]:
    return re.findall(r'<img src="(/[^"]*/photos/[^"]*)"', page)


def test_the_photos_that_the_hubs_had_are_read_at_the_link_and_in_the_portal(
    client, as_person, link, ira
):
    page = f"/jobs/{link.handover.job_id}/handover/"
    readers = ((client, address(link)), (as_person(ira), page))
    for reader, where in readers:
        [small] = pictures(reader.get(where).text)
        for picture in (small, small.removesuffix("small/")):
            answer = reader.get(picture)
            assert answer["Content-Type"] == "image/jpeg"
            assert answer.content.startswith(b"\xff\xd8")
    assert client.get(pictures(client.get(address(link)).text)[0])["X-Robots-Tag"]


def test_no_other_photo_is_had_through_a_link(client, link, as_person, ira, hal):
    earlier, later = album.photos_of(Hub.objects.all())
    for size in ("", "small/"):
        assert client.get(f"{address(link)}photos/{earlier.pk}/{size}").status_code == 200
        for no in (f"{address(link)}photos/{later.pk}/{size}", f"/handover/x/photos/{earlier.pk}/"):
            assert client.get(no).status_code == 404
        inside = f"/jobs/{link.handover.job_id}/handover/photos/"
        assert as_person(ira).get(f"{inside}{later.pk}/{size}").status_code == 404
        assert as_person(hal).get(f"{inside}{earlier.pk}/{size}").status_code == 404
    handover_links.end(link, ira)
    assert client.get(f"{address(link)}photos/{earlier.pk}/").status_code == 404


def test_a_photo_that_was_removed_is_gone_from_the_handover_which_says_so(client, link, crew):
    earlier, _ = album.photos_of(Hub.objects.all())
    [small] = pictures(client.get(address(link)).text)
    album.remove(earlier, earlier.hub, crew.user)

    assert client.get(small).status_code == 404
    assert "1 photo was removed since." in client.get(address(link)).text
    assert not pictures(client.get(address(link)).text)


def test_photos_at_links_that_are_none_count_as_links_that_are_tried(client, link, monkeypatch):
    monkeypatch.setattr(handover_link, "OPENED", Limit("tried", most=1, seconds=600))
    earlier, _ = album.photos_of(Hub.objects.all())
    got = [client.get(f"/handover/x/photos/{earlier.pk}/").status_code for _ in range(2)]

    assert got == [404, 429]
    assert (
        client.get(f"/handover/{handover_links.token_of(link)}/photos/{earlier.pk}/").status_code
        == 200
    )


def test_for_a_photo_the_row_of_its_hub_alone_is_read(link):
    earlier, _ = album.photos_of(Hub.objects.all())
    with CaptureQueriesContext(connection) as done:
        assert of_handover(link.handover, earlier.pk, Size.SMALL).status_code == 200

    (read,) = [each["sql"] for each in done if "jobs_handoverhub" in each["sql"]]
    assert '"hub_id" IN' in read
