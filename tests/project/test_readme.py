"""The README says what is so."""

import re
import tomllib
from pathlib import Path

from portal.sandbox.table import magic_table

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


SANDBOX = (ROOT / "docs" / "sandbox.md").read_text(encoding="utf-8")


def test_the_magic_hubs_are_those_of_the_sandbox():
    table = SANDBOX.split("<!-- magic hubs: begin -->")[1].split("<!-- magic hubs: end -->")[0]

    assert table.strip() == magic_table().strip()


def test_every_dependency_is_explained():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    listed = [name for group in (project["dependencies"], *extras) for name in group]
    names = {re.split(r"[\[~=<>]", name)[0] for name in listed}

    assert {name for name in names if name.lower() not in README.lower()} == set()


def test_its_pictures_and_pages_exist():
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]
    linked = [
        page.parent / path
        for page in pages
        for path in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))
    ]

    assert linked
    assert [path for path in linked if not path.exists()] == []
