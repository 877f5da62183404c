"""From the page of a job to the paper; a stranger reads and accepts, and the link ends."""

import re
import zlib

import pytest
from playwright.sync_api import expect

from portal.jobs import handover_links
from portal.jobs.models import Handover
from tests.browser.checks import problems
from tests.jobs.handed_over import claim_hubs, job_at

pytestmark = pytest.mark.slow

PAGES = re.compile(rb"/Type\s*/Page\b")


def pages_of(pdf: bytes) -> int:
    """Return how many pages there are, also where a PDF keeps its objects in streams."""
    streams = re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL)
    inner = (zlib.decompressobj().decompress(each) for each in streams if each[:1] == b"x")
    return len(PAGES.findall(pdf)) or sum(len(PAGES.findall(each)) for each in inner)


def test_a_job_is_completed_printed_read_by_a_stranger_and_the_link_ended(
    tablet, ada, ira, mill_court, settings, live_server
):
    settings.PORTAL_URL = live_server.url
    job = job_at(mill_court, ira.memberships.get(), expected_count=43)
    claim_hubs(job, ira, 42, places=[f"Flat {n}, riser" for n in range(1, 43)])
    claim_hubs(job, ira, 1, online=False, places=["Bin store"])
    page = tablet(ira)
    page.goto(f"/jobs/{job.pk}/")
    page.get_by_role("link", name="Complete").click()
    expect(page.get_by_text("1 hub is offline.")).to_be_visible()
    assert problems(page) == []
    page.get_by_label(re.compile(r"^Reason \(")).fill("It gets power next week")
    page.get_by_label("The customer may accept it").check()
    page.get_by_role("button", name="Complete job 7").click()
    expect(page.get_by_role("heading", name="Handover 1")).to_be_visible()
    expect(page.locator(".sheet-exceptions")).to_contain_text("It gets power next week")

    page.emulate_media(media="print")
    expect(page.locator(".masthead")).to_be_hidden()
    expect(page.locator("#accept")).to_be_hidden()
    for row in page.locator(".sheet-hubs tbody tr").all()[:3]:
        shown = row.locator(".hub-id").inner_text()
        assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", shown)
    assert pages_of(page.pdf(prefer_css_page_size=True)) == 3

    (link,) = handover_links.links_of(Handover.objects.get())
    stranger = tablet()
    stranger.goto(f"/handover/{handover_links.token_of(link)}/")
    expect(stranger.get_by_role("heading", name="Handover 1")).to_be_visible()
    expect(stranger.locator(".masthead")).to_have_count(0)
    assert problems(stranger) == []
    stranger.get_by_label("Name").fill("Olga Owner")
    stranger.get_by_role("button", name="Accept").click()
    expect(stranger.locator(".sheet-acceptance")).to_contain_text("Olga Owner")

    office = tablet(ada)
    office.goto(f"/jobs/{job.pk}/handover/")
    expect(office.locator("#links")).to_contain_text("2 times")
    office.get_by_role("link", name="End link").click()
    office.get_by_role("button", name="End link").click()
    expect(office.locator("#links")).to_contain_text("Ended")
    tablet.expected.append("404")
    stranger.reload()
    expect(stranger.get_by_role("heading", name="This link does not work")).to_be_visible()
