"""Every page in every state is accessible in light and dark, within reach, and large enough."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from itertools import count

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from portal.claims.engine import actions
from portal.claims.models import Claim
from portal.core.models import Heartbeat
from portal.hubs.models import Hub
from portal.jobs import handover_links, requests
from portal.jobs.expected import Expected
from portal.orgs import factor_invitations, invitations
from portal.orgs.models import ApiCredential, Membership, User
from portal.sandbox import world
from portal.sites.models import Site
from tests.browser.checks import RULES, ask_axe, problems, problems_of_words
from tests.browser.geometry import boxes
from tests.browser.steps import sign_in
from tests.browser.tray import steps as tray
from tests.conftest import PASSWORD, claim_request, consent_to, join, make_person
from tests.hubs.own_hubs import make_own_hub
from tests.jobs.conftest import make
from tests.jobs.handed_over import claim_hubs, complete, job_at
from tests.people_with_factor import (
    has_used_factor,
    set_up_factor,
    sign_in_with_factor,
    sign_in_with_password,
)

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("sandbox")]

Findings = dict[str, list[str]]
Check = Callable[[Page], list[str]]
STATES = {
    "queued": {},
    "sending": {"state": "sending", "sends": 1},
    "offline": {"state": "waiting", "reason": "offline"},
    "rate": {"state": "waiting", "reason": "rate"},
    "verifying": {"state": "verifying", "sends": 1},
    "blocked": {"state": "blocked", "reason": "key_refused", "due_at": None},
    "review": {"state": "review", "reference": "8f2a-SBX"},
    "conflict": {"state": "conflict", "reason": "another_organisation", "reference": "8f2a-SBX"},
    "elsewhere": {"state": "conflict", "reason": "another_site"},
    "invalid": {"state": "rejected", "reason": "invalid", "problems": [["siteId", "Unknown"]]},
    "cancelled": {"state": "cancelled"},
    "claimed": {"state": "claimed", "sends": 1},
}
BAD_PAGE = """<!doctype html><title>Bad</title><main><img src="data:,">
<p style="color: #ccc; width: 30rem">pale</p><button>Tap</button><button>Tip</button>
<b style="display: block; width: 35px; overflow: hidden">tight</b>
<div style="position: fixed; inset: 0"></div></main>"""
ENDED = {"conflict", "rejected", "cancelled", "claimed"}
# All that there is on a claim's page, and each of its colours, is in one of these.
OF_ALL_PARTS = ("queued", "offline", "conflict")


def visit(page: Page, addresses: Iterable[str], check: Check = problems) -> Findings:
    """Return what is wrong, page by page."""
    findings = {}
    for address in addresses:
        page.goto(address)
        expect(page.locator("hub-tray:not([data-state])")).to_have_count(0)
        findings[address] = check(page)
    return {address: found for address, found in findings.items() if found}


@pytest.fixture
def former(acme) -> User:
    """Somebody of long name and address, who installed for Acme until yesterday."""
    name = "Konstantinos Papadimitropoulos-Averell"
    person = make_person("a.rather-long.name@subsidiary.acme-properties.example", name)
    yesterday = timezone.now() - timedelta(days=1)
    join(person, acme, support=True, expires_at=yesterday, spkey_user_id=person.pk)
    return person


@pytest.fixture
def claims(ira, mill_court) -> dict[str, Claim]:
    """A claim in each state, by the state's name."""
    numbers = count()
    made = {}
    for name, fields in STATES.items():
        claim = actions.submit(claim_request(ira, mill_court, world.hub_id(next(numbers))))
        end = {"finished_at": timezone.now(), "due_at": None}
        ended = fields.get("state") in ENDED
        Claim.objects.filter(pk=claim.pk).update(**fields, **(end if ended else {}))
        made[name] = claim
    seen = {"serial": "SK-7F03-91A2", "model": "SK-Hub One PoE"}
    Hub.objects.update(**seen)
    elsewhere = {"binding": "ours", "spkey_site_id": "orchard-rise"}
    Hub.objects.filter(pk=made["elsewhere"].hub_id).update(**elsewhere)
    return made


