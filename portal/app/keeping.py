"""What a device keeps of this version of the portal, to open where there is no network.

That is the shell, a page that holds nothing of any person, in every language, and the files that
it names. Nothing else is ever kept: a page of somebody who is signed in least of all.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from django.conf import settings
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation

LANGUAGES: Final = tuple(code for code, _ in settings.LANGUAGES)
# What the service worker is made of: the first runs last.
SCRIPTS: Final = ("js/tray-store.js", "js/offline-worker.js")
VERSION_LETTERS: Final = 16


@dataclass(frozen=True)
class Keeping:
    """`version` changes whenever anything else does: `shells` maps a language to the address of
    its shell, `files` are the addresses of all that the shells name, `scripts` the worker's own.
    """

    version: str
    shells: dict[str, str]
    files: list[str]
    scripts: list[str]


def shell(language: str) -> str:
    """Return the shell in one of LANGUAGES, as text: the same for everybody, and for nobody.

    It is written without any request, so no person, organisation, or token can get into it.
    """
    with translation.override(language):
        decoder = (settings.NODE_MODULES / "zxing-wasm").is_dir()
        return render_to_string("app/shell.html", {"is_shell": True, "decoder": decoder})


def keeping() -> Keeping:
    """Return what devices shall keep now: composed once a process, each time in development."""
    return _compose() if settings.DEBUG else _composed()


def _compose() -> Keeping:
    bodies = [shell(language) for language in LANGUAGES]
    files = sorted({file for body in bodies for file in named_files(body)})
    scripts = [static(path) for path in SCRIPTS]
    everything = json.dumps([bodies, files, scripts])
    return Keeping(
        version=hashlib.sha256(everything.encode()).hexdigest()[:VERSION_LETTERS],
        shells={code: reverse("shell", args=(code,)) for code in LANGUAGES},
        files=files,
        scripts=scripts,
    )


_composed = cache(_compose)


def named_files(body: str) -> set[str]:
    """Return the addresses of the static files that the attributes of a page name."""
    return set(re.findall(rf'="({re.escape(settings.STATIC_URL)}[^"#?]+)', body))
