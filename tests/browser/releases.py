"""The portal as it is deployed, release after release: hashed names, and none of older releases."""

import shutil
import threading
from contextlib import suppress
from pathlib import Path

import django_htmx
from django.conf import settings as base
from django.core.management import call_command
from django.core.servers.basehttp import ThreadedWSGIServer
from django.core.wsgi import get_wsgi_application
from django.test.testcases import QuietWSGIRequestHandler

from portal.pwa import precache
from tests.browser.offline import Line

HASHED = "portal.core.static_files.ProductionStorage"
CHANGING = "css/bar.css"


class Releases:
    """Deploys the portal behind a line. `settings` is the fixture of that name."""

    def __init__(self, folder: Path, line: Line, settings) -> None:
        self._folder, self._line, self._settings = folder, line, settings
        self._number = 0
        self._servers: list[ThreadedWSGIServer] = []

    def deploy(self, without: str = "") -> None:
        """Serve a release in which CHANGING has other contents; of `without` a file is missing."""
        self._number += 1
        collected = self._collect()
        for file in collected.glob(without) if without else ():
            file.unlink()
        server = ThreadedWSGIServer(("localhost", 0), QuietWSGIRequestHandler)
        server.daemon_threads = True
        server.set_app(get_wsgi_application())
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        self._servers.append(server)
        self._line.lead_to("localhost", server.server_port)

    def _collect(self) -> Path:
        sources, collected = (self._folder / f"{kind}{self._number}" for kind in ("from", "to"))
        own, *packages = base.STATICFILES_DIRS
        shutil.copytree(own, sources)
        with (sources / CHANGING).open("a") as file:
            file.write(f"/* Release {self._number} */")
        htmx = Path(django_htmx.__file__).parent / "static"
        self._settings.STATICFILES_DIRS = [sources, htmx, *packages]
        self._settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
        self._settings.STATIC_ROOT = collected
        self._settings.WHITENOISE_AUTOREFRESH = False
        self._settings.STORAGES = {**base.STORAGES, "staticfiles": {"BACKEND": HASHED}}
        call_command("collectstatic", interactive=False, verbosity=0)
        precache._composed.cache_clear()
        precache.release.cache_clear()
        return collected

    def end(self) -> None:
        for server in self._servers:
            with suppress(OSError):
                server.shutdown()
                server.server_close()
        precache._composed.cache_clear()
        precache.release.cache_clear()
