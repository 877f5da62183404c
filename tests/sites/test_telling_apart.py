"""Sites that are called the same are told apart wherever they are shown."""

import pytest
from django.urls import reverse

from portal.sites import changes
from portal.sites.changes import NoAddressError
from portal.sites.models import Site
from tests.hubs.own_hubs import make_own_hub


def shown(organisation) -> set[str]:
    return {site.shown_name for site in Site.objects.filter(organisation=organisation)}


def test_an_address_is_demanded_of_whoever_is_called_like_another(acme, ada, mill_court):
    with pytest.raises(NoAddressError):
        changes.make(Site(organisation=acme, name="mill  COURT"), ada)
    orchard = changes.make(Site(organisation=acme, name="Orchard"), ada)
    orchard.name = "Mill Court"
    with pytest.raises(NoAddressError):
        changes.change(orchard, ada)


def test_the_address_tells_them_apart_and_the_id_where_that_does_not(
    acme, ada, mill_court, lighthouse
):
    second = changes.make(Site(organisation=acme, name="Mill Court", address="2 Mill"), ada)
    assert shown(acme) == {"Mill Court (mill-court)", "Mill Court (mill-court-2)"}
    mill_court.address = "1 Mill"
    changes.change(mill_court, ada)
    assert shown(acme) == {"Mill Court, 1 Mill", "Mill Court, 2 Mill"}
    second.name = "Mill Yard"
    changes.change(second, ada)
    assert shown(acme) == {"Mill Court", "Mill Yard"}


def test_they_are_told_apart_in_every_list_and_choice(acme, ada, ira, mill_court, as_person):
    changes.make(Site(organisation=acme, name="Mill Court", address="2 Mill"), ada)
    make_own_hub(mill_court)
    admin, installer = as_person(ada), as_person(ira)
    pages = [admin.get(each) for each in ("/claims/", "/jobs/new/", "/hubs/", "/sites/")]
    pages += [admin.get("/search/?q=mill"), installer.get("/claims/new/")]

    for page in pages:
        assert "Mill Court (mill-court)" in page.text, page.request["PATH_INFO"]
        assert "Mill Court (mill-court-2)" in page.text, page.request["PATH_INFO"]
    chosen = installer.get(reverse("tray:sync")).json()["sites"]
    assert {each["name"] for each in chosen} >= {"Mill Court (mill-court)"}
