"""An administrator's day with three hundred hubs: found, moved, replaced, imported, brought in."""

import csv
import io
import re
from uuid import UUID

import openpyxl
import pytest
from django.utils import timezone
from playwright.sync_api import Download, Locator, Page, expect

from portal.hubs.models import CLAIMED, Hub
from portal.imports.web import detail
from portal.sandbox import world
from portal.sandbox.server import Sandbox
from portal.sandbox.state import SandboxHub
from portal.sites.models import Site
from tests.browser.contexts import TIMEOUT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.usefixtures("hurried"),
    # Many steps: beside much else that runs, each takes its time.
    pytest.mark.timeout(1200),
]

DESK = {"viewport": {"width": 1440, "height": 900}, "has_touch": False, "is_mobile": False}
MAGIC = world.MAGIC
AT_EACH_SITE = 100
OFFLINE = ("Flat 1000", "Flat 1001", "Flat 1002", "Flat 1003", "Flat 1004")
# Milliseconds: a busy machine may take so long for what a quiet one does in seconds.
LONGEST = 6 * TIMEOUT
NEW_HUB = world.hub_id(199)
# Of the sandbox's hubs that are nobody's yet: those that SpKey has suspended for now.
SUSPENDED = [world.hub_id(n) for n in (148, 149)]
ELSEWHERE = [world.hub_id(n) for n in range(2000, 2040)]
WITH_LEARNT_SITE = ELSEWHERE[:3]


