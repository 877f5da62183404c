"""The portal as it is deployed, release after release: hashed names, and none of older releases."""

import shutil
import threading
from contextlib import suppress
from functools import partial
from pathlib import Path

import brotli
import django_htmx
import pytest
from django.conf import settings as base
from django.core.management import call_command
from django.core.servers.basehttp import ThreadedWSGIServer
from django.core.wsgi import get_wsgi_application
from django.test import override_settings
from django.test.testcases import QuietWSGIRequestHandler
from whitenoise.compress import Compressor

from portal.pwa.web import precache
from tests.browser.offline import Line

HASHED = {
    **base.STORAGES,
    "staticfiles": {"BACKEND": "portal.core.static_files.ProductionStorage"},
}
CHANGING = "css/bar.css"


class Collection:
    """The files of each release, collected once a run: only CHANGING has other contents in each."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, number: int) -> Path:
        """Return where the files of this release are. Whoever changes them changes a copy."""
        collected = self._folder / f"release{number}"
        if not collected.exists():
            fresh = self._folder / "fresh"
            self._collect(number, fresh)
            fresh.rename(collected)
        return collected

    def _collect(self, number: int, target: Path) -> None:
        own, *packages = base.STATICFILES_DIRS
        sources = self._folder / f"sources{number}"
        shutil.copytree(own, sources)
        with (sources / CHANGING).open("a") as file:
            file.write(f"\n.release {{ --release: 'Release {number}'; }}\n")
        htmx = Path(django_htmx.__file__).parent / "static"
        with (
            override_settings(
                STATICFILES_DIRS=[sources, htmx, *packages],
                STATICFILES_FINDERS=["django.contrib.staticfiles.finders.FileSystemFinder"],
                STATIC_ROOT=target,
                STORAGES=HASHED,
            ),
            pytest.MonkeyPatch.context() as patch,
        ):
            # How small they become is the bench's to say; the smallest takes seconds.
            quick = partial(brotli.compress, quality=1)
            patch.setattr(Compressor, "compress_brotli", staticmethod(quick))
            call_command("collectstatic", interactive=False, verbosity=0)


class Releases:
    """Deploys the portal behind a line. `settings` is the fixture of that name."""

    def __init__(self, folder: Path, collection: Collection, line: Line, settings) -> None:
        self._folder, self._collection = folder, collection
        self._line, self._settings = line, settings
        self._number = 0
        self._servers: list[ThreadedWSGIServer] = []

    def deploy(self, without: str = "") -> None:
        """Serve a release in which CHANGING has other contents; of `without` a file is missing."""
        self._number += 1
        files = self._collection.of(self._number)
        if without:
            files = Path(shutil.copytree(files, self._folder / files.name))
            for file in files.glob(without):
                file.unlink()
        self._settings.STATIC_ROOT = files
        self._settings.WHITENOISE_AUTOREFRESH = False
        self._settings.STORAGES = HASHED
        precache._composed.cache_clear()
        precache.release.cache_clear()
        server = ThreadedWSGIServer(("localhost", 0), QuietWSGIRequestHandler)
        server.daemon_threads = True
        server.set_app(get_wsgi_application())
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        self._servers.append(server)
        self._line.lead_to("localhost", server.server_port)

    def end(self) -> None:
        for server in self._servers:
            with suppress(OSError):
                server.shutdown()
                server.server_close()
        precache._composed.cache_clear()
        precache.release.cache_clear()
