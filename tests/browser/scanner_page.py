"""A small page with the camera on it, served under the portal's own policy."""

import http.server
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.csp import build_policy
from playwright.sync_api import Locator, Page, expect

DECODER = "/static/vendor/zxing/reader/index.js"
WASM = "/static/vendor/zxing-wasm/zxing_reader.wasm"
TYPES = {".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm"}

STYLES = re.findall(
    r"'css/(\w+).css' %}\">", (settings.BASE_DIR / "templates/base.html").read_text()
)
HEAD = """<link rel="stylesheet" id="outdoor-look" href="/static/css/outdoor.css"
 media="(prefers-contrast: more)"><script src="/static/js/page/outdoor.js"></script>
<script type="module" src="/static/js/scanner/label-camera.js"></script>""" + "".join(
    f'<link rel="stylesheet" href="/static/css/{name}.css">' for name in (*STYLES, "tray")
)

PAGE = """<!doctype html><html lang="en"><title>Scan</title><link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width, initial-scale=1">{head}
<main><h1>Scan</h1>
<button class="bar-button" type="button" data-look-switch hidden>Outdoor contrast</button>
{body}</main></html>"""


class Handler(http.server.BaseHTTPRequestHandler):
    """The page with the camera, and the static files it asks for, under the portal's policy."""

    def do_GET(self):
        path = urlsplit(self.path).path
        self.server.asked.append(path)
        found = finders.find(path.removeprefix("/static/")) if path.startswith("/static/") else None
        if found and path not in self.server.missing:
            self.answer(Path(found).read_bytes(), TYPES.get(Path(found).suffix, "image/svg+xml"))
        elif path == "/":
            self.answer(self.page().encode(), "text/html; charset=utf-8")
        else:
            self.send_error(404)

    def page(self):
        context = {"decoder": self.server.decoder, **self.server.context}
        return PAGE.format(head=HEAD, body=render_to_string("tray/label_camera.html", context))

    def answer(self, body, kind):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", build_policy(settings.SECURE_CSP))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Site(http.server.ThreadingHTTPServer):
    """Serves the page at `url`, remembers what was `asked`, and answers 404 for what is `missing`.

    `decoder` says whether the page knows of the decoder's package; `context` goes to its template.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}/"
        self.reset()

    def reset(self) -> None:
        """Serve everything again, and forget what was asked."""
        self.asked: list[str] = []
        self.missing: set[str] = set()
        self.decoder = True
        self.context: dict[str, object] = {}


HEARD = """window.heard = [];
addEventListener("label-read", ({ detail }) => {
  heard.push({ ...detail, at: performance.now() });
  document.body.classList.add(`heard-${heard.length}`);
  document.body.dataset.distinct = new Set(heard.map(({ text }) => text)).size;
});"""


def hears(page: Page, count: int) -> list[dict[str, Any]]:
    """Wait for so many `label-read`, and return what those said, `at` in milliseconds.

    The page was opened with HEARD before it.
    """
    expect(page.locator("body")).to_have_class(re.compile(rf"\bheard-{count}\b"))
    heard: list[dict[str, Any]] = page.evaluate("() => heard")
    return heard[:count]


def open_camera(page: Page) -> None:
    """Open the camera, and wait until it looks for labels."""
    start(page)
    looking = re.compile("aim|several")
    expect(page.locator("label-camera")).to_have_attribute("data-state", looking)


def start(page: Page) -> None:
    """Tap the button that opens the camera, whatever comes of it."""
    page.get_by_role("button", name="Open the camera").click()


def status(page: Page) -> Locator:
    """What the camera says of itself."""
    return page.locator("label-camera [role=status]")


def state(page: Page, expected: str) -> None:
    """Wait until the camera is in this state."""
    expect(page.locator("label-camera")).to_have_attribute("data-state", expected)


def camera_is_on(page: Page) -> bool:
    return page.evaluate(
        "() => Boolean(document.querySelector('video')?.srcObject?.getTracks()"
        ".some((track) => track.readyState === 'live'))"
    )
