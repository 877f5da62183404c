"""Writes what the portal is made of, as CycloneDX 1.6 in JSON: out of the locks, without a network.

Usage: bin/sbom.py [FILE]. What runs in production, from Python's lock and from npm's; two runs over
the same locks differ in nothing, so a change of the file is a change of a package.
"""

import base64
import json
import re
import sys
import tomllib
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
# The largest of those that a production machine is installed from.
PYTHON_LOCK = ROOT / "requirements/s3.txt"
NODE_LOCK = ROOT / "package-lock.json"
ALGORITHMS = {"sha256": "SHA-256", "sha384": "SHA-384", "sha512": "SHA-512"}


def python_packages(lock: str) -> Iterator[dict[str, Any]]:
    """Yield the packages of a lock that pip installs from."""
    for entry in re.split(r"\n(?=\S)", lock.strip()):
        found = re.match(r"([\w.-]+)(?:\[[\w,-]+\])?==([\w.+!-]+)", entry)
        if found is None:
            raise ValueError(f"This is no line of a lock: {entry.splitlines()[0]}")
        name = re.sub(r"[-_.]+", "-", found[1]).lower()
        # The file that is installed is one of these: each machine has its own.
        hashes = re.findall(r"--hash=sha256:([0-9a-f]{64})", entry)
        listed = [{"name": "portal:allowed-sha256", "value": each} for each in hashes]
        yield component(name, found[2], f"pkg:pypi/{name}@{found[2]}", properties=listed)


def node_packages(lock: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the packages of npm's lock that are no development's."""
    for path, entry in lock["packages"].items():
        if not path or entry.get("dev"):
            continue
        name = path.rpartition("node_modules/")[2]
        algorithm, _, digest = entry.get("integrity", "").partition("-")
        hashes = []
        if algorithm in ALGORITHMS:
            content = base64.b64decode(digest).hex()
            hashes = [{"alg": ALGORITHMS[algorithm], "content": content}]
        purl = f"pkg:npm/{name.replace('@', '%40', 1)}@{entry['version']}"
        yield component(name, entry["version"], purl, hashes=hashes)


def component(name: str, version: str, purl: str, **more: Any) -> dict[str, Any]:
    """Return a package as CycloneDX has it."""
    said = {key: value for key, value in more.items() if value}
    always = {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}
    return always | said


def bill() -> dict[str, Any]:
    """Return the bill of materials."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    found = [
        *python_packages(PYTHON_LOCK.read_text(encoding="utf-8")),
        *node_packages(json.loads(NODE_LOCK.read_text(encoding="utf-8"))),
    ]
    # npm may have one of them in two places.
    by_purl = {package["purl"]: package for package in found}
    packages = [by_purl[purl] for purl in sorted(by_purl)]
    portal = f"{project['name']}@{project['version']}"
    content = json.dumps(packages, sort_keys=True)
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, content)}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": portal,
                "name": project["name"],
                "version": project["version"],
                "licenses": [{"license": {"id": project["license"]}}],
            }
        },
        "components": packages,
        "dependencies": [{"ref": portal, "dependsOn": [each["bom-ref"] for each in packages]}],
    }


def main(arguments: list[str]) -> int:
    """Write the bill, to the file that is named or to standard output."""
    text = json.dumps(bill(), indent=2, ensure_ascii=False) + "\n"
    if arguments:
        Path(arguments[0]).write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
