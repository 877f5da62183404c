"""What Lighthouse thinks of the claim page, loaded as by a telephone on a slow line.

The portal runs as in production, by TLS, but without the proxy that would speak HTTP/2. Lighthouse
is no part of the portal: it is kept in this folder, with a lock of its own, and `make lighthouse`
installs it.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management import call_command

from bench import chromium, place, processes
from bench.people import installer
from bench.report import Figure

PATH = "/claims/new/"
PROGRAM = Path(__file__).parent / "node_modules/lighthouse/cli/index.js"
TARGETS = {"accessibility": 100, "best-practices": 100, "performance": 95, "seo": 0}
LONGEST_SECONDS = 240.0
NO_FINDING = ("notApplicable", "manual", "informative", "error")


def measure(*, quick: bool) -> list[Figure]:
    """Return the four marks, of 100 each. A quick run gathers accessibility alone.

    Raises RuntimeError without Lighthouse, Node or Chromium, and when the page did not load.
    """
    person = installer()
    call_command("collectstatic", interactive=False, verbosity=0)
    categories = ["accessibility"] if quick else list(TARGETS)
    with processes.secure_web() as address:
        found = _run(address, person.cookie, categories)
    return [_figure(found, category) for category in categories]


def _run(address: str, cookie: str, categories: list[str]) -> dict[str, Any]:
    """Return Lighthouse's own report on the page as the owner of the cookie sees it."""
    port, written = place.free_port(), place.folder() / "lighthouse.json"
    name, value = cookie.split("=", 1)
    command = [
        *(_node(), str(PROGRAM), f"{address}{PATH}", f"--port={port}", "--quiet"),
        *("--output=json", f"--output-path={written}"),
        f"--only-categories={','.join(categories)}",
    ]
    flags = (f"--remote-debugging-port={port}", "--ignore-certificate-errors")
    # A cookie of the browser's own: its service worker, too, has to send it.
    with chromium.kept(place.folder() / "profile", flags) as browser:
        browser.add_cookies([{"name": name, "value": value, "url": address, "secure": True}])
        done = subprocess.run(
            command,
            env={**os.environ, "HOME": str(place.folder())},
            capture_output=True,
            text=True,
            timeout=LONGEST_SECONDS,
            check=False,
        )
    if done.returncode:
        raise RuntimeError(f"Lighthouse did not finish:\n{done.stderr[-2000:]}")
    report: dict[str, Any] = json.loads(written.read_text(encoding="utf-8"))
    if not report["finalDisplayedUrl"].endswith(PATH):
        raise RuntimeError(f"the page led to {report['finalDisplayedUrl']}")
    return report


def _node() -> str:
    node = shutil.which("node")
    if not (node and PROGRAM.is_file()):
        raise RuntimeError("Lighthouse is not installed; `make lighthouse` does it, with Node")
    return node


def _figure(report: dict[str, Any], category: str) -> Figure:
    found = report["categories"][category]
    return Figure(
        f"Lighthouse on {PATH}: {category.replace('-', ' ')}",
        100 * found["score"],
        TARGETS[category],
        digits=0,
        details=findings(report["audits"], found["auditRefs"]) or ["nothing to improve"],
    )


def findings(audits: dict[str, Any], references: Sequence[dict[str, Any]]) -> list[str]:
    """What a mark is made of: a line for each audit that is not perfect, and what it names below.

    `audits` and `references` are the report's own, a category's references to its audits.
    """
    lines: list[str] = []
    for reference in references:
        audit = audits[reference["id"]]
        if audit["scoreDisplayMode"] in NO_FINDING or audit["score"] in {None, 1}:
            continue
        sentence = " ".join(filter(None, (audit["title"], audit.get("displayValue"))))
        weighs = f"weighs {reference['weight']}" if reference["weight"] else "not in the mark"
        lines.append(f"{audit['score']:.2f}  {reference['id']} ({weighs}): {sentence}")
        items = (audit.get("details") or {}).get("items")
        lines += [f"        {named}" for item in _list(items) if (named := _item(item))]
    return lines


def _list(items: object) -> list[dict[str, Any]]:
    return items if isinstance(items, list) else []


def _item(item: dict[str, Any]) -> str:
    """One thing that an audit names: an element's markup, an address or a sentence, if any."""
    node = item.get("node") or {}
    named = (node.get("snippet"), item.get("url"), item.get("reason"), item.get("description"))
    return " ".join(str(name) for name in named if name)[:300]
