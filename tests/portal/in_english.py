"""Finds what a page in Greek says in English."""

import re
from html.parser import HTMLParser

from tests.portal.unmarked import SPOKEN

# Names, abbreviations and forms of data that are the same in Greek.
SAME_IN_GREEK = {
    *(
        "SpKey",
        "SmartphoneKey",
        "API",
        "CSV",
        "Esc",
        "PIN",
        "ID",
        "QR",
        "JPEG",
        "PNG",
        "WebP",
        "PDF",
        "MB",
        "https",
    ),
    *("Hub", "hub", "Hubs", "hubs", "Bearer", "bearer", "token", "super", "Email", "email", "mail"),
    *("English", "EN", "HTTP", "ms", "Firmware", "firmware"),
    *("XLSX", "Excel", "TypeError", "webhooks", "Wi", "Fi", "Matter", "MT", "SSID", "id"),
}
# Text that people typed, or that means something else than words.
NOT_WORDS = re.compile(
    r"[\w.-]+@[\w.-]+|\w*\d\w*|https?://\S+"
    r"|mill-court|lighthouse-flats|acme-properties|harbour-living|sandboxA"
    r"|Acme Properties|Harbour Living|SpKey Support|Mill Court|Lighthouse Flats|Next door|Workshop"
    r"|(Ira|Eli) (Installer|Expired)|(Ada|Hal) Admin|Sam Support|Otto|Asked for by telephone"
    r"|Their tablet is broken|The building changed hands|Hung in the wrong building"
    r"|Flat|riser|Quay|Somebody|no id|xlsx|HUB-\w+|C-[0-9A-Z]{6}|SPK-\w+"
    # The end of an id, where that has letters alone.
    r"|\b(?:[a-f]{4}|[A-F]{4})\b"
)
SILENT = {"script", "style", "code"}


class Reader(HTMLParser):
    """Collects what a page says in words of Latin letters, but what is marked as English."""

    def __init__(self) -> None:
        super().__init__()
        self.latin: list[str] = []
        self.silent = ""

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if not self.silent and (tag in SILENT or attributes.get("lang") == "en"):
            self.silent = tag
        for name, value in attrs:
            if name in SPOKEN or (
                name.startswith("data-") and name != "data-copy" and " " in (value or "")
            ):
                self.read(value or "")

    def handle_endtag(self, tag):
        if tag == self.silent:
            self.silent = ""

    def handle_data(self, data):
        if not self.silent:
            self.read(data)

    def read(self, text):
        words = re.findall(r"[A-Za-z]{2,}", NOT_WORDS.sub(" ", text))
        if set(words) - SAME_IN_GREEK:
            self.latin.append(" ".join(text.split()))


def english(page: str) -> list[str]:
    """Return the texts of a page, each whole, that hold a word of Latin letters not known here."""
    reader = Reader()
    reader.feed(page.replace("<wbr>", ""))  # There a word may break; it is one word.
    return reader.latin
