"""Text that somebody stored to do harm is text on every page."""

import pytest
from playwright.sync_api import expect

from portal.claims.engine import actions
from tests.browser.steps import claim_hub, show
from tests.conftest import claim_request

HOSTILE = '</title></script>"><img src=/harm onerror="harm=1"><script>harm=1</script>{{ 7 }}'

pytestmark = pytest.mark.usefixtures("sandbox")


@pytest.fixture
def hostile(ira, ada, acme, mill_court, spkey_support, sam, hub_id):
    """Names, an address and a reason that would run if they could."""
    for row, field in (
        (ira, "name"),
        (ada, "name"),
        (mill_court, "name"),
        (mill_court, "address"),
        (acme, "name"),
        (spkey_support, "name"),
    ):
        setattr(row, field, HOSTILE)
        row.save()
    return actions.submit(
        claim_request(sam, mill_court, hub_id, acting_organisation=spkey_support, reason=HOSTILE)
    )


@pytest.mark.slow
def test_hostile_names_and_reasons_are_shown_as_they_are_and_do_nothing(
    tablet, ira, ada, hostile, mill_court
):
    page = tablet(ira)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    claim = claim_hub(page, "0ff11e00-0000-4000-8000-000000000003")
    expect(page.get_by_role("heading", name=HOSTILE, exact=True)).to_be_visible()
    for address in ("/", "/claims/", f"/claims/?q={HOSTILE}"):
        page.goto(address)
        expect(page.get_by_text(HOSTILE).first).to_be_visible()
        assert page.evaluate("() => typeof harm") == "undefined"
    show(page, hostile)
    expect(page.get_by_text(f"Reason: {HOSTILE}")).to_be_visible()
    actions.stop(claim, ira)

    page = tablet(ada)
    page.on("request", lambda request: asked.append(request.url))
    for address in ("/sites/", f"/sites/{mill_court.pk}/", f"/claims/{claim.pk}/"):
        page.goto(address)
        expect(page.get_by_text(HOSTILE).first).to_be_visible()
        assert page.evaluate("() => typeof harm") == "undefined"
    assert not [url for url in asked if url.endswith("/harm")]
