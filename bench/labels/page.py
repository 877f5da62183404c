"""A page with the camera's decoder and nothing else, served with the frames it is to look at."""

import http.server
import io
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.utils.csp import build_policy
from PIL import Image

ADDRESSES = {
    "script": "/static/vendor/zxing/reader/index.js",
    "wasm": "/static/vendor/zxing-wasm/zxing_reader.wasm",
    "worker": "/static/js/scanner/decoder-worker.js",
}
TYPES = {".js": "text/javascript", ".wasm": "application/wasm"}
# Wide enough to show all that the camera sees: what is not shown is not read.
PAGE = """<!doctype html><html lang="en"><title>Labels</title><link rel="icon" href="data:,">
<canvas hidden></canvas><video muted width="640" height="360"></video></html>"""


@contextmanager
def served(frame: Callable[[int], Image.Image]) -> Iterator[str]:
    """Serve the page; give its address. `frame` draws what `/frame/<n>` shows."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            if path.startswith("/frame/"):
                self._answer(_bitmap(frame(int(path.rpartition("/")[2]))), "image/bmp")
            elif path == "/":
                self._answer(PAGE.encode(), "text/html; charset=utf-8")
            else:
                found = Path(str(finders.find(path.removeprefix("/static/"))))
                self._answer(found.read_bytes(), TYPES[found.suffix])

        def _answer(self, body: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Security-Policy", build_policy(settings.SECURE_CSP))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _bitmap(picture: Image.Image) -> bytes:
    written = io.BytesIO()
    picture.save(written, "BMP")
    return written.getvalue()