@pytest.fixture
def three_hundred(sandbox, acme, mill_court, orchard_rise) -> list[Site]:
    """A hundred hubs at each of three sites, as SpKey has them and as the portal has read them."""
    ermou = Site.objects.create(organisation=acme, name="Οδός Ερμού", spkey_site_id="odos-ermou")
    sites = [mill_court, orchard_rise, ermou]
    now, hubs = timezone.now(), []
    for n in range(len(sites) * AT_EACH_SITE):
        site, place = sites[n // AT_EACH_SITE], f"Flat {1000 + n}"
        hub_id, is_online = world.hub_id(1000 + n), place not in OFFLINE
        stands(sandbox, hub_id, site.spkey_site_id, online=is_online)
        hubs.append(
            Hub(
                organisation=acme,
                hub_id=UUID(hub_id),
                binding=Hub.Binding.OURS,
                status=CLAIMED,
                spkey_site_id=site.spkey_site_id,
                place=place,
                online=is_online,
                read_at=now,
                asked_at=now,
            )
        )
    Hub.objects.bulk_create(hubs)
    return sites


def stands(sandbox: Sandbox, hub_id: str, site: str, *, online: bool = True) -> None:
    """Let SpKey have a hub of Acme's at that site."""
    made_at = sandbox.state.clock()
    hub = SandboxHub(hub_id, world.serial(hub_id), world.model(hub_id), hub_id, made_at)
    hub.status, hub.org_id, hub.site_id = CLAIMED, world.ACME_ORG_ID, site
    hub.claimed_at, hub.online, hub.version = made_at, online, 2
    sandbox.state.hubs[hub_id] = hub


def test_an_administrator_looks_after_three_hundred_hubs(
    three_hundred, tablet, working, sandbox, ada, monkeypatch
):
    monkeypatch.setattr(detail, "PACE", 0.5)
    # A form that is drawn again with what is wrong.
    tablet.expected.append("422")
    desk = tablet(ada, **DESK)
    home_leads_to_the_offline_hubs_of_a_building(desk)
    two_are_moved(desk, sandbox)
    one_is_replaced(desk)
    one_is_suspended(desk, sandbox)
    the_files_say_what_the_page_says(desk)

    for hub_id in SUSPENDED:
        sandbox.state.set_hub(hub_id, {"status": "Suspended"})
    a_misspelt_column_is_named_and_said(desk)
    two_hundred_are_imported_with_their_faults(desk, sandbox)
    for hub_id in SUSPENDED:
        sandbox.state.set_hub(hub_id, {"status": "Provisioned"})
    those_not_done_are_tried_again(desk)
    the_rest_is_corrected_and_given_again(desk)

    for hub_id in ELSEWHERE:
        site = "bldg-7" if hub_id in WITH_LEARNT_SITE else "orchard-rise"
        stands(sandbox, hub_id, site)
    forty_that_were_claimed_elsewhere_are_brought_in(desk)
    a_site_that_hubs_are_at_is_added(desk)
    home_counts_them_all(desk, sandbox)


def home_leads_to_the_offline_hubs_of_a_building(page: Page) -> None:
    page.goto("/")
    expect(numbers(page)).to_have_text([re.compile("300"), re.compile("295"), re.compile("5")])
    need = page.get_by_role("listitem").filter(has_text="Mill Court: 5 hubs offline")
    need.get_by_role("link", name="Look").click()
    expect(page.get_by_role("heading", name="Hubs", exact=True)).to_be_visible()
    for place in OFFLINE:
        expect(row(page, place)).to_contain_text("Offline")
    expect(page.locator("tbody tr")).to_have_count(len(OFFLINE))


def numbers(page: Page) -> Locator:
    return page.locator("dl.strip > div")


def row(page: Page, words: str) -> Locator:
    return page.get_by_role("row").filter(has_text=words)


def two_are_moved(page: Page, sandbox: Sandbox) -> None:
    page.get_by_label("State").select_option(label="Online")
    page.get_by_role("button", name="Filter").click()
    page.get_by_role("link", name="Place", exact=True).click()
    for place in ("Flat 1010", "Flat 1011"):
        row(page, place).get_by_role("checkbox").check()
    with_chosen = page.get_by_role("group", name="With the chosen hubs")
    expect(with_chosen).to_contain_text("2 chosen")
    with_chosen.get_by_role("button", name="Move").click()
    expect(page.get_by_role("heading", name="Move 2 hubs to another site?")).to_be_visible()
    page.get_by_label("New site").select_option(label="Orchard Rise")
    page.get_by_role("button", name="Check the move").click()
    carry_out(page, "Move 2 hubs", "2 hubs are moved.")
    assert {sandbox.state.hubs[world.hub_id(n)].site_id for n in (1010, 1011)} == {"orchard-rise"}


def carry_out(page: Page, button: str, outcome: str) -> None:
    """Have the plan carried out once it is ready, and wait for what comes of it."""
    wait = {"timeout": LONGEST}
    expect(page.get_by_role("button", name=button).first).to_be_visible(**wait)
    page.get_by_role("button", name=button).first.click()
    expect(page.get_by_text(outcome)).to_be_visible(**wait)


def one_is_replaced(page: Page) -> None:
    find(page, "Flat 1000")
    page.get_by_role("link", name="Replace", exact=True).click()
    page.get_by_label("Hub id").fill(NEW_HUB)
    page.get_by_role("button", name="Claim the new hub").click()
    # Soon, or by now: it is claimed.
    expect(page.locator("[aria-current=step]")).to_contain_text("online", ignore_case=True)
    page.goto(f"/hubs/{world.hub_id(1000)}/")
    expect(page.get_by_text("It was replaced by")).to_be_visible()


def find(page: Page, words: str) -> None:
    page.goto(f"/hubs/?q={words}")
    row(page, words).get_by_role("link").first.click()
    expect(page.get_by_role("heading", name=words)).to_be_visible()


def one_is_suspended(page: Page, sandbox: Sandbox) -> None:
    find(page, "Flat 1020")
    page.get_by_role("button", name="More").click()
    page.get_by_role("link", name="Suspend").click()
    page.get_by_label("Reason").fill("Stolen from the riser")
    page.get_by_role("button", name="Suspend hub").click()
    done = page.get_by_role("article").filter(has_text="Stolen from the riser")
    expect(done).to_contain_text("Done")
    assert sandbox.state.hubs[world.hub_id(1020)].status == "Suspended"


def the_files_say_what_the_page_says(page: Page) -> None:
    page.goto("/hubs/")
    expect(numbers(page).first).to_contain_text("301")
    with page.expect_download() as got:
        page.get_by_role("button", name="CSV", exact=True).click()
    lines = list(csv.reader(io.StringIO(text_of(got.value))))
    with page.expect_download() as got:
        page.get_by_role("button", name="XLSX", exact=True).click()
    # At once after the other: that is no second tap on the same button.
    sheet = openpyxl.load_workbook(io.BytesIO(got.value.path().read_bytes())).active
    cells = [[cell or "" for cell in line] for line in sheet.iter_rows(values_only=True)]
    # Hubs are read on meanwhile: what that says may differ, and not which they are, and where.
    assert [line[:4] for line in cells] == [line[:4] for line in lines]
    assert len(lines) == 302
    by_place = {line[lines[0].index("Place")]: line for line in lines if line[0] != NEW_HUB}
    assert "Suspended" in by_place["Flat 1020"]
    # A hub that is moved leaves its place behind.
    [moved] = [line for line in lines if line[0] == str(world.hub_id(1010))]
    assert "Orchard Rise" in moved
    assert "Flat 1010" not in moved


def text_of(download: Download) -> str:
    return download.path().read_bytes().decode("utf-8-sig")


def a_misspelt_column_is_named_and_said(page: Page) -> None:
    page.goto("/import/new/")
    give(page, the_file("Hub id;Χώρος;Θέσι"))
    expect(page.get_by_text("The column “Θέσι” is not known.")).to_be_visible()
    page.get_by_label("Θέσι").select_option(label="Place")
    page.get_by_role("button", name="Check the rows").click()


def the_file(heads: str = "Hub id;Χώρος;Θέση") -> bytes:
    """Two hundred rows as a Greek Excel writes them."""
    free = [world.hub_id(n) for n in range(150)]
    own = [world.hub_id(n) for n in range(1030, 1040)]
    at_orchard_rise = [world.hub_id(n) for n in range(1130, 1135)]
    unknown = [world.hub_id(n) for n in range(3000, 3003)]
    others = [MAGIC["claimed_elsewhere"].id, MAGIC["hidden"].id]
    rows = [
        *((hub, "Οδός Ερμού", f"Διαμέρισμα {n}") for n, hub in enumerate(free[:100])),
        *((hub, "mill-court", '"Riser; left"') for hub in free[100:]),
        *((world.hub_id(n), "Quay 3", "") for n in range(150, 164)),
        *((world.hub_id(n), "Mill Curt", "") for n in range(164, 169)),
        *((hub, "Mill Court", "") for hub in (*own, *at_orchard_rise, *unknown, *others)),
        *(("12345", "Mill Court", "") for _ in range(4)),
        *((hub.upper(), "Mill Court", "") for hub in free[:4]),
        (f"{free[0]} {free[1]}", "Mill Court", ""),
        (world.hub_id(170), "", ""),
        (world.hub_id(171), "Mill Court", "x" * 90),
    ]
    assert len(rows) == 200
    return "\r\n".join([heads, *(";".join(each) for each in rows)]).encode("cp1253")


def give(page: Page, data: bytes) -> None:
    file = {"name": "Συσκευές.csv", "mimeType": "text/csv", "buffer": data}
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Check the rows").click()


def two_hundred_are_imported_with_their_faults(page: Page, sandbox: Sandbox) -> None:
    is_checked(page)
    offer = page.locator("form.import-site").filter(has_text="Quay 3")
    expect(offer).to_contain_text("14 rows")
    wrong = page.locator("form.import-site").filter(has_text="Mill Curt")
    expect(wrong).to_contain_text("Did you mean “Mill Court”?")
    offer.get_by_role("button", name="Add site Quay 3").click()
    expect(page.get_by_text("Quay 3 is added. Its rows are checked again.")).to_be_visible()
    is_checked(page)
    assert_tabs(page, {
        "Can be claimed": 162,
        "Yours already": 10,
        "At another site of yours": 5,
        "Unknown hub": 3,
        "Someone else’s": 2,
        "Suspended": 2,
        "Unknown site": 5,
        "Not a hub id": 4,
        "Twice": 4,
        "Several ids": 1,
        "No site": 1,
        "Place too long": 1,
    })  # fmt: skip
    # SpKey is away for a moment: nothing of it is lost, and nobody has to do anything.
    sandbox.faults.add({"method": "POST"}, action={"status": 503}, times=8)
    carry_out(page, "Claim 162 hubs", "162 hubs are claimed. 10 were so already. 28 were not done.")


def is_checked(page: Page) -> None:
    expect(page.get_by_text("Ready to start")).to_be_visible(timeout=LONGEST)


def assert_tabs(page: Page, wanted: dict[str, int]) -> None:
    tabs = page.get_by_role("navigation", name="Which rows")
    for word, number in wanted.items():
        expect(tabs.get_by_role("link", name=f"{word} {number}", exact=True)).to_be_visible()


def those_not_done_are_tried_again(page: Page) -> None:
    page.get_by_role("button", name="Try these again").click()
    carry_out(page, "Claim 2 hubs", "2 hubs are claimed. 26 were not done.")


def the_rest_is_corrected_and_given_again(page: Page) -> None:
    with page.expect_download() as got:
        page.get_by_role("link", name="Download these as CSV").click()
    corrected = text_of(got.value).replace("Mill Curt", "Mill Court")
    page.get_by_role("link", name="New import").click()
    give(page, corrected.encode())
    carry_out(page, "Claim 5 hubs", "5 hubs are claimed. 21 were not done.")


def forty_that_were_claimed_elsewhere_are_brought_in(page: Page) -> None:
    page.goto("/import/new/")
    page.get_by_label("Bring in hubs that are yours already, claimed elsewhere.").check()
    page.get_by_label("Or paste").fill("\n".join(ELSEWHERE))
    page.get_by_role("button", name="Check the rows").click()
    carry_out(page, "Bring in 40 hubs", "40 hubs are brought in.")


def a_site_that_hubs_are_at_is_added(page: Page) -> None:
    page.goto("/")
    need = page.get_by_role("listitem").filter(has_text="3 hubs are at bldg-7")
    need.get_by_role("link", name="Add site").click()
    page.get_by_label("Name").fill("Building 7")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Building 7 is ready for hubs.")).to_be_visible()
    expect(numbers(page).first).to_contain_text("3")


def home_counts_them_all(page: Page, sandbox: Sandbox) -> None:
    page.goto("/")
    expect(numbers(page).first).to_contain_text("510")
    expect(page.get_by_role("listitem").filter(has_text="bldg-7")).to_have_count(0)
    # What the portal has is what SpKey has, but for the sandbox's own examples.
    ours = [hub for hub in sandbox.state.hubs.values() if hub.org_id == world.ACME_ORG_ID]
    assert Hub.objects.own().count() == 510
    assert len(ours) - 510 == sum(hub.org_id == world.ACME_ORG_ID for hub in MAGIC.values())
