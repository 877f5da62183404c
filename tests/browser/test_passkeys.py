"""A passkey from its making to the step before what is dangerous, on a device of Chromium's."""

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse
from playwright.sync_api import Page, expect

from portal.audit.models import Entry
from portal.consent.models import AccessRequest
from tests.browser.steps import sign_in
from tests.conftest import PASSWORD
from tests.people_with_factor import has_used_factor


@pytest.fixture
def page(tablet, live_server, settings) -> Page:
    """A browser whose device keeps passkeys and has just recognised its owner."""
    # An authenticator takes no number for the name of a portal.
    settings.PORTAL_URL = live_server.url.replace("127.0.0.1", "localhost")
    page = tablet()
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return page


@pytest.mark.slow
def test_a_passkey_is_made_signs_in_beside_the_password_and_steps_up(page, settings, ira):
    portal = settings.PORTAL_URL
    page.goto(portal + reverse("account_login"))
    sign_in(page, ira)
    expect(page.get_by_role("heading", name="Home")).to_be_visible()

    page.goto(portal + reverse("mfa_add_webauthn"))
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Name").fill("Work phone")
    page.get_by_role("button", name="Add passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()

    page.goto(portal + reverse("mfa_add_webauthn"))
    page.get_by_label("Name").fill("The same again")
    page.get_by_role("button", name="Add passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("keeps a passkey of yours already")

    page.context.clear_cookies()
    page.goto(portal + reverse("account_login"))
    sign_in(page, ira)
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    page.get_by_role("button", name="Sign in with passkey").click()
    expect(page.get_by_role("heading", name="Home")).to_be_visible()

    page.goto(f"{portal}{reverse('mfa_reauthenticate_webauthn')}?next={reverse('mfa_index')}")
    page.get_by_role("button", name="Use passkey").click()
    expect(page.get_by_role("link", name="Rename Work phone")).to_be_visible()

    passkey = Authenticator.objects.get(user=ira, type="webauthn")
    assert passkey.wrap().name == "Work phone"
    verbs = Entry.objects.filter(object_id=str(ira.pk), detail__factor="webauthn")
    used = verbs.order_by("at").values_list("verb", flat=True)
    assert list(used) == ["factor.added", "factor.used", "factor.used", "factor.used"]


@pytest.mark.slow
def test_an_agent_steps_up_with_a_passkey_before_a_cross_org_action(page, settings, sam, as_person):
    portal, name = settings.PORTAL_URL, settings.SESSION_COOKIE_NAME
    session = has_used_factor(as_person(sam), sam).cookies[name].value
    page.context.add_cookies([{"name": name, "value": session, "url": portal}])
    page.goto(portal + reverse("mfa_add_webauthn"))
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Name").fill("Work phone")
    page.get_by_role("button", name="Add passkey").click()
    page.wait_for_url(lambda url: "webauthn/add" not in url)

    settings.SUPPORT_FACTOR_SECONDS = 0  # As if that had been long ago.
    page.goto(portal + reverse("support:ask"))
    page.get_by_label("Organisation").fill("acme-properties")
    page.get_by_label("Reason").fill("Their tablet is broken")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_role("button", name="Use passkey")).to_be_visible()
    assert not AccessRequest.objects.exists()

    settings.SUPPORT_FACTOR_SECONDS = 300
    page.get_by_role("button", name="Use passkey").click()
    expect(page.get_by_label("Reason")).to_have_value("Their tablet is broken")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_text("If they use the portal")).to_be_visible()
    assert AccessRequest.objects.get().named == "acme-properties"