NO_MORE_WAITING = "() => document.getAnimations().forEach((animation) => animation.finish())"


def test_the_page_checks_find_each_fault(tablet):
    page = tablet()
    page.set_content(BAD_PAGE)
    found = " ".join(problems(page))
    for sign in (
        "image-alt: <img",
        "color-contrast: <p",
        "outdoor is not plain: <p",
        "small: <button>Tap",
        "crowded: <button>Tap</button> and <button>Tip",
        "scrolls sideways at 390 px",
        "beyond 390 px: <p",
        "scrolls sideways at 320 px when spaced",
        "cut at 320 px when spaced: <b",
        "scrolls sideways at 820 px in large text",
        "cut at 820 px in large text: <b",
        "covered in large text: <button>Tap",
    ):
        assert sign in found


def test_the_pages_before_signing_in(tablet, ira):
    tablet.expected = ["404", "422"]
    page = tablet()
    addresses = ("/accounts/login/", "/accounts/password/reset/", "/accounts/password/reset/done/")
    assert visit(page, (*addresses, "/accounts/signup/", "/nowhere/")) == {}
    page.goto("/accounts/login/")
    page.get_by_label("E-mail address").fill(ira.email)
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("not correct")).to_be_visible()
    assert problems(page) == []


def test_an_installers_pages_are_sound(tablet, ira, claims):
    tablet.expected = ["403", "404"]
    page = tablet(ira)
    addresses = ["/", "/claims/", "/claims/?q=nothing+has+this", "/claims/new/", "/sites/"]
    assert visit(page, (*addresses, "/nowhere/", "/accounts/2fa/", "/accounts/logout/")) == {}


def test_an_installers_pages_are_sound_while_there_is_nothing_yet(tablet, ira):
    assert visit(tablet(ira), ("/", "/claims/", "/claims/new/")) == {}


def test_a_claims_page_is_sound_in_every_state(tablet, ira, claims):
    page = tablet(ira)
    pages = {name: f"/claims/{claim.pk}/" for name, claim in claims.items()}
    whole = [pages[name] for name in OF_ALL_PARTS]
    assert visit(page, whole) == {}
    others = [page_of for name, page_of in pages.items() if name not in OF_ALL_PARTS]
    assert visit(page, others, problems_of_words) == {}
    ended = Claim.objects.get(pk=claims["claimed"].pk)
    now = timezone.now()
    hub = Hub.objects.filter(pk=ended.hub_id)
    hub.update(online=True, firmware="1.4.2", uptime_seconds=90_000, last_seen=now, read_at=now)
    assert visit(page, [pages["claimed"]]) == {}
    hub.update(read_at=now - timedelta(days=31))
    assert visit(page, [pages["claimed"]], problems_of_words) == {}


def test_the_form_for_one_hub_with_errors_where_the_trays_scripts_do_not_come(
    tablet, ira, mill_court, orchard_rise
):
    tablet.expected = ["422", "ERR_FAILED"]
    page = tablet(ira)
    page.route("**/hub-tray*.js", lambda route: route.abort())
    page.goto("/claims/new/")
    # The form waits for some seconds whether the scripts come.
    page.evaluate(NO_MORE_WAITING)
    page.locator("#id_label").fill("SN 00417")
    page.get_by_text("Mill Court").click()
    page.get_by_role("button", name="Claim this hub").click()
    page.wait_for_load_state()
    page.evaluate(NO_MORE_WAITING)
    expect(page.locator("#id_label_error")).to_be_visible()
    page.get_by_text("Use a photo instead").click()
    assert problems(page) == []


