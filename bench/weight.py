"""What a browser fetches of the claim page before the camera is opened.

All of it is weighed as gunicorn and whitenoise send it, with production's storage.
"""

from html.parser import HTMLParser
from http import HTTPStatus

from django.conf import settings
from django.core.management import call_command

from bench import processes
from bench.browser import Browser, expect
from bench.people import installer
from bench.report import Figure

PATH = "/claims/new/"
TARGET_KB = 60
DECODER = ("zxing",)
LOADED = {"stylesheet", "preload", "modulepreload"}
LATER = "prefetch"  # See templates/tray/tray.html.


class Assets(HTMLParser):
    """Collects the addresses of the styles and scripts that a page loads by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.paths: list[str] = []
        self.later: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a <script> or <link> loads, once."""
        given = dict(attrs)
        path = given.get("src") if tag == "script" else None
        if tag == "link" and LOADED & set((given.get("rel") or "").split()):
            path = given.get("href")
        elif tag == "link" and given.get("rel") == LATER:
            self.later.append(given.get("href") or "")
        if path and path not in self.paths:
            self.paths.append(path)


def measure(*, quick: bool) -> list[Figure]:
    """Return the kilobytes (1000 bytes) of HTML, CSS and script, compressed."""
    person = installer()
    call_command("collectstatic", interactive=False, verbosity=0)
    with processes.web() as port, Browser(port, person.cookie) as browser:
        page = expect(browser.get(PATH), HTTPStatus.OK)
        html = page.content.decode()
        sizes = {PATH: len(page.body)}
        loaded = assets(html)
        sizes |= {path: _weigh(browser, path) for path in loaded.paths}
        settled = [path for path in loaded.later if not _is_decoder(path)]
        later = sum(_weigh(browser, path) for path in settled)
    total = sum(sizes.values())
    figure = Figure(
        "Claim page before the camera is opened, compressed",
        total / 1000,
        TARGET_KB,
        unit=" KB",
        digits=1,
        at_most=True,
        details=[
            *(f"{size:>7,} B  {_short(path)}" for path, size in sizes.items()),
            f"{later:>7,} B  more once the page has settled, in {len(settled)} files",
            f"the decoder is {_decoder(html)}",
        ],
    )
    return [figure]


def assets(html: str) -> Assets:
    """Return the addresses of the page's styles and scripts.

    Raises RuntimeError when the decoder is among them: it has to wait for the camera.
    """
    parser = Assets()
    parser.feed(html)
    for path in parser.paths:
        if _is_decoder(path):
            raise RuntimeError(f"the decoder is loaded before the camera: {path}")
    return parser


def _is_decoder(path: str) -> bool:
    return any(name in path for name in DECODER)


def _weigh(browser: Browser, path: str) -> int:
    """Return the bytes of a file as it is sent to a browser that takes brotli."""
    page = expect(browser.get(path, {"Accept-Encoding": "br, gzip"}), HTTPStatus.OK)
    return len(page.body)


def _short(path: str) -> str:
    return path.removeprefix(settings.STATIC_URL)


def _decoder(html: str) -> str:
    if "decoder-src=" not in html:
        return "not installed here"
    return "named for the scanner to load with the camera, and not loaded before"
