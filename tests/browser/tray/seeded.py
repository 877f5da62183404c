"""Rows of every kind, put on the device as if they had been scanned, confirmed and answered."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from playwright.sync_api import Page

from portal.orgs.models import Membership
from portal.sandbox import world
from portal.tray.schema import Action, News, Outcome, dump

PUT = """async (rows) => {
  const { store } = await import("/static/js/tray/page-store.js");
  await store.put(...rows);
}"""
META = "SK-Hub One PoE · serial SK-8DDA-8131"
CLAIM = UUID("3f2a9c1e-7b54-4d0e-9a61-0c3d77f01a2b")


def news(outcome: Outcome, look: str, title: str, text: str, **more: Any) -> News:
    """What the portal tells of a row. `look` is the chip: its kind, its icon and its word."""
    kind, icon, word = look.split(" ", 2)
    said = {"kind": kind, "icon": icon, "word": word, "title": title, "text": text, "meta": META}
    return News(outcome=outcome, seen="1", **said, **more)


def sent(outcome: Outcome, look: str, title: str, text: str, **more: Any) -> News:
    """What the portal tells of a row that became a claim."""
    return news(outcome, look, title, text, url=f"/claims/{CLAIM}/", claim_id=CLAIM, **more)


ROWS: list[tuple[str, News | None]] = [
    (
        "sent",
        sent(Outcome.CLAIMED, "good check Claimed", "Claimed", "The hub is yours.", online=True),
    ),
    (
        "sent",
        sent(
            Outcome.REFUSED,
            "stop stop Suspended",
            "This hub is suspended",
            "It cannot be claimed until SmartphoneKey releases it. Ask their support, "
            "and quote the claim number.",
            actions=(Action.AGAIN,),
            number="C-8F3JC2",
        ),
    ),
    (
        "sent",
        sent(
            Outcome.HELD_UP,
            "attention offline Hub offline",
            "The hub is not online",
            "Check the power and the network cable, and give the hub two minutes to start. "
            "We keep trying; you may leave this page.",
            actions=(Action.TRY_NOW, Action.STOP),
        ),
    ),
    ("confirmed", None),
    (
        "tray",
        news(
            Outcome.REFUSED,
            "stop search Unknown hub",
            "SmartphoneKey knows no such hub",
            "Compare the id with the label, character by character, and scan it again.",
        ),
    ),
    (
        "tray",
        news(
            Outcome.HERE,
            "good check Already claimed here",
            "Already claimed here",
            "The hub belongs to this site. There is nothing to do.",
        ),
    ),
    ("tray", news(Outcome.READY, "good check Ready", "", "", can_claim=True)),
    ("tray", None),
]


def seed(
    page: Page, member: Membership, site: str = "", site_name: str = "", **changes: Any
) -> list[str]:
    """Put one row of each kind on the device; return the ids of their hubs, oldest first.

    `changes` are made to the news of all of them.
    """
    rows = []
    for place, (stage, told) in enumerate(ROWS):
        rows.append(
            {
                "id": world.hub_id(100 + place),
                "person": str(member.user_id),
                "organisation": str(member.organisation_id),
                "text": world.hub_id(place),
                "hubId": world.hub_id(place),
                "site": site,
                "siteName": site_name,
                "at": place,
                "stage": stage,
                "news": told and dump(_of_its_own(told, place, **changes)),
            }
        )
    page.evaluate(PUT, rows)
    return [row["hubId"] for row in rows]


def _of_its_own(told: News, place: int, **changes: Any) -> News:
    """Return the news with a claim of its own: rows of one claim become one."""
    claim_id = told.claim_id and UUID(f"{place}{str(told.claim_id)[1:]}")
    return replace(told, claim_id=claim_id, **changes)