def test_the_tray_filled_and_sent_with_the_camera_open(
    tablet, camera, ira, claims, acme, mill_court
):
    for number in range(8):
        Site.objects.create(organisation=acme, name=f"House {number}", spkey_site_id=f"h{number}")
    camera(None)
    page = tablet(ira)
    tray.open_tray(page, f"?site={mill_court.pk}")
    tray.add(page, *map(world.hub_id, (0, 20, 21)), "SN 00417")
    expect(tray.rows(page)).to_have_count(3)
    page.locator(tray.PICK).click()
    page.get_by_role("button", name="Open the camera").click()
    expect(page.get_by_text("Aim at the label.")).to_be_visible()
    assert problems(page) == []
    page.locator("[data-tray-claim]").click()
    expect(page.get_by_text("Waiting to send").first).to_be_visible()
    assert problems(page) == []


def test_an_administrators_pages_are_sound(tablet, ada, claims, mill_court, orchard_rise):
    Site.objects.filter(pk=orchard_rise.pk).update(archived_at=timezone.now())
    Heartbeat.objects.create(name="a", beat_at=timezone.now() - timedelta(hours=1))
    page = tablet(ada)
    sites = ("/sites/", "/sites/new/", f"/sites/{mill_court.pk}/", f"/sites/{orchard_rise.pk}/")
    more = (f"/sites/{mill_court.pk}/change/", f"/sites/{mill_court.pk}/archive/", "/sites/import/")
    assert visit(page, ("/", *sites, *more)) == {}


def test_an_administrators_pages_are_sound_while_there_is_nothing_yet(tablet, ada):
    ApiCredential.objects.all().delete()
    assert visit(tablet(ada), ("/", "/claims/new/", "/sites/", "/organisation/key/")) == {}


def test_the_pages_of_jobs_are_sound(tablet, ada, ira, claims, mill_court, acme):
    member, listed = ira.memberships.get(), [Expected("Flat 1, riser"), Expected("Flat 2")]
    job = make(mill_court, ada, member, first=-3, last=-2, note="Keys below", expected=listed)
    asked = requests.ask_for_time(job, member)
    Claim.objects.update(job=job, place="Flat 2")
    Claim.objects.filter(state="blocked").update(reason="right_gone")
    pages = [reverse(f"jobs:{name}", args=(job.pk,)) for name in ("detail", "cancel", "people")]
    others = ("/jobs/", "/jobs/?state=over", "/jobs/new/", f"/jobs/requests/{asked.pk}/", "/")
    assert visit(tablet(ada), (*others, *pages)) == {}
    Membership.objects.filter(pk=member.pk).update(all_sites=False)
    assert visit(tablet(ira), ("/", pages[0], "/jobs/ask/")) == {}


def test_the_pages_of_a_handover_are_sound(tablet, ada, ira, mill_court):
    tablet.expected = ["404"]
    job = job_at(mill_court, ira.memberships.get(), expected_count=3)
    claim_hubs(job, ira, 1, places=["Flat 12, riser"])
    claim_hubs(job, ira, 1, online=False, places=["Bin store"])
    assert visit(tablet(ira), [reverse("jobs:complete", args=(job.pk,))]) == {}
    left = complete(job, ada, "It gets power next week")
    link = handover_links.make(left, ada, takes_acceptance=True)
    assert visit(tablet(ada), [reverse("jobs:handover", args=(job.pk,))]) == {}
    address = reverse("handover-link", args=(handover_links.token_of(link),))
    stranger = tablet()
    assert visit(stranger, [address]) == {}
    handover_links.end(link, ada)
    # Without a switch of its own for the look.
    assert visit(stranger, [address], problems_of_words) == {}


