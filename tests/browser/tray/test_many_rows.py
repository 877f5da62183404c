"""Two hundred hubs in a tray: the page answers as if there were two."""

import pytest
from playwright.sync_api import expect

from portal.sandbox import world
from portal.tray.schema import News, Outcome, dump
from tests.browser.long_tasks import timed
from tests.browser.tray.steps import keep_news_away, open_tray, rows

pytestmark = pytest.mark.usefixtures("sandbox", "mill_court")

MANY = 200
# Milliseconds of the processor's time. A browser calls a fifth of it long, which `bench tray` looks
# after; beside much other work the same task takes several times as long.
LONG = 250
FILL = """async ([ids, { person, organisation }]) => {
  const rows = ids.map((hubId, place) => ({
    id: crypto.randomUUID(), person, organisation, text: hubId, hubId, site: "", siteName: "",
    at: place, stage: "tray", news: null,
  }));
  const { store } = await import("/static/js/tray/page-store.js");
  await store.put(...rows);
}"""
NEWS = News(
    outcome=Outcome.READY,
    kind="good",
    icon="check",
    word="Ready",
    title="",
    text="News.",
    meta="SPK-Hub 2 · serial 00417",
    can_claim=True,
)
# All in the page itself: what a test asks a page would count as the page's own work.
USE = """async ([{ person }, hubId, news]) => {
  const rest = () => new Promise((done) => setTimeout(() => requestAnimationFrame(done), 100));
  const form = document.querySelector("[data-type]");
  form.elements.namedItem("text").value = hubId;
  form.requestSubmit();
  await rest();
  const { store } = await import("/static/js/tray/page-store.js");
  const rows = await store.rows(person);
  await store.change(rows.slice(0, 50).map((row) => row.id), (row) => ({ ...row, news }));
  await rest();
  for (let y = 0; y < document.body.scrollHeight; y += 300) {
    scrollTo(0, y);
    await new Promise(requestAnimationFrame);
  }
  await rest();
}"""


@pytest.mark.slow
def test_scanning_scrolling_and_updates_cause_no_long_task(tablet, browser, ira):
    ids = [f"{place:08x}-0000-4000-8000-{place:012x}" for place in range(MANY)]
    page = tablet(ira)
    open_tray(page)
    whose = page.locator("hub-tray").evaluate("(tray) => ({ ...tray.dataset })")
    page.evaluate(FILL, [ids, whose])
    page.reload()
    expect(rows(page)).to_have_count(MANY)
    page.wait_for_load_state("networkidle")
    keep_news_away(page)

    with timed(browser, page) as tasks:
        page.evaluate(USE, [whose, world.hub_id(0), dump(NEWS)])
    expect(rows(page)).to_have_count(MANY + 1)
    expect(page.locator("[data-part=word]", has_text="Ready")).to_have_count(50)
    assert len(tasks) > MANY
    assert [task for task in tasks if task >= LONG] == []
