"""The portal's web server is restarted while a claim's page asks for news."""

import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.servers.basehttp import ThreadedWSGIServer
from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.test.testcases import QuietWSGIRequestHandler
from playwright.sync_api import expect

from portal.core import worker
from tests.browser.steps import look_again, present

pytestmark = pytest.mark.usefixtures("sandbox", "hurried")


class Server(ThreadedWSGIServer):
    """A web server that takes its open connections with it when it ends, as a process does."""

    def __init__(self, port: int) -> None:
        super().__init__(("localhost", port), QuietWSGIRequestHandler)
        self._open: list[socket.socket] = []
        self.set_app(StaticFilesHandler(get_wsgi_application()))

    def process_request(self, request, client_address) -> None:
        self._open.append(request)
        super().process_request(request, client_address)

    def end(self) -> None:
        self.shutdown()
        self.server_close()
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class Web:
    """The portal on one port of this machine, which can be stopped and started."""

    def __init__(self) -> None:
        self.port = 0
        self._server: Server | None = None

    def start(self) -> None:
        server = Server(self.port)
        self.port, self._server = server.server_port, server
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.end()
            self._server = None


@pytest.fixture
def web() -> Iterator[Web]:
    web = Web()
    web.start()
    yield web
    web.stop()
    connections.close_all()


def test_a_page_survives_a_restart_of_the_web_server_and_shows_what_happened_meanwhile(
    tablet, web: Web, ira, claim
):
    tablet.expected = ["ERR_", "htmx:"]
    page = tablet(ira, base_url=f"http://localhost:{web.port}")
    page.goto(f"/claims/{claim.pk}/")
    expect(present(page)).to_contain_text("Saved")
    page.evaluate("() => { window.stayed = true }")
    banner = page.get_by_text("The portal did not answer.")
    expect(banner).to_be_hidden()

    web.stop()
    expect(banner).to_be_visible()
    expect(present(page)).to_contain_text("Saved")
    worker.run_once()

    web.start()
    look_again(page)
    expect(present(page)).to_contain_text("Waiting for the hub")
    expect(banner).to_be_hidden()
    assert page.evaluate("() => window.stayed")
