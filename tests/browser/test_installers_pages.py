"""An installer's own pages and a stranger's, in every look and in both languages."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from portal.claims.engine import actions
from portal.claims.models import Claim
from portal.hubs.models import Hub
from portal.jobs.expected import Expected
from portal.orgs import invitations
from portal.orgs.models import Invitation, User
from portal.sandbox import world
from tests.browser.checks import broken_words, problems
from tests.browser.tray import steps as tray
from tests.conftest import claim_request
from tests.jobs.conftest import make
from tests.people_with_factor import set_up_factor

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("sandbox")]

LONG_PLACE = "Flat 3, meter room behind the lift on the lower ground floor"
ACCOUNT = (
    *("/accounts/2fa/", "/accounts/password/change/", "/accounts/sessions/"),
    *("/accounts/activity/", "/accounts/news/", "/accounts/logout/"),
    *("/organisation/people/leave/", "/accounts/2fa/reauthenticate/"),
)
BESIDE = """() => [...document.querySelectorAll(".step")].every((step) => {
  const [mark, words] = [".step-mark", ".step-body"].map((part) =>
    step.querySelector(part).getBoundingClientRect());
  return mark.right <= words.left && words.left - mark.right < 40 && mark.top < words.bottom;
})"""


@pytest.fixture(params=["en", "el"])
def language(request) -> str:
    code: str = request.param
    return code


def faults(page: Page, *addresses: str) -> dict[str, list[str]]:
    """Return what is wrong, page by page."""
    found = {}
    for address in addresses:
        page.goto(address)
        found[address] = problems(page) + broken_words(page)
    return {address: wrong for address, wrong in found.items() if wrong}


def test_what_a_stranger_meets(tablet, language, acme, ada, former_invitations):
    tablet.expected = ["404", "410"]
    page = tablet(locale=language)
    links = [reverse("invitation", args=(token,)) for token in former_invitations]
    signing_in = ("/accounts/login/", "/accounts/password/reset/", "/accounts/signup/")
    assert faults(page, *signing_in, "/nowhere/", f"/shell/{language}/", *links) == {}


@pytest.fixture
def former_invitations(acme, ada, ira, mill_court) -> list[str]:
    """The tokens of an invitation in each state, the good one for a job."""
    how = {"role": "installer", "all_sites": False, "actor": ada}
    sent = [
        invitations.invite(acme, f"{name}@a-subcontractor.example", **how)
        for name in ("good.and.rather.long", "late", "used", "revoked")
    ]
    _, late, used, revoked = sent
    now = timezone.now()
    Invitation.objects.filter(pk=late.pk).update(expires_at=now - timedelta(days=1))
    Invitation.objects.filter(pk=used.pk).update(accepted_at=now)
    Invitation.objects.filter(pk=revoked.pk).update(revoked_at=now)
    return [*map(invitations.token_of, sent), "unknown"]


def test_what_an_installer_meets_at_a_job(tablet, language, ada, ira, mill_court):
    job = at_work(ira, ada, mill_court, language)
    page = tablet(ira)
    claim = Claim.objects.get(state="claimed")
    pages = ("/", f"/jobs/{job.pk}/", f"/jobs/{job.pk}/complete/", "/jobs/", "/claims/")
    assert faults(page, *pages, f"/claims/{claim.pk}/", "/jobs/ask/", *ACCOUNT) == {}

    page.goto(f"/claims/new/?job={job.pk}")
    tray.ready(page)
    for number in (30, 31):
        page.locator("#tray-text").fill(world.hub_id(number))
        page.locator("#tray-text").press("Enter")
    expect(tray.rows(page)).to_have_count(2)
    assert problems(page) + broken_words(page) == []


def at_work(ira: User, ada: User, mill_court, language: str):
    """Return a job with a claim that is done, one that waits, and a place that is still free."""
    User.objects.filter(pk=ira.pk).update(language=language)
    ira.refresh_from_db()
    listed = [Expected("Flat 1, riser"), Expected("Flat 2, riser"), Expected(LONG_PLACE)]
    job = make(mill_court, ada, ira.memberships.get(), expected=listed, note="Keys below")
    for number, fields in enumerate(({"state": "claimed"}, {"state": "waiting"})):
        claim = actions.submit(claim_request(ira, mill_court, world.hub_id(number)))
        ended = {"finished_at": timezone.now(), "claimed_at": timezone.now(), "due_at": None}
        waits = {"reason": "offline"}
        more = ended if fields["state"] == "claimed" else waits
        Claim.objects.filter(pk=claim.pk).update(
            job=job, place=f"Flat {number + 1}, riser", **fields, **more
        )
    Hub.objects.update(serial="SK-7F03-91A2", model="SK-Hub One PoE")
    return job


def test_the_pages_of_a_second_factor(tablet, language, ira):
    User.objects.filter(pk=ira.pk).update(language=language)
    set_up_factor(ira)
    ira.refresh_from_db()
    page = tablet(ira)
    assert faults(page, "/accounts/2fa/", "/accounts/2fa/totp/deactivate/") == {}


@pytest.mark.parametrize("width", [390, 820, 1180])
def test_the_words_of_a_claims_step_stand_beside_its_mark(tablet, ira, claim, width):
    page = tablet(ira, viewport={"width": width, "height": 900})
    page.goto(f"/claims/{claim.pk}/")
    assert page.evaluate(BESIDE)