def test_the_pages_of_hubs_are_sound(tablet, ada, mill_court, acme):
    page = tablet(ada)
    empty = visit(page, ("/hubs/",))
    hub = make_own_hub(mill_court, place="Flat 12, riser", claimed_by_name="Ira", serial="SK-1")
    make_own_hub(acme, online=False, spkey_site_id="bldg-7", place="W" * 60)
    Hub.objects.filter(pk=hub.pk).update(online=False, note="Key at the desk")
    gone = make_own_hub(mill_court)
    Hub.objects.filter(pk=gone.pk).update(binding="other", status="")
    asked = ("/hubs/", "/hubs/?ids=whole&firmware=", "/hubs/?q=nothing", "/hubs/?state=left")
    assert empty | visit(page, (*asked, f"/hubs/{hub.pk}/", f"/hubs/{gone.pk}/")) == {}
    page.goto("/hubs/")
    choices = page.get_by_label("Choose hub")
    before = boxes(*choices.all())
    choices.first.check()
    # Whoever chooses one and then the next finds it where it was.
    assert boxes(*choices.all()) == before
    page.get_by_label("State").select_option("offline")
    expect(page.get_by_role("button", name="Filter")).to_have_class("button primary")
    bar = page.get_by_role("group", name="With the chosen hubs")
    bar.get_by_role("button", name="All on this page").click()
    expect(bar).to_contain_text("2 chosen")
    assert problems(page) == []


def test_the_pages_of_people_are_sound(tablet, ada, ira, former):
    tablet.expected = ["422"]
    page = tablet(ada)
    members = [f"/organisation/people/{m.pk}/" for m in Membership.objects.order_by("pk")]
    others = (
        "/organisation/people/invite/",
        f"/organisation/people/{former.memberships.get().pk}/remove/",
        "/organisation/people/leave/",
    )
    assert visit(page, ("/organisation/people/", members[0], *others)) == {}
    assert visit(page, members[1:], problems_of_words) == {}
    for label, save in (
        ("SpKey user id", "Save SpKey user"),
        ("Fallback SpKey user id", "Save the fallback"),
    ):
        page.get_by_label(label).fill("Ira")
        page.get_by_role("button", name=save, exact=True).click()
        expect(page.get_by_text("32 hexadecimal digits")).to_be_visible()
        assert problems(page) == []
        page.goto("/organisation/people/")


def test_the_pages_of_an_invitation_are_sound(tablet, acme, ada):
    tablet.expected = ["409", "404"]
    how = {"role": "installer", "all_sites": True, "actor": ada}
    invitation = invitations.invite(acme, "a.rather-long.name@subsidiary.example", **how)
    link = reverse("invitation", args=(invitations.token_of(invitation),))

    assert visit(tablet(), (link, "/invitation/unknown/")) == {}
    assert visit(tablet(ada), (link,)) == {}


def test_the_key_page_in_every_state(tablet, ada):
    tablet.expected = ["422"]
    page = tablet(ada)
    now = timezone.now()
    for fields, check in (
        ({"state": "working", "checked_at": now}, problems_of_words),
        ({"state": "refused", "checked_at": now}, problems),
        ({"state": "unreachable", "checked_at": now}, problems_of_words),
        ({"state": "working", "due_at": now + timedelta(hours=1)}, problems_of_words),
    ):
        ApiCredential.objects.update(**fields)
        assert visit(page, ["/organisation/key/"], check) == {}, fields
    page.get_by_label("New API key").fill("too short")
    page.get_by_role("button", name="Save the new key").click()
    expect(page.get_by_text("exactly 40 letters and digits")).to_be_visible()
    assert problems(page) == []


def test_supports_pages_are_sound(tablet, sam, acme, mill_court, hub_id, spkey_support):
    tablet.expected = ["403", "422"]
    assert visit(tablet(sam), ("/", "/claims/", "/support/")) == {}
    set_up_factor(sam)
    assert visit(tablet(sam), ["/support/"]) == {}
    page = tablet(client=sign_in_with_factor(Client(), sam))
    own = f"/support/{consent_to(spkey_support, acme).pk}/"
    plain = [
        f"/support/{name}" for name in ("", "ask/", "code/", "break-glass/", "search/", "moves/")
    ]
    for_one = [f"{own}{name}" for name in ("", "tray/", "hubs/", "claims/", "claim/")]
    assert visit(page, [*plain, *for_one]) == {}
    page.get_by_role("button", name="Claim this hub").click()
    expect(page.locator("#id_reason_error")).to_be_visible()
    assert problems(page) == []
    page.get_by_label("Hub id").fill(str(hub_id))
    page.get_by_text("Mill Court").click()
    page.get_by_label("Reason").fill("The installer has no signal there.")
    page.get_by_role("button", name="Claim this hub").click()
    expect(page.get_by_text("Asked for by SpKey Support")).to_be_visible()
    assert problems(page) == []
    assert visit(page, ["/support/"]) == {}


