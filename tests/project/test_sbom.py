"""`make sbom`: what the portal is made of, out of its locks."""

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def script():
    spec = importlib.util.spec_from_file_location("sbom", ROOT / "bin/sbom.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


sbom = script()


@pytest.fixture
def bill(tmp_path) -> dict:
    file = tmp_path / "sbom.json"
    subprocess.run([sys.executable, ROOT / "bin/sbom.py", file], check=True, cwd="/")
    return json.loads(file.read_text(encoding="utf-8"))


def test_it_has_what_cyclonedx_asks_for(bill):
    assert (bill["bomFormat"], bill["specVersion"], bill["version"]) == ("CycloneDX", "1.6", 1)
    assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", bill["serialNumber"])
    refs = [each["bom-ref"] for each in bill["components"]]
    assert len(set(refs)) == len(refs)
    [dependencies] = bill["dependencies"]
    assert dependencies["ref"] == bill["metadata"]["component"]["bom-ref"]
    assert dependencies["dependsOn"] == refs


def test_it_names_every_package_of_the_lock_that_an_image_is_made_of(bill):
    lock = (ROOT / "requirements/s3.txt").read_text(encoding="utf-8")
    locked = re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==(\S+)", lock, re.MULTILINE)
    known = {(each["name"], each["version"]) for each in bill["components"]}
    assert len(locked) > 20
    assert {(name.lower(), version) for name, version in locked} <= known
    assert "requirements/s3.txt" in (ROOT / "Dockerfile").read_text(encoding="utf-8")


def test_it_names_the_scripts_packages_and_none_of_developments(bill):
    named = {each["name"]: each for each in bill["components"] if "pkg:npm" in each["purl"]}
    assert {"idb", "zxing-wasm"} <= named.keys()
    assert not {"typescript", "@biomejs/biome"} & named.keys()
    assert len(named["idb"]["hashes"][0]["content"]) == 128
    assert not {"pytest", "ruff"} & {each["name"] for each in bill["components"]}


def test_two_runs_are_the_same_and_name_no_machine(bill):
    assert json.loads(json.dumps(sbom.bill())) == bill
    text = json.dumps(bill)
    assert str(ROOT) not in text
    assert re.findall(r"https?://[^\"]+", text) == [
        "http://cyclonedx.org/schema/bom-1.6.schema.json"
    ]


@pytest.mark.parametrize("line", ["django", "django>=6", "-r other.txt", "./wheels/a.whl"])
def test_what_is_no_lock_is_refused(line):
    with pytest.raises(ValueError, match="no line of a lock"):
        list(sbom.python_packages(line))


def test_names_are_written_as_the_registry_does():
    [package] = sbom.python_packages("Zope.Interface_x[a,b]==1.0 \\\n    --hash=sha256:" + "0" * 64)
    assert package["purl"] == "pkg:pypi/zope-interface-x@1.0"
