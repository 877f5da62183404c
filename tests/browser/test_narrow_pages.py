"""Long names and long words fit phones, upright and on their side."""

import pytest
from playwright.sync_api import expect

from portal.orgs.models import User
from tests.people_with_factor import has_used_factor

pytestmark = pytest.mark.usefixtures("sandbox")


@pytest.mark.parametrize(("who", "width"), [("ada", 320), ("sam", 360)])
def test_the_navigation_fits_a_phone_in_both_languages(tablet, as_person, who, width, request):
    person = request.getfixturevalue(who)
    person.memberships.update(role="admin")
    signed_in = has_used_factor(as_person(person), person)
    page = tablet(client=signed_in, viewport={"width": width, "height": 700})
    for language in ("en", "el"):
        User.objects.update(language=language)
        page.goto("/")
        assert page.locator(".nav > :is(a, button):visible").count() <= 5
        assert page.evaluate("() => document.querySelector('.nav').scrollWidth") <= width


def test_long_names_neither_widen_a_page_in_landscape_nor_heighten_the_bar_in_portrait(
    tablet, ada, acme, mill_court
):
    User.objects.update(language="el")
    acme.name = "Διαχείριση Κτιρίων και Κοινοχρήστων Αναγνωστοπούλου και Υιοί"
    acme.save()
    page = tablet(ada, viewport={"width": 844, "height": 390})
    page.goto("/sites/")
    assert page.evaluate("() => document.documentElement.scrollWidth") == 844
    page.set_viewport_size({"width": 390, "height": 844})
    bar = page.locator(".bar").bounding_box()
    assert bar
    assert bar["height"] < 120
    page.locator("[popovertarget=person-menu]:visible").click()
    expect(page.locator("#person-menu")).to_contain_text(acme.name)
