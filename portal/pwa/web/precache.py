"""Which files a device keeps of this version of the portal, to open where there is no network.

That is the shell, a page that holds nothing of any person, in every language, and the files that
it needs. No other page or file is ever kept: a page of somebody who is signed in least of all.
"""

import base64
import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation

from portal.pwa import packages

LANGUAGES: Final = tuple(code for code, _ in settings.LANGUAGES)
VERSION_LENGTH: Final = 16
WORKER: Final = "js/pwa/service-worker.js"

# Everything that the shell loads, at once or later: tests follow what its files name.
STYLES: Final = (
    "css/bar.css",
    "css/base.css",
    "css/forms.css",
    "css/frame.css",
    "css/hubs.css",
    "css/outdoor.css",
    "css/parts.css",
    "css/tokens.css",
    "css/tray.css",
)
IMAGES: Final = ("app-icons/apple-touch-180.png", "favicon.svg", "icons.svg")
SCRIPTS: Final = (
    "js/page/answer.js",
    "js/page/dom.js",
    "js/page/folded.js",
    "js/page/kept-fields.js",
    "js/page/mend.js",
    "js/page/outdoor.js",
    "js/page/report.js",
    "js/page/shrink.js",
    "js/page/site-picker.js",
    "js/page/time-ago.js",
    "js/page/within.js",
    "js/pwa/asked-page.js",
    "js/pwa/connection-line.js",
    "js/pwa/shell.js",
    "js/pwa/waiting-count.js",
    "js/scanner/arranged.js",
    "js/scanner/broken-ids.js",
    "js/scanner/camera-permission.js",
    "js/scanner/camera.js",
    "js/scanner/code-choice.js",
    "js/scanner/decoder-worker.js",
    "js/scanner/decoder.js",
    "js/scanner/hub-id.js",
    "js/scanner/keyboards.js",
    "js/scanner/label-camera.js",
    "js/scanner/label-reader.js",
    "js/scanner/markup.js",
    "js/scanner/naming.js",
    "js/scanner/pasted-text.js",
    "js/scanner/picture-watch.js",
    "js/scanner/reader.js",
    "js/scanner/scan-pass.js",
    "js/tray/acting.js",
    "js/tray/address.js",
    "js/tray/alike.js",
    "js/tray/announcer.js",
    "js/tray/api-client.js",
    "js/tray/aside.js",
    "js/tray/claiming.js",
    "js/tray/clipboard.js",
    "js/tray/departure.js",
    "js/tray/hub-tray.js",
    "js/tray/intake.js",
    "js/tray/jobs.js",
    "js/tray/keeping.js",
    "js/tray/leaving.js",
    "js/tray/may-leave.js",
    "js/tray/memory-store.js",
    "js/tray/model.js",
    "js/tray/notices.js",
    "js/tray/offers.js",
    "js/tray/outcome.js",
    "js/tray/owner.js",
    "js/tray/page-store.js",
    "js/tray/page-sync.js",
    "js/tray/places.js",
    "js/tray/removal.js",
    "js/tray/row-actions.js",
    "js/tray/row-work.js",
    "js/tray/row.js",
    "js/tray/scan-feedback.js",
    "js/tray/served.js",
    "js/tray/site.js",
    "js/tray/sound.js",
    "js/tray/store.js",
    "js/tray/stray-scan.js",
    "js/tray/sync.js",
    "js/tray/text-input.js",
    "js/tray/trying.js",
    "js/tray/view.js",
    "js/tray/words.js",
    "js/tray/workplace.js",
)
# By the package of Node's that has to be installed for them.
PACKAGES: Final = {
    "idb": ("vendor/idb/index.js",),
    "decoder": (
        "vendor/zxing/reader/index.js",
        "vendor/zxing/share.js",
        "vendor/zxing-wasm/zxing_reader.wasm",
    ),
}


@dataclass(frozen=True)
class Precache:
    """`version` changes whenever anything else does: `shells` maps a language to the address of
    its shell, `files` are the addresses of all that the shells load, `integrity` has the digest of
    each of both, and `worker` is the address of the service worker's script.
    """

    version: str
    shells: dict[str, str]
    files: list[str]
    integrity: dict[str, str]
    worker: str


def files() -> list[str]:
    """Return the paths of all static files that the shell loads, as they lie in the source."""
    installed = packages.installed()
    vendored = (path for name, paths in PACKAGES.items() if installed[name] for path in paths)
    return sorted([*STYLES, *IMAGES, *SCRIPTS, *vendored])


@cache
def release() -> str:
    """Return a name for this version of the files: of what a page reports, it says which it ran."""
    addresses = [static(path) for path in files()]
    return hashlib.sha256(json.dumps(addresses).encode()).hexdigest()[:VERSION_LENGTH]


def shell(language: str) -> str:
    """Return the shell in one of LANGUAGES, as text: the same for everybody, and for nobody.

    It is written without any request, so no person, organisation, or token can get into it.
    """
    with translation.override(language):
        context = {
            "is_shell": True,
            "packages": packages.installed(),
            "release": release(),
        }
        return render_to_string("pwa/shell.html", context)


def precache() -> Precache:
    """Return what devices shall keep now: composed once a process, each time in development."""
    return _compose() if settings.DEBUG else _composed()


def _compose() -> Precache:
    shells = {code: reverse("shell", args=(code,)) for code in LANGUAGES}
    addresses = {path: static(path) for path in files()}
    worker = static(WORKER)
    integrity = {address: _digest(shell(code).encode()) for code, address in shells.items()}
    integrity |= {address: _digest(_content(path)) for path, address in addresses.items()}
    everything = json.dumps([integrity, worker])
    return Precache(
        version=hashlib.sha256(everything.encode()).hexdigest()[:VERSION_LENGTH],
        shells=shells,
        files=list(addresses.values()),
        integrity=integrity,
        worker=worker,
    )


def _digest(content: bytes) -> str:
    """Return the digest as browsers take it: https://www.w3.org/TR/SRI/."""
    return f"sha256-{base64.b64encode(hashlib.sha256(content).digest()).decode()}"


def _content(path: str) -> bytes:
    """Return what is served of a static file; of one that is missing, what no answer ever is."""
    found = _collected(path) or finders.find(path)
    return Path(found).read_bytes() if found and Path(found).is_file() else path.encode()


def _collected(path: str) -> str:
    """Return where the file with its hash in its name is, "" where names have none."""
    stored = getattr(staticfiles_storage, "stored_name", None)
    if stored is None or settings.DEBUG:
        return ""
    return str(staticfiles_storage.path(stored(path)))


_composed = cache(_compose)
