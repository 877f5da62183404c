"""A small page with the camera element on it, served under the portal's own policy."""

import http.server
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.csp import build_policy
from playwright.sync_api import Locator, Page

DECODER = "/static/vendor/zxing-reader/index.js"
WASM = "/static/vendor/zxing-wasm/zxing_reader.wasm"
TYPES = {".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm"}

PAGE = """<!doctype html><html lang="en"><title>Scan</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="/static/css/tokens.css">
<link rel="stylesheet" href="/static/css/base.css">
<link rel="stylesheet" href="/static/css/parts.css">
<link rel="stylesheet" href="/static/css/bar.css">
<link rel="stylesheet" href="/static/css/buttons.css">
<link rel="stylesheet" href="/static/css/hubs.css">
<link rel="stylesheet" href="/static/css/timeline.css">
<link rel="stylesheet" href="/static/css/forms.css">
<link rel="stylesheet" href="/static/css/screens.css">
<form action="/sent">
<label>Hub id <input name="label" id="id_label"></label>
<details><summary>Or a photo</summary>
<label>Photo <input type="file" id="id_photo"></label></details>
{scanner}
<button>Claim</button>
</form></html>"""


class Handler(http.server.BaseHTTPRequestHandler):
    """A page with the scanner, and the static files it asks for, under the portal's policy."""

    def do_GET(self):
        path = urlsplit(self.path).path
        self.server.asked.append(path)
        found = finders.find(path.removeprefix("/static/")) if path.startswith("/static/") else None
        if found and path not in self.server.missing:
            self.answer(Path(found).read_bytes(), TYPES.get(Path(found).suffix, "image/svg+xml"))
        elif path == "/":
            context = {"decoder": self.server.decoder}
            scanner = render_to_string("parts/label_scanner.html", context)
            self.answer(PAGE.format(scanner=scanner).encode(), "text/html; charset=utf-8")
        else:
            self.send_error(404)

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

    `decoder` says whether the page knows of the decoder's package.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}/"
        self.asked: list[str] = []
        self.missing: set[str] = set()
        self.decoder = True


def start(page: Page) -> None:
    page.get_by_role("button", name="Scan with the camera").click()


def status(page: Page) -> Locator:
    return page.locator("dialog [role=status]")


def camera_is_on(page: Page) -> bool:
    return page.evaluate(
        "() => Boolean(document.querySelector('video')?.srcObject?.getTracks()"
        ".some((track) => track.readyState === 'live'))"
    )
