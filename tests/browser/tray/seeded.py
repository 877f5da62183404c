"""Rows of every kind, put on the device as if they had been scanned, confirmed and answered."""

from typing import Any

from playwright.sync_api import Page

from portal.orgs.models import Membership
from portal.sandbox import world

PUT = """async (rows) => {
  const { store } = await import("/static/js/tray/page-store.js");
  await store.put(...rows);
}"""
META = "SK-Hub One PoE · serial SK-8DDA-8131"
CLAIM = "3f2a9c1e-7b54-4d0e-9a61-0c3d77f01a2b"


def news(kind: str, icon: str, word: str, title: str, text: str, **more: Any) -> dict[str, Any]:
    """What the portal tells of a row, as the device keeps it."""
    told = {"kind": kind, "icon": icon, "word": word, "title": title, "text": text, "meta": META}
    rest = {"canClaim": False, "place": "", "settled": True, "pollIn": 0, "deeds": [], "seen": "1"}
    return {**told, "url": "", "claimId": "", "reference": "", **rest, **more}


def sent(kind: str, icon: str, word: str, title: str, text: str, **more: Any) -> dict[str, Any]:
    """What the portal tells of a row that became a claim."""
    return news(kind, icon, word, title, text, url=f"/claims/{CLAIM}/", claimId=CLAIM, **more)


ROWS: list[tuple[str, dict[str, Any] | None]] = [
    ("sent", sent("good", "check", "Claimed", "Claimed", "The hub is yours.")),
    (
        "sent",
        sent(
            "stop",
            "stop",
            "Suspended",
            "This hub is suspended",
            "It cannot be claimed until SmartphoneKey releases it. Ask their support, "
            "and quote the reference.",
            deeds=["again"],
            reference="8f31c2-SBX",
        ),
    ),
    (
        "sent",
        sent(
            "attention",
            "offline",
            "Hub offline",
            "The hub is not online",
            "Check the power and the network cable, and give the hub two minutes to start. "
            "We keep trying; you may leave this page.",
            deeds=["try_now", "stop"],
        ),
    ),
    ("confirmed", None),
    (
        "tray",
        news(
            "stop",
            "search",
            "Unknown hub",
            "SmartphoneKey knows no such hub",
            "Compare the id with the label, character by character, and scan it again.",
        ),
    ),
    (
        "tray",
        news(
            "good",
            "check",
            "Already claimed here",
            "Already claimed here",
            "The hub belongs to this site. There is nothing to do.",
            place="here",
        ),
    ),
    (
        "tray",
        news(
            "good",
            "check",
            "Ready",
            "",
            "",
            canClaim=True,
        ),
    ),
    ("tray", None),
]


def seed(page: Page, member: Membership, site: str = "", site_name: str = "") -> list[str]:
    """Put one row of each kind on the device; return the ids of their hubs, oldest first."""
    rows = []
    for place, (stage, told) in enumerate(ROWS):
        claim = f"{place}{CLAIM[1:]}"
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
                "news": told and {**told, "claimId": told["claimId"] and claim},
            }
        )
    page.evaluate(PUT, rows)
    return [row["hubId"] for row in rows]