def test_the_pages_of_a_second_factor_that_is_being_set_up(tablet, ada):
    page = tablet(ada)
    page.goto("/accounts/2fa/totp/activate/")
    prove_it(page)
    page.wait_for_url("**/totp/activate/")
    assert problems(page) == []
    assert visit(page, ("/accounts/2fa/", "/accounts/password/change/")) == {}


def test_the_pages_of_a_second_factor_that_is_set_up(tablet, sam):
    page = tablet(client=sign_in_with_factor(Client(), sam))
    codes = "/accounts/2fa/recovery-codes/"
    page.goto(f"{codes}generate/")
    prove_it(page)
    page.wait_for_url("**/generate/")
    assert problems(page) == []
    page.get_by_role("button", name="Make new codes").click()
    with page.expect_download() as saving:
        page.get_by_role("link", name="Save as a file").click()
    assert saving.value.path().read_text().split() == page.locator(".codes li").all_inner_texts()
    assert problems(page) == []
    addresses = ("/accounts/2fa/", "/accounts/2fa/totp/deactivate/")
    assert visit(page, (codes, *addresses, "/accounts/2fa/reauthenticate/")) == {}

    page = tablet()
    page.goto("/accounts/login/")
    sign_in(page, sam)
    page.wait_for_url("**/2fa/authenticate/")
    assert problems(page) == []


def prove_it(page: Page) -> None:
    """Give the password once more, on the page that asks for it."""
    expect(page.get_by_role("heading", name="Is it you?")).to_be_visible()
    assert problems(page) == []
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()


def test_the_page_of_where_one_is_signed_in(tablet, ira):
    browsers = [Client(), Client(), Client()]
    for browser in browsers:
        sign_in_with_password(browser, ira)
    assert visit(tablet(client=browsers[0]), ["/accounts/sessions/"]) == {}


def test_the_page_of_somebody_without_an_organisation(tablet, otto):
    tablet.expected = ["403"]
    page = tablet(otto)
    assert visit(page, ["/", "/operator/"]) == {}
    link = reverse("factor-invitation", args=(factor_invitations.invite(otto, actor=None),))
    assert visit(page, [link]) == {}


def test_the_operators_pages(tablet, otto, as_person, acme, claim):
    page = tablet(client=has_used_factor(as_person(otto), otto))
    long_address = "a.rather-long.name@subsidiary.acme-properties.example"
    how = {"role": "admin", "all_sites": True, "actor": otto, "by_operator": True}
    invitations.invite(acme, long_address, **how)
    rows = [("orgs_organisation", acme.pk), ("orgs_user", otto.pk), ("claims_claim", claim.pk)]
    addresses = [f"/operator/{page}/" for page in ("orgs/organisation", "orgs/user", "audit/entry")]
    addresses += [reverse(f"admin:{model}_change", args=(pk,)) for model, pk in rows]
    password = reverse("admin:auth_user_password_change", args=(otto.pk,))
    assert visit(page, ["/operator/", *addresses, password]) == {}

    page.goto(reverse("admin:orgs_organisation_change", args=(acme.pk,)))
    page.get_by_role("button", name="Add a member").click()
    expect(page.get_by_role("combobox", name="Choose a person")).to_be_visible()
    ask_axe(page)
    assert page.evaluate(RULES, None) == []
