"""Adding a site: its id is seen before hubs are bound to it for good."""

import pytest
from django.urls import reverse

from portal.sites.models import Site
from tests.hubs.own_hubs import make_own_hub
from tests.jobs.conftest import make

NEW = "/sites/new/"


@pytest.fixture
def admin(as_person, ada):
    """Ada's browser."""
    return as_person(ada)


def test_the_id_is_shown_before_the_site_is_saved_and_saved_as_shown(admin, acme):
    asked = admin.post(NEW, {"name": "Μπουμπουλίνας"})

    assert asked.status_code == 200
    assert "Look at the id once, then save." in asked.text
    assert 'name="shown_id" value="boumpoulinas"' in asked.text
    assert not Site.objects.exists()
    Site.objects.create(organisation=acme, name="Other", spkey_site_id="boumpoulinas")
    again = admin.post(NEW, {"name": "Μπουμπουλίνας", "shown_id": "boumpoulinas"})
    assert again.context["site_id"] == "boumpoulinas-2"
    admin.post(NEW, {"name": "Μπουμπουλίνας", "shown_id": "boumpoulinas-2"})
    assert Site.objects.filter(spkey_site_id="boumpoulinas-2").exists()


def test_the_id_is_shown_while_one_types(admin, mill_court, acme):
    make_own_hub(acme, spkey_site_id="orchard")

    def live(**typed: str) -> str:
        return admin.get("/sites/new/id/", typed, headers={"hx-request": "true"}).text

    assert 'value="mill-court-2"' in live(name="Mill Court")
    assert "1 hub of yours is there already." in live(name="Orchard")
    assert "Another of your sites has the id" in live(name="x", spkey_site_id="mill-court")
    assert "bound" not in live(name=" ")
    assert 'value="&lt;b&gt;"' in live(name="x", spkey_site_id="<b>")


def test_a_site_that_is_called_like_another_needs_an_address(admin, mill_court):
    form = {"name": "Mill Court", "shown_id": "mill-court-2"}
    refused = admin.post(NEW, form)

    assert refused.status_code == 422
    assert "Give the address, so that people can tell them apart." in refused.text
    assert admin.post(NEW, {**form, "address": "2 Mill"}).status_code == 302


def test_a_site_that_hubs_are_at_is_added_with_one_tap_and_a_look(admin, acme, mill_court):
    hubs = [make_own_hub(acme, spkey_site_id="bldg 7") for _ in range(2)]
    for page in (admin.get("/"), admin.get("/sites/")):
        assert "2 hubs are at bldg 7. Add it as a site?" in page.text
    address = f"{NEW}?spkey_site_id=bldg%207"
    assert address in admin.get("/sites/").text
    form = admin.get(address).context["form"]
    assert (form["name"].value(), form["spkey_site_id"].value()) == ("bldg 7", "bldg 7")
    admin.post(NEW, {"name": "Building 7", "spkey_site_id": "bldg 7"})

    for hub in hubs:
        hub.refresh_from_db()
        assert hub.site.name == "Building 7"
    assert "Add it as a site?" not in admin.get("/sites/").text


def test_a_new_job_expects_what_is_usual_at_its_site_unless_it_says_so(admin, ada, mill_court):
    Site.objects.update(usual_hubs=12)
    mill_court.refresh_from_db()

    assert make(mill_court, ada, expected_count=None).expected_count == 12
    assert make(mill_court, ada, expected_count=3).expected_count == 3
    form = admin.get(reverse("jobs:new"), {"site": mill_court.pk}).context["form"]
    assert form["expected_count"].value() == 12
